/*
 * libcurl's easy interface. Redirects are followed by hand, since libcurl would follow them to any host: each
 * is looked at, and the request is made anew if it stays at its origin.
 *
 * A body is kept up to the bound that its status gives it: what was asked for, or an error's few words.
 */
#include "client/client.h"

#include "base/alloc.h"
#include "base/encode.h"
#include "base/json_doc.h"
#include "base/limits.h"
#include "base/printable.h"
#include "base/version.h"
#include "client/origin.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONNECT_MS = 10 * 1000,
    TOTAL_MS = 5 * 60 * 1000,
    STALL_MS = 60 * 1000,
    REDIRECTS_MAX = 5,
    ERROR_WORDS_BYTES = 400,
    RETRY_AFTER_MAX_S = 24 * 60 * 60,
};

struct client {
    CURL *easy;
    struct secret token, password;
    char *token_for, *user, *ca_file, *cert_file, *key_file, *server_name;
    bool is_insecure, is_direct;
    int64_t connect_ms, total_ms, stall_ms;
};

/* One request on its way. */
struct exchange {
    const struct client_request *request;
    struct client_answer *answer;
    CURL *easy;
    struct buf origin; /* of the request, for texts */
    char failure[CURL_ERROR_SIZE];
};

static void library_init(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

static char *copied(const char *text)
{
    return text ? mem_cstr(text, strlen(text)) : NULL;
}

struct client *client_new(const struct client_settings *settings)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, library_init);

    struct client *c = mem_zero(1, sizeof *c);
    c->easy = curl_easy_init();
    if (!c->easy)
        abort();
    if (settings->token)
        secret_set(&c->token, secret_bytes(settings->token));
    if (settings->password)
        secret_set(&c->password, secret_bytes(settings->password));
    c->token_for = copied(settings->token_for);
    c->user = copied(settings->user);
    c->ca_file = copied(settings->ca_file);
    c->cert_file = copied(settings->cert_file);
    c->key_file = copied(settings->key_file);
    c->server_name = copied(settings->server_name);
    c->is_insecure = settings->is_insecure;
    c->is_direct = settings->is_direct;
    c->connect_ms = settings->connect_ms > 0 ? settings->connect_ms : CONNECT_MS;
    c->total_ms = settings->total_ms > 0 ? settings->total_ms : TOTAL_MS;
    c->stall_ms = settings->stall_ms > 0 ? settings->stall_ms : STALL_MS;
    return c;
}

void client_free(struct client *c)
{
    if (!c)
        return;

    curl_easy_cleanup(c->easy);
    secret_release(&c->token);
    secret_release(&c->password);
    free(c->token_for);
    free(c->user);
    free(c->ca_file);
    free(c->cert_file);
    free(c->key_file);
    free(c->server_name);
    free(c);
}

void client_freep(struct client **c)
{
    client_free(*c);
}

void client_answer_release(struct client_answer *answer)
{
    buf_release(&answer->body);
    buf_release(&answer->head);
}

struct slice client_answer_header(const struct client_answer *answer, const char *name)
{
    struct slice rest = buf_slice(&answer->head), line;
    while (slice_split(&rest, '\n', &line)) {
        size_t colon = slice_find(line, ':');
        if (colon < line.len && slice_eq_nocase(slice_sub(line, 0, colon), slice_of(name)))
            return slice_trim(slice_from(line, colon + 1));
    }
    return SLICE_NULL;
}

/* --- what libcurl calls --- */

