/* What an operator would want a line in the log for. Those who know say it here; who runs them writes it. */
#ifndef SCRAPE_REPORT_H
#define SCRAPE_REPORT_H

#include "base/buf.h"

struct report {
    /* Any thread. `what` is static: "target does not answer"; NULL: nobody listens. */
    void (*say)(void *user, bool is_bad, const char *what, struct slice detail);
    void *user;
};

void report_say(const struct report *r, bool is_bad, const char *what, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

#endif
