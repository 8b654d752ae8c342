/* Tokens: who may do what. */
#include "collector/tokens.h"

#include "base/buf.h"
#include "base/encode.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char INGEST[] = "ingest-token-0123456789";
static const char ADMIN[] = "admin-token-0123456789";

struct file {
    char path[64];
    time_t written;
};

static void write_file(struct file *f, const char *text)
{
    FILE *out = fopen(f->path, "w");

    assert_non_null(out);
    fputs(text, out);
    fclose(out);
    /* Two writes may fall into one tick of the file system's clock. */
    f->written += 10;
    const struct timespec times[2] = {{.tv_sec = f->written}, {.tv_sec = f->written}};
    assert_int_equal(utimensat(AT_FDCWD, f->path, times, 0), 0);
}

static void make_file(struct file *f, const char *text)
{
    int fd;

    f->written = 1000;
    snprintf(f->path, sizeof(f->path), "/tmp/brazier-tokens-XXXXXX");
    fd = mkstemp(f->path);
    assert_true(fd >= 0);
    close(fd);
    write_file(f, text);
}

static struct tokens *load(const char *text)
{
    struct file f;
    struct tokens *t = NULL;
    struct error err;

    make_file(&f, text);
    if (tokens_load(f.path, &t, &err) != OK)
        fail_msg("%s", err.text);
    unlink(f.path);
    return t;
}

static unsigned scopes_of(struct tokens *t, const char *authorization, char *name)
{
    return tokens_scopes(t, slice_of(authorization), name);
}

static struct tokens *two_tokens(void)
{
    return load(
        "# who may do what\n\ningest ingest-token-0123456789 agents in fra\nadmin\tadmin-token-0123456789\n");
}

static void a_bearer_token_has_the_scopes_of_its_line(void **state)
{
    struct tokens *t = two_tokens();
    char name[TOKEN_NAME_BYTES], header[128];

    (void)state;
    snprintf(header, sizeof(header), "Bearer %s", INGEST);
    assert_int_equal(scopes_of(t, header, name), SCOPE_INGEST);
    assert_string_equal(name, "agents in fra");
    snprintf(header, sizeof(header), "bearer  %s", ADMIN);
    assert_int_equal(scopes_of(t, header, name), SCOPE_INGEST | SCOPE_READ | SCOPE_ADMIN);
    assert_string_equal(name, "");
    tokens_free(t);
}

static void the_password_of_basic_authentication_is_a_token(void **state)
{
    struct tokens *t = two_tokens();
    struct buf plain CLEANUP(buf_release) = BUF_INIT(256);
    struct buf header CLEANUP(buf_release) = BUF_INIT(256);
    char name[TOKEN_NAME_BYTES];

    (void)state;
    buf_printf(&plain, "anybody:%s", INGEST);
    buf_append_cstr(&header, "Basic ");
    base64_encode(buf_slice(&plain), &header);
    assert_int_equal(scopes_of(t, buf_cstr(&header), name), SCOPE_INGEST);
    tokens_free(t);
}

static void everything_else_has_no_scope(void **state)
{
    static const char *const headers[] = {
        "",
        "Bearer",
        "Bearer ",
        "Bearer ingest-token-012345678",
        "Bearer ingest-token-01234567890",
        "Bearer INGEST-TOKEN-0123456789",
        "ingest-token-0123456789",
        "Basic",
        "Basic !!!",
        "Basic aW5nZXN0",
        "Digest ingest-token-0123456789",
        "Bearer # who may do what",
    };
    struct tokens *t = two_tokens();
    char name[TOKEN_NAME_BYTES];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(headers); i++)
        assert_int_equal(scopes_of(t, headers[i], name), 0);
    tokens_free(t);
}

