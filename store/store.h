/*
 * The store: objects under keys, in a bucket or a directory. One verb, one operation struct, one completion.
 *
 * An operation is submitted and completes exactly once, on a thread of the store's choosing; the completion
 * must be short (hand over, resume). Behaviour is a store around a store: retry, statistics and faults are
 * stores that hold an inner one. Tools that may block use store_run().
 *
 * What every store promises (tests/contract/ runs this list on each of them):
 *   - PUT is all or nothing: a GET sees the whole body or no object. An equal second PUT is fine. OK
 *     means durable.
 *   - After PUT's OK, GET, HEAD and LIST see the object; after DELETE's OK they do not. DELETE of what is not
 *     there is OK.
 *   - LIST gives keys in bytewise order, strictly after start_after, all beginning with the prefix, at most
 *     max_keys (1..1,000), and says whether there are more. start_after may be any string.
 *   - GET and HEAD of what is not there: E_NOT_FOUND, and never for any other reason.
 *   - Blobs are byte-exact: a short or altered body is E_UNAVAILABLE (worth a retry), never OK.
 *   - Every operation completes by its deadline (give or take 200 ms) with E_UNAVAILABLE at the latest.
 *   - A key that is not store_key_ok() is E_INVALID (but see is_foreign), a deadline that has passed is
 * E_UNAVAILABLE: store_submit() answers both, no store sees them.
 *
 * Codes: E_NOT_FOUND as above; E_BUSY the store asks for less (retry_after_ms may be set); E_UNAVAILABLE no
 * answer or a passing failure, the outcome of a PUT or DELETE is unknown; E_TOO_LARGE the object is over
 * max_bytes; E_INVALID a key that the store cannot hold; E_DENIED and E_CONFIG an operator must act (no such
 * bucket, wrong key, wrong region); E_CORRUPT an answer from which nothing may be concluded (a listing out of
 * order). Only E_BUSY, E_UNAVAILABLE and E_CORRUPT are worth another attempt.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

enum store_verb { STORE_PUT, STORE_GET, STORE_HEAD, STORE_LIST, STORE_DELETE };
enum { STORE_VERBS = 5 };
/* A component of a key: what a file system and every S3 server takes as a name. */
enum { STORE_COMPONENT_BYTES = 255 };

/* "put", "get", ...; static. */
const char *store_verb_name(enum store_verb verb);

struct store_entry {
    struct slice key;
    uint64_t bytes;
    int64_t modified_ms; /* wall clock of the store, 0 if it does not say */
};

/* A page of a listing. Everything in it lives in its arena. */
struct store_page {
    struct arena arena;
    struct store_entry *entries;
    size_t count;
    bool more;          /* the next page: same prefix, `token` set to this page's token */
    struct slice token; /* opaque; never empty when `more` */
};

void store_page_release(struct store_page *page);

struct store_op {
    /* Filled in by the caller; what slices point to stays valid until `done`. */
    enum store_verb verb;
    struct slice key;         /* LIST: the prefix */
    struct slice body;        /* PUT */
    struct slice start_after; /* LIST, first page; may be empty; at most 1,024 bytes, like the prefix */
    struct slice token;       /* LIST, further pages: from the page before */
    size_t max_keys;          /* LIST: 1..1,000; 0 means 1,000 */
    size_t max_bytes;         /* GET: bound of the body */
    bool is_foreign;          /* GET: others chose the key; see store_key_ok() */
    int64_t deadline_ms;      /* clock_mono_ms() by which it must have completed */
    void (*done)(struct store_op *op);
    void *user; /* the caller's; a wrapper borrows both while the op is under way and puts them back */

    /* Filled in by the store before `done`; released with store_op_release(). */
    struct error error;     /* error.code OK: success */
    int64_t retry_after_ms; /* with E_BUSY: what the store asked for, else 0 */
    struct buf object;      /* GET: the bytes */
    uint64_t object_bytes;  /* GET, HEAD */
    int64_t modified_ms;    /* GET, HEAD; 0 if unknown */
    struct store_page page; /* LIST */
};

/* Releases the results (not the caller's part, not the error). Takes an op that is all zero. */
void store_op_release(struct store_op *op);

/* The store's idea of time, learned from its answers (a directory: the local clock). */
struct store_time {
    bool known;             /* false until the first answer with a usable Date */
    int64_t now_ms;         /* wall clock of the store, now */
    int64_t local_ahead_ms; /* local wall clock minus the store's */
};

struct store;

/* For those who implement a store: embed struct store first, fill in ops. */
struct store_ops {
    /* Takes the op; completes it exactly once, possibly before returning, from any thread. */
    void (*submit)(struct store *store, struct store_op *op);
    /* Completes all ops under way with E_UNAVAILABLE, then frees; closes its inner store too. When it
     * returns, every completion has returned. Nobody submits any more. */
    void (*close)(struct store *store);
    void (*time)(struct store *store, struct store_time *ret_time);
    /* For people and for the index file's identity: "s3://BUCKET/ROOT at URL", "file:/abs/path"; no secrets.
     */
    const char *(*describe)(struct store *store);
};

struct store {
    const struct store_ops *ops;
};

/* Any thread. Empties the results, answers what no store may see (above), else hands the op to the store.
 * Asserts what only a bug can break: a completion, a deadline above 0, max_keys within 1,000, results
 * released. */
void store_submit(struct store *store, struct store_op *op);
/* Blocks until the op completed; returns op->error.code. `done` and `user` are overwritten. Not from a
 * completion. */
enum status store_run(struct store *store, struct store_op *op);
void store_close(struct store *store); /* takes NULL */
void store_time(struct store *store, struct store_time *ret_time);
const char *store_describe(struct store *store);

/* The object keys that every store can hold: 1..1,024 bytes, components of 1..255 bytes out of A-Z a-z 0-9 -
 * . _, none of them "." or "..". Objects that others made have other keys, of any bytes; an op that
 * is_foreign GETs them too, from a store that can name them (a directory cannot: E_INVALID). */
bool store_key_ok(struct slice key);

#endif
