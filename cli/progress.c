/* The first word comes after a second: what is quicker needs none. */
#include "cli/progress.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { QUIET_MS = 1000, REDRAW_MS = 100, LINE_MS = 10 * 1000 };

void progress_begin(struct progress *p)
{
    bool is_tty = isatty(STDERR_FILENO) == 1;
    *p = (struct progress){.is_tty = is_tty, .next_ms = clock_mono_ms() + (is_tty ? QUIET_MS : LINE_MS)};
}

void progress_say(struct progress *p, const char *fmt, ...)
{
    int64_t now_ms = clock_mono_ms();
    if (now_ms < p->next_ms)
        return;

    p->next_ms = now_ms + (p->is_tty ? REDRAW_MS : LINE_MS);
    p->is_shown = true;
    va_list args;
    va_start(args, fmt);
    (void)fputs(p->is_tty ? "\r" : "", stderr);
    (void)vfprintf(stderr, fmt, args);
    (void)fputs(p->is_tty ? "\x1b[K" : "\n", stderr);
    va_end(args);
}

void progress_end(struct progress *p)
{
    if (p->is_tty && p->is_shown)
        (void)fputs("\r\x1b[K", stderr);
    p->is_shown = false;
}
