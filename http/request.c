/*
 * The accessors, and reading a head.
 *
 * Old versions of the library read sloppily: a bare LF ends a line, a folded line is glued to a header's
 * name, a NUL cuts a value. None of this is reported, but it can be seen: they parse in place, so in a clean
 * head every header begins exactly two bytes (CR and LF, made NULs) behind the end of what came before.
 * layout_see() compares addresses for that. From 0.9.77 on the library refuses such heads itself, and its
 * layout is its own business.
 */
#include "http/request.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORD_BYTES = 64 };

static const size_t ARENA_BYTES = MIB;

struct http_request *request_new(struct http_server *server, struct MHD_Connection *mhd,
                                 struct connection *connection, const char *target)
{
    struct http_request *req = mem_zero(1, sizeof *req);
    size_t len = target ? strlen(target) : 0;
    req->server = server;
    req->mhd = mhd;
    req->connection = connection;
    req->target = slice_make(mem_cstr(target ? target : "", len), len);
    req->target_raw = target;
    req->arena = ARENA_INIT(ARENA_BYTES);
    atomic_init(&req->turn, TURN_HANDLING);
    return req;
}

void request_free(struct http_request *req)
{
    if (!req)
        return;

    struct budget *inflight = server_options(req->server)->inflight;
    if (inflight && req->reply_charged)
        budget_give(inflight, req->reply_charged);
    buf_release(&req->reply.body);
    buf_release(&req->raw);
    body_release(&req->body);
    arena_release(&req->arena);
    free((void *)(uintptr_t)req->target.ptr);
    free(req);
}

/* Whether the lines of a head lie behind each other without gaps. */
struct layout {
    const char *next; /* where the next line must begin; NULL: not looked at */
    bool broken;
};

/* 0.9.75 and 0.9.76, that is: nothing older is supported. */
bool request_library_is_sloppy(void)
{
    struct slice version = slice_of(MHD_get_version());
    return slice_starts(version, SLICE("0.9.75")) || slice_starts(version, SLICE("0.9.76"));
}

static void layout_see(struct layout *l, const char *begin, const char *end)
{
    if (!l->next)
        return;
    if (begin != l->next || end[0] != '\0' || end[1] != '\0')
        l->broken = true;
    l->next = end + 2;
}

struct head_reading {
    struct head *head;
    struct layout layout;
    unsigned lines;
};

static enum MHD_Result see_line(void *arg, enum MHD_ValueKind kind, const char *name, size_t name_len,
                                const char *value, size_t value_len)
{
    struct head_reading *r = arg;
    (void)kind;
    head_see(r->head, slice_make(name, name_len), slice_make(value, value_len));
    if (value)
        layout_see(&r->layout, name, value + value_len);
    r->lines++;
    return MHD_YES;
}

static enum http_method method_of(const char *name)
{
    for (unsigned m = HTTP_GET; m < HTTP_OTHER; m <<= 1) {
        if (strcmp(name, http_method_name((enum http_method)m)) == 0)
            return (enum http_method)m;
    }
    return HTTP_OTHER;
}

/* A thread's own generator: ids must differ, not be secret. */
static uint64_t random_id(void)
{
    static _Thread_local struct random r;
    static _Thread_local bool seeded;
    if (!seeded) {
        random_seed_system(&r);
        seeded = true;
    }
    return random_u64(&r);
}

static void take_id(struct http_request *req)
{
    struct slice given;
    bool fine = http_header(req, "X-Request-Id", &given) && given.len >= 1 && given.len <= REQUEST_ID_MAX;
    for (size_t i = 0; fine && i < given.len; i++) {
        char c = given.ptr[i];
        bool alnum = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
        fine = alnum || c == '-' || c == '.' || c == '_';
    }
    if (fine)
        (void)snprintf(req->id, sizeof req->id, "%.*s", SLICE_ARG(given));
    else
        (void)snprintf(req->id, sizeof req->id, "%016llx", (unsigned long long)random_id());
}

static size_t head_bytes(const struct http_request *req)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(req->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info ? info->header_size : 0;
}

