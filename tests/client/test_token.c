/* Where a token may stand, and what is none. */
#include "client/token.h"

#include "tests/support/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct stage {
    char *dir, *path;
    struct secret token;
    struct error err;
};

static struct stage begin(const char *content)
{
    struct stage s = {.dir = scratch_new(), .token = SECRET_INIT};
    s.path = scratch_path(s.dir, "token");
    FILE *file = fopen(s.path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, strlen(content), file), strlen(content));
    assert_int_equal(fclose(file), 0);
    return s;
}

static void end(struct stage *s)
{
    secret_release(&s->token);
    free(s->path);
    scratch_remove(s->dir);
}

static void a_token_is_what_stands_in_its_file(void **state)
{
    (void)state;
    struct stage s = begin(" s3cret \n");
    assert_int_equal(setenv("BRAZIER_TOKEN", "another", 1), 0);
    assert_int_equal(token_read(s.path, &s.token, &s.err), OK);
    assert_true(slice_eq(secret_bytes(&s.token), SLICE("s3cret")));
    assert_int_equal(token_read(NULL, &s.token, &s.err), OK);
    assert_true(slice_eq(secret_bytes(&s.token), SLICE("another")));
    assert_int_equal(unsetenv("BRAZIER_TOKEN"), 0);
    assert_int_equal(token_read(NULL, &s.token, &s.err), OK);
    assert_false(secret_is_set(&s.token));
    end(&s);
}

static void a_file_without_a_token_is_named(void **state)
{
    (void)state;
    static const char *const empty[] = {"", " \n\n"};
    for (size_t i = 0; i < ARRAY_LEN(empty); i++) {
        struct stage s = begin(empty[i]);
        assert_int_equal(token_read(s.path, &s.token, &s.err), E_INVALID);
        assert_non_null(strstr(s.err.text, s.path));
        end(&s);
    }
    struct stage s = begin("");
    assert_int_equal(remove(s.path), 0);
    assert_int_equal(token_read(s.path, &s.token, &s.err), E_INVALID);
    assert_int_equal(s.err.code, E_INVALID);
    assert_non_null(strstr(s.err.text, s.path));
    end(&s);
}

static void a_password_may_be_empty(void **state)
{
    (void)state;
    struct stage s = begin("\n");
    assert_int_equal(token_read_secret(s.path, &s.token, &s.err), OK);
    assert_false(secret_is_set(&s.token));
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_what_stands_in_its_file),
        cmocka_unit_test(a_file_without_a_token_is_named),
        cmocka_unit_test(a_password_may_be_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
