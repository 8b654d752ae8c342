/*
 * The header lines that say how long a request is, judged strictly: where two readers of the same bytes could
 * disagree (a proxy and we, say), the request is refused (RFC 9112 sections 3.2, 5, 6). Pure.
 */
#ifndef HTTP_HEAD_H
#define HTTP_HEAD_H

#include "base/slice.h"

struct head {
    unsigned content_lengths, transfer_encodings, hosts;
    uint64_t length;       /* of the body, if content_lengths */
    bool chunked;          /* the transfer coding is exactly "chunked" */
    bool expects_continue; /* 100-continue */
    unsigned status;       /* 0, or what to refuse with */
    const char *fault;     /* static text with it */
};

/* Looks at one line; call it for each, in order, on a zeroed struct. */
void head_see(struct head *h, struct slice name, struct slice value);
/* After the last line: status and fault are final. */
void head_finish(struct head *h, bool http_1_0);

#endif
