/* Pages are made on the event loop: they are copied out of memory in milliseconds, and few ask. */
#include "cli/scrape_status.h"

#include "base/limits.h"
#include "scrape/page.h"

static void send_page(struct http_request *req, const char *type, struct buf *take_body)
{
    struct http_reply reply = {.status = 200, .content_type = type, .compressible = true};

    if (take_body->full) {
        http_reply_error(req, 413, 0, "there are too many targets for one page");
        return;
    }
    reply.body = buf_take(take_body);
    http_reply_header(&reply, "Cache-Control", "no-store");
    http_reply(req, &reply);
}

static void handle_html(struct http_request *req)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(LIMIT_ANSWER_BYTES);

    page_html(http_app(req), &out);
    send_page(req, "text/html; charset=utf-8", &out);
}

static void handle_targets(struct http_request *req)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(LIMIT_ANSWER_BYTES);
    struct json j = JSON_INIT(&out);

    json_object(&j);
    json_key(&j, "code");
    json_i64(&j, 200);
    json_key(&j, "body");
    page_json(http_app(req), &j);
    json_object_end(&j);
    buf_append_byte(&out, '\n');
    send_page(req, "application/json", &out);
}

static void handle_metrics(struct http_request *req)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(LIMIT_ANSWER_BYTES);

    page_metrics(http_app(req), &out);
    send_page(req, "text/plain; version=0.0.4; charset=utf-8", &out);
}

static void handle_health(struct http_request *req)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(KIB);

    buf_append_cstr(&out, "ok\n");
    send_page(req, "text/plain; charset=utf-8", &out);
}

enum status scrape_status_open(const char *listen, struct scraper *scraper, struct http_server **ret_server,
                               struct error *err)
{
    static const struct http_route routes[] = {
        {.methods = HTTP_GET, .path = "/", .handle = handle_html},
        {.methods = HTTP_GET, .path = "/targets", .handle = handle_html},
        {.methods = HTTP_GET, .path = "/api/0/targets", .handle = handle_targets},
        {.methods = HTTP_GET, .path = "/metrics", .handle = handle_metrics},
        {.methods = HTTP_GET, .path = "/healthz", .handle = handle_health},
    };
    const struct http_options options = {.listen = listen,
                                         .threads = 1,
                                         .max_connections = 64,
                                         .routes = routes,
                                         .route_count = ARRAY_LEN(routes),
                                         .app = scraper};

    return http_server_new(&options, ret_server, err);
}
