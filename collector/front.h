/* The page in a browser: GET / and GET /ui/NAME. Anybody may have it: it holds nothing but itself. */
#ifndef COLLECTOR_FRONT_H
#define COLLECTOR_FRONT_H

#include "http/http.h"

void front_index_handle(struct http_request *req);
void front_file_handle(struct http_request *req);

#endif
