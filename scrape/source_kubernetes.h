/*
 * kubernetes_sd_configs: running pods, by the API. A pod is a target when its annotation profefe.com/enable
 * is "true"; profefe.com/port (6060), /path and /service say the rest, as for kube-profefe. With all_pods
 * every port that a running pod declares is one, for relabelling to choose. One thread a source.
 *
 * Source: https://kubernetes.io/docs/reference/using-api/api-concepts/
 */
#ifndef SCRAPE_SOURCE_KUBERNETES_H
#define SCRAPE_SOURCE_KUBERNETES_H

#include "base/buf.h"
#include "scrape/source.h"

/* Asks now; gives up when *to->is_over is set. Without an api_server that of the cluster we run in is asked,
 * with the pod's service account. E_CONFIG: there is none; E_INVALID: the answer makes no sense; else codes
 * of client_call(). */
NODISCARD enum status source_kubernetes_ask(const struct source *source, const struct receiver *to,
                                            struct error *err);

/* One page of a list of pods. ret_next is set to the token of the next one, empty if there is none.
 * E_INVALID; errors of take(). */
NODISCARD enum status source_kubernetes_read(const struct source *source, struct slice text,
                                             const struct receiver *to, struct buf *ret_next,
                                             struct error *err);

#endif
