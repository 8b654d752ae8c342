/* The program's own call frame information can be read; what is damaged or too large is refused. */
#include "agent/cfi.h"
#include "agent/modules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct cfi_place place_of_program(struct modules *m)
{
    modules_init(m);
    modules_refresh(m, true);
    return modules_find(m, (uintptr_t)place_of_program)->module->cfi;
}

static void rows_come_sorted_and_know_every_function(void **state)
{
    (void)state;
    struct modules m;
    struct error err;
    struct rows *rows;
    struct cfi_place place = place_of_program(&m);

    assert_int_equal(cfi_read(&place, 1000000, &rows, &err), OK);
    for (size_t i = 1; i < rows->count; i++)
        assert_true(rows->row[i - 1].pc < rows->row[i].pc);
    assert_int_equal(rows_find(rows, (uint32_t)((uintptr_t)place_of_program - place.module))->base, ROW_SP);
    free(rows);
    modules_release(&m);
}

static void more_rows_than_wanted_are_refused(void **state)
{
    (void)state;
    struct modules m;
    struct error err;
    struct rows *rows;
    struct cfi_place place = place_of_program(&m);

    assert_int_equal(cfi_read(&place, 10, &rows, &err), E_TOO_LARGE);
    modules_release(&m);
}

static void damage_is_refused_and_never_followed(void **state)
{
    (void)state;
    struct modules m;
    struct error err;
    struct cfi_place place = place_of_program(&m), damaged;
    size_t len = place.end - place.header;
    uint8_t *copy = malloc(len);

    assert_non_null(copy);
    for (unsigned round = 0; round < 300; round++) {
        struct rows *rows = NULL;
        memcpy(copy, (const void *)place.header,
               len); /* NOLINT(performance-no-int-to-ptr): another view of memory */
        copy[round * 7919U % (round < 100 ? 16 : len)] ^= (uint8_t)(1U << round % 8);
        damaged = (struct cfi_place){place.module - place.header + (uintptr_t)copy, (uintptr_t)copy,
                                     (uintptr_t)copy + len};
        if (cfi_read(&damaged, 1000000, &rows, &err) == OK)
            assert_true(rows->count > 0);
        free(rows);
    }
    damaged = (struct cfi_place){place.module, 16, 4096}; /* nothing is there */
    struct rows *none;
    assert_int_equal(cfi_read(&damaged, 1000, &none, &err), E_INVALID);
    free(copy);
    modules_release(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_sorted_and_know_every_function),
        cmocka_unit_test(more_rows_than_wanted_are_refused),
        cmocka_unit_test(damage_is_refused_and_never_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
