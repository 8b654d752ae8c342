/* GET /api/0/profiles/diff: one selection less another, or some ids less others. Handler of a route. */
#ifndef COLLECTOR_DIFF_H
#define COLLECTOR_DIFF_H

#include "http/http.h"

void diff_handle(struct http_request *req);

#endif
