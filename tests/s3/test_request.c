#include "s3/request.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char origin[] = "http://h:9000", host[] = "h:9000", path[] = "/test", no_path[] = "";
static const struct address path_style = {origin, host, path};
static const struct address virtual_host = {origin, host, no_path};
static const char hash[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

static struct request build(const struct request_order *order, const struct address *address,
                            const char *token)
{
    struct request r = REQUEST_INIT;
    struct request_signature signature = {
        .address = address,
        .region = SLICE("us-east-1"),
        .access_key = SLICE("AK"),
        .session_token = slice_of(token),
        .timestamp = "20130524T000000Z",
    };
    struct error error;
    if (request_build(&r, order, &signature, &error) != OK)
        fail_msg("%s", error.text);
    /* The lines as one text. */
    for (size_t i = 0; i < r.headers.len; i++)
        if (r.headers.ptr[i] == '\0')
            r.headers.ptr[i] = '\n';
    return r;
}

static void a_put_carries_its_hash_twice_and_no_other_checksum(void **state)
{
    (void)state;
    struct request r = build(&(struct request_order){.verb = STORE_PUT,
                                                     .key = SLICE("pf1/0/k"),
                                                     .body_bytes = 5,
                                                     .body_sha256 = hash},
                             &path_style, NULL);
    assert_string_equal(r.method, "PUT");
    assert_string_equal(buf_cstr(&r.url), "http://h:9000/test/pf1/0/k");
    const char *head = buf_cstr(&r.headers);
    assert_non_null(strstr(head, "host: h:9000\n"));
    assert_non_null(strstr(head, "x-amz-date: 20130524T000000Z\n"));
    assert_non_null(strstr(head, "x-amz-content-sha256: e3b0"));
    assert_non_null(strstr(head, "x-amz-meta-pf-sha256: e3b0"));
    assert_non_null(
        strstr(head, "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-meta-pf-sha256, "));
    assert_null(strstr(head, "checksum"));
    assert_null(strstr(head, "MD5"));
    assert_null(strstr(head, "aws-chunked"));
    assert_null(strstr(head, "Expect"));
    request_release(&r);
}

static void a_key_that_others_chose_is_encoded_but_for_its_slashes(void **state)
{
    (void)state;
    struct request_order order = {.verb = STORE_GET,
                                  .key = SLICE("P0.a b/../1//x,k=a%2Cb+\xc3\xbc/"),
                                  .body_sha256 = hash};
    struct request r = build(&order, &path_style, NULL);
    assert_string_equal(buf_cstr(&r.url), "http://h:9000/test/P0.a%20b/../1//x%2Ck%3Da%252Cb%2B%C3%BC/");
    request_release(&r);
}

static void only_a_big_body_is_asked_for_first(void **state)
{
    (void)state;
    struct request_order order = {.verb = STORE_PUT,
                                  .key = SLICE("k"),
                                  .body_bytes = MIB,
                                  .body_sha256 = hash};
    struct request r = build(&order, &path_style, NULL);
    assert_non_null(strstr(buf_cstr(&r.headers), "Expect: 100-continue\n"));
    request_release(&r);
    order.body_bytes = MIB - 1;
    r = build(&order, &path_style, NULL);
    assert_null(strstr(buf_cstr(&r.headers), "Expect"));
    request_release(&r);
}

static void a_session_token_is_sent_and_signed(void **state)
{
    (void)state;
    struct request r =
        build(&(struct request_order){.verb = STORE_GET, .key = SLICE("k"), .body_sha256 = hash},
              &virtual_host, "tok+/=");
    assert_string_equal(r.method, "GET");
    assert_string_equal(buf_cstr(&r.url), "http://h:9000/k");
    assert_non_null(strstr(buf_cstr(&r.headers), "x-amz-security-token: tok+/=\n"));
    assert_non_null(strstr(buf_cstr(&r.headers), ";x-amz-security-token, "));
    request_release(&r);
}

static void a_listing_asks_for_encoded_keys_from_the_bucket_itself(void **state)
{
    (void)state;
    struct list_request list = {.prefix = SLICE("pf1/0/"), .after = SLICE("pf1/0/a b+c"), .max_keys = 1000};
    struct request_order order = {.verb = STORE_LIST, .list = &list, .body_sha256 = hash};
    struct request r = build(&order, &path_style, NULL);
    assert_string_equal(buf_cstr(&r.url), "http://h:9000/test?encoding-type=url&list-type=2&max-keys=1000&"
                                          "prefix=pf1%2F0%2F&start-after=pf1%2F0%2Fa%20b%2Bc");
    request_release(&r);

    list.server_token = SLICE("t/1=");
    r = build(&order, &virtual_host, NULL);
    assert_string_equal(buf_cstr(&r.url),
                        "http://h:9000/?continuation-token=t%2F1%3D&encoding-type=url&list-type=2&"
                        "max-keys=1000&prefix=pf1%2F0%2F");
    request_release(&r);
}

static void head_and_delete_name_their_methods(void **state)
{
    (void)state;
    struct request_order order = {.verb = STORE_HEAD, .key = SLICE("k"), .body_sha256 = hash};
    struct request r = build(&order, &path_style, NULL);
    assert_string_equal(r.method, "HEAD");
    request_release(&r);
    order.verb = STORE_DELETE;
    r = build(&order, &path_style, NULL);
    assert_string_equal(r.method, "DELETE");
    request_release(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_put_carries_its_hash_twice_and_no_other_checksum),
        cmocka_unit_test(a_key_that_others_chose_is_encoded_but_for_its_slashes),
        cmocka_unit_test(only_a_big_body_is_asked_for_first),
        cmocka_unit_test(a_session_token_is_sent_and_signed),
        cmocka_unit_test(a_listing_asks_for_encoded_keys_from_the_bucket_itself),
        cmocka_unit_test(head_and_delete_name_their_methods),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
