/*
 * --cors-origin: pages of other origins (speedscope, the Firefox Profiler) that may read profiles and views
 * from here. They may read only, and without a session: their requests bring no cookie. Off unless it is
 * asked for. Source: https://fetch.spec.whatwg.org/#http-cors-protocol
 */
#ifndef COLLECTOR_CORS_H
#define COLLECTOR_CORS_H

#include "http/http.h"

/* What --cors-origin says is a list of origins, or "*". E_CONFIG names the one that is none. `list` may be
 * NULL. */
NODISCARD enum status cors_check(const char *list, struct error *err);

/* http_options.dress: lets a page that is allowed read the answer, if reading is what the route is for. */
void cors_dress(struct http_request *req, struct http_reply *reply);
/* An OPTIONS request of a browser that asks before it sends a token: answers it, or false: it is none, or not
 * allowed. */
bool cors_preflight(struct http_request *req);

#endif
