/*
 * Files of the page are kept by browsers and asked for again each time, with their tag: replicas that are
 * upgraded one after the other answer with the files that they have, and none of the old ones stays anywhere.
 * A tag is a hash of the bytes, so equal programs have equal tags.
 *
 * Names in profiles are hostile text. Should one ever become markup, the policy still lets no script run but
 * the files themselves, and no request leave for elsewhere.
 */
#include "collector/front.h"

#include "collector/answer.h"
#include "http/negotiate.h"
#include "ui/page.h"

#include <stdio.h>

static const struct {
    const char *name, *value;
} HEADERS[] = {
    {"Cache-Control", "no-cache"},
    {"Vary", "Accept-Encoding"},
    {"Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; "
                                "img-src 'self' data: blob:; connect-src 'self'; frame-ancestors 'none'; "
                                "base-uri 'none'; form-action 'self'"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
};

static bool takes_gzip(const struct http_request *req)
{
    struct slice accepted;

    return http_header(req, "Accept-Encoding", &accepted) && negotiate_gzip(accepted);
}

static void send_file(struct http_request *req, const struct page_file *file)
{
    struct http_reply reply = {.status = 200, .content_type = file->content_type};
    struct page_form form;

    page_get(file, takes_gzip(req), &form);
    snprintf(reply.etag, sizeof(reply.etag), "%s", form.etag);
    for (size_t i = 0; i < ARRAY_LEN(HEADERS); i++)
        http_reply_header(&reply, HEADERS[i].name, "%s", HEADERS[i].value);
    if (form.is_gzip)
        http_reply_header(&reply, "Content-Encoding", "gzip");
    reply.body = BUF_INIT(form.bytes.len);
    buf_append(&reply.body, form.bytes);
    http_reply(req, &reply);
}

void front_index_handle(struct http_request *req)
{
    send_file(req, page_find(SLICE("index.html")));
}

void front_file_handle(struct http_request *req)
{
    const struct page_file *file = page_find(http_rest(req));

    if (file)
        send_file(req, file);
    else
        http_reply_error(req, 404, 0, "nothing found: the page has no such file");
}