static void a_wrong_file_is_refused_by_line_and_never_quotes_a_token(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "no token"},
        {"# only a comment\n", "no token"},
        {"ingest short\n", "line 1: the token is shorter"},
        {"\nwrite ingest-token-0123456789\n", "line 2: the first word must be scopes"},
        {"ingest,,read ingest-token-0123456789\n", "line 1: the first word must be scopes"},
        {"ingest-token-0123456789\n", "line 1: the first word must be scopes"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct tokens *t = NULL;
        struct error err = {0};
        struct file f;

        make_file(&f, cases[i].text);
        assert_int_equal(tokens_load(f.path, &t, &err), E_CONFIG);
        assert_non_null(strstr(err.text, cases[i].says));
        assert_null(strstr(err.text, "0123456789"));
        unlink(f.path);
    }
}

static void a_missing_file_is_a_configuration_error(void **state)
{
    struct tokens *t;
    struct error err;

    (void)state;
    assert_int_equal(tokens_load("/nonexistent/tokens", &t, &err), E_CONFIG);
    assert_non_null(strstr(err.text, "/nonexistent/tokens"));
}

static void a_changed_file_is_taken_over_and_a_wrong_one_is_not(void **state)
{
    struct file f;
    struct tokens *t;
    struct error err;
    char name[TOKEN_NAME_BYTES];
    bool changed;

    (void)state;
    make_file(&f, "ingest ingest-token-0123456789\n");
    assert_int_equal(tokens_load(f.path, &t, &err), OK);
    assert_int_equal(tokens_refresh(t, &changed, &err), OK);
    assert_false(changed);

    write_file(&f, "read other-token-0123456789\n");
    assert_int_equal(tokens_refresh(t, &changed, &err), OK);
    assert_true(changed);
    assert_int_equal(scopes_of(t, "Bearer ingest-token-0123456789", name), 0);
    assert_int_equal(scopes_of(t, "Bearer other-token-0123456789", name), SCOPE_READ);

    write_file(&f, "nonsense\n");
    assert_int_equal(tokens_refresh(t, &changed, &err), E_CONFIG);
    assert_int_equal(scopes_of(t, "Bearer other-token-0123456789", name), SCOPE_READ);
    unlink(f.path);
    tokens_free(t);
}

static unsigned scopes_of_own(struct tokens *t, const struct secret *token, char *ret_name)
{
    struct buf head CLEANUP(buf_release) = BUF_INIT(1024);

    buf_printf(&head, "Bearer %.*s", SLICE_ARG(secret_bytes(token)));
    return tokens_scopes(t, buf_slice(&head), ret_name);
}

static void tokens_of_our_own_outlive_the_file(void **state)
{
    struct secret one CLEANUP(secret_release) = SECRET_INIT;
    struct secret two CLEANUP(secret_release) = SECRET_INIT;
    struct file f;
    struct tokens *t = NULL;
    struct error err;
    char name[TOKEN_NAME_BYTES];
    bool changed;

    (void)state;
    make_file(&f, "read read-token-0123456789\n");
    assert_int_equal(tokens_load(f.path, &t, &err), OK);
    tokens_make_own(t, "scraper", &one);
    tokens_make_own(t, "self", &two);
    write_file(&f, "read other-token-0123456789\n");
    assert_int_equal(tokens_refresh(t, &changed, &err), OK);
    assert_true(changed);
    assert_int_equal(scopes_of_own(t, &one, name), SCOPE_INGEST);
    assert_string_equal(name, "scraper");
    assert_int_equal(scopes_of_own(t, &two, name), SCOPE_INGEST);
    assert_string_equal(name, "self");
    tokens_free(t);
    unlink(f.path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_of_our_own_outlive_the_file),
        cmocka_unit_test(a_bearer_token_has_the_scopes_of_its_line),
        cmocka_unit_test(the_password_of_basic_authentication_is_a_token),
        cmocka_unit_test(everything_else_has_no_scope),
        cmocka_unit_test(a_wrong_file_is_refused_by_line_and_never_quotes_a_token),
        cmocka_unit_test(a_missing_file_is_a_configuration_error),
        cmocka_unit_test(a_changed_file_is_taken_over_and_a_wrong_one_is_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
