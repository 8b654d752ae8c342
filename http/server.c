/*
 * The server: callbacks of the library, and the life of a request between them.
 *
 *   first line     on_line()       makes the request
 *   head           on_request()    judges the head, finds the route, asks admit(), admits the body
 *   body           on_request()    keeps or drops each piece
 *   end of body    on_request()    calls the handler; no reply yet: suspends
 *   reply          server_replied() wakes the connection, from any thread
 *   again          on_request()    gives the answer to the library
 *   over           on_completed()  calls finished(), frees the request
 *
 * The connection is suspended before anybody else is told that it may be woken (TURN_SUSPENDED), and a reply
 * that came before that is found in `turn`; so the library is never asked to resume what it has not
 * suspended.
 *
 * Refused with a body still to come, a request is answered past the library, which then closes the
 * connection: it takes no answer in the middle of a body, and early ones end the connection anyway. What
 * still arrives is drained for a moment (linger.h) so that the answer gets through. Small bodies are read to
 * their end instead, and the connection lives on.
 */
#include "http/acceptor.h"
#include "http/listen.h"
#include "http/request.h"
#include "http/routes.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The library's memory for a connection; all of it becomes resident once a connection has been used twice. */
static const size_t POOL_BYTES = 16 * KIB;
/* A body that nobody wants is read up to this, to keep the connection. */
static const size_t DROP_BYTES = 64 * KIB;
/* Connections on their way between accept() and the count that bounds them. */
static const unsigned CONNECTION_SLACK = 256;

struct http_server {
    struct http_options options;
    struct MHD_Daemon *daemon;
    struct connections connections;
    struct linger_set linger;
    struct acceptor acceptor;
    unsigned port;
    atomic_size_t pending;
    atomic_bool quiesced;
};

const struct http_options *server_options(const struct http_server *s)
{
    return &s->options;
}

/* The library would make a record of each parameter, and when its memory for the connection is full in the
 * middle of that, it loses its own error and the connection hangs. We have our copy, so it may find an empty
 * query. */
static void hide_parameters(const char *target)
{
    const char *question = strchr(target, '?');
    if (question && question[1])
        *(char *)(uintptr_t)(question + 1) = '\0';
}

static void *on_line(void *arg, const char *target, struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *c = info->socket_context;
    if (connection_phase(c) == PHASE_IDLE)
        (void)connection_enter(c, PHASE_HEAD, clock_mono_ms());
    struct http_request *req = request_new(arg, mhd, c, target);
    if (target && request_library_is_sloppy())
        hide_parameters(target);
    return req;
}

/* Gives the answer to the library. */
static enum MHD_Result answer(struct http_request *req)
{
    atomic_store(&req->connection->bytes, req->reply_len);
    if (!connection_enter(req->connection, PHASE_REPLY, clock_mono_ms()))
        return MHD_NO;

    struct MHD_Response *response = reply_response(req, atomic_load(&req->server->quiesced));
    if (!response)
        return MHD_NO;

    req->stage = STAGE_ANSWERED;
    enum MHD_Result queued = MHD_queue_response(req->mhd, req->reply.status, response);
    MHD_destroy_response(response);
    return queued;
}

/* Sends the reply that is there and ends the connection. */
static enum MHD_Result answer_and_close(struct http_request *req)
{
    req->stage = STAGE_ANSWERED;
    reply_send_raw(req);
    return MHD_NO;
}

static enum MHD_Result refuse(struct http_request *req, unsigned status, const char *text)
{
    http_reply_error(req, status, 1, text);
    return answer_and_close(req);
}

/* A hook that has to reply at once. */
static void must_have_replied(struct http_request *req)
{
    if (atomic_load(&req->turn) != TURN_REPLIED)
        http_reply_error(req, 500, 0, "the request was left without an answer");
}

