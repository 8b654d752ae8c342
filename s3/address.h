/*
 * Where the bucket answers: scheme and host of its URL, and what stands in front of a key in the path. Pure.
 *
 *     path style          http://127.0.0.1:9000/BUCKET/KEY
 *     virtual host        https://BUCKET.s3.eu-west-1.amazonaws.com/KEY
 *
 * Path style by default when an endpoint is given, unless it is one of amazonaws.com; also for a bucket with
 * a dot in its name over TLS, since no certificate covers such a host name.
 */
#ifndef S3_ADDRESS_H
#define S3_ADDRESS_H

#include "s3/s3.h"

struct address {
    char *origin; /* "https://s3.eu-west-1.amazonaws.com" */
    char *host;   /* as in the Host header: without the scheme's own port, in lower case */
    char *path;   /* "/BUCKET" or ""; a path of the endpoint stands in front */
};

/* E_CONFIG names what cannot be: the bucket name, the endpoint. */
NODISCARD enum status address_make(const struct s3_options *options, struct address *ret_address,
                                   struct error *err);
void address_release(struct address *a);

/* 3 to 63 of A-Z a-z 0-9 . - _, beginning and ending with a letter or digit, no "..", not ending in "--x-s3".
 */
NODISCARD enum status address_bucket_ok(struct slice bucket, struct error *err);
/* 1 to 32 of a-z A-Z 0-9 -. */
bool address_region_ok(struct slice region);

#endif
