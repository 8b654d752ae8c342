/*
 * Checked on the head, before a body is read: a stranger costs nothing. Of a request only what cannot be a
 * secret is logged: no headers, no bodies; the query is what was asked for, and tokens are never taken from
 * it.
 */
#include "collector/access.h"

#include "base/log.h"
#include "collector/answer.h"
#include "collector/app.h"
#include "collector/session.h"

#include <string.h>

/* A browser asks its user for a password when it sees a Basic challenge: right for a link that somebody
 * opens, wrong behind the back of the page, which has a form for it. */
static bool is_script(const struct http_request *req)
{
    struct slice dest;

    return http_header(req, "X-Brazier-Page", &dest) ||
           (http_header(req, "Sec-Fetch-Dest", &dest) && slice_eq_cstr(dest, "empty"));
}

static bool refuse(struct http_request *req, unsigned status, const char *text)
{
    struct http_reply reply = {0};

    answer_render_error(req, status, text, &reply);
    if (status == 401)
        http_reply_header(&reply, "WWW-Authenticate", "Bearer realm=\"brazier\"%s",
                          is_script(req) ? "" : ", Basic realm=\"brazier\"");
    http_reply(req, &reply);
    return false;
}

static bool changes(const struct http_request *req)
{
    return (http_method(req) & (HTTP_GET | HTTP_HEAD)) == 0;
}

static bool admit_caller(struct http_request *req, const struct http_route *route)
{
    struct visit *visit = http_user(req);
    struct slice authorization = SLICE_NULL;
    struct caller caller;

    http_header(req, "Authorization", &authorization);
    session_caller(req, &caller);
    memcpy(visit->who, caller.name, sizeof(visit->who));
    if (caller.scopes == 0)
        return refuse(req, 401,
                      authorization.len > 0
                          ? "the token is not known here"
                          : "a token is needed: Authorization: Bearer TOKEN, or as password");
    if ((caller.scopes & route->scope) == 0)
        return refuse(req, 403, "the token does not allow this");
    if (caller.by_session && changes(req) && session_origin(req) != ORIGIN_OURS)
        return refuse(req, 403, "a session changes nothing but from the page itself: send a token");
    return true;
}

bool access_admit(struct http_request *req, const struct http_route *route)
{
    struct app *app = http_app(req);

    http_set_user(req, arena_alloc(http_arena(req), sizeof(struct visit)));
    if (atomic_load(&app->closing)) {
        http_reply_error(req, 503, 1, "stopping: ask another replica");
        return false;
    }
    /* Even without tokens: who may reach this port by a browser is not who wrote the pages in it. */
    if (changes(req) && session_origin(req) == ORIGIN_FOREIGN)
        return refuse(req, 403, "this was sent by a page of another origin");
    return !app->tokens || route->scope == SCOPE_NONE || admit_caller(req, route);
}

static enum log_level level_of(const struct http_route *route, const struct http_result *result)
{
    if (result->status >= 500)
        return LOG_WARN;
    /* Probes come every few seconds and say nothing; logins do. */
    if (route && route->scope == SCOPE_NONE && !(route->methods & ~(unsigned)HTTP_GET) &&
        result->status < 400)
        return LOG_DEBUG;
    return LOG_INFO;
}

void access_finished(struct http_request *req, const struct http_result *result)
{
    struct app *app = http_app(req);
    const struct http_route *route = http_route(req);
    const struct visit *visit = http_user(req);
    struct log_line line;

    metrics_request(app->metrics, http_method(req), route ? route->path : NULL, result);
    log_begin(&line, level_of(route, result), "request");
    log_cstr(&line, "rid", http_request_id(req));
    log_cstr(&line, "method", http_method_name(http_method(req)));
    log_str(&line, "uri", http_target(req));
    log_i64(&line, "code", result->status);
    log_ms(&line, "ms", (double)result->duration_us / 1e3);
    log_i64(&line, "in", (int64_t)result->request_bytes);
    log_i64(&line, "out", (int64_t)result->response_bytes);
    log_cstr(&line, "ip", http_remote(req));
    if (visit && visit->who[0] != '\0')
        log_cstr(&line, "who", visit->who);
    if (visit && visit->error[0] != '\0')
        log_cstr(&line, "error", visit->error);
    log_end(&line);
}
