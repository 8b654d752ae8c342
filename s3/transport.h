/*
 * HTTP/1.1 requests to one host, many at once, on one I/O thread (libcurl's multi interface with socket
 * actions and epoll). Calls wait in one FIFO until fewer than `width` are under way; the server's wish for
 * less narrows it.
 *
 * Knows nothing of S3: the owner of a call makes the request when its turn has come, looks at the head and
 * takes the body as it arrives. All functions of a transport_role run on the I/O thread and must not block.
 *
 * Never: redirects, cookies, netrc, other protocols than http and https, HTTP/0.9, normalised paths.
 */
#ifndef S3_TRANSPORT_H
#define S3_TRANSPORT_H

#include "base/error.h"
#include "s3/transfer.h"

struct transport;

enum transport_prepared {
    TRANSPORT_GO,    /* the request is filled in */
    TRANSPORT_WAIT,  /* not yet: ask again after transport_wake(); the calls behind wait as well */
    TRANSPORT_ENDED, /* the owner has ended the call by itself: it is the owner's again */
};

enum transport_end {
    TRANSPORT_ANSWERED, /* the whole answer came */
    TRANSPORT_STOPPED,  /* head() or body() said so */
    TRANSPORT_FAILED,   /* no answer, or a part of one: `failure` says why */
    TRANSPORT_LATE,     /* one of its time bounds: `failure` says which */
    TRANSPORT_CLOSED,   /* transport_stop() */
};

struct transport_role {
    enum transport_prepared (*prepare)(struct transport_call *call);
    /* A line of the head, with its line end; a status line begins each (also an interim) answer. */
    void (*head_line)(struct transport_call *call, struct slice line);
    /* The final head is complete. False: stop. */
    bool (*head)(struct transport_call *call);
    /* The next bytes of the body. False: stop. */
    bool (*body)(struct transport_call *call, struct slice bytes);
    /* Over. True: it is the owner's again. False: once more from prepare(), before all others (not after
     * TRANSPORT_CLOSED). */
    bool (*ended)(struct transport_call *call, enum transport_end end, const char *failure);
};

/* Embedded in the owner's struct. */
struct transport_call {
    /* Filled in by the owner before transport_submit(). Times on the monotonic clock. */
    const struct transport_role *role;
    int64_t deadline_ms;   /* by when it has ended */
    int64_t first_byte_ms; /* from its start to the head at most; 0: no bound of its own */
    int64_t total_ms;      /* from its start at most; 0: no bound of its own */

    /* Filled in by prepare(); must stay until ended(). */
    const char *method;
    const char *url;
    struct slice header_lines; /* each ended by a NUL */
    struct slice body;         /* PUT */

    /* Filled in by the transport; valid in head(), body() and ended(). */
    int64_t sent_ms; /* when the request was about to be written */
    int64_t head_ms; /* when the first byte of the answer came */
    int status;

    /* The transport's. */
    struct transport_call *next;
    struct transfer transfer;
};

struct transport_options {
    const char *thread_name;
    const char *ca_bundle; /* NULL: the system's */
    size_t width;
};

struct transport *transport_new(const struct transport_options *options);
/* Ends all calls with TRANSPORT_CLOSED, then the thread; only wake and submit may still be called. */
void transport_stop(struct transport *t);
void transport_free(struct transport *t);

/* Any thread. Too late (closed): ended() is called at once, on this thread. */
void transport_submit(struct transport *t, struct transport_call *call);
/* Any thread: what prepare() waited for may be there. */
void transport_wake(struct transport *t);
/* I/O thread: the answer said that the server wants less, or that all is well. */
void transport_slow_down(struct transport *t);
void transport_good(struct transport *t);

struct transport_stats {
    size_t queued, width;
    uint64_t requests, slow_down;
};
void transport_stats(struct transport *t, struct transport_stats *ret_stats);

#endif
