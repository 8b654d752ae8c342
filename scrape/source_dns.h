/*
 * dns_sd_configs: records of a name as targets. SRV says hosts and ports; A and AAAA say addresses, the port
 * is the configuration's. One thread a source.
 *
 * Source: RFC 1035, RFC 2782.
 */
#ifndef SCRAPE_SOURCE_DNS_H
#define SCRAPE_SOURCE_DNS_H

#include "scrape/source.h"

#include <netinet/in.h>

/* Asks for all names now, with the search list of the system for those that have it. A name that does not
 * exist has no targets. E_UNAVAILABLE: no server answers, or not with sense. Blocks up to 20 s a name. */
NODISCARD enum status source_dns_ask(const struct source *source, const struct receiver *to,
                                     struct error *err);

/* "10.0.0.2" or "10.0.0.2:8600". ret_address may be NULL. E_INVALID. */
NODISCARD enum status source_dns_server(struct slice text, struct sockaddr_in *ret_address);

#endif
