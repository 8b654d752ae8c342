#include "s3/aws_profile.h"

#include "tests/s3/home.h"

#include <fcntl.h>

static struct aws_profile load(const char *name)
{
    struct aws_profile p;
    struct error error;
    if (aws_profile_load(name, &p, &error) != OK)
        fail_msg("%s", error.text);
    return p;
}

static void keys_of_the_credentials_file_win_and_the_rest_comes_from_both(void **state)
{
    (void)state;
    struct home h =
        home_make("[default]\nregion = eu-west-1\naws_access_key_id = A\nendpoint_url = http://h\n"
                  "[profile other]\nregion = eu-central-1\n",
                  "[default]\naws_access_key_id = B\naws_secret_access_key = s/+=\n"
                  "aws_session_token = t\n[other]\naws_access_key_id = C\n");
    struct aws_profile p = load(NULL);
    assert_true(p.found);
    assert_string_equal(p.access_key, "B");
    assert_true(slice_eq(secret_bytes(&p.secret_key), SLICE("s/+=")));
    assert_true(slice_eq(secret_bytes(&p.session_token), SLICE("t")));
    assert_string_equal(p.region, "eu-west-1");
    assert_string_equal(p.endpoint, "http://h");
    aws_profile_release(&p);

    (void)setenv("AWS_PROFILE", "other", 1);
    p = load(NULL);
    assert_string_equal(p.access_key, "C");
    assert_string_equal(p.region, "eu-central-1");
    assert_null(p.endpoint);
    assert_false(secret_is_set(&p.secret_key));
    aws_profile_release(&p);
    home_remove(&h);
}

static void no_files_are_no_profile_and_no_error(void **state)
{
    (void)state;
    struct home h = home_make(NULL, NULL);
    struct aws_profile p = load(NULL);
    assert_false(p.found);
    aws_profile_release(&p);
    (void)unsetenv("HOME");
    p = load(NULL);
    assert_false(p.found);
    assert_null(p.config_path);
    aws_profile_release(&p);
    home_remove(&h);
}

static void a_profile_that_was_asked_for_must_be_there(void **state)
{
    (void)state;
    struct home h = home_make("[default]\nregion = x\n", NULL);
    struct aws_profile p;
    struct error error;
    (void)setenv("AWS_PROFILE", "nosuch", 1);
    assert_int_equal(aws_profile_load(NULL, &p, &error), E_CONFIG);
    assert_non_null(strstr(error.text, "'nosuch'"));
    assert_non_null(strstr(error.text, h.config));
    home_remove(&h);
}

static void a_file_that_cannot_be_understood_is_named_with_its_line(void **state)
{
    (void)state;
    struct home h = home_make(NULL, "[default]\nsecret\n");
    struct aws_profile p;
    struct error error;
    assert_int_equal(aws_profile_load(NULL, &p, &error), E_CONFIG);
    assert_non_null(strstr(error.text, "credentials: line 2"));
    assert_null(strstr(error.text, "secret\n"));
    home_remove(&h);
}

static void a_changed_file_is_noticed(void **state)
{
    (void)state;
    struct home h = home_make(NULL, "[default]\n");
    struct aws_profile p = load(NULL);
    assert_int_equal(aws_profile_files_mark(&p), p.files_mark);
    const struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_int_equal(utimensat(AT_FDCWD, h.credentials, times, 0), 0);
    assert_int_not_equal(aws_profile_files_mark(&p), p.files_mark);
    aws_profile_release(&p);
    home_remove(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_the_credentials_file_win_and_the_rest_comes_from_both),
        cmocka_unit_test(no_files_are_no_profile_and_no_error),
        cmocka_unit_test(a_profile_that_was_asked_for_must_be_there),
        cmocka_unit_test(a_file_that_cannot_be_understood_is_named_with_its_line),
        cmocka_unit_test(a_changed_file_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
