#include "s3/error_xml.h"

#include "tests/s3/text_file.h"

#include <string.h>

static struct error_xml parse_file(const char *name)
{
    struct buf path CLEANUP(buf_release) = BUF_INIT(512),
                    body CLEANUP(buf_release) = BUF_INIT(LIMIT_ERROR_BODY_BYTES);
    buf_printf(&path, "tests/data/s3-errors/%s.xml", name);
    text_file_read(buf_cstr(&path), &body);
    struct error_xml fault;
    error_xml_parse(buf_slice(&body), &fault);
    return fault;
}

static void what_real_servers_sent_is_understood(void **state)
{
    (void)state;
    struct error_xml f = parse_file("SlowDown.ceph-16.2");
    assert_true(f.found);
    assert_string_equal(f.code, "SlowDown");
    assert_string_equal(f.message, "");
    assert_true(f.request_id[0]);

    f = parse_file("AuthorizationHeaderMalformed.swift-2.30");
    assert_string_equal(f.code, "AuthorizationHeaderMalformed");
    assert_string_equal(f.region, "us-east-1");

    f = parse_file("RequestTimeTooSkewed.minio-2019-03");
    assert_string_equal(f.code, "RequestTimeTooSkewed");
    assert_non_null(strstr(f.message, "server's time"));
    assert_string_equal(f.request_id, "");

    /* Gives back what it would have signed; none of that is kept. */
    f = parse_file("SignatureDoesNotMatch.swift-2.30");
    assert_string_equal(f.code, "SignatureDoesNotMatch");
    assert_null(memmem(&f, sizeof f, "AWS4-HMAC", 9));
}

static void a_body_of_another_kind_is_no_error_body(void **state)
{
    (void)state;
    assert_false(parse_file("no-code-400.swift-2.30").found);
    const char *const others[] = {"", "Not found", "<ListBucketResult><Code>x</Code></ListBucketResult>",
                                  "{}"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        struct error_xml f;
        error_xml_parse(slice_of(others[i]), &f);
        assert_false(f.found);
        assert_string_equal(f.code, "");
    }
}

static void a_cut_body_keeps_what_came(void **state)
{
    (void)state;
    struct error_xml f;
    error_xml_parse(SLICE("<Error><Code>InternalError</Code><Mess"), &f);
    assert_true(f.found);
    assert_string_equal(f.code, "InternalError");
}

static void fields_are_cut_and_made_printable(void **state)
{
    (void)state;
    struct buf body CLEANUP(buf_release) = BUF_INIT(4096);
    buf_append_cstr(&body, "<Error><Code>A&#10;B\xc3\xa9</Code><Message>");
    for (int i = 0; i < 1000; i++)
        buf_append_byte(&body, 'm');
    buf_append_cstr(&body, "</Message><Deep><Code>other</Code></Deep></Error>");
    struct error_xml f;
    error_xml_parse(buf_slice(&body), &f);
    assert_string_equal(f.code, "A?B??");
    assert_int_equal(strlen(f.message), sizeof f.message - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_real_servers_sent_is_understood),
        cmocka_unit_test(a_body_of_another_kind_is_no_error_body),
        cmocka_unit_test(a_cut_body_keeps_what_came),
        cmocka_unit_test(fields_are_cut_and_made_printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
