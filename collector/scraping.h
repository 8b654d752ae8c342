/*
 * A scraper inside the collector (--scrape-config), for small set-ups: one process, everything in. It
 * delivers over loopback, as one of any other kind would, so there is one way in.
 */
#ifndef COLLECTOR_SCRAPING_H
#define COLLECTOR_SCRAPING_H

#include "base/buf.h"
#include "http/http.h"

struct app;
struct scraping;

/* Reads the configuration. E_CONFIG. */
NODISCARD enum status scraping_new(struct app *app, struct scraping **ret_scraping, struct error *err);
/* Begins; the server answers already. E_CONFIG: the spool cannot be used. */
NODISCARD enum status scraping_start(struct scraping *s, struct error *err);
/* No more rounds; what was fetched is delivered for up to wait_ms. Takes NULL. */
void scraping_drain(struct scraping *s, int64_t wait_ms);
void scraping_free(struct scraping *s); /* takes NULL */

/* Appends its metrics. */
void scraping_metrics(struct scraping *s, struct buf *out);
/* GET /targets: a page; GET /api/0/targets: the same as JSON. 404 without a scraper. */
void scraping_page_handle(struct http_request *req);
void scraping_targets_handle(struct http_request *req);

#endif
