/* GET /api/0/overview: which services there are, and how much of what they sent in a range of time. */
#ifndef COLLECTOR_OVERVIEW_H
#define COLLECTOR_OVERVIEW_H

#include "http/http.h"

void overview_handle(struct http_request *req);

#endif