/* The library's memory for a connection holds the head, a record for each line and parameter, and behind them
 * must hold the head of the answer. */
static void check_sizes(const struct http_request *req, unsigned lines, struct head *h)
{
    size_t records = lines + 1;
    for (size_t i = 0; i < req->target.len; i++)
        records += req->target.ptr[i] == '&';
    if (req->target.len > LIMIT_URI_BYTES) {
        h->status = 414;
        h->fault = "the request target is too long";
    } else if (head_bytes(req) + records * RECORD_BYTES > LIMIT_HEADER_BYTES) {
        h->status = 431;
        h->fault = "the request's head is too large";
    }
}

/* The request line ends where the headers begin, the last header where the head ends. */
static void check_layout(const struct http_request *req, const char *method, const char *version,
                         const struct layout *l, struct head *h)
{
    if (!l->next || h->status != 0)
        return;
    if (l->broken || req->target_raw + req->target.len + 1 != version ||
        l->next + 2 != method + head_bytes(req)) {
        h->status = 400;
        h->fault = "the request's head has a NUL, a folded line, or a line that does not end in CR LF";
    }
}

bool request_read_head(struct http_request *req, const char *method, const char *version,
                       struct head *ret_head, struct error *err)
{
    struct head_reading r = {.head = ret_head};
    *ret_head = (struct head){.status = 0};
    req->method = method_of(method);
    req->arrived_us = clock_mono_us();
    take_id(req);
    if (request_library_is_sloppy() && req->target_raw)
        r.layout.next = version + strlen(version) + 2;
    (void)MHD_get_connection_values_n(req->mhd, MHD_HEADER_KIND, see_line, &r);
    check_layout(req, method, version, &r.layout, ret_head);
    check_sizes(req, r.lines, ret_head);
    head_finish(ret_head, strcmp(version, MHD_HTTP_VERSION_1_0) == 0);
    if (ret_head->status != 0) {
        (void)error_set(err, E_INVALID, "%s", ret_head->fault);
        return false;
    }
    if (req->method == HTTP_OTHER && (req->target.len == 0 || req->target.ptr[0] != '/')) {
        ret_head->status = 501;
        (void)error_set(err, E_INVALID, "the method is not implemented");
        return false;
    }
    if (query_parse(req->target, &req->arena, &req->query, err) != OK) {
        ret_head->status = 400;
        return false;
    }
    return true;
}

void *http_app(const struct http_request *req)
{
    return server_options(req->server)->app;
}

enum http_method http_method(const struct http_request *req)
{
    return req->method;
}

const struct http_route *http_route(const struct http_request *req)
{
    return req->route;
}

struct slice http_target(const struct http_request *req)
{
    return req->target;
}

struct slice http_path(const struct http_request *req)
{
    return req->query.path;
}

struct slice http_rest(const struct http_request *req)
{
    return req->rest;
}

bool http_param(const struct http_request *req, const char *name, struct slice *ret_value)
{
    return query_find(&req->query, name, ret_value);
}

struct slice http_dropped(const struct http_request *req)
{
    return req->query.dropped;
}

bool http_header(const struct http_request *req, const char *name, struct slice *ret_value)
{
    const char *value = NULL;
    size_t len = 0;
    if (MHD_lookup_connection_value_n(req->mhd, MHD_HEADER_KIND, name, strlen(name), &value, &len) != MHD_YES)
        return false;

    *ret_value = slice_trim(slice_make(value ? value : "", value ? len : 0));
    return true;
}

struct slice http_body(const struct http_request *req)
{
    return buf_slice(&req->body.bytes);
}

const char *http_request_id(const struct http_request *req)
{
    return req->id;
}

const char *http_remote(const struct http_request *req)
{
    return req->connection->remote;
}

struct arena *http_arena(struct http_request *req)
{
    return &req->arena;
}

void http_set_user(struct http_request *req, void *user)
{
    req->user = user;
}

void *http_user(const struct http_request *req)
{
    return req->user;
}