static long status_of(CURL *easy)
{
    long status = 0;
    (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

static size_t on_head(char *bytes, size_t size, size_t count, void *user)
{
    struct exchange *x = user;
    struct slice line = slice_trim(slice_make(bytes, size * count));
    if (slice_starts(line, SLICE("HTTP/"))) { /* what came before was an interim answer */
        buf_reset(&x->answer->head);
        return size * count;
    }
    buf_append(&x->answer->head, line);
    buf_append_byte(&x->answer->head, '\n');
    return size * count;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *user)
{
    struct exchange *x = user;
    struct buf *body = &x->answer->body;
    if (status_of(x->easy) >= 300) {
        body->max = LIMIT_ERROR_BODY_BYTES;
        buf_append(body, slice_make(bytes, size * count));
        return size * count; /* the rest of an error is of no interest */
    }
    buf_append(body, slice_make(bytes, size * count));
    return body->full ? 0 : size * count;
}

/* lint: the library's signature */
static int on_progress(void *user, curl_off_t expected, curl_off_t got, curl_off_t to_send UNUSED,
                       curl_off_t sent UNUSED)
{
    struct exchange *x = user;
    if (x->request->progress && status_of(x->easy) < 300)
        x->request->progress(x->request->user, (uint64_t)got, (uint64_t)expected);
    return x->request->is_over && atomic_load(x->request->is_over);
}

/* --- one request --- */

static struct curl_slist *with_header(struct curl_slist *list, const char *name, const char *value)
{
    struct buf line CLEANUP(buf_release) = BUF_INIT(LIMIT_HEADER_BYTES);
    buf_printf(&line, "%s: %s", name, value);
    struct curl_slist *longer = curl_slist_append(list, buf_cstr(&line));
    if (line.ptr)
        explicit_bzero(line.ptr, line.len);
    if (!longer)
        abort();
    return longer;
}

static void add_basic(const struct client *c, struct buf *out)
{
    struct buf plain CLEANUP(buf_release) = BUF_INIT(LIMIT_HEADER_BYTES);
    struct slice password = secret_bytes(&c->password);
    buf_printf(&plain, "%s:%.*s", c->user, SLICE_ARG(password));
    buf_append_cstr(out, "Basic ");
    base64_encode(buf_slice(&plain), out);
    if (plain.ptr)
        explicit_bzero(plain.ptr, plain.len);
}

static struct curl_slist *headers_of(const struct client *c, const struct client_request *r, const char *url)
{
    struct curl_slist *list = with_header(NULL, "Accept", r->accept ? r->accept : "*/*");
    if (r->content_type)
        list = with_header(list, "Content-Type", r->content_type);
    if ((secret_is_set(&c->token) || c->user) && c->token_for && origin_same(url, c->token_for)) {
        struct slice token = secret_bytes(&c->token);
        struct buf value CLEANUP(buf_release) = BUF_INIT(LIMIT_HEADER_BYTES);
        if (c->user)
            add_basic(c, &value);
        else
            buf_printf(&value, "Bearer %.*s", SLICE_ARG(token));
        list = with_header(list, "Authorization", buf_cstr(&value));
        if (value.ptr)
            explicit_bzero(value.ptr, value.len);
    }
    return list;
}

static void headers_free(struct curl_slist **list)
{
    for (struct curl_slist *l = *list; l; l = l->next)
        explicit_bzero(l->data, strlen(l->data));
    curl_slist_free_all(*list);
}

static void curl_freep(char **text)
{
    curl_free(*text);
}

static void set_method(CURL *easy, const struct client_request *r)
{
    const char *method = r->method ? r->method : r->content_type ? "POST" : "GET";
    if (strcmp(method, "GET") == 0)
        return;

    if (r->content_type || strcmp(method, "POST") == 0) {
        (void)curl_easy_setopt(easy, CURLOPT_POST, 1L);
        (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, r->body.ptr ? r->body.ptr : "");
        (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len);
    }
    (void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
}

static void set_bounds(CURL *easy, const struct client *c)
{
    (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)c->connect_ms);
    (void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)c->total_ms);
    (void)curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)((c->total_ms + 999) / 1000));
    (void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075500
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

static void set_trust(CURL *easy, const struct client *c)
{
    if (c->ca_file)
        (void)curl_easy_setopt(easy, CURLOPT_CAINFO, c->ca_file);
    if (c->cert_file)
        (void)curl_easy_setopt(easy, CURLOPT_SSLCERT, c->cert_file);
    if (c->key_file)
        (void)curl_easy_setopt(easy, CURLOPT_SSLKEY, c->key_file);
    if (c->is_direct)
        (void)curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    if (c->is_insecure) {
        (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
}

/* A certificate's name is that of the URL's host: so the URL is given the name, a rule leads to the host all
 * the same, and the Host header stays what it was. NULL: out of memory, or the URL is none. */
static char *renamed(const struct client *c, const char *url, struct curl_slist **rule,
                     struct curl_slist **headers)
{
    CURLU *u = curl_url();
    char *host = NULL, *port = NULL, *explicit_port = NULL, *result = NULL;
    struct buf text CLEANUP(buf_release) = BUF_INIT(LIMIT_URI_BYTES);
    if (u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
        curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
        curl_url_set(u, CURLUPART_HOST, c->server_name, 0) == CURLUE_OK &&
        curl_url_get(u, CURLUPART_URL, &result, 0) == CURLUE_OK) {
        (void)curl_url_get(u, CURLUPART_PORT, &explicit_port, 0);
        buf_printf(&text, "::%s:%s", host, port);
        *rule = curl_slist_append(NULL, buf_cstr(&text));
        buf_reset(&text);
        buf_printf(&text, "%s%s%s", host, explicit_port ? ":" : "", explicit_port ? explicit_port : "");
        *headers = with_header(*headers, "Host", buf_cstr(&text));
    }
    curl_free(host);
    curl_free(port);
    curl_free(explicit_port);
    curl_url_cleanup(u);
    return result;
}

static CURLcode run(struct client *c, struct exchange *x, const char *url)
{
    CURL *easy = c->easy;
    char agent[64];
    struct curl_slist *headers CLEANUP(headers_free) = headers_of(c, x->request, url);
    struct curl_slist *rule CLEANUP(headers_free) = NULL;
    char *named CLEANUP(curl_freep) = c->server_name ? renamed(c, url, &rule, &headers) : NULL;
    (void)snprintf(agent, sizeof agent, "brazier/%s", version_text());

    curl_easy_reset(easy);
    set_bounds(easy, c);
    set_trust(easy, c);
    set_method(easy, x->request);
    (void)curl_easy_setopt(easy, CURLOPT_URL, named ? named : url);
    if (rule)
        (void)curl_easy_setopt(easy, CURLOPT_CONNECT_TO, rule);
    (void)curl_easy_setopt(easy, CURLOPT_USERAGENT, agent);
    (void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, x->failure);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, x);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, x);
    if (x->request->progress || x->request->is_over) {
        (void)curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
        (void)curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
        (void)curl_easy_setopt(easy, CURLOPT_XFERINFODATA, x);
    }
    CURLcode code = curl_easy_perform(easy);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL);
    return code;
}

