/*
 * An upload: what a client sent, checked and understood. From bytes to values; no I/O, no clock. Any thread.
 */
#ifndef COLLECTOR_UPLOAD_H
#define COLLECTOR_UPLOAD_H

#include "model/digest.h"
#include "model/profile_meta.h"
#include "model/profile_type.h"

/* As it came, URL-decoded once. Slices with ptr NULL: not sent. */
struct upload_input {
    struct slice service, type, labels, created_at;
    struct slice idempotency_key, content_encoding;
    struct slice body;
    size_t max_inflated_bytes;
    int64_t now_ms;
};

struct upload {
    const struct profile_type *type;
    struct profile_meta meta; /* without id */
    struct digest digest;
    struct buf decoded; /* owns the blob if it was unpacked */
    struct slice blob;  /* what is to be stored */
    bool empty;         /* valid, but without samples: nothing to store */
    bool is_dated;      /* by the profile or by its client; else it is as old as the id that it is given */
};

void upload_release(struct upload *u);

/*
 * The parameters only: can be asked before the body is there. E_INVALID in profefe's words where it has some.
 */
NODISCARD enum status upload_read_params(const struct upload_input *in, struct arena *arena,
                                         struct upload *ret_upload, struct error *err);
/*
 * The body, after upload_read_params(). Content-Encoding: gzip on top of a profile that is gzip itself is
 * taken off; if what is beneath is not gzip, that gzip is the profile's own and stays: either way the blob
 * opens in pprof tools. E_INVALID names the fault; E_TOO_LARGE the bound.
 */
NODISCARD enum status upload_read_body(const struct upload_input *in, struct arena *arena,
                                       struct upload *upload, struct error *err);

#endif
