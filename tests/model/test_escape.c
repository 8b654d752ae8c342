/* Escaping is undone exactly, and has one spelling. */
#include "model/escape.h"

#include "base/random.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_escaped(struct slice in, enum escape_set set, const char *expected)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(100);
    escape_append(in, set, &out);
    assert_string_equal(buf_cstr(&out), expected);
    assert_int_equal(escape_len(in, set), strlen(expected));
}

static void plain_bytes_stand_for_themselves_and_others_are_hex(void **state)
{
    (void)state;
    assert_escaped(SLICE("api-backend.v1"), ESCAPE_TEXT, "api-backend.v1");
    assert_escaped(SLICE("api-b.v"), ESCAPE_NAME, "api_2db_2ev");
    assert_escaped(SLICE("a_b/+%~ \0\xff"), ESCAPE_TEXT, "a_5fb_2f_2b_25_7e_20_00_ff");
    assert_escaped(SLICE_NULL, ESCAPE_TEXT, "");
}

static void every_byte_comes_back(void **state)
{
    (void)state;
    char bytes[256], back[3 * 256];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)i;
    for (int set = ESCAPE_TEXT; set <= ESCAPE_NAME; set++) {
        struct buf out CLEANUP(buf_release) = BUF_INIT(1000);
        size_t len;
        escape_append(slice_make(bytes, sizeof bytes), (enum escape_set)set, &out);
        assert_true(escape_undo(buf_slice(&out), (enum escape_set)set, back, &len));
        assert_int_equal(len, sizeof bytes);
        assert_memory_equal(back, bytes, len);
    }
}

static void other_spellings_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool as_text, as_name;
    } cases[] = {
        {"_5f", true, true},        {"_5F", false, false},  {"_61", false, false}, {"_2d", false, true},
        {"_2e", false, true},       {"-", true, false},     {".", true, false},    {"_", false, false},
        {"_5", false, false},       {"__", false, false},   {"_.", false, false},  {"_-", false, false},
        {"_g0", false, false},      {"_0g", false, false},  {"a b", false, false}, {"a/b", false, false},
        {"\xc3\xbc", false, false}, {"_c3_bc", true, true}, {"", true, true},
    };
    char back[16];
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        size_t len = 77;
        assert_int_equal(escape_undo(slice_of(cases[i].text), ESCAPE_TEXT, back, &len), cases[i].as_text);
        assert_int_equal(len == 77, !cases[i].as_text);
        assert_int_equal(escape_undo(slice_of(cases[i].text), ESCAPE_NAME, back, &len), cases[i].as_name);
    }
}

static void what_can_be_undone_is_what_escaping_writes(void **state)
{
    (void)state;
    static const char BYTES[] = "_5fd2e3abAZ09-._ ";
    struct random r;
    struct buf again CLEANUP(buf_release) = BUF_INIT(100);
    random_seed(&r, 4);
    int undone = 0;
    for (int i = 0; i < 100000; i++) {
        char text[6], back[6];
        size_t len = random_below(&r, sizeof text + 1), back_len;
        for (size_t k = 0; k < len; k++)
            text[k] = BYTES[random_below(&r, sizeof BYTES - 1)];
        enum escape_set set = random_below(&r, 2) ? ESCAPE_TEXT : ESCAPE_NAME;
        if (!escape_undo(slice_make(text, len), set, back, &back_len))
            continue;
        undone++;
        buf_reset(&again);
        escape_append(slice_make(back, back_len), set, &again);
        assert_true(slice_eq(buf_slice(&again), slice_make(text, len)));
    }
    assert_true(undone > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_bytes_stand_for_themselves_and_others_are_hex),
        cmocka_unit_test(every_byte_comes_back),
        cmocka_unit_test(other_spellings_are_refused),
        cmocka_unit_test(what_can_be_undone_is_what_escaping_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
