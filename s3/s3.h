/*
 * The S3 store: objects in a bucket of any S3-compatible server, behind the store interface (store/store.h).
 *
 * It makes one attempt for one operation. Attempts after a passing failure are a wrapper's business; what is
 * here is the second request that belongs to the same attempt: signed again with the bucket's clock, with
 * fresh credentials or for the region that the bucket named, each at most once for one operation.
 *
 * Completions run on the store's I/O thread. Codes are those of store.h; the texts name verb, bucket, host,
 * the server's code and its request id, never a secret. A PUT runs until its deadline; a LIST takes 5 s at
 * most, GET, HEAD and DELETE wait 10 s at most for the first byte, and a body must come at 10 kB/s over 5 s.
 */
#ifndef S3_S3_H
#define S3_S3_H

#include "store/store.h"

enum s3_path_style {
    S3_PATH_STYLE_AUTO, /* the bucket stands in the host name on amazonaws.com, else in the path */
    S3_PATH_STYLE_ON,
    S3_PATH_STYLE_OFF,
};

/* Everything is copied by s3_store_open(). Keys come to the store with their root: it adds no prefix. */
struct s3_options {
    const char *bucket;
    const char *endpoint; /* "http[s]://HOST[:PORT][/PATH]"; NULL: AWS in the region */
    const char *region;   /* NULL: us-east-1 */
    enum s3_path_style path_style;
    const char *ca_bundle; /* PEM file of trusted certificates; NULL: the system's */
    const char *profile;   /* of the shared credential files; NULL: AWS_PROFILE or "default" */
    int connections;       /* the most requests under way at once; 0: 64 */
};

/* Starts the I/O thread and begins to look for credentials; sends nothing to the bucket yet. E_CONFIG: a
 * bucket name that cannot be (also one ending in --x-s3), an endpoint that is no URL. */
NODISCARD enum status s3_store_open(const struct s3_options *options, struct store **ret_store,
                                    struct error *err);

/* The functions below take a store that s3_store_open() made (not a wrapper around it). */

/* A signed LIST of one key below `prefix`, which proves bucket, region, credentials, rights and clock. Blocks
 * up to timeout_ms. The text is one line that says what is wrong and what to do: E_CONFIG (no such bucket,
 * another region, not an S3 server, clock more than S3_CLOCK_OFF_MAX_MS off, no credentials), E_DENIED (the
 * bucket refuses the credentials), E_UNAVAILABLE or E_BUSY (no answer: it may come later), E_CORRUPT (a
 * listing that makes no sense). */
NODISCARD enum status s3_store_check(struct store *store, struct slice prefix, int64_t timeout_ms,
                                     struct error *err);

#define S3_CLOCK_OFF_MAX_MS (60 * 1000)

/* Ends what is under way with E_UNAVAILABLE; what is submitted later is answered so at once. The one thread
 * that closes it. */
void s3_store_stop(struct store *store);

/* Appends where the credentials came from ("AWS_ACCESS_KEY_ID in the environment"), or "none yet". Any
 * thread. */
void s3_store_credentials_source(struct store *store, struct buf *out);

/* For metrics. Any thread. */
struct s3_stats {
    size_t queued;      /* operations that wait for their turn */
    size_t width;       /* requests that may be under way: fewer when the bucket asks for less */
    uint64_t requests;  /* sent since the start */
    uint64_t resigned;  /* of those: second requests of one operation */
    uint64_t slow_down; /* answers that asked for less */
};
void s3_store_stats(struct store *store, struct s3_stats *ret_stats);

#endif
