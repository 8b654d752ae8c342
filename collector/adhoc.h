/* POST /api/0/view: profiles that are shown and not stored. */
#ifndef COLLECTOR_ADHOC_H
#define COLLECTOR_ADHOC_H

#include "http/http.h"

void adhoc_handle(struct http_request *req);

#endif
