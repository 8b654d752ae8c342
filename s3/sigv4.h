/*
 * AWS Signature Version 4 in the Authorization header, as S3 wants it: the path is taken as it goes over the
 * wire, encoded once and never normalised. Pure: the time and the keys are arguments.
 *
 * Source: "Signature Version 4 signing process", Amazon S3 API reference, "Authenticating requests". Proven
 * with the published vectors (tests/vectors/sigv4/).
 */
#ifndef S3_SIGV4_H
#define S3_SIGV4_H

#include "base/buf.h"
#include "base/hash.h"

enum { SIGV4_HEADERS_MAX = 16, SIGV4_QUERY_MAX = 16 };

/* A header that is signed; the name is in lower case. */
struct sigv4_header {
    struct slice name;
    struct slice value;
};

struct sigv4_request {
    struct slice method;
    struct slice path;                  /* percent-encoded, begins with '/' */
    struct slice query;                 /* percent-encoded pairs joined by '&', in any order; may be empty */
    const struct sigv4_header *headers; /* in any order; "host" and "x-amz-date" among them */
    size_t header_count;                /* at most SIGV4_HEADERS_MAX */
    struct slice payload_hash;          /* lower-case hex of the body's SHA-256, or what stands for it */
    const char *timestamp;              /* date_to_amz() */
};

/* A day's signing key: worth keeping, it costs four HMACs. */
struct sigv4_signer {
    struct slice access_key;
    struct slice region;
    struct slice service; /* "s3" */
    struct sha256 key;    /* sigv4_key() for the day of the timestamp */
};

/* `day` is the first eight characters of the timestamp. */
struct sha256 sigv4_key(struct slice secret, struct slice day, struct slice region, struct slice service);

/* Appends the value of the Authorization header. */
void sigv4_authorization(const struct sigv4_request *request, const struct sigv4_signer *signer,
                         struct buf *out);

/* The steps on the way, for the vectors. Both append. */
void sigv4_canonical_request(const struct sigv4_request *request, struct buf *out);
void sigv4_string_to_sign(const struct sigv4_request *request, const struct sigv4_signer *signer,
                          struct slice canonical_request, struct buf *out);

#endif
