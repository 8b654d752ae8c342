/*
 * Labels: the pairs that a profile is found by. Slices borrow from whoever made them (labels_parse: the
 * arena).
 *
 * Canonical means sorted by (key, value) bytes and no pair twice; one key may have several values. All
 * functions are pure; any thread.
 */
#ifndef MODEL_LABELS_H
#define MODEL_LABELS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/limits.h"

struct label {
    struct slice key, value;
};

struct labels {
    struct label items[LIMIT_LABELS];
    size_t count;
};

/*
 * Reads the `labels` parameter, already URL-decoded once: pieces between ',', each cut at its first '=', both
 * sides trimmed of white space and then unescaped a second time ('+' is a space). Pieces with an empty key
 * are dropped, a piece without '=' has the empty value, identical pairs collapse. The result is canonical and
 * within the limits of labels_check(); its bytes live in the arena.
 *
 * E_INVALID in profefe's words: bad "labels" "a%=1": invalid URL escape "%" ; or what labels_check() says.
 * E_TOO_LARGE when the arena is full.
 */
NODISCARD enum status labels_parse(struct slice text, struct arena *arena, struct labels *ret_labels,
                                   struct error *err);

/* The limits: 32 labels, keys of 1..64 bytes, sum of (key + value + 2) at most 480, UTF-8, no NUL. E_INVALID
 * names the limit and the number. The order is not looked at. */
NODISCARD enum status labels_check(const struct labels *labels, struct error *err);

/* Makes canonical: sorts bytewise by key, then by value, and collapses identical pairs. */
void labels_sort(struct labels *labels);
bool labels_are_canonical(const struct labels *labels);

/* Every pair of `wanted` is among `all`; no pair wanted: true. Neither needs to be sorted. */
bool labels_contain(const struct labels *all, const struct labels *wanted);
/* The same pairs in the same order. */
bool labels_equal(const struct labels *a, const struct labels *b);

/* Appends k=v,k=v, escaped so that labels_parse() of it gives the same labels. As a URL parameter it has to
 * be escaped once more, as every value. */
void labels_format(const struct labels *labels, struct buf *out);

#endif