/* True if the request goes on to its handler, false if it has been replied to. */
static bool admit(struct http_request *req)
{
    const struct http_options *o = &req->server->options;
    struct route_match m = routes_match(o->routes, o->route_count, req->method, req->query.path);
    req->route = m.route;
    req->rest = m.rest;
    req->allowed = m.allowed;
    if (!m.route) {
        unsigned status = m.allowed ? 405 : 404;
        if (o->no_route)
            o->no_route(req, status, m.allowed);
        else
            http_reply_error(req, status, 0, m.allowed ? "method not allowed" : "no such page");
        must_have_replied(req);
        return false;
    }
    if (!o->admit || o->admit(req, m.route))
        return true;

    must_have_replied(req);
    return false;
}

static enum MHD_Result begin(struct http_request *req, const char *method, const char *version)
{
    const struct http_options *o = &req->server->options;
    struct head head;
    struct error err;
    atomic_store(&req->connection->bytes, 0);
    if (!connection_enter(req->connection, PHASE_BODY, clock_mono_ms()))
        return MHD_NO;

    atomic_fetch_add(&req->server->pending, 1);
    req->stage = STAGE_BODY;
    if (!request_read_head(req, method, version, &head, &err))
        return refuse(req, head.status, err.text);

    /* UINT64_MAX says "not known", here and to the library: a length that was declared is never that. */
    uint64_t length = head.chunked ? UINT64_MAX : head.length == UINT64_MAX ? UINT64_MAX - 1 : head.length;
    if (!admit(req)) {
        /* The reply has released the body's struct: it is set up afresh, to drop what comes. */
        req->body = (struct body){.max = DROP_BYTES, .dropped = true};
        if (length > DROP_BYTES || (length > 0 && head.expects_continue))
            return answer_and_close(req);
        req->stage = STAGE_REFUSED;
        return body_admit(&req->body, length, NULL) == OK ? MHD_YES : MHD_NO;
    }

    bool wanted = req->route->body;
    size_t max = o->max_body_bytes;
    if (req->route->body_max > 0 && req->route->body_max < max)
        max = req->route->body_max;
    req->body = (struct body){.budget = o->inflight, .max = wanted ? max : DROP_BYTES, .dropped = !wanted};
    enum status st = body_admit(&req->body, length, &err);
    if (st != OK)
        return refuse(req, st == E_BUSY ? 503 : 413, err.text);
    return MHD_YES;
}

static enum MHD_Result take_piece(struct http_request *req, const char *data, size_t *len)
{
    struct error err;
    enum status st = body_append(&req->body, slice_make(data, *len), &err);
    if (st != OK && req->stage == STAGE_REFUSED)
        return answer_and_close(req);
    if (st != OK)
        return refuse(req, st == E_BUSY ? 503 : 413, err.text);

    atomic_fetch_add(&req->connection->bytes, *len);
    *len = 0;
    return MHD_YES;
}

/* Replied to meanwhile: answers. Otherwise sleeps until server_replied(). */
static enum MHD_Result settle(struct http_request *req)
{
    if (atomic_load(&req->turn) == TURN_REPLIED)
        return answer(req);

    MHD_suspend_connection(req->mhd);
    int turn = TURN_HANDLING;
    if (!atomic_compare_exchange_strong(&req->turn, &turn, TURN_SUSPENDED) && turn == TURN_REPLIED)
        MHD_resume_connection(req->mhd);
    return MHD_YES;
}

static enum MHD_Result finish_body(struct http_request *req)
{
    switch (req->stage) {
    case STAGE_BODY:
        if (!connection_enter(req->connection, PHASE_BUSY, clock_mono_ms()))
            return MHD_NO;
        req->stage = STAGE_HANDLED;
        req->route->handle(req);
        return settle(req);
    case STAGE_REFUSED: return answer(req);
    case STAGE_HANDLED: return settle(req);
    case STAGE_LINE:
    case STAGE_ANSWERED: break;
    }
    return MHD_YES;
}

