/* Names of C++ functions as their authors write them. */
#ifndef AGENT_DEMANGLE_H
#define AGENT_DEMANGLE_H

#include "base/buf.h"

/* Appends the readable form of a mangled name. False: it is none, or there is no C++ library to ask. One
 * thread. */
bool demangle(const char *name, struct buf *out);

#endif
