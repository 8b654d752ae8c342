/* The table of routes: one row an endpoint. docs/API.md describes them. */
#ifndef COLLECTOR_ROUTES_H
#define COLLECTOR_ROUTES_H

#include "http/http.h"

extern const struct http_route ROUTES[];
extern const size_t ROUTE_COUNT;

#endif
