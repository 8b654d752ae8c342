/* The id: fixed columns, one spelling, sorted by time. */
#include "model/id.h"

#include "base/random.h"
#include "model/time.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct digest random_digest(struct random *r)
{
    struct digest digest;
    for (size_t i = 0; i < DIGEST_BYTES; i++)
        digest.bits[i] = (uint8_t)random_u64(r);
    digest.bits[DIGEST_BYTES - 1] &= 0xc0;
    return digest;
}

static void the_example_of_the_grammar_is_understood(void **state)
{
    (void)state;
    struct id id;
    struct error err;
    assert_int_equal(id_parse(SLICE("001m838zsex-v9pkxyc34vav13p89rxfaqpz04"), &id, &err), OK);
    assert_int_equal(id_lane(&id), 0);
    assert_true(id_mint_ms(&id) == 1795406423517);
    struct digest digest = id_digest(&id);
    struct id again = id_make(0, 1795406423517, &digest);
    assert_string_equal(again.text, id.text);
}

static void every_id_comes_back(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 7);
    for (int i = 0; i < 100000; i++) {
        struct digest digest = random_digest(&r);
        unsigned lane = (unsigned)random_below(&r, ID_LANES);
        int64_t ms = (int64_t)random_below(&r, (uint64_t)TIME_MAX_MS + 1);
        struct id id = id_make(lane, ms, &digest), parsed;
        assert_int_equal(strlen(id.text), ID_BYTES);
        assert_int_equal(id_parse(id_slice(&id), &parsed, NULL), OK);
        assert_int_equal(id_cmp(&id, &parsed), 0);
        assert_int_equal(id_lane(&parsed), lane);
        assert_true(id_mint_ms(&parsed) == ms);
        struct digest back = id_digest(&parsed);
        assert_true(digest_equal(&digest, &back));
    }
}

static void assert_refused(const char *text, const char *why)
{
    struct id id = {"untouched"};
    struct error err;
    char expected[200];
    (void)snprintf(expected, sizeof expected, "bad id \"%s\": %s", text, why);
    assert_int_equal(id_parse(slice_of(text), &id, &err), E_INVALID);
    assert_string_equal(err.text, expected);
    assert_string_equal(id.text, "untouched");
}

static void anything_else_is_refused_with_the_reason(void **state)
{
    (void)state;
    static const char LENGTH[] = "an id has 38 characters";
    assert_refused("", LENGTH);
    assert_refused("dc1r8bb8di1fo2mq8ieg", LENGTH);
    assert_refused("001m838zsex-v9pkxyc34vav13p89rxfaqpz0", LENGTH);
    assert_refused("001m838zsex-v9pkxyc34vav13p89rxfaqpz044", LENGTH);
    assert_refused("g01m838zsex-v9pkxyc34vav13p89rxfaqpz04", "it begins with a hex digit in lower case");
    assert_refused("A01m838zsex-v9pkxyc34vav13p89rxfaqpz04", "it begins with a hex digit in lower case");
    assert_refused("001m838zseX-v9pkxyc34vav13p89rxfaqpz04", "its first part is no time");
    assert_refused("0zzzzzzzzzz-v9pkxyc34vav13p89rxfaqpz04", "its first part is no time");
    assert_refused("001m838zsex.v9pkxyc34vav13p89rxfaqpz04", "a '-' is missing");
    assert_refused("001m838zsex-v9pkxyc34vav13p89rxfaqpzu4", "its second part is no digest");
    assert_refused("001m838zsex-V9PKXYC34VAV13P89RXFAQPZ04", "its second part is no digest");
    assert_int_equal(id_parse(SLICE("\0"
                                    "01m838zsex-v9pkxyc34vav13p89rxfaqpz04"),
                              &(struct id){{0}}, NULL),
                     E_INVALID);
}

static void order_is_lane_then_time_then_digest(void **state)
{
    (void)state;
    struct digest low = {{1}}, high = {{2}};
    struct id ids[] = {id_make(0, 1000, &low), id_make(0, 1000, &high), id_make(0, 1001, &low),
                       id_make(1, 5, &low), id_make(15, 0, &low)};
    for (size_t i = 0; i < ARRAY_LEN(ids); i++)
        for (size_t k = 0; k < ARRAY_LEN(ids); k++) {
            int order = id_cmp(&ids[i], &ids[k]);
            assert_true(i < k ? order < 0 : i > k ? order > 0 : order == 0);
        }
}

static void ids_of_two_lanes_can_be_ordered_by_time(void **state)
{
    (void)state;
    struct digest digest = {{1}};
    struct id early = id_make(3, 1000, &digest), late = id_make(0, 1001, &digest),
              same = id_make(4, 1000, &digest);
    assert_true(id_cmp_mint(&early, &late) < 0 && id_cmp_mint(&late, &early) > 0);
    assert_true(id_cmp_mint(&early, &same) < 0 && id_cmp_mint(&early, &early) == 0);
}

static void a_bound_parts_before_from_at_or_after(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 8);
    for (int i = 0; i < 20000; i++) {
        char bound[ID_BOUND_BYTES];
        unsigned lane = (unsigned)random_below(&r, ID_LANES);
        int64_t ms = 1 + (int64_t)random_below(&r, (uint64_t)TIME_MAX_MS);
        struct digest digest = random_below(&r, 3) ? random_digest(&r) : (struct digest){{0}};
        struct id before = id_make(lane, ms - 1, &digest), at = id_make(lane, ms, &digest);
        id_bound(lane, ms, bound);
        assert_true(strcmp(before.text, bound) < 0);
        assert_true(strcmp(at.text, bound) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_the_grammar_is_understood),
        cmocka_unit_test(every_id_comes_back),
        cmocka_unit_test(anything_else_is_refused_with_the_reason),
        cmocka_unit_test(order_is_lane_then_time_then_digest),
        cmocka_unit_test(ids_of_two_lanes_can_be_ordered_by_time),
        cmocka_unit_test(a_bound_parts_before_from_at_or_after),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
