#include "s3/config.h"

#include "tests/s3/home.h"

static struct s3_config resolve(const struct s3_flags *flags)
{
    struct s3_config c;
    struct error error;
    if (s3_config_resolve(flags, &c, &error) != OK)
        fail_msg("%s", error.text);
    return c;
}

static void expect(const struct s3_flags *flags, const char *endpoint, const char *region,
                   const char *sources)
{
    struct s3_config c = resolve(flags);
    if (endpoint)
        assert_string_equal(c.options.endpoint, endpoint);
    else
        assert_null(c.options.endpoint);
    assert_string_equal(c.options.region, region);
    char text[128];
    (void)snprintf(text, sizeof text, "%s, %s", c.endpoint_source, c.region_source);
    assert_string_equal(text, sources);
    s3_config_release(&c);
}

static void flags_win_over_the_environment_over_the_profile_over_defaults(void **state)
{
    (void)state;
    struct home none = home_make(NULL, NULL);
    const struct s3_flags flags = {.url = "s3://test", .endpoint = "http://flag", .region = "r-flag"};
    const struct s3_flags bare = {.url = "s3://test"};
    expect(&bare, NULL, "us-east-1", "AWS, default");
    home_remove(&none);

    struct home h =
        home_make("[default]\nregion = r-file\nendpoint_url = http://file\nca_bundle = /ca\n", NULL);
    expect(&bare, "http://file", "r-file", "endpoint_url of the profile, region of the profile");
    (void)setenv("AWS_DEFAULT_REGION", "r-default", 1);
    (void)setenv("AWS_ENDPOINT_URL", "http://all", 1);
    expect(&bare, "http://all", "r-default", "AWS_ENDPOINT_URL, AWS_DEFAULT_REGION");
    (void)setenv("AWS_REGION", "r-env", 1);
    (void)setenv("AWS_ENDPOINT_URL_S3", "http://s3", 1);
    expect(&bare, "http://s3", "r-env", "AWS_ENDPOINT_URL_S3, AWS_REGION");
    expect(&flags, "http://flag", "r-flag", "--s3-endpoint, --s3-region");
    (void)setenv("AWS_REGION", "", 1);
    expect(&bare, "http://s3", "r-default", "AWS_ENDPOINT_URL_S3, AWS_DEFAULT_REGION");

    struct s3_config c = resolve(&bare);
    assert_string_equal(c.options.ca_bundle, "/ca");
    s3_config_release(&c);
    (void)setenv("AWS_CA_BUNDLE", "/env-ca", 1);
    c = resolve(&bare);
    assert_string_equal(c.options.ca_bundle, "/env-ca");
    s3_config_release(&c);
    home_remove(&h);
}

static void a_url_is_a_bucket_and_perhaps_a_root(void **state)
{
    (void)state;
    struct home h = home_make(NULL, NULL);
    struct s3_config c = resolve(&(struct s3_flags){.url = "s3://my-bucket"});
    assert_string_equal(c.options.bucket, "my-bucket");
    assert_int_equal(c.root.len, 0);
    s3_config_release(&c);
    c = resolve(&(struct s3_flags){.url = "s3://my-bucket/"});
    assert_int_equal(c.root.len, 0);
    s3_config_release(&c);
    c = resolve(&(struct s3_flags){.url = "s3://my-bucket/prod/Team.A-1/"});
    assert_true(slice_eq(c.root, SLICE("prod/Team.A-1")));
    s3_config_release(&c);
    home_remove(&h);
}

static void path_style_is_auto_on_or_off(void **state)
{
    (void)state;
    struct home h = home_make(NULL, NULL);
    const char *const texts[] = {NULL, "auto", "on", "off"};
    const enum s3_path_style wanted[] = {S3_PATH_STYLE_AUTO, S3_PATH_STYLE_AUTO, S3_PATH_STYLE_ON,
                                         S3_PATH_STYLE_OFF};
    for (size_t i = 0; i < 4; i++) {
        struct s3_config c = resolve(&(struct s3_flags){.url = "s3://test", .path_style = texts[i]});
        assert_int_equal(c.options.path_style, wanted[i]);
        s3_config_release(&c);
    }
    home_remove(&h);
}

static void what_cannot_be_is_named(void **state)
{
    (void)state;
    const struct {
        struct s3_flags flags;
        const char *text;
    } bad[] = {
        {{.url = NULL}, "s3://BUCKET"},
        {{.url = "file:x"}, "'file:x'"},
        {{.url = "s3://"}, "3 to 63"},
        {{.url = "s3://x--x-s3"}, "directory bucket"},
        {{.url = "s3://test", .path_style = "yes"}, "auto, on, off"},
        {{.url = "s3://test", .endpoint = "localhost:9000"}, "--s3-endpoint"},
        {{.url = "s3://test", .region = "eu west"}, "--s3-region"},
    };
    struct home h = home_make(NULL, NULL);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct s3_config c;
        struct error error = {.code = OK};
        if (s3_config_resolve(&bad[i].flags, &c, &error) != E_CONFIG || !strstr(error.text, bad[i].text))
            fail_msg("%zu: '%s'", i, error.text);
    }
    home_remove(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_win_over_the_environment_over_the_profile_over_defaults),
        cmocka_unit_test(a_url_is_a_bucket_and_perhaps_a_root),
        cmocka_unit_test(path_style_is_auto_on_or_off),
        cmocka_unit_test(what_cannot_be_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
