/* Labels as profefe's clients write them, and the limits of ours. */
#include "model/labels.h"

#include "base/encode.h"
#include "base/random.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ARENA_BYTES = 1 << 20 };

static void show(const struct labels *labels, struct buf *out)
{
    for (size_t i = 0; i < labels->count; i++)
        buf_printf(out, "[%.*s|%.*s]", SLICE_ARG(labels->items[i].key), SLICE_ARG(labels->items[i].value));
}

/* Parses the value of a URL parameter and compares with "[key|value]...". */
static void assert_parsed(const char *parameter, const char *expected)
{
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(ARENA_BYTES);
    struct buf once CLEANUP(buf_release) = BUF_INIT(8192), shown CLEANUP(buf_release) = BUF_INIT(4096);
    struct labels labels;
    struct error err = {0};

    assert_true(percent_decode(slice_of(parameter), true, &once, NULL));
    if (labels_parse(buf_slice(&once), &arena, &labels, &err) != OK)
        fail_msg("%s: %s", parameter, err.text);
    show(&labels, &shown);
    assert_string_equal(buf_cstr(&shown), expected);
}

static void assert_refused(struct slice text, enum status code, const char *words)
{
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(ARENA_BYTES);
    struct labels labels = {.count = 77};
    struct error err;
    assert_int_equal(labels_parse(text, &arena, &labels, &err), code);
    assert_non_null(strstr(err.text, words));
    assert_int_equal(labels.count, 77);
}

static void the_table_of_profefe_holds(void **state)
{
    (void)state;
    assert_parsed("b=2,a=1", "[a|1][b|2]");
    assert_parsed("a=1,a=2", "[a|1][a|2]");
    assert_parsed("a", "[a|]");
    assert_parsed("a=", "[a|]");
    assert_parsed("=1", "");
    assert_parsed("", "");
    assert_parsed(",,a=1,", "[a|1]");
    assert_parsed("a=x=y", "[a|x=y]");
    assert_parsed("%20a%20=%201%20", "[a|1]");
    assert_parsed("a=x%2Cy", "[a|x][y|]");
    assert_parsed("a=x%252Cy", "[a|x,y]");
    assert_parsed("a=1.0%2Bbuild", "[a|1.0 build]");
    assert_parsed("a=1.0%252Bbuild", "[a|1.0+build]");
    assert_parsed("a=100%2525", "[a|100%]");
}

static void what_the_go_agent_sends_comes_back_as_it_was_meant(void **state)
{
    (void)state;
    assert_parsed("version%3D1.0%252Bb7%2Cregion%3Deu%252Fwest%252C3%2Caz%3Da%253Db%2Ce%3D",
                  "[az|a=b][e|][region|eu/west,3][version|1.0+b7]");
}

static void identical_pairs_collapse_and_order_is_bytewise(void **state)
{
    (void)state;
    assert_parsed("a=1,a=1", "[a|1]");
    assert_parsed("b=1,a=2,b=1,a=1,B=3,aa=0,b=", "[B|3][a|1][a|2][aa|0][b|][b|1]");
}

static void escaped_blanks_survive_the_trim(void **state)
{
    (void)state;
    assert_parsed("a=%2520x%2520", "[a| x ]");
    assert_parsed("%2520=1", "[ |1]");
}

static void a_thousand_repetitions_of_one_pair_are_one_label(void **state)
{
    (void)state;
    struct buf text CLEANUP(buf_release) = BUF_INIT(8192);
    for (int i = 0; i < 1000; i++)
        buf_append_cstr(&text, "ab=cd,");
    assert_parsed(buf_cstr(&text), "[ab|cd]");
}

