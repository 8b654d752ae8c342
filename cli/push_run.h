/*
 * Sending many files, several at once. Each is retried until --retry-for has passed; sending again is always
 * safe, because equal bytes count once. The first file that a collector cannot be reached for ends it all:
 * the others would wait as long for nothing.
 */
#ifndef CLI_PUSH_RUN_H
#define CLI_PUSH_RUN_H

#include "base/secret.h"
#include "cli/progress.h"
#include "cli/push_bucket.h"
#include "cli/push_item.h"
#include "cli/push_journal.h"

struct push_run {
    struct push_defaults defaults;
    const char *url; /* the collector's; NULL: a dry run, nothing is sent */
    const char *ca_file;
    struct secret token;
    int64_t retry_ms;
    int64_t at_once; /* connections */

    struct push_journal *journal; /* NULL: nothing is remembered. Borrowed */
    struct push_bucket *bucket;   /* whose objects the files are; NULL: they are files. Borrowed */
    const char *source;           /* stands before their names: "s3://BUCKET/", "" */
    struct push_files files;
    uint64_t files_before, bytes_before; /* that were sent in earlier batches: for the progress */
    struct error unreachable;            /* code OK: the collector answered, and the bucket too */
};

void push_run_release(struct push_run *run);
/* Sends all files; afterwards each has its fate. Blocks. */
void push_run_send(struct push_run *run, struct progress *progress);

#endif
