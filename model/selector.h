/*
 * A selector: which profiles a question is about. selector_matches() is its meaning; the index answers the
 * same from SQL and is tested against it. Slices borrow. Pure; any thread.
 */
#ifndef MODEL_SELECTOR_H
#define MODEL_SELECTOR_H

#include "model/matchers.h"
#include "model/profile_meta.h"

struct selector {
    struct slice service, type; /* exact; empty: all */
    struct labels labels;       /* all of these pairs; none: all */
    struct matchers matchers;   /* all of these hold; their patterns compile */
    int64_t from_ms, to_ms; /* created_at, both ends included. Answers show whole seconds, so whoever reads a
                               `to` without a fraction adds 999 ms */
    size_t limit;           /* newest so many; 0: all */
    struct slice cursor;    /* cursor_encode() of the last item of the page before; empty: from the newest */
};

/* All but limit and cursor. For tests and single profiles: it makes the matchers ready each time. */
bool selector_matches(const struct selector *selector, const struct profile_meta *meta);

/* A place in a list, newest first: the profile that it stands on has been shown; next comes what is older, or
 * as old with a smaller id. */
struct cursor {
    int64_t created_at_ms;
    struct id id;
};

enum { CURSOR_TEXT_BYTES = STAMP_BYTES + 1 + ID_BYTES + 1 }; /* with the NUL */

/* Of the last item shown; needs no escaping in a URL. */
void cursor_encode(const struct profile_meta *last, char ret_text[static CURSOR_TEXT_BYTES]);
/* Exactly what cursor_encode() writes. E_INVALID: bad "cursor" "x". */
NODISCARD enum status cursor_decode(struct slice text, struct cursor *ret_cursor, struct error *err);

#endif