/* --- what came of it --- */

static enum status code_of(long status)
{
    switch (status) {
    case 401:
    case 403: return E_DENIED;
    case 404: return E_NOT_FOUND;
    case 408: return E_UNAVAILABLE;
    case 413:
    case 414: return E_TOO_LARGE;
    case 429:
    case 503: return E_BUSY;
    default: return status >= 500 ? E_UNAVAILABLE : E_INVALID;
    }
}

/* {"code","error"}, or the first line of a plain text; an HTML page says nothing. */
static enum client_words server_words(const struct client_answer *answer, struct buf *out)
{
    struct json_doc *doc CLEANUP(json_doc_freep) = NULL;
    struct slice words = slice_trim(buf_slice(&answer->body)), error = SLICE_NULL;
    bool is_code = false;
    if (json_doc_parse(words, &doc, NULL) == OK) {
        is_code = json_node_member(json_doc_root(doc), "code") != NULL;
        error = json_node_text(json_doc_root(doc), "error");
    }
    if (error.len > 0)
        words = error;
    else if (!slice_starts(client_answer_header(answer, "Content-Type"), SLICE("text/plain")))
        return CLIENT_NO_WORDS;

    words = slice_sub(words, 0, slice_find(words, '\n'));
    printable_append(out, slice_sub(words, 0, ERROR_WORDS_BYTES));
    return words.len == 0 ? CLIENT_NO_WORDS : error.len > 0 && is_code ? CLIENT_ERROR : CLIENT_TEXT;
}

static enum status refused(const struct exchange *x, long status, struct error *err)
{
    struct buf words CLEANUP(buf_release) = BUF_INIT(4 * ERROR_WORDS_BYTES);
    enum status code = code_of(status);
    x->answer->words = server_words(x->answer, &words);
    if (status >= 500 || words.len == 0)
        return error_set(err, code, "%s answers %ld%s%s", buf_cstr(&x->origin), status,
                         words.len > 0 ? ": " : "", buf_cstr(&words));
    return error_set(err, code, "%s", buf_cstr(&words));
}

