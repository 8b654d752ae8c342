/* GET and DELETE /api/0/profiles/ID[+ID...]: single profiles byte for byte, several merged. Handlers of
 * routes. */
#ifndef COLLECTOR_PROFILE_H
#define COLLECTOR_PROFILE_H

#include "http/http.h"

void profile_get_handle(struct http_request *req);
void profile_delete_handle(struct http_request *req);
/* What `go tool pprof` asks for profiles without function names: there are none to be had here. */
void profile_symbolz_handle(struct http_request *req);

#endif
