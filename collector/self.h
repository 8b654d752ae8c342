/*
 * The collector's profile of itself: libbrazier runs in it and sends to the collector's own address, as any
 * program would. One for the process.
 */
#ifndef COLLECTOR_SELF_H
#define COLLECTOR_SELF_H

#include "base/error.h"
#include "collector/tokens.h"

enum { SELF_URL_BYTES = 320 };

/* Where a collector that listens on `listen` ("HOST:PORT", "[::1]:PORT", ":PORT") reaches itself on `port`.
 */
void self_url(const char *listen, unsigned port, char ret_url[static SELF_URL_BYTES]);

/* Begins. Where tokens are needed (not NULL) it makes one for itself, which nobody else learns. E_CONFIG: the
 * environment has a wrong setting of the agent. */
NODISCARD enum status self_start(const char *listen, unsigned port, struct tokens *tokens, struct error *err);
/* Sends what it has, within some seconds, while the server still answers. Also when it never began. */
void self_stop(void);

#endif
