/*
 * The first row that fits decides, so rows with a code stand above the row of their status that takes any
 * code.
 *
 * Why some rows are as they are:
 *   - A HEAD has no body, so its 400 and 403 may be about expired credentials as well as about rights, and
 * its 404 is an answer. Elsewhere a 404 is "absent" only if it says NoSuchKey: a proxy's own 404 must never
 * make an object forgotten.
 *   - SignatureDoesNotMatch reads the credentials again because Swift says so of an unknown access key, and
 *     because a key file may have been replaced between our look at it and the request.
 *   - A 2xx with an <Error> inside is a failure that the server noticed after it had sent the head.
 *   - A redirect is never followed: the signature is good for one host only, and S3 redirects to name a
 * region.
 */
#include "s3/verdict.h"

#include <string.h>

enum {
    PUT = 1 << STORE_PUT,
    GET = 1 << STORE_GET,
    HEAD = 1 << STORE_HEAD,
    DELETE = 1 << STORE_DELETE,
    ANY = (1 << STORE_VERBS) - 1,
};

struct row {
    int from, to;     /* statuses */
    const char *code; /* NULL: any or none; "": none */
    unsigned verbs;
    struct verdict verdict;
};

static const char advice_reload[] = "the credentials are unknown or have expired";
static const char advice_altered[] = "the body was altered on its way";
static const char advice_no_s3[] = "is the endpoint an S3 server?";
static const char advice_region[] = "set --s3-region or AWS_REGION to the bucket's region";
static const char advice_bucket[] = "create the bucket or correct its name";
static const char advice_name[] = "this server cannot hold such a key";

