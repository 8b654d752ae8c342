/* Addresses to listen on. */
#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H

#include "base/error.h"

/* Room for a host and a port, as listen_parse() writes them. */
enum { LISTEN_HOST_MAX = 256, LISTEN_PORT_MAX = 6 };

/* "HOST:PORT", "[IPv6]:PORT", ":PORT" (then host is ""). E_CONFIG. Pure. */
NODISCARD enum status listen_parse(const char *text, char ret_host[LISTEN_HOST_MAX],
                                   char ret_port[LISTEN_PORT_MAX], struct error *err);
/*
 * A listening socket, non-blocking; the caller closes it. ":PORT" listens on all addresses, IPv4 and IPv6.
 * Port 0 picks one: *ret_port tells which. E_CONFIG "listen on '...': Address already in use" and the like.
 */
NODISCARD enum status listen_open(const char *text, int *ret_fd, unsigned *ret_port, struct error *err);

#endif
