/*
 * Regular expressions in RE2's syntax, which is Go's and so pprof's. Matching takes time linear in the text
 * and bounded memory, whatever the pattern: patterns come from anybody. A struct regex never changes; any
 * thread.
 *
 * Source: https://github.com/google/re2/wiki/Syntax
 */
#ifndef VIEW_REGEX_H
#define VIEW_REGEX_H

#include "base/error.h"
#include "base/slice.h"

struct regex;

/* E_INVALID: "parsing <option> regexp: missing ): `...`"; E_TOO_LARGE: over LIMIT_REGEX_BYTES, or it would
 * need too much memory. */
NODISCARD enum status regex_new(const char *option, struct slice pattern, struct regex **ret_regex,
                                struct error *err);
void regex_free(struct regex *r); /* NULL is fine */
void regex_freep(struct regex **r);
/* Is there a match anywhere in the text? */
bool regex_matches(const struct regex *r, struct slice text);

#endif
