/* http_sd_configs: a URL that answers with groups of targets. One thread a source. */
#ifndef SCRAPE_SOURCE_HTTP_H
#define SCRAPE_SOURCE_HTTP_H

#include "scrape/source.h"

/* Asks now; gives up when *to->is_over is set. E_INVALID: the answer makes no sense; else codes of
 * client_call().
 */
NODISCARD enum status source_http_ask(const struct source *source, const struct receiver *to,
                                      struct error *err);

#endif
