/* Range requests for one range of bytes (RFC 9110 section 14). Pure. */
#ifndef HTTP_RANGE_H
#define HTTP_RANGE_H

#include "base/slice.h"

enum range_kind {
    RANGE_NONE,          /* not understood, or several ranges: the whole is sent, as the RFC allows */
    RANGE_PART,          /* 206 */
    RANGE_UNSATISFIABLE, /* 416 */
};

/* `header` is the value of Range, `size` that of the whole. The outputs are written for RANGE_PART only. */
enum range_kind range_parse(struct slice header, uint64_t size, uint64_t *ret_from, uint64_t *ret_len);

#endif
