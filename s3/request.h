/*
 * An S3 request for one operation, signed: method, URL, headers. Pure; made anew for each attempt, since the
 * time is part of the signature.
 *
 * Sent and signed: host, x-amz-content-sha256 (the real hash), x-amz-date, x-amz-security-token,
 * x-amz-meta-pf-sha256. Never sent: x-amz-checksum-*, Content-MD5, aws-chunked bodies; some servers refuse
 * them.
 */
#ifndef S3_REQUEST_H
#define S3_REQUEST_H

#include "base/hash.h"
#include "s3/address.h"
#include "s3/list_xml.h"

enum { SHA256_HEX_CHARS = 2 * SHA256_BYTES };

/* What to ask for. */
struct request_order {
    enum store_verb verb;
    struct slice key;                /* not for LIST */
    const struct list_request *list; /* LIST only */
    size_t body_bytes;               /* PUT only */
    const char *body_sha256;         /* lower-case hex; of the empty body for all but PUT */
};

/* Who asks, and when. */
struct request_signature {
    const struct address *address;
    struct slice region;
    struct slice access_key;
    struct slice session_token; /* empty: none */
    struct sha256 key;          /* sigv4_key() of the day */
    const char *timestamp;      /* date_to_amz() */
};

struct request {
    const char *method;
    struct buf url;
    struct buf headers; /* "Name: value", each ended by a NUL */
};

#define REQUEST_INIT                                                                                         \
    {                                                                                                        \
        NULL, BUF_INIT(LIMIT_HEADER_BYTES), BUF_INIT(LIMIT_HEADER_BYTES)                                     \
    }

/* Fills an initialised request; what it held before is gone. E_INVALID: it does not fit its bounds. */
NODISCARD enum status request_build(struct request *r, const struct request_order *order,
                                    const struct request_signature *signature, struct error *err);
void request_release(struct request *r);

#endif