static const struct row rows[] = {
    {200, 299, "SlowDown", ANY, {E_BUSY, STEP_NONE, ""}},
    {200, 299, NULL, ANY, {E_UNAVAILABLE, STEP_NONE, "an error inside an answer that began as a success"}},

    {300, 399, NULL, ANY, {E_CONFIG, STEP_REGION, advice_region}},

    {400, 400, "RequestTimeout", ANY, {E_UNAVAILABLE, STEP_NONE, ""}},
    {400, 400, "RequestTimeTooSkewed", ANY, {E_CONFIG, STEP_CLOCK, "correct the clock of this machine"}},
    {400, 400, "IncompleteBody", ANY, {E_UNAVAILABLE, STEP_NONE, "the body did not arrive whole"}},
    {400, 400, "BadDigest", ANY, {E_UNAVAILABLE, STEP_NONE, advice_altered}},
    {400, 400, "XAmzContentSHA256Mismatch", ANY, {E_UNAVAILABLE, STEP_NONE, advice_altered}},
    {400, 400, "SlowDown", ANY, {E_BUSY, STEP_NONE, ""}},
    {400, 400, "ExpiredToken", ANY, {E_DENIED, STEP_CREDENTIALS, advice_reload}},
    {400, 400, "InvalidToken", ANY, {E_DENIED, STEP_CREDENTIALS, advice_reload}},
    {400, 400, "InvalidAccessKeyId", ANY, {E_DENIED, STEP_CREDENTIALS, advice_reload}},
    {400, 400, "AuthorizationHeaderMalformed", ANY, {E_CONFIG, STEP_REGION, advice_region}},
    {400, 400, "IllegalLocationConstraintException", ANY, {E_CONFIG, STEP_REGION, advice_region}},
    {400, 400, "InvalidBucketName", ANY, {E_CONFIG, STEP_NONE, advice_bucket}},
    {400, 400, "EntityTooLarge", ANY, {E_TOO_LARGE, STEP_NONE, "the server takes no object of this size"}},
    {400, 400, "KeyTooLongError", ANY, {E_INVALID, STEP_NONE, advice_name}},
    {400, 400, "InvalidObjectName", ANY, {E_INVALID, STEP_NONE, advice_name}},
    {400, 400, "XMinioInvalidObjectName", ANY, {E_INVALID, STEP_NONE, advice_name}},
    {400, 400, NULL, HEAD, {E_DENIED, STEP_CREDENTIALS, ""}},
    {400, 400, "", ANY, {E_CONFIG, STEP_NONE, advice_no_s3}},

    {401, 401, NULL, ANY, {E_DENIED, STEP_CREDENTIALS, advice_no_s3}},

    {403, 403, "RequestTimeTooSkewed", ANY, {E_CONFIG, STEP_CLOCK, "correct the clock of this machine"}},
    {403, 403, "ExpiredToken", ANY, {E_DENIED, STEP_CREDENTIALS, advice_reload}},
    {403, 403, "InvalidToken", ANY, {E_DENIED, STEP_CREDENTIALS, advice_reload}},
    {403, 403, "InvalidAccessKeyId", ANY, {E_DENIED, STEP_CREDENTIALS, advice_reload}},
    {403, 403, "SignatureDoesNotMatch", ANY, {E_DENIED, STEP_CREDENTIALS, "check access key and secret key"}},
    {403, 403, "QuotaExceeded", ANY, {E_DENIED, STEP_NONE, "the quota of the bucket or user is used up"}},
    {403, 403, "UserSuspended", ANY, {E_DENIED, STEP_NONE, "the user is suspended"}},
    {403, 403, NULL, HEAD, {E_DENIED, STEP_CREDENTIALS, ""}},
    {403, 403, NULL, ANY, {E_DENIED, STEP_NONE, "the credentials lack the right to do this"}},

    {404, 404, "NoSuchBucket", ANY, {E_CONFIG, STEP_NONE, advice_bucket}},
    {404, 404, "NoSuchKey", GET | HEAD, {E_NOT_FOUND, STEP_NONE, ""}},
    {404, 404, "", HEAD, {E_NOT_FOUND, STEP_NONE, ""}},
    {404, 404, "NoSuchKey", DELETE, {OK, STEP_NONE, ""}},
    {404, 404, "", DELETE, {OK, STEP_NONE, ""}},
    {404, 404, NULL, ANY, {E_CONFIG, STEP_NONE, advice_no_s3}},

    {408, 408, NULL, ANY, {E_UNAVAILABLE, STEP_NONE, ""}},
    {409, 409, NULL, ANY, {E_UNAVAILABLE, STEP_NONE, "another request was in the way"}},
    {413, 413, NULL, PUT, {E_TOO_LARGE, STEP_NONE, "the server takes no object of this size"}},
    {429, 429, NULL, ANY, {E_BUSY, STEP_NONE, ""}},
    {400, 499, NULL, ANY, {E_CONFIG, STEP_NONE, "the server refuses the request as wrong"}},

    {500, 599, "SlowDown", ANY, {E_BUSY, STEP_NONE, ""}},
    {500, 599, "SlowDownRead", ANY, {E_BUSY, STEP_NONE, ""}},
    {500, 599, "SlowDownWrite", ANY, {E_BUSY, STEP_NONE, ""}},
    {501, 501, NULL, ANY, {E_CONFIG, STEP_NONE, "the server does not know this request"}},
    {503, 503, NULL, ANY, {E_BUSY, STEP_NONE, ""}},
    {507, 507, NULL, ANY, {E_UNAVAILABLE, STEP_NONE, "the server's storage is full"}},
    {500, 599, NULL, ANY, {E_UNAVAILABLE, STEP_NONE, ""}},
};

struct verdict verdict_of(enum store_verb verb, const struct answer *answer, const struct error_xml *fault)
{
    if (answer->status >= 200 && answer->status <= 299 && !fault->found)
        return (struct verdict){OK, STEP_NONE, ""};

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct row *row = &rows[i];
        if (answer->status < row->from || answer->status > row->to || !(row->verbs & (1U << verb)))
            continue;
        if (!row->code || strcmp(row->code, fault->code) == 0)
            return row->verdict;
    }
    return (struct verdict){E_UNAVAILABLE, STEP_NONE, "an answer that HTTP does not know"};
}

const char *verdict_region(const struct answer *answer, const struct error_xml *fault)
{
    return answer->region[0] ? answer->region : fault->region;
}
