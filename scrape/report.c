/* A line is formatted here once, so that listeners need no variable arguments. */
#include "scrape/report.h"

#include <stdarg.h>
#include <stdio.h>

enum { DETAIL_BYTES = 1024 };

void report_say(const struct report *r, bool is_bad, const char *what, const char *fmt, ...)
{
    char detail[DETAIL_BYTES];
    va_list args;

    if (!r->say)
        return;
    va_start(args, fmt);
    (void)vsnprintf(detail, sizeof detail, fmt, args);
    va_end(args);
    r->say(r->user, is_bad, what, slice_of(detail));
}
