/* Allowing is one header with the origin in it. What is not allowed gets none, and the browser keeps the
 * answer from the page: that is all there is to refusing. Credentials are never allowed, so `*` is safe with
 * sessions. */
#include "collector/cors.h"

#include "collector/app.h"

#define EXPOSED                                                                                              \
    "Content-Disposition, X-Request-Id, X-Brazier-Horizon, X-Brazier-Missing, X-Brazier-Next, "              \
    "X-Brazier-Note, X-Brazier-Profiles, X-Brazier-Stale, X-Brazier-Total"

static bool is_origin(struct slice text)
{
    size_t scheme = slice_starts(text, SLICE("https://"))  ? sizeof("https://") - 1
                    : slice_starts(text, SLICE("http://")) ? sizeof("http://") - 1
                                                           : 0;
    struct slice host = slice_from(text, scheme);

    return scheme > 0 && host.len > 0 && slice_find(host, '/') == host.len &&
           slice_find(host, '*') == host.len;
}

enum status cors_check(const char *list, struct error *err)
{
    for (struct slice rest = slice_of(list), origin; slice_split(&rest, ',', &origin);) {
        origin = slice_trim(origin);
        if (!slice_eq_cstr(origin, "*") && !is_origin(origin))
            return error_set(
                err, E_CONFIG,
                "--cors-origin: '%.*s' is no origin: say https://www.speedscope.app, several parted "
                "by commas, or *",
                SLICE_ARG(origin));
    }
    return OK;
}

/* The Origin of the request if it is allowed; else an empty one. *ret_any: everybody is. */
static struct slice allowed_origin(const struct http_request *req, bool *ret_any)
{
    const struct app *app = http_app(req);
    struct slice origin;

    *ret_any = false;
    if (!app->config->cors_origin || !http_header(req, "Origin", &origin))
        return SLICE_NULL;
    for (struct slice rest = slice_of(app->config->cors_origin), one; slice_split(&rest, ',', &one);) {
        one = slice_trim(one);
        *ret_any = *ret_any || slice_eq_cstr(one, "*");
        if (*ret_any || slice_eq(one, origin))
            return origin;
    }
    return SLICE_NULL;
}

static bool allow(const struct http_request *req, struct http_reply *reply)
{
    bool any;
    struct slice origin = allowed_origin(req, &any);

    if (origin.len == 0)
        return false;
    if (any)
        http_reply_header(reply, "Access-Control-Allow-Origin", "*");
    else
        http_reply_header(reply, "Access-Control-Allow-Origin", "%.*s", SLICE_ARG(origin));
    return true;
}

void cors_dress(struct http_request *req, struct http_reply *reply)
{
    const struct app *app = http_app(req);
    const struct http_route *route = http_route(req);

    if (!app->config->cors_origin || !route || !(route->methods & HTTP_GET) || route->scope != SCOPE_READ)
        return;
    /* Even if it is not allowed: a cache must not give this answer to a page that is. */
    http_reply_header(reply, "Vary", "Origin");
    if (allow(req, reply))
        http_reply_header(reply, "Access-Control-Expose-Headers", "%s", EXPOSED);
}

bool cors_preflight(struct http_request *req)
{
    struct http_reply reply = {.status = 204};

    if (http_method(req) != HTTP_OPTIONS || !allow(req, &reply))
        return false;
    http_reply_header(&reply, "Access-Control-Allow-Methods", "GET, HEAD");
    http_reply_header(&reply, "Access-Control-Allow-Headers", "Authorization");
    http_reply_header(&reply, "Access-Control-Max-Age", "600");
    http_reply_header(&reply, "Vary", "Origin");
    http_reply(req, &reply);
    return true;
}
