/*
 * One request on its way: a libcurl handle, the callbacks that feed it and its time bounds. Used by the
 * transport only, on its I/O thread.
 */
#ifndef S3_TRANSFER_H
#define S3_TRANSFER_H

#include "base/slice.h"

#include <curl/curl.h>

struct transport_call;

struct transfer {
    CURL *easy; /* NULL: not under way */
    struct curl_slist *headers;
    int64_t started_ms;
    size_t body_sent;
    size_t received_bytes;
    int64_t pace_from_ms; /* a window of 5 s over the body begins here */
    size_t pace_bytes;    /* received before it */
    bool head_done;
    bool stopped; /* the owner wants no more of it */
    char failure[CURL_ERROR_SIZE];
};

/* Sets all of the handle's options for the call that its owner has prepared. */
void transfer_begin(struct transport_call *call, CURL *easy, const char *ca_bundle, int64_t now_ms);
/* Releases what begin made, but for the handle, which is returned. */
CURL *transfer_release(struct transport_call *call);

/* When it must be looked at again; then: NULL, or which bound is broken. */
int64_t transfer_due_ms(const struct transport_call *call);
const char *transfer_late(struct transport_call *call, int64_t now_ms);

#endif
