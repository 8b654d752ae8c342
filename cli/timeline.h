/*
 * Values over time, by group: what a collector answers, or what files add up to. As the collector's JSON.
 */
#ifndef CLI_TIMELINE_H
#define CLI_TIMELINE_H

#include "base/buf.h"

struct timeline_group {
    struct slice name; /* of others folded: empty, see folded */
    size_t folded;     /* > 0: stands for so many groups */
    double *values;    /* point_count; NAN: nothing is known */
    double total;      /* the sum, or the average of all profiles */
    int64_t profiles;
};

struct timeline {
    struct slice type, unit; /* of the values: "cpu", "nanoseconds" */
    bool is_average;         /* values are states, not amounts */
    int64_t start_ms, step_ms;
    size_t point_count;
    struct timeline_group *groups;
    size_t group_count;
    bool is_grouped;
    double total;
    int64_t profiles, silent; /* in all; of these, such that say nothing of the type */
};

void timeline_release(struct timeline *t);

/* From a collector's answer, from which it borrows. E_INVALID: it is none. */
struct json_node;
NODISCARD enum status timeline_read(const struct json_node *root, struct timeline *ret_timeline,
                                    struct error *err);

#endif
