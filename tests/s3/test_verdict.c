#include "s3/verdict.h"

#include "tests/s3/text_file.h"

#include <string.h>

enum { ALL = -1 };

/* Answers as real servers gave them (tests/data/s3-errors/), or a bare code, and what must follow. */
static const struct {
    int verb; /* ALL: any but HEAD, which has no body */
    int status;
    const char *file; /* or: */
    const char *code; /* "" a body without one */
    enum status wanted;
    enum verdict_step step;
} cases[] = {
    {ALL, 503, "SlowDown.ceph-16.2", NULL, E_BUSY, STEP_NONE},
    {ALL, 503, "ServiceUnavailable.swift-2.30", NULL, E_BUSY, STEP_NONE},
    {ALL, 503, NULL, "SlowDownWrite", E_BUSY, STEP_NONE},
    {ALL, 503, NULL, "", E_BUSY, STEP_NONE},
    {ALL, 500, NULL, "SlowDownRead", E_BUSY, STEP_NONE},
    {ALL, 429, NULL, "TooManyRequests", E_BUSY, STEP_NONE},
    {ALL, 400, NULL, "SlowDown", E_BUSY, STEP_NONE},
    {ALL, 200, NULL, "SlowDown", E_BUSY, STEP_NONE},

    {ALL, 500, NULL, "InternalError", E_UNAVAILABLE, STEP_NONE},
    {ALL, 500, NULL, "", E_UNAVAILABLE, STEP_NONE},
    {ALL, 502, NULL, "", E_UNAVAILABLE, STEP_NONE},
    {ALL, 504, NULL, "", E_UNAVAILABLE, STEP_NONE},
    {ALL, 507, NULL, "XMinioStorageFull", E_UNAVAILABLE, STEP_NONE},
    {ALL, 599, NULL, "", E_UNAVAILABLE, STEP_NONE},
    {ALL, 999, NULL, "", E_UNAVAILABLE, STEP_NONE},
    {ALL, 408, NULL, "", E_UNAVAILABLE, STEP_NONE},
    {ALL, 409, NULL, "OperationAborted", E_UNAVAILABLE, STEP_NONE},
    {ALL, 400, NULL, "RequestTimeout", E_UNAVAILABLE, STEP_NONE},
    {ALL, 400, NULL, "IncompleteBody", E_UNAVAILABLE, STEP_NONE},
    {ALL, 400, "BadDigest.swift-2.30", NULL, E_UNAVAILABLE, STEP_NONE},
    {ALL, 400, "XAmzContentSHA256Mismatch.ceph-16.2", NULL, E_UNAVAILABLE, STEP_NONE},
    {ALL, 200, NULL, "InternalError", E_UNAVAILABLE, STEP_NONE},

    {ALL, 403, "RequestTimeTooSkewed.ceph-16.2", NULL, E_CONFIG, STEP_CLOCK},
    {ALL, 403, "RequestTimeTooSkewed.minio-2019-03", NULL, E_CONFIG, STEP_CLOCK},
    {ALL, 403, "RequestTimeTooSkewed.swift-2.30", NULL, E_CONFIG, STEP_CLOCK},

    {ALL, 400, NULL, "ExpiredToken", E_DENIED, STEP_CREDENTIALS},
    {ALL, 400, NULL, "InvalidToken", E_DENIED, STEP_CREDENTIALS},
    {ALL, 403, NULL, "ExpiredToken", E_DENIED, STEP_CREDENTIALS},
    {ALL, 403, "InvalidAccessKeyId.ceph-16.2", NULL, E_DENIED, STEP_CREDENTIALS},
    {ALL, 403, "InvalidAccessKeyId.minio-2019-03", NULL, E_DENIED, STEP_CREDENTIALS},
    {ALL, 403, "SignatureDoesNotMatch.ceph-16.2", NULL, E_DENIED, STEP_CREDENTIALS},
    {ALL, 403, "SignatureDoesNotMatch.minio-2019-03", NULL, E_DENIED, STEP_CREDENTIALS},
    {ALL, 403, "SignatureDoesNotMatch.swift-2.30", NULL, E_DENIED, STEP_CREDENTIALS},

    {ALL, 301, NULL, "PermanentRedirect", E_CONFIG, STEP_REGION},
    {ALL, 307, NULL, "TemporaryRedirect", E_CONFIG, STEP_REGION},
    {ALL, 400, "AuthorizationHeaderMalformed.swift-2.30", NULL, E_CONFIG, STEP_REGION},

    {ALL, 403, "AccessDenied.ceph-16.2", NULL, E_DENIED, STEP_NONE},
    {ALL, 403, "AccessDenied.minio-2019-03", NULL, E_DENIED, STEP_NONE},
    {ALL, 403, "QuotaExceeded.ceph-16.2", NULL, E_DENIED, STEP_NONE},
    {ALL, 403, "UserSuspended.ceph-16.2", NULL, E_DENIED, STEP_NONE},
    {ALL, 403, NULL, "", E_DENIED, STEP_NONE},
    {ALL, 404, "NoSuchBucket.ceph-16.2", NULL, E_CONFIG, STEP_NONE},
    {ALL, 404, "NoSuchBucket.minio-2019-03", NULL, E_CONFIG, STEP_NONE},
    {ALL, 404, "NoSuchBucket.swift-2.30", NULL, E_CONFIG, STEP_NONE},
    {ALL, 400, "no-code-400.swift-2.30", NULL, E_CONFIG, STEP_NONE},
    {ALL, 405, NULL, "MethodNotAllowed", E_CONFIG, STEP_NONE},
    {ALL, 501, NULL, "NotImplemented", E_CONFIG, STEP_NONE},

    {STORE_PUT, 400, "InvalidObjectName.ceph-16.2", NULL, E_INVALID, STEP_NONE},
    {STORE_PUT, 400, "KeyTooLongError.swift-2.30", NULL, E_INVALID, STEP_NONE},
    {STORE_PUT, 400, "XMinioInvalidObjectName.minio-2019-03", NULL, E_INVALID, STEP_NONE},
    {STORE_PUT, 400, NULL, "EntityTooLarge", E_TOO_LARGE, STEP_NONE},
    {STORE_PUT, 413, NULL, "", E_TOO_LARGE, STEP_NONE},

    {STORE_GET, 404, "NoSuchKey.ceph-16.2", NULL, E_NOT_FOUND, STEP_NONE},
    {STORE_GET, 404, "NoSuchKey.minio-2019-03", NULL, E_NOT_FOUND, STEP_NONE},
    {STORE_GET, 404, "NoSuchKey.swift-2.30", NULL, E_NOT_FOUND, STEP_NONE},
    {STORE_GET, 404, NULL, "", E_CONFIG, STEP_NONE}, /* a proxy's: the object may be there */
    {STORE_PUT, 404, "NoSuchKey.ceph-16.2", NULL, E_CONFIG, STEP_NONE},
    {STORE_LIST, 404, NULL, "", E_CONFIG, STEP_NONE},
    {STORE_DELETE, 404, "NoSuchKey.ceph-16.2", NULL, OK, STEP_NONE},
    {STORE_DELETE, 404, NULL, "", OK, STEP_NONE},

    {STORE_HEAD, 404, NULL, "", E_NOT_FOUND, STEP_NONE},
    {STORE_HEAD, 403, NULL, "", E_DENIED, STEP_CREDENTIALS},
    {STORE_HEAD, 400, NULL, "", E_DENIED, STEP_CREDENTIALS},
    {STORE_HEAD, 503, NULL, "", E_BUSY, STEP_NONE},
    {STORE_HEAD, 301, NULL, "", E_CONFIG, STEP_REGION},
};

