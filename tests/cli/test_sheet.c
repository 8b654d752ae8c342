/* Tables: what is aligned, what gives way, what is painted. */
#include "cli/sheet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct sheet_column COLUMNS[] = {
    {.title = "value", .is_right = true},
    {.title = "name", .gives_way = true, .is_code = true},
    {.title = "note"},
};
static const struct terminal PLAIN = {.columns = 0};

static struct sheet filled(void)
{
    struct sheet s = sheet_of(COLUMNS, ARRAY_LEN(COLUMNS));
    sheet_cell(&s, PAINT_BOLD, SLICE("1"));
    sheet_cell(&s, PAINT_PLAIN, SLICE("github.com/someone/something.(*Type).Method"));
    sheet_cell(&s, PAINT_PLAIN, SLICE("a"));
    sheet_cell(&s, PAINT_BOLD, SLICE("12345678"));
    sheet_cell(&s, PAINT_PLAIN, SLICE("größe"));
    sheet_cell(&s, PAINT_PLAIN, SLICE("bb"));
    return s;
}

static void is_printed(const struct terminal *t, const char *expected)
{
    struct sheet s CLEANUP(sheet_release) = filled();
    struct buf out CLEANUP(buf_release) = BUF_INIT(10000);
    sheet_print(&s, t, &out);
    assert_string_equal(buf_cstr(&out), expected);
}

static void columns_are_as_wide_as_what_stands_in_them(void **state)
{
    (void)state;
    is_printed(&PLAIN, "   value  name                                         note\n"
                       "       1  github.com/someone/something.(*Type).Method  a\n"
                       "12345678  größe                                        bb\n");
}

static void one_column_gives_way_to_a_narrow_terminal(void **state)
{
    (void)state;
    is_printed(&(struct terminal){.columns = 42}, "   value  name                        note\n"
                                                  "       1  github.com….(*Type).Method  a\n"
                                                  "12345678  größe                       bb\n");
}

static void no_column_gives_way_to_nothing(void **state)
{
    (void)state;
    is_printed(&(struct terminal){.columns = 10}, "   value  name                  note\n"
                                                  "       1  github.…Type).Method  a\n"
                                                  "12345678  größe                 bb\n");
}

static void colours_take_no_room(void **state)
{
    (void)state;
    is_printed(&(struct terminal){.has_colours = true},
               "   \x1b[2mvalue\x1b[0m  \x1b[2mname\x1b[0m                                         "
               "\x1b[2mnote\x1b[0m\n"
               "       \x1b[1m1\x1b[0m  github.com/someone/something.(*Type).Method  a\n"
               "\x1b[1m12345678\x1b[0m  größe                                        bb\n");
}

static void cells_cannot_steer_the_terminal(void **state)
{
    (void)state;
    struct sheet s CLEANUP(sheet_release) = sheet_of(COLUMNS + 2, 1);
    struct buf out CLEANUP(buf_release) = BUF_INIT(1000);
    sheet_cell(&s, PAINT_PLAIN, SLICE("a\x1b]0;x\n"));
    sheet_print(&s, &PLAIN, &out);
    assert_string_equal(buf_cstr(&out), "note\na\uFFFD]0;x\uFFFD\n");
}

static void markdown_reads_names_as_they_are(void **state)
{
    (void)state;
    struct sheet s CLEANUP(sheet_release) = sheet_of(COLUMNS, ARRAY_LEN(COLUMNS));
    struct buf out CLEANUP(buf_release) = BUF_INIT(1000);
    sheet_cell(&s, PAINT_BOLD, SLICE("1"));
    sheet_cell(&s, PAINT_PLAIN, SLICE("operator| `x`_*"));
    sheet_cell(&s, PAINT_PLAIN, SLICE("a|b"));
    sheet_markdown(&s, &out);
    assert_string_equal(buf_cstr(&out), "| value | name | note |\n"
                                        "|---:|:---|:---|\n"
                                        "| 1 | `operator\\| 'x'_*` | a\\|b |\n");
}

/* A list that was cut must not look like a whole one. */
static void a_sheet_that_was_cut_says_so(void **state)
{
    (void)state;
    struct sheet s CLEANUP(sheet_release) = sheet_of(COLUMNS, ARRAY_LEN(COLUMNS));
    struct buf out CLEANUP(buf_release) = BUF_INIT(10000);
    s.text.max = 8;
    for (int i = 0; i < 3; i++)
        sheet_cell(&s, PAINT_PLAIN, SLICE("12345"));
    sheet_print(&s, &PLAIN, &out);
    assert_int_equal(buf_check(&out, "the list", NULL), E_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_what_stands_in_them),
        cmocka_unit_test(one_column_gives_way_to_a_narrow_terminal),
        cmocka_unit_test(no_column_gives_way_to_nothing),
        cmocka_unit_test(colours_take_no_room),
        cmocka_unit_test(cells_cannot_steer_the_terminal),
        cmocka_unit_test(a_sheet_that_was_cut_says_so),
        cmocka_unit_test(markdown_reads_names_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
