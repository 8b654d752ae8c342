/* The merged profile. Without filters it is written by the merge itself: byte for byte what a collector's
 * merge of the same profiles is, and a view would take twice the memory. */
#include "cli/query_command.h"

#include <inttypes.h>
#include <stdio.h>

static void say_what_it_is(const struct query *q, const struct merge *merge, size_t bytes)
{
    const struct merge_stats stats = merge_stats(merge);
    if (q->options.output && q->terminal.is_tty)
        (void)fprintf(stderr, "%s: %" PRIu64 " samples, %" PRIu64 " functions, %.1f kB\n", q->options.output,
                      stats.samples, stats.functions, (double)bytes / 1e3);
}

enum status query_merge_run(struct query *q, struct error *err)
{
    struct merge *merge CLEANUP(merge_freep) = NULL;
    struct buf out CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);
    if (view_options_filter(&q->options.view))
        return query_view_run(q, err);
    if (query_is_for_eyes(q))
        return error_set(err, E_INVALID, "a profile is not for a terminal: -o FILE.pb.gz, or a pipe");

    enum status status = query_merge(q, &q->words, &merge, err);
    if (status == OK)
        status = merge_write(merge, &out, err);
    if (status == OK)
        status = query_write(q, buf_slice(&out), err);
    if (status == OK)
        say_what_it_is(q, merge, out.len);
    return status;
}
