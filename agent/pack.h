/* gzip through zlib, which is loaded when it is first needed. */
#ifndef AGENT_PACK_H
#define AGENT_PACK_H

#include "base/buf.h"

/* Appends the packed bytes. False: there is no zlib, or they do not fit; send them as they are. */
bool pack(struct slice in, struct buf *out);

#endif
