/* GET /api/0/profiles/merge: everything that a selection finds, as one profile. Handler of a route. */
#ifndef COLLECTOR_SELECT_H
#define COLLECTOR_SELECT_H

#include "http/http.h"

void select_merge_handle(struct http_request *req);

#endif
