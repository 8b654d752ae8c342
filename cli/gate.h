/* Rules held against what grew. One thread. */
#ifndef CLI_GATE_H
#define CLI_GATE_H

#include "base/option.h"
#include "cli/growth.h"
#include "cli/rule.h"

struct gate {
    struct rule rules[OPTION_LIST_MAX];
    size_t count;
};

struct breach {
    const struct rule *rule;
    struct slice name; /* "total" */
    int64_t base, now;
};

struct breaches {
    struct breach *items; /* rule by rule, what grew most first */
    size_t count;
    const struct rule *idle[OPTION_LIST_MAX]; /* about functions that stand in neither profile */
    size_t idle_count;
};

/* E_INVALID: a bad rule, which is named. */
NODISCARD enum status gate_open(const struct option_list *rules, struct gate *ret_gate, struct error *err);
void gate_release(struct gate *g);
/* E_INVALID: an amount in a unit that does not fit the sample type. */
NODISCARD enum status gate_judge(struct gate *g, const struct growth *growth, struct breaches *ret_breaches,
                                 struct error *err);
void breaches_release(struct breaches *b);

#endif
