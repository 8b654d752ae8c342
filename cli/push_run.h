/*
 * Sending many files, several at once. Each is retried until --retry-for has passed; sending again is always
 * safe, because equal bytes count once. The first file that a collector cannot be reached for ends it all:
 * the others would wait as long for nothing.
 */
#ifndef CLI_PUSH_RUN_H
#define CLI_PUSH_RUN_H

#include "base/secret.h"
#include "cli/progress.h"
#include "cli/push_item.h"

enum push_fate {
    PUSH_WAITS = 0,
    PUSH_STORED,
    PUSH_EMPTY,   /* a profile without samples: taken, not kept */
    PUSH_REFUSED, /* by us or by the collector; `why` says it */
    PUSH_UNSENT,  /* the collector could not be reached, or was not asked any more */
};

struct push_file {
    char *path; /* owned */
    enum push_fate fate;
    char *said; /* owned: one line: what it was stored as, or why not; NULL */
    uint64_t bytes;
};

struct push_run {
    struct push_defaults defaults;
    const char *url; /* the collector's; NULL: a dry run, nothing is sent */
    const char *ca_file;
    struct secret token;
    int64_t retry_ms;
    int64_t at_once; /* connections */
    struct push_file *files;
    size_t count, cap;
    struct error unreachable; /* code OK: the collector answered */
};

void push_run_release(struct push_run *run);
/* A file, "-", a directory (all files beneath it) or a pattern. E_INVALID: nothing is there. */
NODISCARD enum status push_run_add(struct push_run *run, const char *word, struct error *err);
/* Sends all; afterwards every file has its fate. Blocks. */
void push_run_send(struct push_run *run, struct progress *progress);

#endif
