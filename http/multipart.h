/*
 * multipart/form-data (RFC 7578), as browsers send files: parts of one body with a name each. Pure; slices
 * borrow from the body.
 */
#ifndef HTTP_MULTIPART_H
#define HTTP_MULTIPART_H

#include "base/error.h"
#include "base/slice.h"

/* RFC 2046 section 5.1.1. */
enum { MULTIPART_BOUNDARY_MAX = 70 };

/* Content-Type says multipart/form-data; *ret_boundary is its parameter, empty if it has none that is right.
 */
bool multipart_is(struct slice content_type, struct slice *ret_boundary);

struct multipart {
    struct slice boundary;
    struct slice rest; /* behind the delimiter that was read last */
    bool begun, ended;
};

#define MULTIPART_INIT(body, boundary) ((struct multipart){(boundary), (body), false, false})

struct multipart_part {
    struct slice name; /* as it is written, without its quotes */
    struct slice body;
};

/* The next part; *ret_more false: there is none, and the body was whole. What stands before the first part
 * and behind the last one is not looked at. E_INVALID: no boundary, it ends too early, a part without a name.
 */
NODISCARD enum status multipart_next(struct multipart *m, struct multipart_part *ret_part, bool *ret_more,
                                     struct error *err);

#endif
