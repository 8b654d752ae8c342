/*
 * Nothing is kept about a session: the cookie proves itself (collector/pass.h), so any replica takes it, and
 * it ends with its week, with the browser's memory of it, or with the token.
 *
 * A cookie is sent by the browser whoever wrote the page that asks. SameSite=Strict keeps it from other
 * sites, but another port of this host is the same site. So what changes something has to come from our own
 * page, and the browser has to say so: Sec-Fetch-Site, or, where it is not sent (plain http), an Origin that
 * is the host. A proxy may have changed Host; then X-Forwarded-Host is as good, since no foreign page can
 * send that header.
 */
#include "collector/session.h"

#include "base/json.h"
#include "base/limits.h"
#include "collector/access.h"
#include "collector/answer.h"
#include "collector/app.h"
#include "collector/pass.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* COOKIES_TRIED: a stranger may send hundreds, and each is compared with every token. */
enum { SESSION_S = 7 * 24 * 3600, COOKIES_TRIED = 8 };

#define COOKIE "brazier_session"

static struct slice header(const struct http_request *req, const char *name)
{
    struct slice value = SLICE_NULL;

    http_header(req, name, &value);
    return value;
}

static int64_t now_s(const struct http_request *req)
{
    return app_now_ms(http_app(req)) / 1000;
}

/* --- who is asking --- */

/* Of several cookies with our name (another collector on another port) the first good one counts. */
static void find_session(const struct http_request *req, struct caller *c)
{
    const struct app *app = http_app(req);
    unsigned tried = 0;

    for (struct slice rest = header(req, "Cookie"), pair; slice_split(&rest, ';', &pair);) {
        pair = slice_trim(pair);
        if (!slice_starts(pair, SLICE(COOKIE "=")))
            continue;
        if (tried++ == COOKIES_TRIED)
            return;
        struct slice pass = slice_from(pair, sizeof(COOKIE "=") - 1);

        c->scopes = tokens_pass_scopes(app->tokens, pass, now_s(req), c->name);
        if (c->scopes == 0)
            continue;
        c->by_session = true;
        c->expires_s = pass_expires_s(pass);
        return;
    }
}

void session_caller(const struct http_request *req, struct caller *ret_caller)
{
    const struct app *app = http_app(req);

    *ret_caller = (struct caller){0};
    ret_caller->scopes = tokens_scopes(app->tokens, header(req, "Authorization"), ret_caller->name);
    if (ret_caller->scopes == 0)
        find_session(req, ret_caller);
}

/* --- where it comes from --- */

static struct slice without_scheme(struct slice origin)
{
    static const struct slice schemes[] = {SLICE("http://"), SLICE("https://")};

    for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
        if (slice_starts(origin, schemes[i]))
            return slice_from(origin, schemes[i].len);
    return SLICE_NULL;
}

enum session_origin session_origin(const struct http_request *req)
{
    struct slice site = header(req, "Sec-Fetch-Site"), origin = header(req, "Origin");
    struct slice host = without_scheme(origin);

    if (site.len > 0)
        return slice_eq_cstr(site, "same-origin") ? ORIGIN_OURS : ORIGIN_FOREIGN;
    if (origin.len == 0)
        return ORIGIN_UNKNOWN;
    if (host.len > 0 && (slice_eq_nocase(host, header(req, "Host")) ||
                         slice_eq_nocase(host, header(req, "X-Forwarded-Host"))))
        return ORIGIN_OURS;
    return ORIGIN_FOREIGN;
}

/* --- the cookie --- */

static bool is_https(const struct http_request *req)
{
    struct slice proto = header(req, "X-Forwarded-Proto");

    /* The first is the browser's side of the first proxy. */
    return slice_eq_nocase(slice_trim(slice_sub(proto, 0, slice_find(proto, ','))), SLICE("https"));
}

static void set_cookie(const struct http_request *req, struct http_reply *reply, const char *pass, int age_s)
{
    http_reply_header(reply, "Set-Cookie", COOKIE "=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s",
                      pass, age_s, is_https(req) ? "; Secure" : "");
}

/* --- the handlers --- */

