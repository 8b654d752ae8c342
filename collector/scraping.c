/*
 * The scraper is started when the server answers and stopped before it does not, since it is a client of it.
 * With tokens it has one of its own, which nobody else knows and which can only send.
 */
#include "collector/scraping.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "base/log.h"
#include "collector/answer.h"
#include "collector/app.h"
#include "collector/self.h"
#include "scrape/page.h"

#include <string.h>

enum { AT_ONCE = 128, SENDERS = 2 };

/* In memory: the collector is away only while its bucket is. */
static const size_t MEMORY_BYTES = 64 * MIB;

struct scraping {
    struct app *app;
    struct scrape_config config;
    struct scraper *scraper; /* NULL until it is started */
    struct secret token;
};

static void say(void *user, bool is_bad, const char *what, struct slice detail)
{
    struct log_line line;

    (void)user;
    log_begin(&line, is_bad ? LOG_WARN : LOG_INFO, what);
    log_str(&line, "detail", detail);
    log_end(&line);
}

enum status scraping_new(struct app *app, struct scraping **ret_scraping, struct error *err)
{
    struct scraping *s = mem_zero(1, sizeof(*s));

    s->app = app;
    s->config = SCRAPE_CONFIG_INIT;
    if (scrape_config_read(&s->config, app->config->scrape_config, err) != OK) {
        scraping_free(s);
        return error_wrap(err, "--scrape-config");
    }
    *ret_scraping = s;
    return OK;
}

enum status scraping_start(struct scraping *s, struct error *err)
{
    const struct config *c = s->app->config;
    char url[SELF_URL_BYTES];

    self_url(c->listen, http_server_port(s->app->server), url);
    if (s->app->tokens)
        tokens_make_own(s->app->tokens, "scraper", &s->token);
    const struct scraper_options options = {
        .config = &s->config,
        .spool = {.dir = c->scrape_spool,
                  .max_bytes = c->scrape_spool ? (size_t)c->scrape_spool_bytes : MEMORY_BYTES,
                  .memory_bytes = MEMORY_BYTES},
        .delivery = {.url = url, .token = &s->token, .is_direct = true, .senders = SENDERS},
        .at_once = AT_ONCE,
        .report = {.say = say},
    };
    if (scraper_new(&options, &s->scraper, err) != OK)
        return error_wrap(err, "--scrape-spool");
    return OK;
}

void scraping_drain(struct scraping *s, int64_t wait_ms)
{
    if (s && s->scraper && !scraper_drain(s->scraper, wait_ms) && !s->app->config->scrape_spool)
        log_event(LOG_WARN, "scraped profiles are lost: they could not be stored in time");
}

void scraping_free(struct scraping *s)
{
    if (!s)
        return;
    scraper_free(s->scraper);
    scrape_config_release(&s->config);
    secret_release(&s->token);
    mem_freep(&s);
}

void scraping_metrics(struct scraping *s, struct buf *out)
{
    page_metrics(s->scraper, out);
}

/* False: there is none, and that was said. */
static bool find(struct http_request *req, struct scraper **ret_scraper)
{
    const struct app *app = http_app(req);

    if (!app->scraping || !atomic_load(&app->is_scraping)) {
        http_reply_error(req, 404, 0, "this collector has no scraper: --scrape-config");
        return false;
    }
    *ret_scraper = app->scraping->scraper;
    return true;
}

void scraping_page_handle(struct http_request *req)
{
    struct http_reply reply = {.status = 200,
                               .content_type = "text/html; charset=utf-8",
                               .body = BUF_INIT(LIMIT_ANSWER_BYTES)};
    struct scraper *scraper;

    if (!find(req, &scraper))
        return;
    page_html(scraper, &reply.body);
    if (reply.body.full) {
        buf_release(&reply.body);
        http_reply_error(req, 413, 0, "there are too many targets for one page");
        return;
    }
    reply.compressible = true;
    http_reply_header(&reply, "Cache-Control", "no-store");
    http_reply_header(&reply, "Content-Security-Policy",
                      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    http_reply(req, &reply);
}

void scraping_targets_handle(struct http_request *req)
{
    struct scraper *scraper;
    struct answer a;

    if (!find(req, &scraper))
        return;
    answer_begin(&a, LIMIT_ANSWER_BYTES);
    page_json(scraper, &a.json);
    answer_send(&a, req);
}
