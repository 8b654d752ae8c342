/* Instructions as compilers write them become the rows that an unwinder needs; what we do not know ends in
 * none. */
#include "agent/cfi_program.h"
#include "agent/registers.h"
#include "base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MODULE = 0x10000, ROWS_MAX = 64 };

struct fixture {
    struct row_list list;
    struct cfi_program program;
    bool is_good;
};

static void run(struct fixture *f, const uint8_t *code, size_t len)
{
    *f = (struct fixture){
        .list = {.module = MODULE, .rows = mem_zero(1, sizeof(struct rows)), .max = ROWS_MAX}};
    f->program = (struct cfi_program){.list = &f->list,
                                      .code_align = 1,
                                      .data_align = -8,
                                      .now = {ROW_SP, 0, 8, ROW_SAME, -1, false},
                                      .pc = MODULE + 0x100};
    f->program.initial = f->program.now;
    f->is_good = cfi_program_run(&f->program, (struct cursor){code, code + len, false});
    row_list_add(&f->list, f->program.pc, &f->program.now);
}

static void a_prologue_with_a_frame_pointer(void **state)
{
    (void)state;
    struct fixture f;
    const uint8_t code[] = {0x41, 0x0e, 16, 0x80 + REGISTER_DWARF_FP, 2, 0x43, 0x0d, REGISTER_DWARF_FP};
    run(&f, code, sizeof code);
    assert_true(f.is_good);
    assert_int_equal(f.list.rows->count, 3);
    const struct row *row = rows_find(f.list.rows, 0x100);
    assert_true(row->base == ROW_SP && row->offset == 8 && row->fp == ROW_SAME && row->ra == -1);
    row = rows_find(f.list.rows, 0x103);
    assert_true(row->base == ROW_SP && row->offset == 16 && row->fp == -2);
    row = rows_find(f.list.rows, 0x999);
    assert_true(row->base == ROW_FP && row->offset == 16 && row->fp == -2 && row->ra == -1);
    assert_null(rows_find(f.list.rows, 0xff));
    free(f.list.rows);
}

static void what_is_remembered_is_restored(void **state)
{
    (void)state;
    struct fixture f;
    const uint8_t code[] = {0x0e, 32, 0x0a, 0x44, 0x0e, 8, 0x41, 0x0b};
    run(&f, code, sizeof code);
    assert_true(f.is_good);
    assert_int_equal(rows_find(f.list.rows, 0x100)->offset, 32);
    assert_int_equal(rows_find(f.list.rows, 0x104)->offset, 8);
    assert_int_equal(rows_find(f.list.rows, 0x105)->offset, 32);
    free(f.list.rows);
}

static void an_undefined_return_address_is_the_end(void **state)
{
    (void)state;
    struct fixture f;
    const uint8_t code[] = {0x07, REGISTER_DWARF_RA};
    run(&f, code, sizeof code);
    assert_int_equal(rows_find(f.list.rows, 0x100)->base, ROW_END);
    free(f.list.rows);
}

static void expressions_that_we_know_and_that_we_do_not(void **state)
{
    (void)state;
    struct fixture f;
    const uint8_t at_fp[] = {0x0f, 3, 0x70 + REGISTER_DWARF_FP, 0x78, 0x06};
    run(&f, at_fp, sizeof at_fp);
    const struct row *row = rows_find(f.list.rows, 0x100);
    assert_true(row->base == ROW_AT_FP && row->offset == -8);
    free(f.list.rows);
    const uint8_t strange[] = {0x0f, 3, 0x70 + REGISTER_DWARF_FP, 0x78, 0x1c};
    run(&f, strange, sizeof strange);
    assert_int_equal(rows_find(f.list.rows, 0x100)->base, ROW_UNKNOWN);
    free(f.list.rows);
}

static void damage_is_told_and_nothing_grows_without_bound(void **state)
{
    (void)state;
    struct fixture f;
    const uint8_t cut[] = {0x0e};
    run(&f, cut, sizeof cut);
    assert_false(f.is_good);
    free(f.list.rows);
    const uint8_t unknown[] = {0x3e};
    run(&f, unknown, sizeof unknown);
    assert_false(f.is_good);
    free(f.list.rows);
    uint8_t many[ROWS_MAX * 6];
    for (size_t i = 0; i < sizeof many; i += 3) {
        many[i] = 0x0e;
        many[i + 1] = (uint8_t)(i % 120);
        many[i + 2] = 0x41;
    }
    run(&f, many, sizeof many);
    assert_true(f.list.is_full);
    assert_int_equal(f.list.rows->count, ROWS_MAX);
    free(f.list.rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_prologue_with_a_frame_pointer),
        cmocka_unit_test(what_is_remembered_is_restored),
        cmocka_unit_test(an_undefined_return_address_is_the_end),
        cmocka_unit_test(expressions_that_we_know_and_that_we_do_not),
        cmocka_unit_test(damage_is_told_and_nothing_grows_without_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
