/*
 * A small HTTP request that blocks its thread: credentials are fetched with it. Can be ended from another
 * thread.
 */
#ifndef S3_FETCH_H
#define S3_FETCH_H

#include "base/buf.h"

struct fetch;

struct fetch_request {
    const char *method; /* GET, PUT (without a body), POST */
    const char *url;
    const char *const *headers; /* "Name: value" */
    size_t header_count;
    struct slice body; /* POST */
    int64_t timeout_ms;
    bool direct; /* through no proxy, whatever the environment says */
};

struct fetch *fetch_new(const char *ca_bundle);
void fetch_free(struct fetch *f); /* takes NULL; not while a request runs */

/* Any thread: what runs, and all that comes later, ends with E_UNAVAILABLE. */
void fetch_stop(struct fetch *f);

/* Appends the body to out (over its bound: E_UNAVAILABLE) and gives the status, whichever it is.
 * E_UNAVAILABLE: no answer; the text names the host. Redirects are not followed. */
NODISCARD enum status fetch_run(struct fetch *f, const struct fetch_request *request, struct buf *out,
                                int *ret_status, struct error *err);

#endif
