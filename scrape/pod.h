/*
 * A pod of Kubernetes, as the API's JSON says it, into attributes: __meta_kubernetes_* as Prometheus names
 * them, and the labels `namespace` and `pod`. Pure but for what is called.
 */
#ifndef SCRAPE_POD_H
#define SCRAPE_POD_H

#include "scrape/source.h"
#include "scrape/yaml.h"

/* Calls for each target in it: the one that its annotations say; with takes_all for each TCP port that it
 * declares, once for a pod that declares none. Errors of take(). */
NODISCARD enum status pod_tell(struct yaml pod, bool takes_all, const struct receiver *to, struct error *err);

#endif
