#include "s3/credentials.h"

#include "tests/s3/home.h"

static const struct credential_needs no_network = {.region = "us-east-1"};

static void expect_source(const char *id, const char *source)
{
    struct credentials c;
    struct error error;
    if (credentials_load(&no_network, &c, &error) != OK)
        fail_msg("%s", error.text);
    assert_string_equal(c.access_key, id);
    assert_string_equal(c.source, source);
    assert_int_equal(c.expires_ms, 0);
    credentials_release(&c);
}

static void expect_failure(enum status wanted, const char *text)
{
    struct credentials c;
    struct error error = {.code = OK};
    assert_int_equal(credentials_load(&no_network, &c, &error), wanted);
    if (!strstr(error.text, text))
        fail_msg("'%s' says nothing of '%s'", error.text, text);
}

static void the_environment_comes_first_then_the_profile(void **state)
{
    (void)state;
    struct home h = home_make(NULL, "[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n"
                                    "[other]\naws_access_key_id = OTHER\naws_secret_access_key = s\n");
    expect_source("FILE", "profile 'default' of the shared AWS files");
    (void)setenv("AWS_PROFILE", "other", 1);
    expect_source("OTHER", "profile 'other' of the shared AWS files");
    (void)setenv("AWS_ACCESS_KEY_ID", "ENV", 1);
    (void)setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
    expect_source("ENV", "AWS_ACCESS_KEY_ID in the environment");
    home_remove(&h);
}

static void a_source_that_is_configured_by_half_is_the_failure_not_the_next_source(void **state)
{
    (void)state;
    struct home h = home_make(NULL, "[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n");
    (void)setenv("AWS_ACCESS_KEY_ID", "ENV", 1);
    expect_failure(E_CONFIG, "AWS_SECRET_ACCESS_KEY is not");
    (void)unsetenv("AWS_ACCESS_KEY_ID");
    (void)setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
    expect_failure(E_CONFIG, "AWS_ACCESS_KEY_ID is not");
    (void)unsetenv("AWS_SECRET_ACCESS_KEY");
    (void)setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nonexistent", 1);
    expect_failure(E_CONFIG, "AWS_ROLE_ARN");
    (void)setenv("AWS_ROLE_ARN", "arn:x", 1);
    expect_failure(E_CONFIG, "/nonexistent");
    home_remove(&h);

    h = home_make(NULL, "[default]\naws_access_key_id = FILE\n");
    expect_failure(E_CONFIG, "both aws_access_key_id and aws_secret_access_key");
    home_remove(&h);

    h = home_make("[default]\ncredential_process = /bin/x\n", NULL);
    expect_failure(E_CONFIG, "credential_process");
    home_remove(&h);
}

static void a_key_that_no_header_can_carry_is_refused(void **state)
{
    (void)state;
    struct home h = home_make(NULL, NULL);
    (void)setenv("AWS_ACCESS_KEY_ID", "AK\r\nX: y", 1);
    (void)setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
    expect_failure(E_CONFIG, "AWS_ACCESS_KEY_ID");
    home_remove(&h);
    assert_true(credentials_key_ok(SLICE("test:tester")));
    assert_false(credentials_key_ok(SLICE("")));
    assert_false(credentials_key_ok(SLICE("a/b")));
    assert_false(credentials_key_ok(SLICE("a b")));
}

static void without_any_source_the_text_says_what_to_set(void **state)
{
    (void)state;
    struct home h = home_make(NULL, NULL);
    expect_failure(E_CONFIG, "set AWS_ACCESS_KEY_ID");
    expect_failure(E_CONFIG, "AWS_EC2_METADATA_DISABLED");
    home_remove(&h);
}

static void a_copy_is_equal_and_other_keys_are_not(void **state)
{
    (void)state;
    struct home h = home_make(NULL, NULL);
    (void)setenv("AWS_ACCESS_KEY_ID", "A", 1);
    (void)setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
    (void)setenv("AWS_SESSION_TOKEN", "t", 1);
    struct credentials a, b;
    assert_int_equal(credentials_load(&no_network, &a, NULL), OK);
    credentials_copy(&a, &b);
    assert_true(credentials_equal(&a, &b));
    secret_set(&b.session_token, SLICE("u"));
    assert_false(credentials_equal(&a, &b));
    credentials_release(&a);
    credentials_release(&b);
    home_remove(&h);
}

static void a_secret_or_token_that_cannot_be_signed_or_sent_is_refused_without_being_told(void **state)
{
    (void)state;
    struct home h = home_make(NULL, NULL);
    char *text = calloc(1, 2000);
    memset(text, 's', 1999);
    (void)setenv("AWS_ACCESS_KEY_ID", "AK", 1);
    (void)setenv("AWS_SECRET_ACCESS_KEY", text, 1);
    expect_failure(E_CONFIG, "secret key");
    free(text);

    static const char *const tokens[] = {"t0ken\n", "t0ken\r\nX-Evil: 1", "t0 ken", "t0ken\x7f"};
    (void)setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
    for (size_t i = 0; i < ARRAY_LEN(tokens); i++) {
        struct credentials c;
        struct error error;
        (void)setenv("AWS_SESSION_TOKEN", tokens[i], 1);
        assert_int_equal(credentials_load(&no_network, &c, &error), E_CONFIG);
        assert_non_null(strstr(error.text, "session token"));
        assert_null(strstr(error.text, "t0"));
    }
    home_remove(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_environment_comes_first_then_the_profile),
        cmocka_unit_test(a_source_that_is_configured_by_half_is_the_failure_not_the_next_source),
        cmocka_unit_test(a_key_that_no_header_can_carry_is_refused),
        cmocka_unit_test(a_secret_or_token_that_cannot_be_signed_or_sent_is_refused_without_being_told),
        cmocka_unit_test(without_any_source_the_text_says_what_to_set),
        cmocka_unit_test(a_copy_is_equal_and_other_keys_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