static void a_broken_escape_is_refused_in_profefes_words(void **state)
{
    (void)state;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(ARENA_BYTES);
    struct labels labels;
    struct error err;
    assert_int_equal(labels_parse(SLICE("a%=1"), &arena, &labels, &err), E_INVALID);
    assert_string_equal(err.text, "bad \"labels\" \"a%=1\": invalid URL escape \"%\"");
    assert_int_equal(labels_parse(SLICE("a=x%zzy,b=1"), &arena, &labels, &err), E_INVALID);
    assert_string_equal(err.text, "bad \"labels\" \"a=x%zzy,b=1\": invalid URL escape \"%zz\"");
}

static void bytes_that_are_no_text_are_refused(void **state)
{
    (void)state;
    assert_refused(SLICE("a=%ff"), E_INVALID, "is not UTF-8");
    assert_refused(SLICE("a\xc3=1"), E_INVALID, "is not UTF-8");
    assert_refused(SLICE("a=x%00"), E_INVALID, "holds a NUL");
    assert_refused(SLICE("%00=x"), E_INVALID, "label key \"\\x00\" holds a NUL");
}

static void count_is_limited(void **state)
{
    (void)state;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(ARENA_BYTES);
    struct buf text CLEANUP(buf_release) = BUF_INIT(4096);
    struct labels labels;
    for (int i = 0; i < 32; i++)
        buf_printf(&text, "k%d=v,", i);
    assert_int_equal(labels_parse(buf_slice(&text), &arena, &labels, NULL), OK);
    assert_int_equal(labels.count, 32);

    buf_append_cstr(&text, "k3=v,one=more,two=more");
    assert_refused(buf_slice(&text), E_INVALID, "34 labels, at most 32");
    labels.count = 33;
    assert_int_equal(labels_check(&labels, NULL), E_INVALID);
}

static void key_length_is_limited(void **state)
{
    (void)state;
    static const char bytes[65] = "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk";
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(ARENA_BYTES);
    struct labels labels = {.count = 1};
    assert_int_equal(labels_parse(slice_make(bytes, 64), &arena, &labels, NULL), OK);
    assert_refused(slice_make(bytes, 65), E_INVALID, "is 65 bytes long, at most 64");

    labels.items[0] = (struct label){SLICE_NULL, SLICE("v")};
    assert_int_equal(labels_check(&labels, NULL), E_INVALID);
}

static void the_sum_is_limited(void **state)
{
    (void)state;
    char value[480];
    memset(value, 'v', sizeof value);
    struct labels labels = {.count = 2};
    struct error err;
    labels.items[0] = (struct label){SLICE("a"), slice_make(value, 237)};
    labels.items[1] = (struct label){SLICE("b"), slice_make(value, 237)};
    assert_int_equal(labels_check(&labels, &err), OK);

    labels.items[1].value.len = 238;
    assert_int_equal(labels_check(&labels, &err), E_INVALID);
    assert_string_equal(err.text,
                        "labels are 481 bytes long together (keys, values and two for each), at most 480");
}

static void a_full_arena_is_too_large_and_not_a_crash(void **state)
{
    (void)state;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(16);
    struct labels labels = {.count = 5};
    assert_int_equal(labels_parse(SLICE("a=1"), &arena, &labels, NULL), E_TOO_LARGE);
    assert_int_equal(labels.count, 5);
}

static void all_wanted_pairs_must_be_there(void **state)
{
    (void)state;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(ARENA_BYTES);
    struct labels all, none = {.count = 0}, wanted;
    assert_int_equal(labels_parse(SLICE("a=1,a=2,b="), &arena, &all, NULL), OK);
    static const struct {
        struct slice wanted;
        bool there;
    } cases[] = {
        {{"a=1", 3}, true},      {{"b=,a=2", 6}, true}, {{"a=1,a=2,b=", 10}, true}, {{"a=3", 3}, false},
        {{"a=1,a=3", 7}, false}, {{"b=1", 3}, false},   {{"A=1", 3}, false},        {{"c=", 2}, false},
    };
    assert_true(labels_contain(&all, &none));
    assert_true(labels_contain(&none, &none));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(labels_parse(cases[i].wanted, &arena, &wanted, NULL), OK);
        assert_int_equal(labels_contain(&all, &wanted), cases[i].there);
        assert_false(labels_contain(&none, &wanted));
    }
}

