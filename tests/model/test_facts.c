/* What a key says of a profile's totals. */
#include "model/facts.h"

#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct facts GO_CPU = {
    .present = true,
    .duration_ms = 10000,
    .default_index = 1,
    .items = {{{"samples", 7}, {"count", 5}, 812}, {{"cpu", 3}, {"nanoseconds", 11}, 8120000000}},
    .count = 2,
};

static void assert_text(const struct facts *facts, const char *expected)
{
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(1 << 20);
    struct buf out CLEANUP(buf_release) = BUF_INIT(1000);
    struct facts back;
    facts_encode(facts, &out);
    assert_string_equal(buf_cstr(&out), expected);
    assert_int_equal(facts_parse(buf_slice(&out), &arena, &back, NULL), OK);
    assert_true(facts_equal(facts, &back));
}

static void the_example_of_the_grammar_is_written(void **state)
{
    (void)state;
    assert_text(&GO_CPU, "10000-1-samples.count.812-cpu.nanoseconds.8120000000");
}

static void nothing_known_is_no_text(void **state)
{
    (void)state;
    assert_text(&(struct facts){.present = false}, "");
}

static void no_sample_types_leave_the_duration(void **state)
{
    (void)state;
    assert_text(&(struct facts){.present = true}, "0-0");
    assert_text(&(struct facts){.present = true, .duration_ms = INT64_MAX}, "9223372036854775807-0");
}

static void separators_in_names_are_escaped(void **state)
{
    (void)state;
    struct facts facts = {.present = true, .count = 1};
    facts.items[0] = (struct fact){SLICE("inuse-space"), SLICE("by.t_\xc3\xa9"), INT64_MAX};
    assert_text(&facts, "0-0-inuse_2dspace.by_2et_5f_c3_a9.9223372036854775807");
}

static void what_cannot_be_said_is_not_said(void **state)
{
    (void)state;
    struct facts bad[6];
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        bad[i] = GO_CPU;
    assert_true(facts_are_sayable(&bad[0]));
    bad[0].items[1].total = -1;
    bad[1].items[0].name = SLICE_NULL;
    bad[2].items[0].unit = SLICE("");
    bad[3].duration_ms = -1;
    bad[4].default_index = 2;
    bad[5].count = LIMIT_SAMPLE_TYPES + 1;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct buf out CLEANUP(buf_release) = BUF_INIT(1000);
        assert_false(facts_are_sayable(&bad[i]));
        facts_encode(&bad[i], &out);
        assert_int_equal(out.len, 0);
    }
}

static void other_spellings_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "1",
        "-",
        "1-",
        "-0",
        "1-0-",
        "01-0",
        "1-00",
        "+1-0",
        "1-0-a.b",
        "1-0-a.b.",
        "1-0-a.b.1.2",
        "1-0-.b.1",
        "1-0-a..1",
        "1-1-a.b.1",
        "1-1",
        "1-0-a.b.01",
        "1-0-a.b.-1",
        "1-0-_61.b.1",
        "1-0-a_2D.b.1",
        "1-0-a b.c.1",
        "1-0--a.b.1",
        "1-0-a.b.9223372036854775808",
        "9223372036854775808-0",
        "1-18446744073709551616-a.b.1",
        "1-0-a.b.1-",
        "1-0-a.b.1-a.b.1-a.b.1-a.b.1-a.b.1-a.b.1-a.b.1-a.b.1-a.b.1",
        " 1-0",
    };
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct facts facts = {.count = 77};
        if (facts_parse(slice_of(bad[i]), &arena, &facts, NULL) != E_INVALID)
            fail_msg("'%s' was accepted", bad[i]);
        assert_int_equal(facts.count, 77);
    }
}

static void a_full_arena_is_too_large(void **state)
{
    (void)state;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(0);
    struct facts facts;
    assert_int_equal(facts_parse(SLICE("1-0-a.b.1"), &arena, &facts, NULL), E_TOO_LARGE);
    assert_int_equal(facts_parse(SLICE(""), &arena, &facts, NULL), OK);
    assert_false(facts.present);
}

static void names_over_the_bound_set_full(void **state)
{
    (void)state;
    struct facts facts = GO_CPU;
    struct buf out CLEANUP(buf_release) = BUF_INIT(40);
    facts_encode(&facts, &out);
    assert_true(out.full);
}

static void any_facts_come_back(void **state)
{
    (void)state;
    struct random r;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(1 << 20);
    struct buf out CLEANUP(buf_release) = BUF_INIT(4096);
    random_seed(&r, 9);
    for (int round = 0; round < 20000; round++) {
        char bytes[16][12];
        struct facts facts = {.present = true, .count = random_below(&r, LIMIT_SAMPLE_TYPES + 1)}, back;
        facts.duration_ms = (int64_t)(random_u64(&r) >> (1 + random_below(&r, 63)));
        facts.default_index = facts.count > 0 ? random_below(&r, facts.count) : 0;
        for (size_t i = 0; i < 2 * facts.count; i++) {
            size_t len = 1 + random_below(&r, sizeof bytes[0]);
            for (size_t k = 0; k < len; k++)
                bytes[i][k] = random_below(&r, 3) ? (char)('a' + random_below(&r, 26)) : (char)random_u64(&r);
            struct fact *fact = &facts.items[i / 2];
            *(i % 2 ? &fact->unit : &fact->name) = slice_make(bytes[i], len);
            fact->total = (int64_t)(random_u64(&r) >> (1 + random_below(&r, 63)));
        }
        buf_reset(&out);
        arena_reset(&arena);
        facts_encode(&facts, &out);
        assert_int_equal(facts_parse(buf_slice(&out), &arena, &back, NULL), OK);
        assert_true(facts_equal(&facts, &back));
    }
}

static void equality_looks_at_everything(void **state)
{
    (void)state;
    struct facts none = {.present = false, .duration_ms = 3}, other_none = {.present = false};
    assert_true(facts_equal(&none, &other_none));
    assert_false(facts_equal(&none, &GO_CPU));
    struct facts changed[6];
    for (size_t i = 0; i < ARRAY_LEN(changed); i++)
        changed[i] = GO_CPU;
    assert_true(facts_equal(&changed[0], &GO_CPU));
    changed[0].duration_ms++;
    changed[1].default_index = 0;
    changed[2].count = 1;
    changed[3].items[1].total++;
    changed[4].items[1].name = SLICE("wall");
    changed[5].items[1].unit = SLICE("ns");
    for (size_t i = 0; i < ARRAY_LEN(changed); i++)
        assert_false(facts_equal(&changed[i], &GO_CPU));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_the_grammar_is_written),
        cmocka_unit_test(nothing_known_is_no_text),
        cmocka_unit_test(no_sample_types_leave_the_duration),
        cmocka_unit_test(separators_in_names_are_escaped),
        cmocka_unit_test(what_cannot_be_said_is_not_said),
        cmocka_unit_test(other_spellings_are_refused),
        cmocka_unit_test(a_full_arena_is_too_large),
        cmocka_unit_test(names_over_the_bound_set_full),
        cmocka_unit_test(any_facts_come_back),
        cmocka_unit_test(equality_looks_at_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