static enum status no_answer(const struct exchange *x, CURLcode code, struct error *err)
{
    if (x->answer->body.full)
        return error_set(err, E_TOO_LARGE, "%s: the answer is over %zu bytes", buf_cstr(&x->origin),
                         x->answer->body.max);
    if (code == CURLE_SSL_CACERT_BADFILE)
        return error_set(err, E_INVALID, "the file of trusted certificates cannot be read");
    return error_set(err, E_UNAVAILABLE, "%s: %s", buf_cstr(&x->origin),
                     x->failure[0] ? x->failure : curl_easy_strerror(code));
}

/* Seconds only: a date would be about a clock that may not be ours. */
static int64_t retry_ms(const struct client_answer *answer)
{
    uint64_t seconds;
    if (!slice_to_u64(client_answer_header(answer, "Retry-After"), &seconds))
        return -1;
    return 1000 * (int64_t)(seconds < RETRY_AFTER_MAX_S ? seconds : RETRY_AFTER_MAX_S);
}

/* Where a redirect leads, into `url`; E_INVALID if that is elsewhere. */
static enum status follow(const struct exchange *x, struct buf *url, struct error *err)
{
    char *to = NULL;
    (void)curl_easy_getinfo(x->easy, CURLINFO_REDIRECT_URL, &to);
    struct buf shown CLEANUP(buf_release) = BUF_INIT(4 * ERROR_WORDS_BYTES);
    printable_append(&shown, slice_sub(slice_of(to), 0, ERROR_WORDS_BYTES / 2));
    if (!to || (x->request->method && strcmp(x->request->method, "GET") != 0) || x->request->content_type ||
        !origin_same(x->request->url, to))
        return error_set(err, E_INVALID, "a redirect to %s is not followed: ask there if you trust it",
                         to ? buf_cstr(&shown) : "nowhere");

    buf_reset(url);
    buf_append(url, slice_of(to));
    return buf_check(url, "the redirect's URL", err);
}

static enum status exchange_run(struct client *c, struct exchange *x, struct error *err)
{
    struct buf url CLEANUP(buf_release) = BUF_INIT(LIMIT_URI_BYTES);
    buf_append_cstr(&url, x->request->url);
    enum status status = buf_check(&url, "the URL", err);
    if (status != OK)
        return status;
    status = origin_of(buf_cstr(&url), &x->origin, err);
    if (status != OK)
        return status;

    for (int hop = 0;; hop++) {
        buf_release(&x->answer->body);
        x->answer->body = BUF_INIT(x->request->max_bytes);
        buf_reset(&x->answer->head);
        CURLcode code = run(c, x, buf_cstr(&url));
        long answered = status_of(c->easy);
        x->answer->has_answered = answered > 0;
        x->answer->retry_ms = retry_ms(x->answer);
        if (code != CURLE_OK)
            return no_answer(x, code, err);
        x->answer->status = (int)answered;
        if (answered < 300)
            return OK;
        if (answered >= 400)
            return refused(x, answered, err);
        if (hop == REDIRECTS_MAX)
            return error_set(err, E_INVALID, "more than %d redirects", REDIRECTS_MAX);
        status = follow(x, &url, err);
        if (status != OK)
            return status;
    }
}

enum status client_call(struct client *c, const struct client_request *request,
                        struct client_answer *ret_answer, struct error *err)
{
    struct client_answer answer = CLIENT_ANSWER_INIT;
    answer.head = BUF_INIT(LIMIT_ERROR_BODY_BYTES);
    struct exchange x = {.request = request,
                         .answer = &answer,
                         .easy = c->easy,
                         .origin = BUF_INIT(LIMIT_URI_BYTES)};
    enum status status = exchange_run(c, &x, err);
    buf_release(&x.origin);
    if (status == OK) {
        client_answer_release(ret_answer);
        *ret_answer = answer;
        return OK;
    }
    ret_answer->status = answer.status;
    ret_answer->retry_ms = answer.retry_ms;
    ret_answer->has_answered = answer.has_answered;
    ret_answer->words = answer.words;
    buf_release(&ret_answer->head);
    ret_answer->head = answer.head;
    answer.head = (struct buf){0};
    client_answer_release(&answer);
    return status;
}
