/* At the door: who may come in, and the line in the log when they leave. Hooks of the HTTP server. */
#ifndef COLLECTOR_ACCESS_H
#define COLLECTOR_ACCESS_H

#include "http/http.h"

enum { VISIT_ERROR_BYTES = 256 };

/* What is remembered of a request for its line in the log; http_user(), NULL before access_admit(). */
struct visit {
    char who[64]; /* the token's name */
    char error[VISIT_ERROR_BYTES];
};

/* http_options.admit: with tokens, 401 without a known one (or a session) and 403 without the route's scope;
 * always 403 for what would change something and was sent by a page of somebody else. */
bool access_admit(struct http_request *req, const struct http_route *route);
/* http_options.finished: one line a request, and its metrics. */
void access_finished(struct http_request *req, const struct http_result *result);

#endif
