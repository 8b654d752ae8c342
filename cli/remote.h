/* Questions to a collector: from what was selected to the URL, from the answer to bytes. One thread. */
#ifndef CLI_REMOTE_H
#define CLI_REMOTE_H

#include "cli/progress.h"
#include "cli/query_options.h"
#include "client/client.h"

struct remote {
    const char *url; /* the collector's, NULL: none was named */
    const struct query_options *options;
    struct secret token;
    struct client *client; /* made when it is needed */
    struct progress *progress;
};

#define REMOTE_INIT(options_ptr, progress_ptr)                                                               \
    ((struct remote){(options_ptr)->collector, (options_ptr), SECRET_INIT, NULL, (progress_ptr)})
void remote_release(struct remote *r);

/* GET of a whole URL. The token goes along only if the URL leads to the collector. Says on stderr what the
 * answer lacks (X-Brazier-Stale, -Horizon, -Missing), also of one that nothing was found. Codes as
 * client_call(); and E_INVALID: the file with the token cannot be read, or holds none. */
NODISCARD enum status remote_get(struct remote *r, const char *url, size_t max_bytes,
                                 struct client_answer *ret_answer, struct error *err);
/* GET of a path of the collector's API, "/api/0/profiles?...". E_INVALID: no collector was named, or what was
 * is no URL. E_NOT_FOUND is a collector's: from anything else it becomes E_UNAVAILABLE. */
NODISCARD enum status remote_ask(struct remote *r, const char *path, size_t max_bytes,
                                 struct client_answer *ret_answer, struct error *err);

#endif
