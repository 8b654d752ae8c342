/* file_sd_configs: files of groups of targets. One thread a source. */
#ifndef SCRAPE_SOURCE_FILE_H
#define SCRAPE_SOURCE_FILE_H

#include "scrape/source.h"

/* Reads all files of all patterns now. E_UNAVAILABLE: one cannot be read, or a name without a pattern is not
 * there; E_INVALID: it makes no sense. */
NODISCARD enum status source_file_ask(const struct source *source, const struct receiver *to,
                                      struct error *err);

#endif