/* The library's parameters, more than we allow ourselves. */
#define REQUEST_PARAMETERS                                                                                   \
    void *arg, struct MHD_Connection *mhd, const char *url, const char *method, const char *version,         \
        const char *data, size_t *data_len, void **request

static enum MHD_Result on_request(REQUEST_PARAMETERS)
{
    struct http_request *req = *request;
    (void)arg;
    (void)mhd;
    (void)url;
    if (!req)
        return MHD_NO;
    if (req->stage == STAGE_LINE)
        return begin(req, method, version);
    return *data_len > 0 ? take_piece(req, data, data_len) : finish_body(req);
}

void server_replied(struct http_request *req)
{
    struct MHD_Connection *mhd = req->mhd;
    if (atomic_exchange(&req->turn, TURN_REPLIED) == TURN_SUSPENDED)
        MHD_resume_connection(mhd);
}

static void on_completed(void *arg, struct MHD_Connection *mhd, void **request,
                         enum MHD_RequestTerminationCode code)
{
    struct http_server *s = arg;
    struct http_request *req = *request;
    (void)mhd;
    if (!req)
        return;

    *request = NULL;
    (void)connection_enter(req->connection, PHASE_IDLE, clock_mono_ms());
    if (req->stage != STAGE_LINE) {
        bool answered = req->stage == STAGE_ANSWERED;
        bool sent = answered && (code == MHD_REQUEST_TERMINATED_COMPLETED_OK || req->raw.len > 0);
        struct http_result result = {
            .status = answered ? req->reply.status : 0,
            .request_bytes = req->body.seen,
            .response_bytes = sent && req->method != HTTP_HEAD ? req->reply_len : 0,
            .duration_us = clock_mono_us() - req->arrived_us,
        };
        if (s->options.finished)
            s->options.finished(req, &result);
        atomic_fetch_sub(&s->pending, 1);
    }
    request_free(req);
}

static void closed(struct http_server *s, struct connection *c)
{
    int unread = 0;
    bool lingers = false;
    if (connection_phase(c) != PHASE_SHUT &&
        (c->linger || (ioctl(c->fd, FIONREAD, &unread) == 0 && unread > 0)))
        lingers = linger_add(&s->linger, c->fd, clock_mono_ms());
    connection_close(&s->connections, c);
    if (lingers)
        acceptor_wake(&s->acceptor);
    else
        acceptor_room(&s->acceptor);
}

static void on_connection(void *arg, struct MHD_Connection *mhd, void **connection,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http_server *s = arg;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        closed(s, *connection);
        *connection = NULL;
        return;
    }
    int fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    const struct sockaddr *peer =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
    *connection = connection_open(&s->connections, fd, peer, clock_mono_ms());
    /* With none open nobody watches the clock. */
    if (atomic_load(&s->connections.count) == 1)
        acceptor_wake(&s->acceptor);
}

static void on_accepted(void *arg, int fd, const struct sockaddr *peer, socklen_t peer_len)
{
    struct http_server *s = arg;
    /* It closes the descriptor when it refuses. */
    (void)MHD_add_connection(s->daemon, fd, peer, peer_len);
}

/* Escapes are decoded by query.c and by who uses a part of the path. */
static size_t leave_escapes(void *arg, struct MHD_Connection *mhd, char *text)
{
    (void)arg;
    (void)mhd;
    return strlen(text);
}

/* The library's threads inherit the signal mask: no signal handler runs on them, and writing to a closed
 * socket is an error and not a signal, whichever system call it used. */
static struct MHD_Daemon *start_daemon(struct http_server *s)
{
    sigset_t deaf, before;
    (void)sigemptyset(&deaf);
    static const int blocked[] = {SIGPIPE, SIGHUP,  SIGINT,  SIGTERM, SIGQUIT,
                                  SIGUSR1, SIGUSR2, SIGALRM, SIGCHLD};
    for (size_t i = 0; i < ARRAY_LEN(blocked); i++)
        (void)sigaddset(&deaf, blocked[i]);
    struct MHD_OptionItem extra[] = {
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)POOL_BYTES, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)(s->options.max_connections + CONNECTION_SLACK), NULL},
#if MHD_VERSION >= 0x00097701
        {MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1, NULL},
