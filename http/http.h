/*
 * The adapter to the HTTP server library (libmicrohttpd; nobody else includes it). It turns connections into
 * complete requests: method, path, parameters, headers and body are there when the handler is called. A
 * handler runs on an event-loop thread and must not block or compute for long: it replies at once, or keeps
 * the request and replies later from any thread; until then the connection is suspended and costs no thread.
 *
 * What the library lets through is refused here: late heads, Content-Length with Transfer-Encoding, several
 * Content-Lengths, unknown transfer codings, folded and broken lines, NULs (docs/ARCHITECTURE.md). What it
 * refuses itself (a Content-Length that is no number, a head beyond its memory, HTTP/2 and later) it answers
 * in its own words, with 400, 413, 414, 431 or 505 and a closed connection; no hook is called for those.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "base/arena.h"
#include "base/budget.h"
#include "base/buf.h"
#include "base/error.h"

enum http_method {
    HTTP_GET = 1 << 0,
    HTTP_HEAD = 1 << 1, /* a route with GET answers HEAD too: same headers, no body */
    HTTP_POST = 1 << 2,
    HTTP_PUT = 1 << 3,
    HTTP_DELETE = 1 << 4,
    HTTP_OPTIONS = 1 << 5,
    HTTP_OTHER = 1 << 6,
};

const char *http_method_name(enum http_method m);

struct http_request;
struct http_server;

/*
 * A row of the route table. A path is matched after removing doubled slashes and one trailing slash; it is
 * exact, or ends in a slash and a star and then matches one or more further bytes (http_rest()). The first
 * row that matches path and method wins; a path that matches with other methods only is 405 with Allow, none
 * at all is 404.
 */
struct http_route {
    unsigned methods; /* of enum http_method */
    const char *path;
    void (*handle)(struct http_request *req);
    bool body;       /* may have one; otherwise a body is read and dropped up to 64 KiB */
    size_t body_max; /* of such a body, if it is less than http_options.max_body_bytes */
    unsigned scope;  /* the caller's: which rights it needs (collector/tokens.h) */
    bool pprof;      /* errors as `go tool pprof` shows them, unless JSON is asked for (http_reply_error) */
};

enum { HTTP_HEADERS_MAX = 16 };

struct http_header {
    const char *name;
    char value[200]; /* control characters are replaced by '?' when it is sent */
};

struct http_reply {
    unsigned status;
    const char *content_type; /* static; NULL: none */
    struct buf body;          /* taken */
    size_t head_bytes;        /* HEAD, with an empty body: the length that GET's would have */
    struct http_header headers[HTTP_HEADERS_MAX];
    size_t header_count;
    bool ranges;       /* answer Range requests (RFC 9110 section 14) and If-None-Match against `etag` */
    char etag[80];     /* with the quotes; "": none */
    bool compressible; /* gzip it when asked for and larger than 1 KiB */
};

