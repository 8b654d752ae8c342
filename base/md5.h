/* MD5 (RFC 1321), where another's numbers have to be met. Nothing is kept safe by it. */
#ifndef BASE_MD5_H
#define BASE_MD5_H

#include "base/slice.h"

/* The last eight bytes of the digest as a big-endian number. Any thread. */
uint64_t md5_low64(struct slice data);

#endif
