/* The services that hand out credentials, each played by the scripted server. */
#include "s3/credentials.h"
#include "tests/s3/home.h"

#define KEYS                                                                                                 \
    "{\"Code\":\"Success\",\"AccessKeyId\":\"ASIA\",\"SecretAccessKey\":\"s/e\",\"Token\":\"tok\","          \
    "\"Expiration\":\"2031-01-01T10:00:00Z\",\"RoleArn\":\"x\"}"
#define STS                                                                                                  \
    "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"                \
    "<AssumeRoleWithWebIdentityResult><SubjectFromWebIdentityToken>u</"                                      \
    "SubjectFromWebIdentityToken><Credentials>"                                                              \
    "<SessionToken>tok</SessionToken><SecretAccessKey>s/e</SecretAccessKey>"                                 \
    "<Expiration>2031-01-01T10:00:00Z</Expiration><AccessKeyId>ASIA</AccessKeyId></Credentials>"             \
    "</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"

struct service {
    struct fake_s3 *fake;
    struct fetch *fetch;
    struct home home;
};

/* The variable points at the fake. */
static struct service begin(const struct fake_step *steps, size_t count, const char *variable,
                            const char *path)
{
    struct service s = {.home = home_make(NULL, NULL)};
    s.fake = fake_s3_start(steps, count);
    s.fetch = fetch_new(NULL);
    char url[128];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d%s", fake_s3_port(s.fake), path);
    (void)setenv(variable, url, 1);
    return s;
}

static enum status load(struct service *s, struct credentials *c, struct error *error)
{
    return credentials_load(&(struct credential_needs){.region = "us-east-1", .fetch = s->fetch}, c, error);
}

static void end(struct service *s)
{
    fetch_free(s->fetch);
    home_remove(&s->home);
    char *fault = fake_s3_end(s->fake);
    if (fault) {
        print_error("%s\n", fault);
        free(fault);
        fail();
    }
}

static void expect_keys(struct service *s, const char *source)
{
    struct credentials c;
    struct error error;
    if (load(s, &c, &error) != OK)
        fail_msg("%s", error.text);
    assert_string_equal(c.access_key, "ASIA");
    assert_true(slice_eq(secret_bytes(&c.secret_key), SLICE("s/e")));
    assert_true(slice_eq(secret_bytes(&c.session_token), SLICE("tok")));
    assert_int_equal(c.expires_ms, 1925028000000);
    assert_string_equal(c.source, source);
    credentials_release(&c);
    end(s);
}

static void expect_failure(struct service *s, enum status wanted, const char *text)
{
    struct credentials c;
    struct error error = {.code = OK};
    enum status code = load(s, &c, &error);
    if (code != wanted || !strstr(error.text, text))
        fail_msg("%s: '%s' says nothing of '%s'", status_name(code), error.text, text);
    end(s);
}

/* --- instance --- */

static void an_instance_is_asked_for_a_token_a_role_and_its_keys(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.request = "PUT /latest/api/token HTTP/1.1",
         .headers = {"x-aws-ec2-metadata-token-ttl-seconds: 21600", "content-length: 0"},
         .status = "200 OK",
         .answer = "AQAEtoken=="},
        {.request = "GET /latest/meta-data/iam/security-credentials/ HTTP/1.1",
         .headers = {"x-aws-ec2-metadata-token: AQAEtoken=="},
         .status = "200 OK",
         .answer = "my-role\n"},
        {.request = "GET /latest/meta-data/iam/security-credentials/my-role HTTP/1.1",
         .headers = {"x-aws-ec2-metadata-token: AQAEtoken=="},
         .status = "200 OK",
         .answer = KEYS},
    };
    struct service s = begin(talk, 3, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "/");
    (void)unsetenv("AWS_EC2_METADATA_DISABLED");
    expect_keys(&s, "the instance's role my-role");
}

static void no_metadata_service_is_the_end_of_the_chain(void **state)
{
    (void)state;
    const struct fake_step talk[] = {{.request = "PUT *", .status = "404 Not Found"}};
    struct service s = begin(talk, 1, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "");
    (void)unsetenv("AWS_EC2_METADATA_DISABLED");
    expect_failure(&s, E_CONFIG, "no credentials");
}

static void an_instance_without_a_role_is_the_end_of_the_chain(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.request = "PUT *", .status = "200 OK", .answer = "t"},
        {.request = "GET *", .status = "404 Not Found"},
    };
    struct service s = begin(talk, 2, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "");
    (void)unsetenv("AWS_EC2_METADATA_DISABLED");
    expect_failure(&s, E_CONFIG, "no credentials");
}

static void a_proxy_never_sees_the_metadata_service(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.request = "PUT /latest/api/token HTTP/1.1", .status = "404 Not Found"}};
    struct service s = begin(talk, 1, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "");
    (void)unsetenv("AWS_EC2_METADATA_DISABLED");
    (void)setenv("http_proxy", "http://127.0.0.1:1", 1);
    (void)unsetenv("no_proxy");
    expect_failure(&s, E_CONFIG, "says 404");
    (void)setenv("no_proxy", "*", 1);
}

/* --- container --- */

static void a_container_agent_gets_its_token(void **state)
{
    (void)state;
    const struct fake_step talk[] = {{.request = "GET /v2/keys?id=1 HTTP/1.1",
                                      .headers = {"authorization: Basic abc"},
                                      .status = "200 OK",
                                      .answer = KEYS}};
    struct service s = begin(talk, 1, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "/v2/keys?id=1");
    (void)setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic abc", 1);
    expect_keys(&s, "the container's credentials");
}

