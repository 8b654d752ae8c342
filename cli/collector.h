/* Is it a collector that was named, and that answers? Any thread. */
#ifndef CLI_COLLECTOR_H
#define CLI_COLLECTOR_H

#include "client/client.h"

/* E_INVALID: what --collector names is no URL. */
NODISCARD enum status collector_check(const char *url, struct error *err);

/* After client_call(), whose status and *err these are: if it was refused by what does not speak as a
 * collector does, the text names the URL, without its query. The status stays. */
NODISCARD enum status collector_named(const char *url, const struct client_answer *answer, enum status status,
                                      struct error *err);
/* The same for what must be a collector: there, E_NOT_FOUND in other words is no answer but E_UNAVAILABLE. */
NODISCARD enum status collector_judge(const char *url, const struct client_answer *answer, enum status status,
                                      struct error *err);

#endif
