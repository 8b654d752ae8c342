/* Names and texts may come from anybody's bucket: what a terminal would obey is written as it reads. */
#include "cli/push_report.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/printable.h"
#include "cli/amount.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What stands before a file's name, NULL: it is not named; and behind the number of such files. */
static const struct {
    const char *mark, *in_sum;
    bool is_fault;
} FATES[PUSH_FATES] = {
    [PUSH_STORED] = {"", NULL, false},
    [PUSH_KNOWN] = {NULL, "stored before", false},
    [PUSH_EMPTY] = {"without samples: ", "without samples", false},
    [PUSH_REFUSED] = {"refused: ", "refused", true},
    [PUSH_UNSENT] = {NULL, "not sent", false},
};

static void name_file(enum push_fate fate, const char *source, const struct push_file *file)
{
    struct buf line CLEANUP(buf_release) = BUF_INIT(64 * KIB);

    buf_append_cstr(&line, FATES[fate].mark);
    printable_append(&line, slice_of(source));
    printable_append(&line, slice_of(strcmp(file->name, "-") == 0 ? "standard input" : file->name));
    if (file->said) {
        buf_append_cstr(&line, ": ");
        printable_append(&line, slice_of(file->said));
    }
    (void)fprintf(FATES[fate].is_fault ? stderr : stdout, "%s\n", buf_cstr(&line));
}

void push_report_release(struct push_report *r)
{
    for (size_t i = 0; i < r->reasons_count; i++)
        free(r->reasons[i].text);
    r->reasons_count = 0;
}

static void count_reason(struct push_report *r, const char *why)
{
    size_t i = 0;

    while (i < r->reasons_count && strcmp(r->reasons[i].text, why) != 0)
        i++;
    if (i == PUSH_REASONS)
        return;
    if (i == r->reasons_count) {
        r->reasons[i].text = mem_cstr(why, strlen(why));
        r->reasons[i].files = 0;
        r->reasons_count++;
    }
    r->reasons[i].files++;
}

void push_report_add(struct push_report *r, const char *source, const struct push_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        const struct push_file *file = &files->items[i];

        r->files++;
        r->sums[file->fate].files++;
        r->sums[file->fate].bytes += file->bytes;
        if (!FATES[file->fate].mark)
            continue;
        if (r->sums[file->fate].files <= r->named_max)
            name_file(file->fate, source, file);
        else if (FATES[file->fate].is_fault)
            count_reason(r, file->said);
    }
    (void)fflush(stdout);
}

static void count_unnamed(const struct push_report *r, enum push_fate fate)
{
    FILE *out = FATES[fate].is_fault ? stderr : stdout;
    uint64_t left = r->sums[fate].files > r->named_max ? r->sums[fate].files - r->named_max : 0;

    for (size_t i = 0; FATES[fate].is_fault && i < r->reasons_count; i++) {
        struct buf why CLEANUP(buf_release) = BUF_INIT(64 * KIB);

        printable_append(&why, slice_of(r->reasons[i].text));
        (void)fprintf(out, "%s... and %" PRIu64 " more: %s\n", FATES[fate].mark, r->reasons[i].files,
                      buf_cstr(&why));
        left -= r->reasons[i].files;
    }
    if (left > 0)
        (void)fprintf(out, "%s... and %" PRIu64 " more\n", FATES[fate].mark, left);
}

void push_report_end(const struct push_report *r)
{
    for (size_t i = 0; i < PUSH_FATES; i++)
        if (FATES[i].mark)
            count_unnamed(r, (enum push_fate)i);
    (void)fflush(stdout);
    (void)fprintf(stderr, "%s %" PRIu64 " of %" PRIu64 " profile%s, ", r->is_dry ? "would store" : "stored",
                  r->sums[PUSH_STORED].files, r->files, r->files == 1 ? "" : "s");
    amount_print(stderr, r->sums[PUSH_STORED].bytes);
    for (size_t i = 0; i < PUSH_FATES; i++)
        if (FATES[i].in_sum && r->sums[i].files > 0)
            (void)fprintf(stderr, "; %" PRIu64 " %s", r->sums[i].files, FATES[i].in_sum);
    (void)fputc('\n', stderr);
}