static void a_container_token_file_is_read_and_wins(void **state)
{
    (void)state;
    const struct fake_step talk[] = {{.request = "GET / HTTP/1.1",
                                      .headers = {"authorization: fresh"},
                                      .status = "200 OK",
                                      .answer = KEYS}};
    struct service s = begin(talk, 1, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "/");
    home_write(s.home.config, "fresh\n");
    (void)setenv("AWS_CONFIG_FILE", "/nonexistent", 1);
    (void)setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "stale", 1);
    (void)setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", s.home.config, 1);
    expect_keys(&s, "the container's credentials");
}

static void keys_never_go_over_plain_http_to_another_machine(void **state)
{
    (void)state;
    struct home h = home_make(NULL, NULL);
    const char *const urls[] = {"http://example.com/x", "http://127.0.0.1.example.com/", "http://localhostx/",
                                "http://localhost:x@example.com/", "ftp://h"};
    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        (void)setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", urls[i], 1);
        struct credentials c;
        struct error error;
        assert_int_equal(credentials_load(&(struct credential_needs){.region = "x"}, &c, &error), E_CONFIG);
        assert_non_null(strstr(error.text, "must be https"));
    }
    home_remove(&h);
}

static void a_container_agent_that_refuses_or_fails_is_told_apart(void **state)
{
    (void)state;
    const struct fake_step refuses[] = {{.status = "403 Forbidden"}}, fails[] = {{.status = "500 Oops"}};
    struct service s = begin(refuses, 1, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "/");
    expect_failure(&s, E_DENIED, "403");
    s = begin(fails, 1, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "/");
    expect_failure(&s, E_UNAVAILABLE, "500");
}

static void an_answer_that_makes_no_sense_gives_no_keys_and_is_not_repeated(void **state)
{
    (void)state;
    const char *const bad[] = {
        "",
        "secret-thing",
        "{\"AccessKeyId\":\"A\",\"Token\":\"secret-thing\"}",
        "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"secret-thing\",\"Token\":\"t\",\"Expiration\":"
        "\"soon\"}",
        "{\"AccessKeyId\":\"\",\"SecretAccessKey\":\"secret-thing\",\"Token\":\"t\",\"Expiration\":\"2031-01-"
        "01T10:00:00Z\"}",
        "{\"AccessKeyId\":\"A\\nB\",\"SecretAccessKey\":\"s\",\"Token\":\"t\",\"Expiration\":\"2031-01-01T10:"
        "00:00Z\"}",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const struct fake_step talk[] = {{.status = "200 OK", .answer = bad[i]}};
        struct service s = begin(talk, 1, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "/");
        struct credentials c;
        struct error error;
        assert_int_equal(load(&s, &c, &error), E_UNAVAILABLE);
        assert_null(strstr(error.text, "secret-thing"));
        end(&s);
    }
}

/* --- web identity --- */

static void web_identity_sends_the_token_of_the_file_to_sts(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.request = "POST / HTTP/1.1",
         .headers = {"content-type: application/x-www-form-urlencoded", "!authorization"},
         .body = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=brazier&"
                 "RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&WebIdentityToken=ey.J%2B1",
         .status = "200 OK",
         .answer = STS}};
    struct service s = begin(talk, 1, "AWS_ENDPOINT_URL_STS", "/");
    home_write(s.home.credentials, "ey.J+1\n");
    (void)setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent", 1);
    (void)setenv("AWS_WEB_IDENTITY_TOKEN_FILE", s.home.credentials, 1);
    (void)setenv("AWS_ROLE_ARN", "arn:aws:iam::1:role/r", 1);
    expect_keys(&s, "web identity as arn:aws:iam::1:role/r");
}

static void a_refusal_of_sts_is_named(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.status = "400 Bad Request",
         .answer = "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredTokenException</Code></Error></"
                   "ErrorResponse>"}};
    struct service s = begin(talk, 1, "AWS_ENDPOINT_URL_STS", "/");
    home_write(s.home.config, "ey\n");
    (void)setenv("AWS_CONFIG_FILE", "/nonexistent", 1);
    (void)setenv("AWS_WEB_IDENTITY_TOKEN_FILE", s.home.config, 1);
    (void)setenv("AWS_ROLE_ARN", "arn:r", 1);
    expect_failure(&s, E_DENIED, "400 ExpiredTokenException");
}

static void an_sts_answer_that_is_cut_gives_no_keys(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.status = "200 OK",
         .answer = "<R><Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>secret-thing</S"}};
    struct service s = begin(talk, 1, "AWS_ENDPOINT_URL_STS", "/");
    home_write(s.home.config, "ey\n");
    (void)setenv("AWS_CONFIG_FILE", "/nonexistent", 1);
    (void)setenv("AWS_WEB_IDENTITY_TOKEN_FILE", s.home.config, 1);
    (void)setenv("AWS_ROLE_ARN", "arn:r", 1);
    expect_failure(&s, E_UNAVAILABLE, "makes no sense");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_instance_is_asked_for_a_token_a_role_and_its_keys),
        cmocka_unit_test(no_metadata_service_is_the_end_of_the_chain),
        cmocka_unit_test(an_instance_without_a_role_is_the_end_of_the_chain),
        cmocka_unit_test(a_proxy_never_sees_the_metadata_service),
        cmocka_unit_test(a_container_agent_gets_its_token),
        cmocka_unit_test(a_container_token_file_is_read_and_wins),
        cmocka_unit_test(keys_never_go_over_plain_http_to_another_machine),
        cmocka_unit_test(a_container_agent_that_refuses_or_fails_is_told_apart),
        cmocka_unit_test(an_answer_that_makes_no_sense_gives_no_keys_and_is_not_repeated),
        cmocka_unit_test(web_identity_sends_the_token_of_the_file_to_sts),
        cmocka_unit_test(a_refusal_of_sts_is_named),
        cmocka_unit_test(an_sts_answer_that_is_cut_gives_no_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
