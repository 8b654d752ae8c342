/*
 * What is told of a push: each file that was not stored with the reason, a few of those that were, and the
 * sums. Added to batch by batch. One thread.
 */
#ifndef CLI_PUSH_REPORT_H
#define CLI_PUSH_REPORT_H

#include "cli/push_files.h"

struct push_report {
    bool is_dry;
    size_t named_max; /* of the stored and of the empty ones; refused ones are all named */
    struct {
        uint64_t files, bytes;
    } sums[PUSH_FATES];
    uint64_t files; /* all */
};

/* Files that have their fates. `source` stands before each name. Writes to stdout, refusals to stderr. */
void push_report_add(struct push_report *r, const char *source, const struct push_files *files);
/* The line of sums, on stderr. */
void push_report_end(const struct push_report *r);

#endif
