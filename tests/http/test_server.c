/* The whole server: connections, bodies, threads, deadlines, the end. */
#include "tests/http/fixture.h"

#include "base/work.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>

static struct fixture f;
static struct work_pool *pool;
static _Atomic(struct http_request *) held; /* by handle_hold */
static atomic_uint handled;

/* Replies from a thread of the pool. */
struct later {
    struct work_item item;
    struct http_request *req;
};

static void reply_later(struct work_item *item)
{
    struct later *later = (struct later *)item;
    struct http_request *req = later->req;
    free(later);
    handle_echo(req);
}

static void handle_later(struct http_request *req)
{
    struct later *later = malloc(sizeof *later);
    *later = (struct later){.item = {.run = reply_later}, .req = req};
    if (work_submit(pool, &later->item, NULL) == OK)
        return;
    free(later);
    http_reply_error(req, 503, 3, "busy");
}

/* The test replies. */
static void handle_hold(struct http_request *req)
{
    atomic_fetch_add(&handled, 1);
    atomic_store(&held, req);
}

static void handle_counted(struct http_request *req)
{
    atomic_fetch_add(&handled, 1);
    handle_echo(req);
}

/* As many bytes as are asked for. */
static void handle_bytes(struct http_request *req)
{
    struct http_reply reply = {.status = 200, .body = BUF_INIT(1 << 28)};
    struct slice text = SLICE("0");
    uint64_t size = 0;
    (void)http_param(req, "size", &text);
    (void)!slice_to_u64(text, &size);
    (void)buf_reserve(&reply.body, size);
    memset(reply.body.ptr, 'b', size);
    reply.body.len = size;
    http_reply(req, &reply);
}

/* Without this nobody may enter. */
static bool admit(struct http_request *req, const struct http_route *route)
{
    struct slice token;
    if (route->scope == 0 || http_header(req, "Authorization", &token))
        return true;
    http_reply_error(req, 401, 0, "who are you?");
    return false;
}

static const struct http_route routes[] = {
    {.methods = HTTP_GET | HTTP_POST, .path = "/echo", .handle = handle_counted, .body = true},
    {.methods = HTTP_GET | HTTP_POST, .path = "/later", .handle = handle_later, .body = true},
    {.methods = HTTP_GET | HTTP_POST, .path = "/hold", .handle = handle_hold, .body = true},
    {.methods = HTTP_GET | HTTP_POST, .path = "/bare", .handle = handle_counted},
    {.methods = HTTP_POST, .path = "/secret", .handle = handle_counted, .body = true, .scope = 1},
    {.methods = HTTP_GET, .path = "/bytes", .handle = handle_bytes},
};