#else
        {MHD_OPTION_STRICT_FOR_CLIENT, !request_library_is_sloppy(), NULL}, /* run with a newer one */
#endif
        {s->options.threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, s->options.threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    unsigned flags =
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET;
    (void)pthread_sigmask(SIG_BLOCK, &deaf, &before);
    struct MHD_Daemon *daemon =
        MHD_start_daemon(flags, 0, NULL, NULL, on_request, s, MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
                         MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_URI_LOG_CALLBACK, on_line,
                         s, MHD_OPTION_UNESCAPE_CALLBACK, leave_escapes, NULL, MHD_OPTION_ARRAY, extra,
                         MHD_OPTION_END);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return daemon;
}

static void set_defaults(struct http_options *o)
{
    if (o->threads < 1)
        o->threads = 1;
    if (o->max_connections == 0)
        o->max_connections = 10000;
    if (o->max_body_bytes == 0)
        o->max_body_bytes = LIMIT_BODY_BYTES;
    if (o->head_deadline_ms == 0)
        o->head_deadline_ms = 10 * 1000;
    if (o->idle_ms == 0)
        o->idle_ms = 75 * 1000;
    if (o->body_grace_ms == 0)
        o->body_grace_ms = 10 * 1000;
}

enum status http_server_new(const struct http_options *options, struct http_server **ret_server,
                            struct error *err)
{
    int fd;
    unsigned port;
    enum status st = listen_open(options->listen, &fd, &port, err);
    if (st != OK)
        return st;

    struct http_server *s = mem_zero(1, sizeof *s);
    s->options = *options;
    set_defaults(&s->options);
    s->port = port;
    struct connection_rules rules = {.head_ms = s->options.head_deadline_ms,
                                     .idle_ms = s->options.idle_ms,
                                     .grace_ms = s->options.body_grace_ms,
                                     .rate_bytes = s->options.body_rate_bytes};
    connections_init(&s->connections, &rules);
    linger_init(&s->linger);
    atomic_init(&s->pending, 0);
    atomic_init(&s->quiesced, false);
    s->acceptor = (struct acceptor){.listen_fd = fd,
                                    .connections = &s->connections,
                                    .linger = &s->linger,
                                    .max_connections = s->options.max_connections,
                                    .accepted = on_accepted,
                                    .arg = s};
    s->daemon = start_daemon(s);
    /* Written early: the first request may come at once, and its handler may ask for the server. */
    *ret_server = s;
    if (s->daemon && acceptor_start(&s->acceptor))
        return OK;

    int errnum = errno;
    *ret_server = NULL;
    if (s->daemon)
        MHD_stop_daemon(s->daemon);
    (void)close(fd);
    linger_release(&s->linger);
    connections_release(&s->connections);
    free(s);
    return error_set_errno(err, E_CONFIG, errnum, "starting the HTTP server");
}

unsigned http_server_port(const struct http_server *s)
{
    return s->port;
}

unsigned http_server_connections(const struct http_server *s)
{
    return atomic_load(&s->connections.count);
}

void http_server_quiesce(struct http_server *s)
{
    atomic_store(&s->quiesced, true);
    acceptor_quiesce(&s->acceptor);
}

size_t http_server_pending(const struct http_server *s)
{
    return atomic_load(&s->pending);
}

void http_server_free(struct http_server *s)
{
    if (!s)
        return;

    acceptor_stop(&s->acceptor);
    MHD_stop_daemon(s->daemon);
    acceptor_release(&s->acceptor);
    linger_release(&s->linger);
    connections_release(&s->connections);
    free(s);
}
