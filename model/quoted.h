/*
 * What a client sent, made fit for an error text: in double quotes, as profefe writes it, with quotes,
 * backslashes and control characters escaped and anything long cut, so that the reason behind it is never
 * lost. Pure.
 */
#ifndef MODEL_QUOTED_H
#define MODEL_QUOTED_H

#include "base/slice.h"

enum {
    QUOTED_BYTES = 96, /* of the client's; more is cut and ends in ... */
    QUOTED_TEXT_BYTES = QUOTED_BYTES * 4 + 6,
};

struct quoted {
    char text[QUOTED_TEXT_BYTES]; /* NUL-terminated */
};

/* error_set(err, E_INVALID, "bad id %s", quoted_of(text).text) */
struct quoted quoted_of(struct slice s);

#endif
