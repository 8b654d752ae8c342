/*
 * Matchers: what a question says about labels beyond "this pair". Written where labels are:
 *
 *     region=fra,host!=a,version=~1\..*,tier!~canary|test
 *
 *     k=v     there is the pair (k, v)                        k!=v    there is not
 *     k=~re   there is a label k, and all of its value        k!~re   there is not
 *             is matched by the regular expression (RE2)
 *
 * So `k=~.*` is "has a label k" and `k!~.*` "has none". Slices borrow; struct matching is for one thread at
 * a time, all else pure.
 */
#ifndef MODEL_MATCHERS_H
#define MODEL_MATCHERS_H

#include "model/labels.h"

enum matcher_kind {
    MATCHER_EQUAL,
    MATCHER_NOT_EQUAL,
    MATCHER_REGEX,
    MATCHER_NOT_REGEX,
};

struct matcher {
    enum matcher_kind kind;
    struct slice key, value;
};

struct matchers {
    struct matcher items[LIMIT_LABELS]; /* none that is MATCHER_EQUAL: those are labels */
    size_t count;
};

/* Cuts at the first operator, without trimming or unescaping; false: there is none. */
bool matcher_split(struct slice text, struct matcher *ret_matcher);

/*
 * Reads the `labels` parameter of a question: pieces as labels_parse() takes them, and matchers, whose keys
 * and values are trimmed and unescaped in the same way. An operator that is escaped is none: `k=%7Ev` is the
 * value
 * "~v". E_INVALID: what labels_parse() says, or a pattern that is none; E_TOO_LARGE: over LIMIT_LABELS or
 * LIMIT_REGEX_BYTES, or the arena is full.
 */
NODISCARD enum status matchers_parse(struct slice text, struct arena *arena, struct labels *ret_labels,
                                     struct matchers *ret_matchers, struct error *err);
/* Appends both, so that matchers_parse() of it gives the same. */
void matchers_format(const struct labels *labels, const struct matchers *matchers, struct buf *out);

/* Matchers made ready for many labels; they are borrowed, but for freeing. */
struct matching;
NODISCARD enum status matching_new(const struct matchers *matchers, struct matching **ret_matching,
                                   struct error *err);
void matching_freep(struct matching **m);
/* All of the matchers hold. */
bool matching_has(const struct matching *m, const struct labels *labels);
/* To be asked at the end: E_TOO_LARGE: the patterns took too long, and the answers mean nothing. */
NODISCARD enum status matching_check(const struct matching *m, struct error *err);

#endif
