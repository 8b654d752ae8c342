/*
 * Groups of targets as file_sd and http_sd give them: a list of {targets: [HOST:PORT, ...], labels: {name:
 * value}}, in JSON or YAML. Pure but for what is called; one thread.
 *
 * Source: https://prometheus.io/docs/prometheus/latest/http_sd/
 */
#ifndef SCRAPE_GROUPS_H
#define SCRAPE_GROUPS_H

#include "scrape/source.h"

/* Calls for each target, with `origin` as the attribute of that name: where it was found. `name` stands in
 * texts. E_INVALID "NAME:3: targets is expected ..."; then some may have been called for already. Errors of
 * found(). */
NODISCARD enum status groups_read(struct slice text, const char *name, struct attribute origin,
                                  const struct receiver *to, struct error *err);

#endif