static int set_up(void **state)
{
    (void)state;
    fixture_init(&f, routes, ARRAY_LEN(routes));
    f.options.admit = admit;
    pool = work_pool_new("test", 3, 100000);
    atomic_store(&handled, 0);
    atomic_store(&held, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    if (f.server)
        fixture_stop(&f);
    work_pool_free(pool);
    return 0;
}

static void assert_next(int fd, struct wire_reply *r, unsigned status, const char *body_end)
{
    assert_true(wire_read(fd, r, false));
    assert_int_equal(r->status, status);
    size_t len = strlen(body_end);
    assert_true((size_t)r->content_length >= len);
    const char *end = wire_body(r) + r->content_length;
    if (memcmp(end - len, body_end, len) != 0)
        fail_msg("%s does not end in %s", r->text, body_end);
    wire_next(r, false);
}

static void a_connection_serves_many_requests_pipelined_or_not(void **state)
{
    (void)state;
    struct wire_reply r = {.text = NULL};
    fixture_start(&f);
    int fd = wire_connect(f.port);
    for (int i = 0; i < 3; i++) {
        assert_true(wire_text(fd, "GET /echo?name=one HTTP/1.1\r\n" HOST "\r\n"));
        assert_next(fd, &r, 200, "name=one body=");
    }
    assert_true(wire_text(fd, "GET /echo?name=1 HTTP/1.1\r\n" HOST "\r\n"
                              "POST /later HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"
                              "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
                              "3\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n"
                              "GET /echo?name=4 HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"));
    assert_next(fd, &r, 200, "name=1 body=");
    assert_next(fd, &r, 200, "body=abc");
    assert_next(fd, &r, 200, "body=abcde");
    assert_next(fd, &r, 200, "name=4 body=");
    assert_true(wire_wait_close(fd, &r));
    assert_int_equal(r.len, 0);
    (void)close(fd);
    wire_release(&r);
}

static void http_1_0_is_served_and_closed_unless_asked_otherwise(void **state)
{
    (void)state;
    struct wire_reply r = {.text = NULL};
    fixture_start(&f);
    int fd = wire_connect(f.port);
    assert_true(
        wire_text(fd,
                  "GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /echo?name=2 HTTP/1.0\r\n\r\n"));
    assert_next(fd, &r, 200, "body=");
    assert_next(fd, &r, 200, "name=2 body=");
    assert_true(wire_wait_close(fd, &r));
    (void)close(fd);
    wire_release(&r);
}

static void a_body_is_asked_for_when_it_is_welcome(void **state)
{
    (void)state;
    struct wire_reply r = {.text = NULL};
    fixture_start(&f);
    int fd = wire_connect(f.port);
    assert_true(
        wire_text(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n"));
    assert_true(wire_read(fd, &r, true));
    assert_int_equal(r.status, 100);
    wire_next(&r, true);
    assert_true(wire_text(fd, "abc"));
    assert_next(fd, &r, 200, "body=abc");
    (void)close(fd);
    wire_release(&r);
}

/* Refused on its head alone: no body is sent, and none is asked for. */
static void assert_refused_early(const char *head, unsigned status, const char *retry_after)
{
    struct wire_reply r = {.text = NULL};
    unsigned before = atomic_load(&handled);
    if (ask_closed(&f, head, strlen(head), &r) != status)
        fail_msg("%s --> %s", head, r.text ? r.text : "nothing");
    const char *retry = wire_header(&r, "Retry-After");
    assert_string_equal(retry ? retry : "", retry_after);
    assert_int_equal(atomic_load(&handled), before);
    wire_release(&r);
}

static void an_unwelcome_body_is_refused_before_it_is_sent(void **state)
{
    (void)state;
    fixture_start(&f);
    assert_refused_early("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 200001\r\n\r\n", 413, "");
    assert_refused_early("POST /echo HTTP/1.1\r\n" HOST
                         "Content-Length: 200001\r\nExpect: 100-continue\r\n\r\n",
                         413, "");
    assert_refused_early("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 18446744073709551615\r\n\r\n", 413,
                         "");
    assert_refused_early("POST /bare HTTP/1.1\r\n" HOST "Content-Length: 65537\r\n\r\n", 413, "");
    assert_refused_early("POST /secret HTTP/1.1\r\n" HOST "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n",
                         401, "");
    assert_refused_early("POST /nowhere HTTP/1.1\r\n" HOST "Content-Length: 99999\r\n\r\n", 404, "");
    assert_refused_early("POST /bytes HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", 405, "");
    assert_true(budget_take(&f.inflight, (1 << 20) - 10));
    assert_refused_early("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 11\r\n\r\n", 503, "1");
    assert_refused_early("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 11\r\nExpect: 100-continue\r\n\r\n",
                         503, "1");
    struct wire_reply r = {.text = NULL};
    assert_int_equal(ask(&f, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\n0123456789", &r), 200);
    wire_release(&r);
    budget_give(&f.inflight, (1 << 20) - 10);
}

static void a_refusal_gets_through_to_a_client_that_keeps_sending(void **state)
{
    (void)state;
    static char body[4 << 20];
    fixture_start(&f);
    for (int i = 0; i < 20; i++) {
        struct wire_reply r = {.text = NULL};
        int fd = wire_connect(f.port);
        assert_true(wire_text(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 4194304\r\n\r\n"));
        (void)wire_send(fd, body, sizeof body);
        wire_finish(fd);
        assert_true(wire_wait_close(fd, &r));
        assert_int_equal(r.status, 413);
        assert_false(r.reset);
        (void)close(fd);
        wire_release(&r);
    }
}

static void a_small_unwelcome_body_does_not_cost_the_connection(void **state)
{
    (void)state;
    struct wire_reply r = {.text = NULL};
    fixture_start(&f);
    int fd = wire_connect(f.port);
    assert_true(wire_text(fd, "POST /nowhere HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"
                              "POST /secret HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"
                              "POST /bare HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"
                              "GET /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"
                              "POST /secret HTTP/1.1\r\n" HOST
                              "Authorization: x\r\nContent-Length: 3\r\n\r\nabc"));
    assert_next(fd, &r, 404, "no such page\n");
    assert_next(fd, &r, 401, "who are you?\n");
    assert_next(fd, &r, 200, "body=");
    assert_next(fd, &r, 200, "body=abc");
    assert_next(fd, &r, 200, "body=abc");
    (void)close(fd);
    wire_release(&r);
}

/* Chunks of 1,000 bytes until the server has enough. */
static unsigned send_chunks(const char *path, int chunks)
{
    struct wire_reply r = {.text = NULL};
    char head[200], chunk[1100];
    int fd = wire_connect(f.port);
    (void)snprintf(head, sizeof head, "POST %s HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", path);
    (void)wire_text(fd, head);
    int len = snprintf(chunk, sizeof chunk, "3e8\r\n%01000d\r\n", 7);
    bool gone = false;
    for (int i = 0; i < chunks && !gone; i++)
        gone = !wire_send(fd, chunk, (size_t)len);
    if (!gone)
        (void)wire_text(fd, "0\r\n\r\n");
    (void)wire_read(fd, &r, false);
    unsigned status = r.status;
    (void)close(fd);
    wire_release(&r);
    return status;
}

static void a_chunked_body_is_bounded_as_it_comes(void **state)
{
    (void)state;
    fixture_start(&f);
    assert_int_equal(send_chunks("/echo", 200), 200);
    assert_int_equal(send_chunks("/echo", 201), 413);
    assert_int_equal(send_chunks("/echo", 100000), 413);
    assert_int_equal(send_chunks("/bare", 65), 200);
    assert_int_equal(send_chunks("/bare", 66), 413);
    assert_true(budget_take(&f.inflight, (1 << 20) - 100000));
    assert_int_equal(send_chunks("/echo", 60), 200);
    assert_int_equal(send_chunks("/echo", 200), 503);
    budget_give(&f.inflight, (1 << 20) - 100000);
    struct wire_reply r = {.text = NULL};
    assert_int_equal(ask(&f, "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nzz\r\n", &r),
                     400);
    wire_release(&r);
}

static void the_budget_holds_bodies_and_answers_until_they_are_done(void **state)
{
    (void)state;
    struct wire_reply r = {.text = NULL};
    fixture_start(&f);
    int fd = wire_connect(f.port);
    assert_true(wire_text(fd, "POST /hold HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\n0123456789"));
    EVENTUALLY(atomic_load(&held) != NULL);
    assert_int_equal(budget_used(&f.inflight), 10);
    assert_int_equal(http_server_pending(f.server), 1);
    handle_echo(atomic_load(&held));
    assert_next(fd, &r, 200, "body=0123456789");
    EVENTUALLY(budget_used(&f.inflight) == 0);
    EVENTUALLY(http_server_pending(f.server) == 0);
    (void)close(fd);
    /* An answer over the bound is sent; it is counted meanwhile. */
    fd = wire_connect(f.port);
    assert_true(wire_text(fd, "GET /bytes?size=50000000 HTTP/1.1\r\n" HOST "\r\n"));
    EVENTUALLY(budget_used(&f.inflight) == 50000000);
    assert_true(wire_read(fd, &r, false));
    assert_int_equal(r.content_length, 50000000);
    (void)close(fd);
    wire_release(&r);
}

static void a_client_that_went_away_leaves_nothing_behind(void **state)
{
    (void)state;
    f.options.head_deadline_ms = 400;
    fixture_start(&f);
    for (int i = 0; i < 3; i++) {
        int fd = wire_connect(f.port);
        assert_true(wire_text(fd, "POST /hold HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"));
        EVENTUALLY(atomic_load(&held) != NULL);
        (void)close(fd);
        handle_echo(atomic_exchange(&held, NULL));
        fd = wire_connect(f.port);
        assert_true(wire_text(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1000\r\n\r\nabc"));
        (void)close(fd);
        fd = wire_connect(f.port);
        assert_true(wire_text(fd, "GET /bytes?size=30000000 HTTP/1.1\r\n" HOST "\r\n"));
        struct pollfd first = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&first, 1, WIRE_TIMEOUT_MS), 1);
        (void)close(fd);
        EVENTUALLY(budget_used(&f.inflight) == 0);
    }
    EVENTUALLY(http_server_connections(f.server) == 0);
    EVENTUALLY(http_server_pending(f.server) == 0);
    assert_int_equal(budget_used(&f.inflight), 0);
}

static void every_request_is_reported_once_when_it_is_over(void **state)
{
    (void)state;
    struct wire_reply r = {.text = NULL};
    fixture_start(&f);
    (void)ask(&f, "GET /echo HTTP/1.1\r\n" HOST "\r\n", &r);
    EVENTUALLY(atomic_load(&f.finished) == 1);
    assert_int_equal(atomic_load(&f.last_status), 200);
    wire_release(&r);
    (void)ask(&f, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 99999999\r\n\r\n", &r);
    EVENTUALLY(atomic_load(&f.finished) == 2);
    assert_int_equal(atomic_load(&f.last_status), 413);
    wire_release(&r);
    int fd = wire_connect(f.port);
    assert_true(wire_text(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\nabc"));
    EVENTUALLY(http_server_pending(f.server) == 1);
    (void)close(fd);
    EVENTUALLY(atomic_load(&f.finished) == 3);
    assert_int_equal(atomic_load(&f.last_status), 0);
}

enum { CLIENTS = 16, ROUNDS = 150 };

static void *hammer(void *arg)
{
    struct wire_reply r = {.text = NULL};
    int fd = wire_connect(f.port);
    intptr_t wrong = 0;
    for (int i = 0; i < ROUNDS; i++) {
        char request[300], want[100];
        if (i % 50 == 49) { /* a new connection now and then */
            (void)close(fd);
            wire_release(&r);
            fd = wire_connect(f.port);
        }
        (void)snprintf(want, sizeof want, "body=%06d-%06d", (int)(intptr_t)arg, i);
        (void)snprintf(request, sizeof request, "POST /%s HTTP/1.1\r\n" HOST "Content-Length: 13\r\n\r\n%s",
                       i % 3 ? "later" : "echo", want + 5);
        if (!wire_text(fd, request) || !wire_read(fd, &r, false) || r.status != 200 ||
            !strstr(wire_body(&r), want))
            wrong++;
        wire_next(&r, false);
    }
    (void)close(fd);
    wire_release(&r);
    return (void *)wrong;
}

static void answers_from_other_threads_reach_the_right_clients(void **state)
{
    (void)state;
    fixture_start(&f);
    pthread_t threads[CLIENTS];
    for (intptr_t i = 0; i < CLIENTS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hammer, (void *)i), 0);
    for (int i = 0; i < CLIENTS; i++) {
        void *wrong;
        (void)pthread_join(threads[i], &wrong);
        assert_int_equal((intptr_t)wrong, 0);
    }
    EVENTUALLY(atomic_load(&f.finished) == CLIENTS * ROUNDS);
}

static void one_event_loop_is_enough(void **state)
{
    (void)state;
    f.options.threads = 1;
    answers_from_other_threads_reach_the_right_clients(state);
}

static void thousands_of_idle_connections_are_held(void **state)
{
    (void)state;
    struct rlimit files;
    (void)getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files);
    int count = files.rlim_cur >= 20200  ? 10000
                : files.rlim_cur >= 4500 ? 2000
                                         : (int)files.rlim_cur / 2 - 100;
    if (count > 9900 && files.rlim_cur < 20500)
        count = (int)files.rlim_cur / 2 - 200;
    int *fds = calloc((size_t)count, sizeof *fds);
    fixture_start(&f);
    /* Each is answered before the next comes: a kernel that queues few of them drops the others for seconds.
     */
    for (int i = 0; i < count; i++) {
        struct wire_reply r = {.text = NULL};
        fds[i] = wire_connect(f.port);
        assert_true(fds[i] >= 0);
        assert_true(wire_text(fds[i], "GET /echo HTTP/1.1\r\n" HOST "\r\n"));
        if (!wire_read(fds[i], &r, false))
            fail_msg("connection %d of %d has no answer: %s, %s", i, count, r.closed ? "closed" : "open",
                     strerror(errno));
        wire_release(&r);
    }
    assert_int_equal(http_server_connections(f.server), count);
    struct wire_reply r = {.text = NULL};
    assert_int_equal(ask(&f, "GET /later HTTP/1.1\r\n" HOST "\r\n", &r), 200);
    wire_release(&r);
    for (int i = 0; i < count; i += 100) {
        struct wire_reply again = {.text = NULL};
        assert_true(wire_text(fds[i], "GET /later HTTP/1.1\r\n" HOST "\r\n"));
        assert_true(wire_read(fds[i], &again, false));
        wire_release(&again);
    }
    for (int i = 0; i < count; i++)
        (void)close(fds[i]);
    EVENTUALLY(http_server_connections(f.server) == 0);
    free(fds);
}

/* Sends a byte whenever the server has been silent for a moment, until it closes. */
static void trickle(int fd, const char *text, struct wire_reply *r)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    for (size_t i = 0; text[i]; i++) {
        if (poll(&p, 1, 10) > 0)
            break;
        assert_true(wire_send(fd, text + i, 1));
    }
    assert_true(wire_wait_close(fd, r));
}

#define LONG_LINE                                                                                            \
    "A: "                                                                                                    \
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"

static void a_trickled_head_is_closed_at_its_deadline(void **state)
{
    (void)state;
    struct wire_reply r = {.text = NULL};
    f.options.head_deadline_ms = 200;
    fixture_start(&f);
    int fd = wire_connect(f.port);
    trickle(fd, "GET /echo HTTP/1.1\r\n" HOST LONG_LINE LONG_LINE LONG_LINE LONG_LINE, &r);
    assert_int_equal(r.status, 408);
    wire_release(&r);
    (void)close(fd);
    /* The second head of a connection, too. */
    fd = wire_connect(f.port);
    assert_true(wire_text(fd, "GET /echo HTTP/1.1\r\n" HOST "\r\n"));
    assert_next(fd, &r, 200, "body=");
    trickle(fd, "GET /echo HTTP/1.1\r\n" HOST LONG_LINE LONG_LINE LONG_LINE LONG_LINE, &r);
    assert_int_equal(r.status, 408);
    wire_release(&r);
    (void)close(fd);
    /* And one that sends nothing at all. */
    fd = wire_connect(f.port);
    assert_true(wire_wait_close(fd, &r));
    (void)close(fd);
    wire_release(&r);
    EVENTUALLY(http_server_connections(f.server) == 0);
}

static void a_slow_body_is_closed_and_a_steady_one_is_not(void **state)
{
    (void)state;
    struct wire_reply r = {.text = NULL};
    f.options.body_grace_ms = 200;
    f.options.body_rate_bytes = 1000;
    fixture_start(&f);
    int fd = wire_connect(f.port);
    assert_true(wire_text(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 500\r\n\r\nabc"));
    assert_true(wire_wait_close(fd, &r));
    assert_int_equal(r.status, 408);
    assert_int_equal(atomic_load(&handled), 0);
    wire_release(&r);
    (void)close(fd);
    EVENTUALLY(atomic_load(&f.finished) == 1);
    assert_int_equal(atomic_load(&f.last_status), 0);
    /* Bytes in hand are time in hand: 100,000 of them are more than a minute. */
    static char most[100000];
    memset(most, 'm', sizeof most);
    fd = wire_connect(f.port);
    assert_true(wire_text(fd, "POST /bare HTTP/1.1\r\n" HOST "Content-Length: 60001\r\n\r\n"));
    assert_true(wire_send(fd, most, 60000));
    struct pollfd silent = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&silent, 1, 500), 0);
    assert_true(wire_text(fd, "x"));
    assert_next(fd, &r, 200, "body=");
    wire_release(&r);
    (void)close(fd);
}

static void a_client_that_does_not_read_its_answer_is_closed(void **state)
{
    (void)state;
    f.options.body_grace_ms = 200;
    f.options.body_rate_bytes = 1 << 30;
    fixture_start(&f);
    int fd = wire_connect(f.port);
    assert_true(wire_text(fd, "GET /bytes?size=50000000 HTTP/1.1\r\n" HOST "\r\n"));
    EVENTUALLY(atomic_load(&f.finished) == 1);
    EVENTUALLY(http_server_connections(f.server) == 0);
    (void)close(fd);
}

static void an_idle_connection_is_closed_after_its_time(void **state)
{
    (void)state;
    struct wire_reply r = {.text = NULL};
    f.options.idle_ms = 200;
    fixture_start(&f);
    int fd = wire_connect(f.port);
    assert_true(wire_text(fd, "GET /echo HTTP/1.1\r\n" HOST "\r\n"));
    assert_next(fd, &r, 200, "body=");
    assert_true(wire_wait_close(fd, &r));
    assert_int_equal(r.len, 0);
    wire_release(&r);
    (void)close(fd);
}

static void at_the_bound_idle_connections_make_room_and_busy_ones_do_not(void **state)
{
    (void)state;
    struct wire_reply r = {.text = NULL};
    f.options.max_connections = 4;
    fixture_start(&f);
    int busy = wire_connect(f.port);
    assert_true(wire_text(busy, "GET /hold HTTP/1.1\r\n" HOST "\r\n"));
    EVENTUALLY(atomic_load(&held) != NULL);
    int fds[40];
    for (int i = 0; i < 40; i++) {
        fds[i] = wire_connect(f.port);
        assert_true(wire_text(fds[i], "GET /echo HTTP/1.1\r\n" HOST "\r\n"));
        assert_next(fds[i], &r, 200, "body=");
        wire_release(&r);
    }
    handle_echo(atomic_load(&held));
    assert_next(busy, &r, 200, "body=");
    wire_release(&r);
    for (int i = 0; i < 40; i++)
        (void)close(fds[i]);
    (void)close(busy);
}

static void quiescing_finishes_what_has_begun_and_refuses_the_rest(void **state)
{
    (void)state;
    struct wire_reply idle_reply = {.text = NULL}, r = {.text = NULL};
    fixture_start(&f);
    int idle = wire_connect(f.port), busy = wire_connect(f.port), sending = wire_connect(f.port);
    assert_true(wire_text(idle, "GET /echo HTTP/1.1\r\n" HOST "\r\n"));
    assert_next(idle, &idle_reply, 200, "body=");
    assert_true(wire_text(busy, "GET /hold HTTP/1.1\r\n" HOST "\r\n"));
    assert_true(wire_text(sending, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 6\r\n\r\nabc"));
    EVENTUALLY(atomic_load(&held) != NULL && http_server_pending(f.server) == 2);
    http_server_quiesce(f.server);
    assert_true(wire_wait_close(idle, &idle_reply));
    EVENTUALLY(wire_connect(f.port) < 0);
    assert_true(wire_text(sending, "def"));
    assert_true(wire_read(sending, &r, false));
    assert_string_equal(wire_header(&r, "Connection"), "close");
    assert_next(sending, &r, 200, "body=abcdef");
    assert_true(wire_wait_close(sending, &r));
    wire_release(&r);
    assert_int_equal(http_server_pending(f.server), 1);
    handle_echo(atomic_load(&held));
    assert_next(busy, &r, 200, "body=");
    assert_true(wire_wait_close(busy, &r));
    EVENTUALLY(http_server_pending(f.server) == 0);
    wire_release(&r);
    wire_release(&idle_reply);
    (void)close(idle);
    (void)close(busy);
    (void)close(sending);
}

static void a_server_can_be_freed_with_connections_open(void **state)
{
    (void)state;
    struct wire_reply r = {.text = NULL};
    for (int i = 0; i < 10; i++) {
        fixture_start(&f);
        int one = wire_connect(f.port), two = wire_connect(f.port), three = wire_connect(f.port);
        assert_true(wire_text(one, "GET /ec"));
        assert_true(wire_text(two, "GET /later HTTP/1.1\r\n" HOST "\r\n"));
        assert_true(wire_read(two, &r, false));
        fixture_stop(&f);
        wire_release(&r);
        (void)close(one);
        (void)close(two);
        (void)close(three);
    }
    http_server_free(NULL);
}

static void a_taken_port_is_a_configuration_error(void **state)
{
    (void)state;
    char listen[40];
    struct error err;
    struct http_server *second;
    fixture_start(&f);
    (void)snprintf(listen, sizeof listen, "127.0.0.1:%u", f.port);
    struct http_options options = f.options;
    options.listen = listen;
    assert_int_equal(http_server_new(&options, &second, &err), E_CONFIG);
    assert_non_null(strstr(err.text, "in use"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_connection_serves_many_requests_pipelined_or_not),
        TEST(http_1_0_is_served_and_closed_unless_asked_otherwise),
        TEST(a_body_is_asked_for_when_it_is_welcome),
        TEST(an_unwelcome_body_is_refused_before_it_is_sent),
        TEST(a_refusal_gets_through_to_a_client_that_keeps_sending),
        TEST(a_small_unwelcome_body_does_not_cost_the_connection),
        TEST(a_chunked_body_is_bounded_as_it_comes),
        TEST(the_budget_holds_bodies_and_answers_until_they_are_done),
        TEST(a_client_that_went_away_leaves_nothing_behind),
        TEST(every_request_is_reported_once_when_it_is_over),
        TEST(answers_from_other_threads_reach_the_right_clients),
        TEST(one_event_loop_is_enough),
        TEST(thousands_of_idle_connections_are_held),
        TEST(a_trickled_head_is_closed_at_its_deadline),
        TEST(a_slow_body_is_closed_and_a_steady_one_is_not),
        TEST(a_client_that_does_not_read_its_answer_is_closed),
        TEST(an_idle_connection_is_closed_after_its_time),
        TEST(at_the_bound_idle_connections_make_room_and_busy_ones_do_not),
        TEST(quiescing_finishes_what_has_begun_and_refuses_the_rest),
        TEST(a_server_can_be_freed_with_connections_open),
        TEST(a_taken_port_is_a_configuration_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