void http_reply_header(struct http_reply *reply, const char *name, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* What the hooks see when a request is over. */
struct http_result {
    unsigned status; /* 0: the connection was closed without an answer */
    uint64_t request_bytes, response_bytes;
    int64_t duration_us;
};

struct http_options {
    const char *listen; /* HOST:PORT, [::1]:PORT, :PORT (all addresses); port 0 picks one */
    int threads;        /* event loops */
    /* 0: 10,000. At the bound the connection that has been idle longest makes room for a new one. */
    unsigned max_connections;
    size_t max_body_bytes; /* 0: LIMIT_BODY_BYTES */
    /* Bodies: known lengths are taken before the body is read, chunks as they come. Answers count until they
     * are sent, even over the bound. NULL: no bound. */
    struct budget *inflight;
    /* From accept, or the first byte of a further request, to the end of the head; then a bare 408. 0: 10 s.
     */
    int64_t head_deadline_ms;
    int64_t idle_ms; /* a keep-alive connection without a request; 0: 75 s */
    /* Per second, of bodies and answers, after the grace, and again in any six graces; then a bare 408.
     * 0: no bound. */
    size_t body_rate_bytes;
    int64_t body_grace_ms; /* 0: 10 s */
    const struct http_route *routes;
    size_t route_count;
    void *app;
    /* The hooks run on event-loop threads (but dress); any may be NULL. These two reply at once or not at
     * all. Called when the head is there, before the body is read: true lets it pass; false: it has replied.
     */
    bool (*admit)(struct http_request *req, const struct http_route *route);
    /* Called for a path (404) or method (405; Allow is added) without a route: it replies. */
    void (*no_route)(struct http_request *req, unsigned status, unsigned allowed_methods);
    /* Called once a request, last; the request is gone after it. */
    void (*finished)(struct http_request *req, const struct http_result *result);
    /* Called for each reply before it is made ready, on the thread that gives it: may add headers. */
    void (*dress)(struct http_request *req, struct http_reply *reply);
    /* Renders an error reply: fills in body, content type and headers for this status and text. Used for what
     * the adapter refuses itself (400, 404, 405, 413, 414, 431, 501, 503; path and parameters may be empty
     * then) and by http_reply_error(). NULL: plain text. */
    void (*render_error)(struct http_request *req, unsigned status, const char *text,
                         struct http_reply *reply);
};

/* Listens and starts the threads; the options are copied, what they point to is not. E_CONFIG "listen on ...:
 * address already in use" and the like. */
NODISCARD enum status http_server_new(const struct http_options *options, struct http_server **ret_server,
                                      struct error *err);
unsigned http_server_port(const struct http_server *s);
/* Connections open now, for metrics. */
unsigned http_server_connections(const struct http_server *s);
/* No more connections are accepted; idle ones are closed, answers say Connection: close. */
void http_server_quiesce(struct http_server *s);
/* Requests that have not been replied to, or whose answer has not been sent yet. */
size_t http_server_pending(const struct http_server *s);
/* Stops the threads. Every pending request must have been replied to. Takes NULL. */
void http_server_free(struct http_server *s);

/* The request. What these return lives as long as the request. All may be called from the thread that holds
 * it. */
void *http_app(const struct http_request *req);
enum http_method http_method(const struct http_request *req);
const struct http_route *http_route(const struct http_request *req); /* NULL: none matched */
struct slice http_target(const struct http_request *req);            /* path and query as sent */
struct slice http_path(const struct http_request *req);              /* normalised, still percent-encoded */
struct slice http_rest(const struct http_request *req); /* what the star matched, still percent-encoded */
/* The first parameter of that name, form-decoded (+ is a space); false if there is none. "a" and "a=" are
 * both there and empty. Broken escapes were refused with 400 before the handler. */
bool http_param(const struct http_request *req, const char *name, struct slice *ret_value);
/* The first piece of the query that was dropped, since a raw ';' is in it; empty: none was. For handlers
 * whose answer would be a wrong one without it. */
struct slice http_dropped(const struct http_request *req);
/* The first header of that name, without case; false if there is none. */
bool http_header(const struct http_request *req, const char *name, struct slice *ret_value);
struct slice http_body(const struct http_request *req);
/* X-Request-Id if it came with a harmless one (1..64 of A-Z a-z 0-9 - . _), else 16 random hex digits. */
const char *http_request_id(const struct http_request *req);
const char *http_remote(const struct http_request *req); /* address and port of the peer */
struct arena *http_arena(struct http_request *req);      /* 1 MiB, freed with the request */
/* A place for the layers above (who is asking, say); NULL at first. */
void http_set_user(struct http_request *req, void *user);
void *http_user(const struct http_request *req);

/* Answers; exactly once a request, from any thread; the request must not be touched after it. Takes
 * reply->body. Memory of the body counts against `inflight` until it is sent. X-Request-Id is added. */
void http_reply(struct http_request *req, struct http_reply *reply);
/* Answers with options.render_error; 503 and 429 get Retry-After: retry_after_s (at least 1). */
void http_reply_error(struct http_request *req, unsigned status, unsigned retry_after_s, const char *text);

#endif
