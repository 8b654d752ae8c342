/*
 * An HTTP client for talking to a collector: one request at a time, blocking. What an answer says is bounded
 * before it is kept. A struct client keeps its connection for the next request; one thread at a time.
 *
 *     struct client *c CLEANUP(client_freep) = client_new(&(struct client_settings){.token = &token, ...});
 *     struct client_answer answer CLEANUP(client_answer_release) = CLIENT_ANSWER_INIT;
 *     client_call(c, &(struct client_request){.url = url, .max_bytes = LIMIT_ANSWER_BYTES}, &answer, err)
 *
 * Never: other protocols than http and https, cookies, netrc, redirects to another origin, the token in a
 * text. Proxies are those of the environment, as of curl.
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include "base/buf.h"
#include "base/secret.h"

#include <stdatomic.h>

struct client;

struct client_settings {
    const struct secret *token; /* sent as a bearer token; NULL or unset: none. Copied */
    const char *token_for;      /* a URL: only its origin is sent the token */
    const char *user;           /* of basic authentication, sent as the token is; NULL: none */
    const struct secret *password;
    const char *ca_file;   /* PEM, trusted; NULL: the system's */
    const char *cert_file; /* PEM, our own certificate, with key_file; NULL: none */
    const char *key_file;
    const char *server_name; /* the certificate's, where the URL's host is another; NULL: the URL's */
    bool is_insecure;        /* any certificate will do */
    bool is_direct;          /* by no proxy, whatever the environment says */
    int64_t connect_ms;      /* 0: 10 s */
    int64_t total_ms;        /* one request with its answer; 0: 5 minutes */
    int64_t stall_ms;        /* once the answer has begun: without a byte for so long; 0: 60 s */
};

struct client_request {
    const char *url;
    const char *method; /* NULL: GET, or POST if there is a content type */
    const char *accept; /* NULL: anything */
    const char *content_type;
    struct slice body;
    size_t max_bytes; /* of the answer's body, after inflating */
    /* Called while the answer comes: bytes so far, and in all or 0 if that is not known. */
    void (*progress)(void *user, uint64_t got, uint64_t expected);
    void *user;
    /* Looked at about once a second: true ends the request (E_UNAVAILABLE). NULL: nobody will. */
    const atomic_bool *is_over;
};

/* What a refusal says for itself. */
enum client_words {
    CLIENT_NO_WORDS,
    CLIENT_TEXT,  /* plain text, of whoever answers there */
    CLIENT_ERROR, /* {"code":...,"error":"..."}, as a collector does */
};

struct client_answer {
    int status; /* 200 .. 299; when client_call() fails that of the refusal, else 0 */
    struct buf body;
    struct buf head;   /* "name: value\n" each, of the final answer; see client_answer_header(). Also of a
                        * refusal */
    int64_t retry_ms;  /* Retry-After; -1: not said. Also set when client_call() fails */
    bool has_answered; /* also when it fails: there was an answer with a status */
    enum client_words words;
};

#define CLIENT_ANSWER_INIT ((struct client_answer){.retry_ms = -1})

struct client *client_new(const struct client_settings *settings);
void client_free(struct client *c); /* NULL is fine */
void client_freep(struct client **c);

/*
 * Redirects within the origin are followed for GET. An answer of 400 and more is an error with the server's
 * own words:
 *
 * E_INVALID 400 and others of 4xx, also a URL that is none and a redirect to another origin; E_DENIED 401,
 * 403; E_NOT_FOUND 404; E_TOO_LARGE 413, 414, or the answer is over max_bytes; E_BUSY 429, 503; E_UNAVAILABLE
 * 408, other 5xx, no answer, or only a part of one.
 */
NODISCARD enum status client_call(struct client *c, const struct client_request *request,
                                  struct client_answer *ret_answer, struct error *err);

/* The value of a header, trimmed; empty if there is none. Borrows from the answer. */
struct slice client_answer_header(const struct client_answer *answer, const char *name);
void client_answer_release(struct client_answer *answer);

#endif
