/*
 * Facts: what a timeline or a total needs to know of a profile without opening it: duration and the total of
 * each sample type. They travel in the key and are dropped when they cannot be said there. Slices borrow.
 * Pure.
 *
 *     10000-1-samples.count.812-cpu.nanoseconds.8120000000
 *     duration in ms - index of the default sample type ( - name . unit . total )*
 *
 * Letters and digits of names and units stand for themselves, any other byte is _hh in lower-case hex.
 * Numbers have no leading zeros. No text: no facts.
 */
#ifndef MODEL_FACTS_H
#define MODEL_FACTS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/limits.h"

struct fact {
    struct slice name, unit; /* of the sample type; neither empty */
    int64_t total;           /* over all samples; not negative */
};

struct facts {
    bool present;         /* false: nothing else counts */
    int64_t duration_ms;  /* 0 for a snapshot */
    size_t default_index; /* into items; 0 if there are none */
    struct fact items[LIMIT_SAMPLE_TYPES];
    size_t count;
};

/* What the text can say: no negative number, no empty name or unit, at most LIMIT_SAMPLE_TYPES, default_index
 * within. False for facts that are not present. */
bool facts_are_sayable(const struct facts *facts);

/* Appends the text; nothing if they are not sayable. Over out's bound, out->full is set and a part may be
 * there. */
void facts_encode(const struct facts *facts, struct buf *out);

/* Exactly what facts_encode() writes; empty text gives facts that are not present. Names live in the arena.
 * E_INVALID, or E_TOO_LARGE when the arena is full. */
NODISCARD enum status facts_parse(struct slice text, struct arena *arena, struct facts *ret_facts,
                                  struct error *err);

/* The same facts (all that are not present are). */
bool facts_equal(const struct facts *a, const struct facts *b);

#endif
