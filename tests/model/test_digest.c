/* Identity, against a second implementation. */
#include "model/digest.h"

#include "base/random.h"
#include "tests/vectors/model.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct slice slice_of_vector(struct vector_bytes v)
{
    return slice_make(v.ptr, v.len);
}

/* Labels as in a packed key; all lengths of the vectors are below 128. */
static struct labels labels_of_vector(struct vector_bytes v)
{
    struct labels labels = {.count = 0};
    for (size_t at = 0; at < v.len; labels.count++) {
        struct slice pair[2];
        for (size_t k = 0; k < 2; k++) {
            pair[k] = slice_make(v.ptr + at + 1, (unsigned char)v.ptr[at]);
            at += 1 + pair[k].len;
        }
        labels.items[labels.count] = (struct label){pair[0], pair[1]};
    }
    return labels;
}

static void assert_text(const struct digest *digest, const char *expected)
{
    char text[DIGEST_TEXT_BYTES + 1] = {0};
    digest_write(digest, text);
    assert_string_equal(text, expected);
}

static void vectors_of_a_second_implementation_agree(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(DIGEST_VECTORS); i++) {
        struct labels labels = labels_of_vector(DIGEST_VECTORS[i].labels);
        struct digest digest = digest_compute(&(struct digest_input){
            .service = slice_of_vector(DIGEST_VECTORS[i].service),
            .type = slice_of_vector(DIGEST_VECTORS[i].type),
            .labels = &labels,
            .created_at_param = slice_of_vector(DIGEST_VECTORS[i].created_at),
            .idempotency_key = slice_of_vector(DIGEST_VECTORS[i].idempotency_key),
            .body = sha256_of(slice_of_vector(DIGEST_VECTORS[i].body)),
        });
        assert_text(&digest, DIGEST_VECTORS[i].digest);
    }
}

static void every_part_counts(void **state)
{
    (void)state;
    struct labels labels = {.items = {{SLICE("k"), SLICE("v")}}, .count = 1};
    struct labels other = {.items = {{SLICE("kv"), SLICE("")}}, .count = 1};
    struct digest_input inputs[12];
    for (size_t i = 0; i < ARRAY_LEN(inputs); i++)
        inputs[i] = (struct digest_input){SLICE("svc"), SLICE("cpu"), NULL,
                                          SLICE_NULL,   SLICE_NULL,   sha256_of(SLICE("body"))};
    inputs[1].service = SLICE("svcc");
    inputs[2].type = SLICE("heap");
    inputs[3].labels = &labels;
    inputs[4].labels = &other;
    inputs[5].created_at_param = SLICE("1");
    inputs[6].created_at_param = SLICE("2");
    inputs[7].idempotency_key = SLICE("");
    inputs[8].idempotency_key = SLICE("1");
    inputs[9].body = sha256_of(SLICE("other"));
    inputs[10].idempotency_key = slice_make(inputs[0].body.bytes, SHA256_BYTES);
    inputs[11].service = SLICE("sv");
    inputs[11].type = SLICE("ccpu");
    for (size_t i = 0; i < ARRAY_LEN(inputs); i++)
        for (size_t k = 0; k < ARRAY_LEN(inputs); k++) {
            struct digest a = digest_compute(&inputs[i]), b = digest_compute(&inputs[k]);
            assert_int_equal(digest_equal(&a, &b), i == k);
        }
}

static void an_idempotency_key_replaces_the_body(void **state)
{
    (void)state;
    struct digest_input one = {.idempotency_key = SLICE("k"), .body = sha256_of(SLICE("1"))};
    struct digest_input two = {.idempotency_key = SLICE("k"), .body = sha256_of(SLICE("2"))};
    struct digest a = digest_compute(&one), b = digest_compute(&two);
    assert_true(digest_equal(&a, &b));
}

static void no_labels_and_none_given_are_the_same(void **state)
{
    (void)state;
    struct labels none = {.count = 0};
    struct digest_input one = {.labels = NULL}, two = {.labels = &none};
    struct digest a = digest_compute(&one), b = digest_compute(&two);
    assert_true(digest_equal(&a, &b));
}

static void exactly_130_bits_are_kept(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        struct digest_input input = {.created_at_param = slice_make(&i, sizeof i)};
        assert_int_equal(digest_compute(&input).bits[DIGEST_BYTES - 1] & 0x3f, 0);
    }
}

static void text_and_bits_have_the_same_order(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 6);
    for (int i = 0; i < 100000; i++) {
        struct digest a, b, back;
        for (size_t k = 0; k < DIGEST_BYTES; k++)
            a.bits[k] = (uint8_t)random_u64(&r);
        a.bits[DIGEST_BYTES - 1] &= 0xc0;
        b = a;
        b.bits[random_below(&r, DIGEST_BYTES)] ^= 0x40;
        char one[DIGEST_TEXT_BYTES], two[DIGEST_TEXT_BYTES];
        digest_write(&a, one);
        digest_write(&b, two);
        assert_true(digest_read(slice_make(one, sizeof one), &back) && digest_equal(&a, &back));
        assert_true((digest_cmp(&a, &b) < 0) == (memcmp(one, two, sizeof one) < 0));
    }
}

static void what_is_no_digest_is_refused(void **state)
{
    (void)state;
    struct digest digest;
    assert_true(digest_read(SLICE("v9pkxyc34vav13p89rxfaqpz04"), &digest));
    assert_false(digest_read(SLICE("v9pkxyc34vav13p89rxfaqpz0"), &digest));
    assert_false(digest_read(SLICE("v9pkxyc34vav13p89rxfaqpz044"), &digest));
    assert_false(digest_read(SLICE("V9pkxyc34vav13p89rxfaqpz04"), &digest));
    assert_false(digest_read(SLICE("v9pkxyc34vav13p89rxfaqpzu4"), &digest));
    assert_false(digest_read(SLICE_NULL, &digest));
}

static void the_lane_is_the_first_digit_modulo_the_lanes(void **state)
{
    (void)state;
    struct digest digest = {{0xb7}};
    assert_int_equal(digest_lane(&digest, 1), 0);
    assert_int_equal(digest_lane(&digest, 4), 3);
    assert_int_equal(digest_lane(&digest, 16), 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_of_a_second_implementation_agree),
        cmocka_unit_test(every_part_counts),
        cmocka_unit_test(an_idempotency_key_replaces_the_body),
        cmocka_unit_test(no_labels_and_none_given_are_the_same),
        cmocka_unit_test(exactly_130_bits_are_kept),
        cmocka_unit_test(text_and_bits_have_the_same_order),
        cmocka_unit_test(what_is_no_digest_is_refused),
        cmocka_unit_test(the_lane_is_the_first_digit_modulo_the_lanes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