static void write_scopes(struct json *j, unsigned scopes)
{
    static const struct {
        unsigned scope;
        const char *name;
    } rows[] = {{SCOPE_INGEST, "ingest"}, {SCOPE_READ, "read"}, {SCOPE_ADMIN, "admin"}};

    json_key(j, "scopes");
    json_array(j);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (scopes & rows[i].scope)
            json_cstr(j, rows[i].name);
    json_array_end(j);
}

static void answer_caller(struct http_request *req, struct answer *a, const struct caller *c)
{
    const struct app *app = http_app(req);
    char expires[TIME_RFC3339_BYTES];

    json_object(&a->json);
    json_key(&a->json, "login");
    json_bool(&a->json, app->tokens != NULL);
    write_scopes(&a->json, c->scopes);
    if (c->name[0] != '\0') {
        json_key(&a->json, "name");
        json_cstr(&a->json, c->name);
    }
    if (c->by_session) {
        time_format_rfc3339(c->expires_s * 1000, expires);
        json_key(&a->json, "expires_at");
        json_cstr(&a->json, expires);
    }
    json_object_end(&a->json);
    http_reply_header(&a->reply, "Cache-Control", "no-store");
    answer_send(a, req);
}

void session_show_handle(struct http_request *req)
{
    const struct app *app = http_app(req);
    struct caller caller = {.scopes = SCOPE_INGEST | SCOPE_READ | SCOPE_ADMIN};
    struct answer a;

    if (app->tokens)
        session_caller(req, &caller);
    answer_begin(&a, LIMIT_ERROR_BODY_BYTES);
    answer_caller(req, &a, &caller);
}

/* In the body, {"token":"..."}, or in the Authorization header: that may be a proxy's. */
static enum status read_token(struct http_request *req, struct buf *out, struct error *err)
{
    struct buf scratch CLEANUP(buf_release) = BUF_INIT(TOKEN_CREDENTIALS_MAX);
    struct slice body = http_body(req), token;
    enum status status = OK;

    if (body.len > 0)
        status = json_get_string(body, "token", out, err);
    else if (tokens_find(header(req, "Authorization"), &scratch, &token))
        buf_append(out, token);
    if (scratch.len > 0)
        explicit_bzero(scratch.ptr, scratch.len);
    if (status != OK || out->len == 0)
        return error_set(err, E_INVALID,
                         "bad request: a token is needed: {\"token\":\"TOKEN\"} as the body, or a header "
                         "Authorization: Bearer TOKEN");
    return OK;
}

void session_begin_handle(struct http_request *req)
{
    struct app *app = http_app(req);
    struct buf token CLEANUP(buf_release) = BUF_INIT(TOKEN_CREDENTIALS_MAX);
    struct caller caller = {.by_session = true, .expires_s = now_s(req) + SESSION_S};
    struct visit *visit = http_user(req);
    char pass[PASS_BYTES];
    struct answer a;
    struct error err;

    if (!app->tokens) {
        http_reply_error(req, 404, 0, "nothing found: no token is needed here");
        return;
    }
    if (read_token(req, &token, &err) != OK) {
        answer_error(req, &err);
        return;
    }
    caller.scopes = tokens_give_pass(app->tokens, buf_slice(&token), caller.expires_s, pass, caller.name);
    explicit_bzero(token.ptr, token.len);
    if (caller.scopes == 0) {
        http_reply_error(req, 401, 0, "the token is not known here");
        return;
    }
    memcpy(visit->who, caller.name, sizeof(visit->who));
    answer_begin(&a, LIMIT_ERROR_BODY_BYTES);
    set_cookie(req, &a.reply, pass, SESSION_S);
    answer_caller(req, &a, &caller);
}

void session_end_handle(struct http_request *req)
{
    const struct app *app = http_app(req);
    struct caller nobody = {.scopes = app->tokens ? 0 : SCOPE_INGEST | SCOPE_READ | SCOPE_ADMIN};
    struct answer a;

    answer_begin(&a, LIMIT_ERROR_BODY_BYTES);
    set_cookie(req, &a.reply, "", 0);
    answer_caller(req, &a, &nobody);
}
