/*
 * A multi handle of its own instead of curl_easy_perform(), because curl_multi_wakeup() is the one way to end
 * a blocked transfer at once from another thread.
 */
#include "s3/fetch.h"

#include "base/alloc.h"
#include "s3/easy.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_MS = 1000 };

struct fetch {
    CURLM *multi;
    char *ca_bundle;
    atomic_bool stop;
};

struct fetch *fetch_new(const char *ca_bundle)
{
    easy_library_init();
    struct fetch *f = mem_zero(1, sizeof *f);
    f->multi = curl_multi_init();
    if (!f->multi)
        abort();
    f->ca_bundle = ca_bundle ? mem_cstr(ca_bundle, strlen(ca_bundle)) : NULL;
    return f;
}

void fetch_free(struct fetch *f)
{
    if (!f)
        return;

    (void)curl_multi_cleanup(f->multi);
    free(f->ca_bundle);
    free(f);
}

void fetch_stop(struct fetch *f)
{
    atomic_store(&f->stop, true);
    (void)curl_multi_wakeup(f->multi);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *user)
{
    struct buf *out = user;
    buf_append(out, slice_make(bytes, size * count));
    return out->full ? 0 : size * count;
}

static size_t on_no_body(char *out UNUSED, size_t size UNUSED, size_t count UNUSED, void *user UNUSED)
{
    return 0;
}

static void set_options(CURL *easy, const struct fetch *f, const struct fetch_request *r,
                        struct curl_slist *headers)
{
    easy_begin(easy, f->ca_bundle);
    (void)curl_easy_setopt(easy, CURLOPT_URL, r->url);
    (void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    (void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)r->timeout_ms);
    if (r->direct)
        (void)curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    if (strcmp(r->method, "POST") == 0) {
        (void)curl_easy_setopt(easy, CURLOPT_POST, 1L);
        (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len);
        (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, r->body.ptr);
    } else if (strcmp(r->method, "PUT") == 0) {
        (void)curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
        (void)curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)0);
        (void)curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_no_body);
    }
}

/* Until the transfer is over or someone wants no more of it. */
static CURLcode perform(struct fetch *f, CURL *easy)
{
    CURLcode result = CURLE_ABORTED_BY_CALLBACK;
    int running = 1, left = 0;
    (void)curl_multi_add_handle(f->multi, easy);
    while (running > 0 && !atomic_load(&f->stop)) {
        (void)curl_multi_perform(f->multi, &running);
        if (running > 0)
            (void)curl_multi_poll(f->multi, NULL, 0, 1000, NULL);
    }
    CURLMsg *message = curl_multi_info_read(f->multi, &left);
    if (message && message->msg == CURLMSG_DONE)
        result = message->data.result;
    (void)curl_multi_remove_handle(f->multi, easy);
    return result;
}

/* Host and port only: a path may name a role or hold a token, and a password may stand in front of them. */
static struct slice authority_of(const char *url)
{
    const char *scheme = strstr(url, "://");
    const char *begin = scheme ? scheme + 3 : url;
    struct slice authority = slice_make(begin, strcspn(begin, "/?#"));
    for (size_t at; (at = slice_find(authority, '@')) < authority.len;)
        authority = slice_from(authority, at + 1);
    return authority;
}

enum status fetch_run(struct fetch *f, const struct fetch_request *request, struct buf *out, int *ret_status,
                      struct error *err)
{
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
    for (size_t i = 0; i < request->header_count; i++)
        headers = curl_slist_append(headers, request->headers[i]);

    CURL *easy = curl_easy_init();
    if (!easy)
        abort();
    char failure[CURL_ERROR_SIZE] = "";
    long status = 0;
    set_options(easy, f, request, headers);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, failure);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, out);
    CURLcode result = perform(f, easy);
    (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(easy);
    curl_slist_free_all(headers);

    if (result != CURLE_OK)
        return error_set(err, E_UNAVAILABLE, "%.*s: %s", SLICE_ARG(authority_of(request->url)),
                         out->full    ? "the answer is too long"
                         : failure[0] ? failure
                                      : curl_easy_strerror(result));
    *ret_status = (int)status;
    return OK;
}
