/* Lines, and what is taken from their front. */
#include "pprof/lines.h"

#include "tests/pprof/fixture.h"

static void lines_come_without_their_ends(void **state)
{
    (void)state;
    struct lines l = LINES_OF(SLICE("a\r\n\n# c\n  b \nlast"));
    static const char *const expected[] = {"a", "", "# c", "  b ", "last"};
    struct slice line;
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        assert_true(lines_next(&l, &line));
        assert_true(slice_eq_cstr(line, expected[i]));
        assert_int_equal(l.nth, i + 1);
    }
    assert_false(lines_next(&l, &line));
    l = LINES_OF(SLICE("\n#\n  b \n"));
    assert_true(lines_next_said(&l, &line));
    assert_true(slice_eq_cstr(line, "b"));
    assert_int_equal(l.nth, 3);
    assert_false(lines_next_said(&l, &line));
}

static void the_first_line_that_says_something_is_found(void **state)
{
    (void)state;
    assert_true(slice_eq_cstr(lines_first(SLICE("\n # x\n\t\n heap \n")), "heap"));
    assert_int_equal(lines_first(SLICE("\n#\n")).len, 0);
    assert_int_equal(lines_first(SLICE_NULL).len, 0);
}

static void faults_name_the_line(void **state)
{
    (void)state;
    struct lines l = LINES_OF(SLICE("a\nb\n"));
    struct slice line;
    struct error err;
    assert_true(lines_next(&l, &line) && lines_next(&l, &line));
    assert_int_equal(lines_fault(&l, "this is nothing", &err), E_INVALID);
    assert_string_equal(err.text, "malformed profile: line 2: this is nothing");
}

static void pieces_are_taken_from_the_front(void **state)
{
    (void)state;
    struct slice s = SLICE(" \t12: -3[0xFf 1e end");
    int64_t number;
    uint64_t hex;
    assert_true(take_number(&s, &number));
    assert_int_equal(number, 12);
    assert_true(take_text(&s, ":"));
    assert_true(take_number(&s, &number));
    assert_int_equal(number, -3);
    assert_true(take_text(&s, "["));
    assert_true(take_hex(&s, &hex));
    assert_int_equal(hex, 0xff);
    assert_true(take_hex(&s, &hex));
    assert_int_equal(hex, 0x1e);
    assert_true(slice_eq_cstr(take_token(&s), "end"));
    assert_int_equal(take_token(&s).len, 0);
}

static void what_is_no_number_is_not_taken(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "-", "x", "--1", "9223372036854775808"};
    int64_t number;
    uint64_t hex;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct slice s = slice_of(texts[i]);
        assert_false(take_number(&s, &number));
    }
    static const char *const hexes[] = {"", "0x", "g", "-1", "10000000000000000"};
    for (size_t i = 0; i < ARRAY_LEN(hexes); i++) {
        struct slice s = slice_of(hexes[i]);
        assert_int_equal(take_hex(&s, &hex), i == 1); /* a 0, and then an x */
    }
    struct slice all = SLICE("ffffffffffffffff");
    assert_true(take_hex(&all, &hex));
    assert_true(hex == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_without_their_ends),
        cmocka_unit_test(the_first_line_that_says_something_is_found),
        cmocka_unit_test(faults_name_the_line),
        cmocka_unit_test(pieces_are_taken_from_the_front),
        cmocka_unit_test(what_is_no_number_is_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
