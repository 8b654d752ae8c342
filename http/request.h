/* A request while it is worked on. Inside http/ only; the layers above use http/http.h. */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "http/body.h"
#include "http/connections.h"
#include "http/head.h"
#include "http/http.h"
#include "http/query.h"

#include <microhttpd.h>
#include <stdatomic.h>

enum { REQUEST_ID_MAX = 64 };

/* How far the event loop has come with it. Only the event loop's thread looks at this. */
enum request_stage {
    STAGE_LINE,     /* its first line is there */
    STAGE_BODY,     /* its head has passed; the body is being read, or there is none */
    STAGE_REFUSED,  /* it has been replied to, but a small body is read first */
    STAGE_HANDLED,  /* the handler has it, or has replied */
    STAGE_ANSWERED, /* the answer has been given to the library, or sent */
};

/* Who has it: the event loop goes to sleep only if nobody replied meanwhile, a reply wakes it only if it
 * sleeps. */
enum request_turn {
    TURN_HANDLING,
    TURN_SUSPENDED,
    TURN_REPLIED,
};

struct http_request {
    struct http_server *server;
    struct MHD_Connection *mhd;
    struct connection *connection;
    enum request_stage stage;
    atomic_int turn;

    struct slice target;    /* a copy, owned */
    const char *target_raw; /* where the library has it, for comparing addresses only */
    struct query query;
    enum http_method method;
    const struct http_route *route;
    struct slice rest;
    unsigned allowed; /* of the path, for Allow */
    char id[REQUEST_ID_MAX + 1];
    int64_t arrived_us;
    struct body body;
    struct arena arena;
    void *user;

    struct http_reply reply;      /* taken by http_reply() */
    size_t reply_charged;         /* of the budget */
    size_t reply_from, reply_len; /* the part of its body that is sent */
    struct buf raw;               /* head and body, when we send them ourselves */
};

/* Old versions of the library parse sloppily, and in place (request.c). */
bool request_library_is_sloppy(void);
/* On the event loop, when the first line is there. `target` may be NULL. */
struct http_request *request_new(struct http_server *server, struct MHD_Connection *mhd,
                                 struct connection *connection, const char *target);
void request_free(struct http_request *req);

/* Looks at the whole head: fills in method, query and id; *ret_head says how the body comes. False: refused,
 * with the status in ret_head->status and words in err. */
bool request_read_head(struct http_request *req, const char *method, const char *version,
                       struct head *ret_head, struct error *err);

/* The answer as the library sends it; NULL only out of memory. The body stays the request's. */
struct MHD_Response *reply_response(const struct http_request *req, bool close);
/* Sends the answer past the library, which then must be told to close. Best effort: a peer that reads nothing
 * gets nothing. */
void reply_send_raw(struct http_request *req);

/* The reply is in its place: wakes the event loop if it sleeps. The request must not be touched after it. */
void server_replied(struct http_request *req);
const struct http_options *server_options(const struct http_server *s);

#endif
