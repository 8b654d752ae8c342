/* Packed rows and the texts of series: what goes in comes out, and damage is refused. */
#include "index/row.h"
#include "index/series_text.h"
#include "tests/index/fixture.h"

static void a_row_comes_back(void **state)
{
    (void)state;
    uint8_t numbers[ROW_BYTES_MAX], bytes[ROW_BYTES_MAX];
    struct facts facts = {.present = true, .duration_ms = 10000, .count = LIMIT_SAMPLE_TYPES}, got = facts;
    for (size_t i = 0; i < LIMIT_SAMPLE_TYPES; i++)
        facts.items[i].total = i % 2 ? INT64_MAX : (int64_t)i;
    struct row row = {.series = 123456, .state = ROW_HIDDEN, .lag_ms = -77, .digest = digest_from(1)}, back;
    row.numbers = slice_make(numbers, row_pack_numbers(&facts, numbers));

    size_t n = row_pack(&row, bytes);
    assert_true(n <= ROW_BYTES_MAX);
    assert_true(row_unpack(slice_make(bytes, n), &back));
    assert_int_equal(back.series, row.series);
    assert_int_equal(back.state, ROW_HIDDEN);
    assert_int_equal(back.lag_ms, -77);
    assert_true(digest_equal(&back.digest, &row.digest));
    assert_true(row_unpack_numbers(back.numbers, &got));
    for (size_t i = 0; i < LIMIT_SAMPLE_TYPES; i++)
        assert_int_equal(got.items[i].total, facts.items[i].total);
    for (size_t len = 0; len < n; len++)
        assert_false(row_unpack(slice_make(bytes, len), &back) && row_unpack_numbers(back.numbers, &got));
}

static void a_usual_row_takes_few_bytes(void **state)
{
    (void)state;
    uint8_t numbers[ROW_BYTES_MAX], bytes[ROW_BYTES_MAX];
    struct key_parts p = profile_parts(0, T0, 812, "api", "fra");
    struct row row = {.series = 1500, .lag_ms = 10000, .digest = digest_from(1)};
    row.numbers = slice_make(numbers, row_pack_numbers(&p.meta.facts, numbers));
    assert_in_range(row_pack(&row, bytes), DIGEST_BYTES, 32);
}

static void without_facts_there_are_no_numbers(void **state)
{
    (void)state;
    uint8_t numbers[ROW_BYTES_MAX];
    struct facts none = {.present = false};
    assert_int_equal(row_pack_numbers(&none, numbers), 0);
    assert_true(row_unpack_numbers(SLICE_NULL, &none));
    assert_false(row_unpack_numbers(SLICE("\x01"), &none));
}

static void an_unknown_state_is_damage(void **state)
{
    (void)state;
    uint8_t bytes[ROW_BYTES_MAX];
    struct row row = {.series = 1, .digest = digest_from(1)}, back;
    size_t n = row_pack(&row, bytes);
    bytes[0] |= 3;
    assert_false(row_unpack(slice_make(bytes, n), &back));
}

static void a_series_text_comes_back_and_every_cut_is_refused_or_shorter(void **state)
{
    (void)state;
    struct key_parts p = profile_parts(0, T0, 5, "api", "fra");
    struct buf text CLEANUP(buf_release) = BUF_INIT(SERIES_TEXT_MAX);
    struct profile_meta back;
    series_text_encode(&p.meta, &text);
    assert_true(series_text_decode(buf_slice(&text), &back));
    back.id = p.meta.id;
    back.created_at_ms = p.meta.created_at_ms;
    back.facts.duration_ms = p.meta.facts.duration_ms;
    for (size_t i = 0; i < back.facts.count; i++)
        back.facts.items[i].total = p.meta.facts.items[i].total;
    assert_true(profile_meta_equal(&back, &p.meta));
    for (size_t len = 0; len < text.len; len++) {
        struct buf again CLEANUP(buf_release) = BUF_INIT(SERIES_TEXT_MAX);
        if (!series_text_decode(slice_make(text.ptr, len), &back))
            continue;
        series_text_encode(&back, &again);
        assert_true(again.len < text.len);
    }
}

static void texts_that_differ_anywhere_differ(void **state)
{
    (void)state;
    struct key_parts p[6];
    for (size_t i = 0; i < ARRAY_LEN(p); i++)
        p[i] = profile_parts(0, T0, 5, "api", "fra");
    p[1].meta.service = SLICE("ap");
    p[2].meta.labels.items[0] = (struct label){SLICE("d"), SLICE("cfra")};
    p[3].meta.facts.present = false;
    p[4].meta.facts.default_index = 0;
    p[5].meta.facts.items[1].unit = SLICE("ns");
    for (size_t i = 0; i < ARRAY_LEN(p); i++) {
        for (size_t j = 0; j < ARRAY_LEN(p); j++) {
            struct buf a CLEANUP(buf_release) = BUF_INIT(SERIES_TEXT_MAX);
            struct buf b CLEANUP(buf_release) = BUF_INIT(SERIES_TEXT_MAX);
            series_text_encode(&p[i].meta, &a);
            series_text_encode(&p[j].meta, &b);
            assert_int_equal(slice_eq(buf_slice(&a), buf_slice(&b)), i == j);
        }
    }
}

static void a_label_cannot_pass_for_a_service_nor_for_another_label(void **state)
{
    (void)state;
    struct buf a CLEANUP(buf_release) = BUF_INIT(256), b CLEANUP(buf_release) = BUF_INIT(256);
    series_text_service_term(SLICE("x"), &a);
    series_text_type_term(SLICE("x"), &b);
    assert_false(slice_eq(buf_slice(&a), buf_slice(&b)));
    buf_reset(&a);
    buf_reset(&b);
    series_text_label_term(&(struct label){SLICE("a"), SLICE("bc")}, &a);
    series_text_label_term(&(struct label){SLICE("ab"), SLICE("c")}, &b);
    assert_false(slice_eq(buf_slice(&a), buf_slice(&b)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_comes_back),
        cmocka_unit_test(a_usual_row_takes_few_bytes),
        cmocka_unit_test(without_facts_there_are_no_numbers),
        cmocka_unit_test(an_unknown_state_is_damage),
        cmocka_unit_test(a_series_text_comes_back_and_every_cut_is_refused_or_shorter),
        cmocka_unit_test(texts_that_differ_anywhere_differ),
        cmocka_unit_test(a_label_cannot_pass_for_a_service_nor_for_another_label),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