/* 1..max bytes; half of the texts are full of what separates and escapes. */
static struct slice random_text(struct random *r, char *bytes, size_t max)
{
    static const char HOSTILE[] = ",=+% &%2C%2525/\\\"\n\t_-.~";
    size_t len = 1 + random_below(r, max);
    bool hostile = random_below(r, 2) == 0;
    for (size_t i = 0; i < len; i++)
        bytes[i] = hostile ? HOSTILE[random_below(r, sizeof HOSTILE - 1)] : (char)(1 + random_below(r, 127));
    return slice_make(bytes, len);
}

static void any_labels_survive_format_and_parse(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 1);
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(ARENA_BYTES);
    struct buf text CLEANUP(buf_release) = BUF_INIT(8192);
    char bytes[32][24];
    for (int round = 0; round < 20000; round++) {
        struct labels labels = {.count = random_below(&r, 17)}, parsed;
        for (size_t i = 0; i < labels.count; i++) {
            labels.items[i].key = random_text(&r, bytes[2 * i], 10);
            labels.items[i].value = random_text(&r, bytes[2 * i + 1], 18);
        }
        labels_sort(&labels);
        assert_true(labels_are_canonical(&labels));
        assert_int_equal(labels_check(&labels, NULL), OK);

        arena_reset(&arena);
        buf_reset(&text);
        labels_format(&labels, &text);
        assert_int_equal(labels_parse(buf_slice(&text), &arena, &parsed, NULL), OK);
        assert_true(labels_equal(&labels, &parsed));
    }
}

static void sorting_is_the_same_whatever_the_order_was(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 2);
    char bytes[64][4];
    for (int round = 0; round < 5000; round++) {
        struct labels a = {.count = random_below(&r, 33)};
        for (size_t i = 0; i < a.count; i++)
            for (size_t k = 0; k < 2; k++) {
                bytes[2 * i + k][0] = (char)('a' + random_below(&r, 3));
                bytes[2 * i + k][1] = (char)('a' + random_below(&r, 2));
            }
        for (size_t i = 0; i < a.count; i++)
            a.items[i] = (struct label){slice_make(bytes[2 * i], 1 + random_below(&r, 2)),
                                        slice_make(bytes[2 * i + 1], random_below(&r, 3))};
        struct labels b = a;
        for (size_t i = b.count; i > 1; i--) {
            size_t at = random_below(&r, i);
            struct label moved = b.items[at];
            b.items[at] = b.items[i - 1];
            b.items[i - 1] = moved;
        }
        struct labels before = a;
        labels_sort(&a);
        labels_sort(&b);
        assert_true(labels_are_canonical(&a));
        assert_true(labels_equal(&a, &b));
        assert_true(labels_contain(&a, &before) && labels_contain(&before, &a));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_of_profefe_holds),
        cmocka_unit_test(what_the_go_agent_sends_comes_back_as_it_was_meant),
        cmocka_unit_test(identical_pairs_collapse_and_order_is_bytewise),
        cmocka_unit_test(escaped_blanks_survive_the_trim),
        cmocka_unit_test(a_thousand_repetitions_of_one_pair_are_one_label),
        cmocka_unit_test(a_broken_escape_is_refused_in_profefes_words),
        cmocka_unit_test(bytes_that_are_no_text_are_refused),
        cmocka_unit_test(count_is_limited),
        cmocka_unit_test(key_length_is_limited),
        cmocka_unit_test(the_sum_is_limited),
        cmocka_unit_test(a_full_arena_is_too_large_and_not_a_crash),
        cmocka_unit_test(all_wanted_pairs_must_be_there),
        cmocka_unit_test(any_labels_survive_format_and_parse),
        cmocka_unit_test(sorting_is_the_same_whatever_the_order_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
