/* How the replica is: for load balancers, dashboards and people. Handlers of routes. */
#ifndef COLLECTOR_HEALTH_H
#define COLLECTOR_HEALTH_H

#include "http/http.h"

/* Always 200 while the process can answer: never depends on the bucket. */
void health_live_handle(struct http_request *req);
/* 200 when profiles can be taken in and questions answered, else 503 with the reasons. */
void health_ready_handle(struct http_request *req);
/* All of it, as JSON. */
void health_status_handle(struct http_request *req);
void health_metrics_handle(struct http_request *req);
void health_version_handle(struct http_request *req);

#endif
