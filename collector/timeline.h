/* GET /api/0/timeline: what profiles add up to, by step and group. Handler of the route. */
#ifndef COLLECTOR_TIMELINE_H
#define COLLECTOR_TIMELINE_H

#include "http/http.h"

void timeline_handle(struct http_request *req);

#endif
