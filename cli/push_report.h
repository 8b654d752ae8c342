/*
 * What is told of a push: some files of each fate by their names, the others by their number, refused ones
 * also by the reason; and the sums. Added to batch by batch. One thread.
 */
#ifndef CLI_PUSH_REPORT_H
#define CLI_PUSH_REPORT_H

#include "cli/push_files.h"

enum { PUSH_REASONS = 10 };

struct push_report {
    bool is_dry;
    size_t named_max; /* of each fate */
    struct {
        uint64_t files, bytes;
    } sums[PUSH_FATES];
    uint64_t files; /* all */
    struct {
        char *text; /* owned */
        uint64_t files;
    } reasons[PUSH_REASONS]; /* of refused ones that are not named; what does not fit is only in the sum */
    size_t reasons_count;
};

void push_report_release(struct push_report *r);

/* Files that have their fates. `source` stands before each name. Writes to stdout, refusals to stderr. */
void push_report_add(struct push_report *r, const char *source, const struct push_files *files);
/* What was not named, and the line of sums, on stderr. */
void push_report_end(const struct push_report *r);

#endif
