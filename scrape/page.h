/* How a scraper is, for people, programs and Prometheus. Any thread. */
#ifndef SCRAPE_PAGE_H
#define SCRAPE_PAGE_H

#include "base/json.h"
#include "scrape/scraper.h"

/* A page that needs nothing else: targets, last scrape, last error, duration, bytes. */
void page_html(struct scraper *s, struct buf *out);
/* One JSON object with the same (docs/SCRAPING.md). */
void page_json(struct scraper *s, struct json *j);
/* Prometheus' text format 0.0.4. */
void page_metrics(struct scraper *s, struct buf *out);

#endif
