/*
 * Where a URL leads: scheme, host and port. What is meant for one origin (a token) is not sent to another.
 * Pure; any thread.
 */
#ifndef CLIENT_ORIGIN_H
#define CLIENT_ORIGIN_H

#include "base/buf.h"

/* Appends "https://host:443", in lower case and always with the port. E_INVALID: no http or https URL, or one
 * that carries a password (whoever lists processes can read it). The text names what is none, and does not
 * quote passwords. */
NODISCARD enum status origin_of(const char *url, struct buf *out, struct error *err);

/* Do both lead to the same place? False if one is no URL. */
bool origin_same(const char *a, const char *b);

#endif
