/* The heap. Running out is tried in a child process, because it ends one. */
#include "base/alloc.h"

#include "base/attribute.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void nothing_is_still_a_pointer(void **state)
{
    (void)state;
    void *a CLEANUP(mem_freep) = mem_alloc(0);
    void *b CLEANUP(mem_freep) = mem_zero(0, 8);
    void *c CLEANUP(mem_freep) = mem_copy(NULL, 0);
    void *d CLEANUP(mem_freep) = mem_resize(NULL, 0);
    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(c);
    assert_non_null(d);
}

static void zeroed_memory_is_zero(void **state)
{
    (void)state;
    char *p CLEANUP(mem_freep) = mem_zero(100, 7);
    for (size_t i = 0; i < 700; i++)
        assert_int_equal(p[i], 0);
}

static void resizing_keeps_the_bytes(void **state)
{
    (void)state;
    char *p = mem_copy("0123456789", 10);
    p = mem_resize(p, 100000);
    assert_memory_equal(p, "0123456789", 10);
    p = mem_resize(p, 4);
    assert_memory_equal(p, "0123", 4);
    mem_freep(&p);
}

static void a_copied_string_ends_in_nul(void **state)
{
    (void)state;
    char *p CLEANUP(mem_freep) = mem_cstr("abcdef", 3);
    assert_string_equal(p, "abc");
    char *q CLEANUP(mem_freep) = mem_cstr(NULL, 0);
    assert_string_equal(q, "");
}

/* True if asking for that much ended the child in another way than by returning. */
static bool ends_the_process(size_t count, size_t bytes)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit none = {0, 0};
        (void)setrlimit(RLIMIT_CORE, &none);
        (void)close(STDERR_FILENO);
        void *p = count == 1 ? mem_alloc(bytes) : mem_zero(count, bytes);
        _exit(p ? 0 : 3);
    }

    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return !WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 3);
}

static void running_out_ends_the_process(void **state)
{
    (void)state;
    volatile size_t much = SIZE_MAX / 4;
    assert_true(ends_the_process(1, much));
    assert_true(ends_the_process(much, 16));
    assert_false(ends_the_process(1, 16));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_still_a_pointer),   cmocka_unit_test(zeroed_memory_is_zero),
        cmocka_unit_test(resizing_keeps_the_bytes),     cmocka_unit_test(a_copied_string_ends_in_nul),
        cmocka_unit_test(running_out_ends_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
