/*
 * A rule of `brazier diff --fail-on`: how much something may grow. Pure; any thread.
 *
 *     rule   = [ "cum:" | "flat:" ] what ":" "+" amount
 *     what   = "total" | NAME of a function, exactly | "/" REGEX "/" each function whose name it matches
 *     amount = N "%"     of what it was; what was not there before has grown beyond any
 *            | N "pp"    percentage points: its share of the new total against that of the base's
 *            | N UNIT    "10ms", "5MB": in units that the sample type can be counted in; none for counts
 *
 * Names may hold colons: the last one parts.
 */
#ifndef CLI_RULE_H
#define CLI_RULE_H

#include "base/error.h"
#include "base/regex.h"
#include "base/slice.h"

enum rule_kind {
    RULE_PERCENT,
    RULE_POINTS,
    RULE_AMOUNT,
};

struct rule {
    struct slice text; /* as given; borrowed, as name and unit are */
    bool is_total, is_flat;
    struct slice name;
    struct regex *regex; /* NULL: the name is meant exactly */
    enum rule_kind kind;
    double limit;      /* percent, points, or so many of `unit` */
    struct slice unit; /* of an amount; empty: a count */
};

/* E_INVALID names the rule and what is wrong with it. Is released also when only a part was read. */
NODISCARD enum status rule_parse(const char *text, struct rule *ret_rule, struct error *err);
void rule_release(struct rule *r);

/* Turns the limit of an amount into the sample type's unit ("nanoseconds"). E_INVALID: they do not go
 * together. */
NODISCARD enum status rule_scale(struct rule *r, struct slice type, struct slice unit, struct error *err);

/* Is it about this function? Not of a rule about the total. */
bool rule_names(const struct rule *r, struct slice function);

struct rule_sides {
    int64_t base, now;             /* the function's */
    int64_t base_total, now_total; /* of all */
};
/* Has it grown beyond? */
bool rule_is_broken(const struct rule *r, const struct rule_sides *sides);

#endif
