/* A server on a free port with a few routes, for the tests of http/. Each program of the tests has its own.
 */
#ifndef TESTS_HTTP_FIXTURE_H
#define TESTS_HTTP_FIXTURE_H

#include "http/http.h"
#include "tests/support/wire.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define HOST "Host: x\r\n"

/* Everything that a handler saw, said back. */
UNUSED static void handle_echo(struct http_request *req)
{
    struct http_reply reply = {.status = 200, .content_type = "text/plain", .body = BUF_INIT(1 << 24)};
    struct slice name = SLICE_NULL, body = http_body(req);
    (void)http_param(req, "name", &name);
    buf_printf(&reply.body, "%s path=%.*s rest=%.*s name=%.*s body=", http_method_name(http_method(req)),
               SLICE_ARG(http_path(req)), SLICE_ARG(http_rest(req)), SLICE_ARG(name));
    buf_append(&reply.body, body);
    http_reply(req, &reply);
}

struct fixture {
    struct http_server *server;
    struct budget inflight;
    unsigned port;
    struct http_options options;
    atomic_uint finished;
    atomic_uint last_status;
};

UNUSED static void fixture_finished(struct http_request *req, const struct http_result *result)
{
    struct fixture *f = http_app(req);
    atomic_store(&f->last_status, result->status);
    atomic_fetch_add(&f->finished, 1);
}

/* Fill in what differs from this, then fixture_start(). */
UNUSED static void fixture_init(struct fixture *f, const struct http_route *routes, size_t route_count)
{
    *f = (struct fixture){.server = NULL};
    budget_init(&f->inflight, 1 << 20);
    f->options = (struct http_options){
        .listen = "127.0.0.1:0",
        .threads = 2,
        .max_connections = 20000,
        .max_body_bytes = 200000,
        .inflight = &f->inflight,
        .head_deadline_ms = WIRE_TIMEOUT_MS * 10,
        .idle_ms = WIRE_TIMEOUT_MS * 10,
        .body_grace_ms = WIRE_TIMEOUT_MS * 10,
        .routes = routes,
        .route_count = route_count,
        .app = f,
        .finished = fixture_finished,
    };
}

UNUSED static void fixture_start(struct fixture *f)
{
    struct error err = {.code = OK};
    if (http_server_new(&f->options, &f->server, &err) != OK)
        fail_msg("%s", err.text);
    f->port = http_server_port(f->server);
}

/* Waits until a condition holds that other threads bring about; the deadline is a failure. */
#define EVENTUALLY(condition)                                                                                \
    do {                                                                                                     \
        int rounds_ = 0;                                                                                     \
        while (!(condition) && rounds_++ < WIRE_TIMEOUT_MS)                                                  \
            (void)poll(NULL, 0, 1);                                                                          \
        assert_true(condition);                                                                              \
    } while (0)

/* Frees the server; nothing may be left of any request. */
UNUSED static void fixture_stop(struct fixture *f)
{
    EVENTUALLY(http_server_pending(f->server) == 0);
    http_server_free(f->server);
    assert_int_equal(budget_used(&f->inflight), 0);
    f->server = NULL;
}

/* One request on a connection of its own, to the end of the first answer. */
UNUSED static unsigned ask(const struct fixture *f, const char *request, struct wire_reply *ret_reply)
{
    int fd = wire_connect(f->port);
    assert_true(fd >= 0);
    (void)wire_text(fd, request);
    (void)wire_read(fd, ret_reply, strncmp(request, "HEAD", 4) == 0);
    (void)close(fd);
    return ret_reply->status;
}

/* The same, and the server must close the connection after it. */
UNUSED static unsigned ask_closed(const struct fixture *f, const char *request, size_t len,
                                  struct wire_reply *ret_reply)
{
    int fd = wire_connect(f->port);
    assert_true(fd >= 0);
    (void)wire_send(fd, request, len);
    assert_true(wire_wait_close(fd, ret_reply));
    assert_false(ret_reply->reset);
    (void)close(fd);
    return ret_reply->status;
}

#endif