static struct error_xml fault_of(const char *file, const char *code)
{
    struct error_xml fault = {.found = false};
    if (file) {
        struct buf path CLEANUP(buf_release) = BUF_INIT(512);
        struct buf body CLEANUP(buf_release) = BUF_INIT(LIMIT_ERROR_BODY_BYTES);
        buf_printf(&path, "tests/data/s3-errors/%s.xml", file);
        text_file_read(buf_cstr(&path), &body);
        error_xml_parse(buf_slice(&body), &fault);
    } else if (code[0]) {
        fault.found = true;
        error_xml_copy(fault.code, sizeof fault.code, slice_of(code));
    }
    return fault;
}

static void every_row_of_the_table_is_decided_as_it_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct answer answer = {.status = cases[i].status};
        struct error_xml fault = fault_of(cases[i].file, cases[i].code);
        for (int verb = 0; verb < STORE_VERBS; verb++) {
            if (cases[i].verb == ALL ? verb == STORE_HEAD : verb != cases[i].verb)
                continue;
            struct verdict v = verdict_of((enum store_verb)verb, &answer, &fault);
            if (v.code != cases[i].wanted || v.step != cases[i].step)
                fail_msg("case %zu (%d %s), %s: %s, step %d", i, cases[i].status, fault.code,
                         store_verb_name((enum store_verb)verb), status_name(v.code), (int)v.step);
        }
    }
}

static void success_without_an_error_body_is_success(void **state)
{
    (void)state;
    struct error_xml none = {.found = false};
    for (int status = 200; status < 300; status++)
        assert_int_equal(verdict_of(STORE_PUT, &(struct answer){.status = status}, &none).code, OK);
}

static void no_other_status_is_taken_for_success_or_for_absence(void **state)
{
    (void)state;
    struct error_xml none = {.found = false};
    for (int status = 0; status < 1000; status++) {
        enum status code = verdict_of(STORE_GET, &(struct answer){.status = status}, &none).code;
        assert_true((code == OK) == (status >= 200 && status <= 299));
        /* E_NOT_FOUND only if the bucket says NoSuchKey. */
        assert_int_not_equal(code, E_NOT_FOUND);
    }
}

static void the_region_is_taken_from_the_header_first(void **state)
{
    (void)state;
    struct answer a = {.region = "eu-west-1"};
    struct error_xml f = {.region = "eu-central-1"};
    assert_string_equal(verdict_region(&a, &f), "eu-west-1");
    a.region[0] = '\0';
    assert_string_equal(verdict_region(&a, &f), "eu-central-1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_table_is_decided_as_it_says),
        cmocka_unit_test(success_without_an_error_body_is_success),
        cmocka_unit_test(no_other_status_is_taken_for_success_or_for_absence),
        cmocka_unit_test(the_region_is_taken_from_the_header_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
