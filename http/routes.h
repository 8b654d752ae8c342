/* Finding the row of a route table for a path and a method. Pure. */
#ifndef HTTP_ROUTES_H
#define HTTP_ROUTES_H

#include "http/http.h"

struct route_match {
    const struct http_route *route; /* NULL: none */
    struct slice rest;              /* what the star matched */
    unsigned allowed;               /* the methods of all rows that match the path; 0: no row does */
};

/* `path` as query_parse() makes it. HEAD is found where GET is. */
struct route_match routes_match(const struct http_route *routes, size_t count, enum http_method method,
                                struct slice path);
/* "GET, HEAD, POST" for an Allow header (RFC 9110 section 10.2.1). */
void routes_allow(unsigned allowed, char *ret_text, size_t size);

#endif
