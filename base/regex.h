/*
 * Regular expressions in RE2's syntax, which is Go's and so pprof's. Matching takes time linear in the text
 * and bounded memory, whatever the pattern: patterns come from anybody. Linear can still be slow: some
 * patterns cost microseconds for each byte, and profiles are from anybody too. So a struct regex has an
 * allowance of CPU time: when that is used up nothing matches any more, and regex_check() says so. One thread
 * at a time.
 *
 *     status = regex_new("focus", pattern, &r, err);
 *     for each name
 *         if (regex_matches(r, name)) ...
 *     status = regex_check(r, err);
 *
 * Source: https://github.com/google/re2/wiki/Syntax
 */
#ifndef BASE_REGEX_H
#define BASE_REGEX_H

#include "base/buf.h"

struct regex;

/* option outlives it. E_INVALID: "parsing <option> regexp: missing ): `...`"; E_TOO_LARGE: over
 * LIMIT_REGEX_BYTES, or it would need too much memory. */
NODISCARD enum status regex_new(const char *option, struct slice pattern, struct regex **ret_regex,
                                struct error *err);
void regex_free(struct regex *r); /* NULL is fine */
void regex_freep(struct regex **r);
/* Is there a match anywhere in the text? In its first LIMIT_REGEX_TEXT_BYTES, that is. */
bool regex_matches(const struct regex *r, struct slice text);
/* The same search; appends `model` to out with $1, ${1} and ${name} replaced by what those parts of the
 * pattern matched (nothing for parts that there are not), $$ by a dollar. False: no match. */
bool regex_expand(const struct regex *r, struct slice text, struct slice model, struct buf *out);

/* E_TOO_LARGE: the allowance was used up, and what matched means nothing. */
NODISCARD enum status regex_check(const struct regex *r, struct error *err);
/* Another allowance than LIMIT_REGEX_CPU_MS, and what was used of it. Searches in few bytes are not counted.
 */
void regex_allow(struct regex *r, int64_t cpu_ns);
int64_t regex_spent_ns(const struct regex *r);

#endif
