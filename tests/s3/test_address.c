#include "s3/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void expect(const struct s3_options *options, const char *wanted)
{
    struct address a;
    struct error error;
    if (address_make(options, &a, &error) != OK)
        fail_msg("%s", error.text);
    char got[256];
    (void)snprintf(got, sizeof got, "%s %s %s", a.origin, a.host, a.path);
    address_release(&a);
    assert_string_equal(got, wanted);
}

static void aws_has_the_bucket_in_the_host_name(void **state)
{
    (void)state;
    expect(&(struct s3_options){.bucket = "prof", .region = "eu-west-1"},
           "https://prof.s3.eu-west-1.amazonaws.com prof.s3.eu-west-1.amazonaws.com ");
    expect(&(struct s3_options){.bucket = "prof"},
           "https://prof.s3.us-east-1.amazonaws.com prof.s3.us-east-1.amazonaws.com ");
    expect(&(struct s3_options){.bucket = "prof", .region = "cn-north-1"},
           "https://prof.s3.cn-north-1.amazonaws.com.cn prof.s3.cn-north-1.amazonaws.com.cn ");
    expect(&(struct s3_options){.bucket = "prof", .endpoint = "https://s3.dualstack.eu-west-1.amazonaws.com"},
           "https://prof.s3.dualstack.eu-west-1.amazonaws.com prof.s3.dualstack.eu-west-1.amazonaws.com ");
}

static void an_endpoint_has_it_in_the_path(void **state)
{
    (void)state;
    expect(&(struct s3_options){.bucket = "prof", .endpoint = "http://127.0.0.1:9000"},
           "http://127.0.0.1:9000 127.0.0.1:9000 /prof");
    expect(&(struct s3_options){.bucket = "prof", .endpoint = "http://127.0.0.1:9000/"},
           "http://127.0.0.1:9000 127.0.0.1:9000 /prof");
    expect(&(struct s3_options){.bucket = "prof", .endpoint = "https://Gate.Example/storage/v1/s3/"},
           "https://gate.example gate.example /storage/v1/s3/prof");
    expect(&(struct s3_options){.bucket = "prof", .endpoint = "http://[::1]:9000"},
           "http://[::1]:9000 [::1]:9000 /prof");
}

static void a_dot_over_tls_means_path_style(void **state)
{
    (void)state;
    expect(&(struct s3_options){.bucket = "my.prof", .region = "eu-west-1"},
           "https://s3.eu-west-1.amazonaws.com s3.eu-west-1.amazonaws.com /my.prof");
}

static void the_option_overrides(void **state)
{
    (void)state;
    expect(&(struct s3_options){.bucket = "prof",
                                .endpoint = "http://s3.test:9000",
                                .path_style = S3_PATH_STYLE_OFF},
           "http://prof.s3.test:9000 prof.s3.test:9000 ");
    expect(&(struct s3_options){.bucket = "prof", .path_style = S3_PATH_STYLE_ON},
           "https://s3.us-east-1.amazonaws.com s3.us-east-1.amazonaws.com /prof");
}

static void the_schemes_own_port_is_not_in_the_host(void **state)
{
    (void)state;
    expect(&(struct s3_options){.bucket = "prof", .endpoint = "http://h:80"}, "http://h h /prof");
    expect(&(struct s3_options){.bucket = "prof", .endpoint = "https://h:443"}, "https://h h /prof");
    expect(&(struct s3_options){.bucket = "prof", .endpoint = "https://h:80"}, "https://h:80 h:80 /prof");
}

static void refuse(const struct s3_options *options, const char *text)
{
    struct address a;
    struct error error = {.code = OK};
    assert_int_equal(address_make(options, &a, &error), E_CONFIG);
    if (!strstr(error.text, text))
        fail_msg("'%s' says nothing of '%s'", error.text, text);
}

static void what_cannot_be_is_named(void **state)
{
    (void)state;
    refuse(&(struct s3_options){.bucket = "pf"}, "3 to 63");
    refuse(&(struct s3_options){.bucket = "a/b"}, "'a/b'");
    refuse(&(struct s3_options){.bucket = "-ab"}, "'-ab'");
    refuse(&(struct s3_options){.bucket = "a..b"}, "'a..b'");
    refuse(&(struct s3_options){.bucket = "prof--euw1-az1--x-s3"}, "directory bucket");
    refuse(&(struct s3_options){.bucket = "prof", .region = "eu west"}, "'eu west'");
    const char *const endpoints[] = {
        "",           "127.0.0.1:9000", "ftp://h",  "http://", "http://user:pw@h",
        "http://h?q", "http://h/a b",   "http:///x"};
    for (size_t i = 0; i < ARRAY_LEN(endpoints); i++)
        refuse(&(struct s3_options){.bucket = "prof", .endpoint = endpoints[i]}, "http[s]://");
}

static void a_password_in_an_endpoint_is_refused_and_not_repeated(void **state)
{
    (void)state;
    struct s3_options options = {.bucket = "prof", .endpoint = "https://user:hunter2@h"};
    struct address address;
    struct error error;
    assert_int_equal(address_make(&options, &address, &error), E_CONFIG);
    assert_null(strstr(error.text, "hunter2"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aws_has_the_bucket_in_the_host_name),
        cmocka_unit_test(an_endpoint_has_it_in_the_path),
        cmocka_unit_test(a_dot_over_tls_means_path_style),
        cmocka_unit_test(the_option_overrides),
        cmocka_unit_test(the_schemes_own_port_is_not_in_the_host),
        cmocka_unit_test(what_cannot_be_is_named),
        cmocka_unit_test(a_password_in_an_endpoint_is_refused_and_not_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
