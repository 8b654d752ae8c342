/* POST /api/0/profiles: takes a profile in, answers 200 when the bucket has it. */
#ifndef COLLECTOR_INGEST_H
#define COLLECTOR_INGEST_H

#include "http/http.h"

/* The route's handler. */
void ingest_handle(struct http_request *req);

#endif
