/* The map knows the program, its libraries, code that comes from no file, and what came and went since. */
#include "agent/modules.h"
#include "base/error.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_program_and_the_c_library_are_known(void **state)
{
    (void)state;
    struct modules m;
    modules_init(&m);
    modules_refresh(&m, true);
    const struct segment *own = modules_find(&m, (uintptr_t)the_program_and_the_c_library_are_known);
    assert_non_null(own);
    assert_true(own->module->is_main && own->module->has_elf);
    assert_in_range((uintptr_t)the_program_and_the_c_library_are_known, own->module->start, own->module->end);
    char path[4096];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    assert_true(len > 0);
    path[len] = '\0';
    assert_string_equal(own->module->path, path);
    const struct segment *libc = modules_find(&m, (uintptr_t)strtod);
    assert_non_null(libc);
    assert_true(libc->module == own->module || !libc->module->is_main);
    assert_null(modules_find(&m, 16));
    modules_release(&m);
}

static void rules_are_read_for_those_who_need_them(void **state)
{
    (void)state;
    struct modules m;
    modules_init(&m);
    modules_refresh(&m, true);
    modules_load_rules(&m);
    struct module *own = modules_find(&m, (uintptr_t)rules_are_read_for_those_who_need_them)->module;
    const struct rows *rows = atomic_load(&own->rows);
    assert_non_null(rows);
    const struct row *row =
        rows_find(rows, (uint32_t)((uintptr_t)rules_are_read_for_those_who_need_them - own->start));
    assert_non_null(row);
    assert_int_equal(row->base, ROW_SP);
    modules_release(&m);
}

static void code_from_no_file_has_no_module_and_data_is_no_code(void **state)
{
    (void)state;
    struct modules m;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *code = mmap(NULL, page, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    void *data = mmap(NULL, page, PROT_READ, MAP_PRIVATE, fd, 0);
    assert_true(code != MAP_FAILED && data != MAP_FAILED);

    modules_init(&m);
    modules_refresh(&m, true);
    const struct segment *segment = modules_find(&m, (uintptr_t)code);
    assert_non_null(segment);
    assert_null(segment->module);
    assert_null(modules_find(&m, (uintptr_t)data));
    for (const struct module *one = m.list; one; one = one->next)
        assert_true(one->start != (uintptr_t)data);
    assert_int_equal(munmap(code, page), 0);

    modules_refresh(&m, true);
    assert_non_null(modules_find(&m, (uintptr_t)code)); /* still told of */
    modules_settle(&m);
    assert_null(modules_find(&m, (uintptr_t)code));
    assert_int_equal(munmap(data, page), 0);
    close(fd);
    modules_release(&m);
}

static void what_stays_keeps_its_module(void **state)
{
    (void)state;
    struct modules m;
    modules_init(&m);
    modules_refresh(&m, true);
    const struct module *before = modules_find(&m, (uintptr_t)what_stays_keeps_its_module)->module;
    modules_refresh(&m, true);
    modules_settle(&m);
    assert_ptr_equal(modules_find(&m, (uintptr_t)what_stays_keeps_its_module)->module, before);
    modules_release(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_program_and_the_c_library_are_known),
        cmocka_unit_test(rules_are_read_for_those_who_need_them),
        cmocka_unit_test(code_from_no_file_has_no_module_and_data_is_no_code),
        cmocka_unit_test(what_stays_keeps_its_module),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
