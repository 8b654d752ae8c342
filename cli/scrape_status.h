/* The scraper's own pages over HTTP: / for people, /api/0/targets for programs, /metrics, /healthz. */
#ifndef CLI_SCRAPE_STATUS_H
#define CLI_SCRAPE_STATUS_H

#include "http/http.h"
#include "scrape/scraper.h"

/* Listens; the scraper outlives it. End it with http_server_free(). E_CONFIG. */
NODISCARD enum status scrape_status_open(const char *listen, struct scraper *scraper,
                                         struct http_server **ret_server, struct error *err);

#endif
