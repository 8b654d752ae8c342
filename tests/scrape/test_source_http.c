/* What a server of groups is asked, and what becomes of its answers. */
#include "scrape/source_http.h"

#include "tests/scrape/fixture.h"
#include "tests/support/fake_s3.h"

static enum status ask(const struct fake_step *step, struct buf *out, struct error *err)
{
    struct fake_s3 *fake = fake_s3_start(step, 1);
    char url[64];

    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/groups", fake_s3_port(fake));
    const struct source source = {.kind = SOURCE_HTTP, .url = slice_of(url), .access = {.user = "u"}};
    enum status status = source_http_ask(&source, &(struct receiver){note_found, out, NULL}, err);
    char *fault = fake_s3_end(fake);
    if (fault)
        fail_msg("%s", fault);
    return status;
}

static void groups_are_asked_for_as_json(void **state)
{
    const struct fake_step step = {.request = "GET /groups HTTP/1.1",
                                   .headers = {"accept: application/json"},
                                   .status = "200 OK",
                                   .answer = "[{\"targets\": [\"a:1\"], \"labels\": {\"x\": \"y\"}}]"};
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct error err = {0};

    (void)state;
    assert_int_equal(ask(&step, &out, &err), OK);
    assert_non_null(strstr(buf_cstr(&out), "x=y __address__=a:1 __meta_url=http://127.0.0.1:"));
}

static void an_error_is_no_empty_list(void **state)
{
    static const struct fake_step steps[] = {
        {.status = "500 Oops", .answer = "no"},
        {.status = "200 OK", .answer = "<html>"},
    };
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct error err = {0};

    (void)state;
    assert_int_equal(ask(&steps[0], &out, &err), E_UNAVAILABLE);
    assert_int_equal(ask(&steps[1], &out, &err), E_INVALID);
    assert_int_equal(out.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_asked_for_as_json),
        cmocka_unit_test(an_error_is_no_empty_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
