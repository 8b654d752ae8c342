/*
 * Progress of long work on stderr: one line that is written over where that is a terminal, else a line now
 * and then. Nothing at all for work that is done at once.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "base/attribute.h"

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool is_tty, is_shown;
    int64_t next_ms; /* not before this */
};

/* Begins. */
void progress_begin(struct progress *p);
/* Says where the work is; cheap to call often. */
void progress_say(struct progress *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Takes the line away, so that what follows stands at the beginning of one. */
void progress_end(struct progress *p);

#endif
