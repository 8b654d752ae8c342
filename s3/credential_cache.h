/*
 * Credentials kept and renewed by a thread of their own: one load at a time, 5 minutes before they expire,
 * when a shared file has changed, or when the bucket refuses them. Nobody waits here; who finds nothing is
 * told when to ask again.
 */
#ifndef S3_CREDENTIAL_CACHE_H
#define S3_CREDENTIAL_CACHE_H

#include "s3/credentials.h"

struct credential_cache;

struct credential_cache_options {
    const char *profile; /* NULL: AWS_PROFILE, "default" */
    const char *region;
    const char *ca_bundle;
    /* After each load, good or bad; on the cache's thread. */
    void (*changed)(void *user);
    void *user;
};

/* Begins to load at once. */
struct credential_cache *credential_cache_new(const struct credential_cache_options *options);
void credential_cache_close(struct credential_cache *c); /* takes NULL */

/* A caller's own copy. */
struct credential_copy {
    struct credentials credentials;
    uint64_t generation; /* 0: none yet; changes when the keys do */
    uint64_t loads;      /* of the cache, when it was brought up to date */
};

/* Brings the copy up to date; now_ms is the wall clock. Any thread. OK; E_BUSY: a load is under way,
 * changed() will tell; else what the last load said. */
NODISCARD enum status credential_cache_get(struct credential_cache *c, int64_t now_ms,
                                           struct credential_copy *copy, struct error *err);

/* The bucket refused the keys of this generation: they are loaded again, and get() says E_BUSY until then.
 * False: that was done a moment ago, and there are no others. Any thread. */
bool credential_cache_refused(struct credential_cache *c, uint64_t generation);

/* Appends the source of the keys, or "none yet". Any thread. */
void credential_cache_source(struct credential_cache *c, struct buf *out);

#endif
