/* How servers are spoken to: what proves who we are, and whom we trust. Of targets, and of those that name
 * targets. Read once, then constant. */
#ifndef SCRAPE_ACCESS_H
#define SCRAPE_ACCESS_H

#include "client/client.h"

/* Texts are the configuration's; files are read when a connection is made, so that they may be renewed. */
struct access {
    const char *user, *password_file; /* basic auth */
    const char *bearer_file;
    const char *ca_file, *cert_file, *key_file;
    const char *server_name;
    bool is_insecure;
};

/* A client for `origin`, a URL, and no other. A request takes at most total_ms. E_INVALID: a file cannot be
 * read. */
NODISCARD enum status access_open(const struct access *a, const char *origin, int64_t total_ms,
                                  struct client **ret_client, struct error *err);

#endif
