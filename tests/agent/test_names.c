/* Functions, files and lines of our own code, inlined ones too; kept once found; bounded by a budget. */
#include "agent/names.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static volatile int counter;

static inline __attribute__((always_inline)) uintptr_t here(void)
{
    uintptr_t at;
    counter++;
#if defined(__x86_64__)
    __asm__ volatile("lea -1(%%rip), %0" : "=r"(at));
#else
    __asm__ volatile("adr %0, ." : "=r"(at));
#endif
    return at;
}

__attribute__((noinline)) static uintptr_t place(void)
{
    uintptr_t at = here();
    counter++;
    return at;
}

struct fixture {
    struct modules modules;
    struct names *names;
    struct module *own;
};

static void begin(struct fixture *f, int64_t budget_ms)
{
    modules_init(&f->modules);
    modules_refresh(&f->modules, true);
    f->names = names_new();
    f->own = modules_find(&f->modules, (uintptr_t)place)->module;
    names_begin(f->names, budget_ms);
}

static void end(struct fixture *f)
{
    names_end(f->names);
    names_free(f->names);
    modules_release(&f->modules);
}

static void an_inlined_function_and_its_caller_have_lines(void **state)
{
    (void)state;
    struct fixture f;
    uintptr_t at = place();
    begin(&f, 60000);
    assert_int_equal(names_find(f.names, f.own, at), 2);
    struct name_line inner = names_line(f.names, 0), outer = names_line(f.names, 1);
    assert_true(slice_eq(inner.name, SLICE("here")));
    assert_true(slice_eq(outer.name, SLICE("place")));
    assert_true(slice_ends(inner.file, SLICE("tests/agent/test_names.c")));
    assert_true(slice_ends(outer.file, SLICE("tests/agent/test_names.c")));
    assert_true(inner.start_line > 0 && inner.line > inner.start_line);
    assert_true(outer.start_line > inner.line && outer.line > outer.start_line);
    assert_false(names_are_cut(f.names));
    end(&f);
}

static void what_was_found_is_kept_without_a_budget(void **state)
{
    (void)state;
    struct fixture f;
    uintptr_t at = place();
    begin(&f, 60000);
    assert_int_equal(names_find(f.names, f.own, at), 2);
    names_end(f.names);
    names_begin(f.names, -1);
    assert_int_equal(names_find(f.names, f.own, at), 2);
    assert_false(names_are_cut(f.names));
    assert_int_equal(names_find(f.names, f.own, (uintptr_t)begin), 0);
    assert_true(names_are_cut(f.names));
    end(&f);
}

static void a_replaced_file_gives_no_names(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, 60000);
    if (f.own->build_id_len == 0)
        skip();
    f.own->build_id[0] ^= 1; /* as if another file had taken its path */
    assert_int_equal(names_find(f.names, f.own, (uintptr_t)place), 0);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_inlined_function_and_its_caller_have_lines),
        cmocka_unit_test(what_was_found_is_kept_without_a_budget),
        cmocka_unit_test(a_replaced_file_gives_no_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
