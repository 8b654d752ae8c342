/*
 * Secrets. That memory is wiped cannot be seen after it was freed, so the program brings its own
 * explicit_bzero(), under both names that the C library's headers may call it by, and notes what was wiped.
 */
#include "base/secret.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct slice wiped;

void wipe(void *ptr, size_t len) __asm__("explicit_bzero");
void wipe_checked(void *ptr, size_t len, size_t room) __asm__("__explicit_bzero_chk");

void wipe(void *ptr, size_t len)
{
    memset(ptr, 0, len);
    wiped = slice_make(ptr, len);
}

void wipe_checked(void *ptr, size_t len, size_t room)
{
    assert_true(len <= room);
    wipe(ptr, len);
}

static void a_secret_gives_its_bytes_and_hides_its_text(void **state)
{
    (void)state;
    struct secret s CLEANUP(secret_release) = SECRET_INIT;
    assert_false(secret_is_set(&s));
    assert_string_equal(secret_text(&s), "(none)");

    secret_set(&s, SLICE("hunter2"));
    assert_true(secret_is_set(&s));
    assert_true(slice_eq_cstr(secret_bytes(&s), "hunter2"));
    assert_string_equal(secret_bytes(&s).ptr, "hunter2");
    assert_string_equal(secret_text(&s), "***");
}

static void a_secret_is_a_copy(void **state)
{
    (void)state;
    char text[] = "hunter2";
    struct secret s CLEANUP(secret_release) = SECRET_INIT;
    secret_set(&s, slice_of(text));
    text[0] = 'x';
    assert_true(slice_eq_cstr(secret_bytes(&s), "hunter2"));
}

static void releasing_wipes(void **state)
{
    (void)state;
    struct secret s = SECRET_INIT;
    secret_set(&s, SLICE("hunter2"));
    struct slice was = secret_bytes(&s);
    wiped = SLICE_NULL;
    secret_release(&s);
    assert_ptr_equal(wiped.ptr, was.ptr);
    assert_int_equal(wiped.len, was.len);
    assert_false(secret_is_set(&s));
    secret_release(&s);
    secret_release(NULL);
}

static void setting_wipes_what_was_there(void **state)
{
    (void)state;
    struct secret s CLEANUP(secret_release) = SECRET_INIT;
    secret_set(&s, SLICE("hunter2"));
    struct slice was = secret_bytes(&s);
    wiped = SLICE_NULL;
    secret_set(&s, SLICE("correct horse"));
    assert_ptr_equal(wiped.ptr, was.ptr);
    assert_int_equal(wiped.len, was.len);
    assert_true(slice_eq_cstr(secret_bytes(&s), "correct horse"));
}

static void a_secret_can_be_set_to_a_part_of_itself(void **state)
{
    (void)state;
    struct secret s CLEANUP(secret_release) = SECRET_INIT;
    secret_set(&s, SLICE("hunter2\n"));
    secret_set(&s, slice_trim(secret_bytes(&s)));
    assert_true(slice_eq_cstr(secret_bytes(&s), "hunter2"));
}

static void nothing_is_no_secret(void **state)
{
    (void)state;
    struct secret s CLEANUP(secret_release) = SECRET_INIT;
    secret_set(&s, SLICE("hunter2"));
    secret_set(&s, SLICE(""));
    assert_false(secret_is_set(&s));
    assert_int_equal(secret_bytes(&s).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_gives_its_bytes_and_hides_its_text),
        cmocka_unit_test(a_secret_is_a_copy),
        cmocka_unit_test(releasing_wipes),
        cmocka_unit_test(setting_wipes_what_was_there),
        cmocka_unit_test(a_secret_can_be_set_to_a_part_of_itself),
        cmocka_unit_test(nothing_is_no_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
