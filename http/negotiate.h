/* What a client takes and what it has already (RFC 9110 sections 12.5.3, 13.1). Pure. */
#ifndef HTTP_NEGOTIATE_H
#define HTTP_NEGOTIATE_H

#include "base/slice.h"

/* Accept-Encoding names gzip (or "*") with a weight above 0. */
bool negotiate_gzip(struct slice accept_encoding);
/* If-None-Match holds this entity tag, compared weakly, or is "*". `etag` with its quotes. */
bool negotiate_same(struct slice if_none_match, struct slice etag);

#endif
