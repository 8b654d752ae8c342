/*
 * A secret: bytes that can be used but not printed. secret_text() is "***" whatever is inside, so there is no
 * way to format one by mistake; secret_bytes() is the one door to the value and easy to search for. Released
 * memory is wiped.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/slice.h"

struct secret {
    char *private_ptr;
    size_t private_len;
};

#define SECRET_INIT ((struct secret){NULL, 0})

void secret_set(struct secret *s, struct slice value); /* copies; wipes what was there; empty: none */
void secret_release(struct secret *s);
struct slice secret_bytes(const struct secret *s);
bool secret_is_set(const struct secret *s);
const char *secret_text(const struct secret *s); /* "***" or "(none)" */

#endif
