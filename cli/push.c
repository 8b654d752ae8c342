/*
 * The command line. Files are one batch; a bucket is sent page by page of its listing, so that any size of it
 * fits in memory.
 */
#include "cli/push.h"

#include "base/option.h"
#include "base/printable.h"
#include "cli/collector.h"
#include "cli/label_word.h"
#include "cli/push_report.h"
#include "cli/push_run.h"
#include "client/token.h"

#include <inttypes.h>
#include <stdio.h>

enum { WORDS_MAX = 65536, ROWS = 16, NAMED_MAX = 20, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_UNSENT = 3 };

struct push_options {
    const char *to, *service, *type, *token_file, *ca_file, *journal;
    const char *s3_endpoint, *s3_region, *s3_path_style;
    struct option_list labels;
    int64_t retry_ms, at_once;
    bool is_profefe, is_dry, is_verbose;
};

static size_t make_rows(struct push_options *o, struct option_row rows[static ROWS])
{
    const struct option_row all[] = {
        {"collector", OPTION_TEXT, &o->to, "http://127.0.0.1:10100", 0, 0, "URL", "where the profiles go"},
        {"service", OPTION_TEXT, &o->service, NULL, 0, 0, "NAME", "whose profiles they are"},
        {"type", OPTION_TEXT, &o->type, NULL, 0, 0, "TYPE",
         "cpu, heap, allocs, ... (told by the content, or by the file's name)"},
        {"label", OPTION_LIST, &o->labels, NULL, 0, 0, "KEY=VALUE",
         "a label for all of them; may be repeated"},
        {"profefe", OPTION_FLAG, &o->is_profefe, NULL, 0, 0, NULL,
         "the files are objects of a profefe store: their names say service, type, labels and time"},
        {"dry-run", OPTION_FLAG, &o->is_dry, NULL, 0, 0, NULL, "judge the files, send nothing"},
        {"retry-for", OPTION_DURATION, &o->retry_ms, "1m", 0, 24 * INT64_C(3600000), "TIME",
         "keep trying a file so long while the collector is away or full"},
        {"at-once", OPTION_COUNT, &o->at_once, "4", 1, 64, "N", "send so many at a time"},
        {"journal", OPTION_TEXT, &o->journal, NULL, 0, 0, "FILE",
         "remembers there what is stored, and leaves it out the next time"},
        {"bearer-file", OPTION_TEXT, &o->token_file, NULL, 0, 0, "FILE",
         "holds the token for the collector; or the token itself is in BRAZIER_TOKEN"},
        {"ca-file", OPTION_TEXT, &o->ca_file, NULL, 0, 0, "FILE",
         "PEM file of the certificates to trust (the system's)"},
        {"s3-endpoint", OPTION_TEXT, &o->s3_endpoint, NULL, 0, 0, "URL",
         "of the bucket that is read (AWS_ENDPOINT_URL_S3, else Amazon's)"},
        {"s3-region", OPTION_TEXT, &o->s3_region, NULL, 0, 0, "REGION", "of that bucket (AWS_REGION)"},
        {"s3-path-style", OPTION_TEXT, &o->s3_path_style, "auto", 0, 0, "auto|on|off",
         "whether the bucket stands in the path and not in the host name"},
        {"verbose", OPTION_FLAG, &o->is_verbose, NULL, 0, 0, NULL,
         "name every file, not only the first 20 of each fate"},
    };

    _Static_assert(ARRAY_LEN(all) <= ROWS, "rows");
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        rows[i] = all[i];
    return ARRAY_LEN(all);
}

void push_help(void)
{
    struct push_options options;
    struct option_row rows[ROWS];
    size_t count = make_rows(&options, rows);

    puts("usage: brazier push [OPTION]... FILE|DIR|PATTERN|s3://BUCKET[/PREFIX]|-...\n"
         "\n"
         "Sends profiles to a collector: files, directories with all beneath them, patterns in quotes, the\n"
         "objects of a bucket (its keys are in AWS_ACCESS_KEY_ID and so on), or standard input. Pushing "
         "again\n"
         "is always safe: equal bytes count once within 24 hours; --journal remembers for longer.\n");
    option_help(rows, count, stdout);
    puts("\nThe time of a profile is the one it says, else the file's or the object's.\n"
         "\n"
         "Exit status: 0 all are stored, 1 some were refused, 2 wrong usage, 3 the collector or the bucket\n"
         "could not be reached: nothing is lost, push the same again.\n"
         "\n"
         "Examples:\n"
         "  brazier push --service checkout --label dc=fra cpu.pb.gz\n"
         "  brazier push --service checkout --type heap - < heap.pb.gz\n"
         "  brazier push --service checkout --dry-run './profiles/2026-11-*'\n"
         "  brazier push --profefe --collector https://brazier.example ./copy-of-the-profefe-bucket\n"
         "  brazier push --profefe --collector https://brazier.example --journal imported s3://profefe");
}

static enum status read_labels(const struct option_list *list, struct labels *labels, struct error *err)
{
    for (size_t i = 0; i < list->count; i++)
        if (label_word_add(list->values[i], labels, err) != OK)
            return err->code;
    labels_sort(labels);
    return labels_check(labels, err);
}

static enum status prepare(const struct push_options *o, const struct option_words *words,
                           struct push_run *run, struct error *err)
{
    *run = (struct push_run){.url = o->is_dry ? NULL : o->to,
                             .ca_file = o->ca_file,
                             .retry_ms = o->retry_ms,
                             .at_once = o->at_once,
                             .source = "",
                             .defaults = {.service = slice_of(o->service), .is_profefe = o->is_profefe}};
    if (words->count == 0)
        return error_set(err, E_INVALID, "name files, directories, s3://BUCKET, or - for standard input");
    if (!o->service && !o->is_profefe)
        return error_set(err, E_INVALID, "whose profiles are they? say --service NAME");
    if (o->type && profile_type_parse(slice_of(o->type), &run->defaults.type, err) != OK)
        return err->code;
    if (read_labels(&o->labels, &run->defaults.labels, err) != OK || collector_check(o->to, err) != OK ||
        token_read(o->token_file, &run->token, err) != OK)
        return err->code;
    for (size_t i = 0; i < words->count; i++)
        if (!push_bucket_is_url(words->items[i]) &&
            push_files_add_word(&run->files, words->items[i], err) != OK)
            return err->code;
    if (o->journal && !o->is_dry)
        return push_journal_open(o->journal, &run->journal, err);
    return OK;
}

/* --- the work --- */

/* False: what could not be reached ends it all. */
static bool push_files(struct push_run *run, struct push_report *report, struct progress *progress)
{
    push_run_send(run, progress);
    push_report_add(report, run->source, &run->files);
    push_files_clear(&run->files);
    return run->unreachable.code == OK;
}

static bool push_bucket(const struct push_options *o, const char *url, struct push_run *run,
                        struct push_report *report, struct progress *progress)
{
    struct push_bucket *bucket CLEANUP(push_bucket_closep) = NULL;
    struct buf source CLEANUP(buf_release) = BUF_INIT(KIB);
    const struct s3_flags flags = {url, o->s3_endpoint, o->s3_region, o->s3_path_style};

    if (push_bucket_open(&flags, o->is_profefe ? "P0." : "", &bucket, &run->unreachable) != OK)
        return false;
    buf_printf(&source, "%s/", push_bucket_name(bucket));
    run->bucket = bucket;
    run->source = buf_cstr(&source);
    for (bool more = true, fine = true; more && fine;) {
        if (push_bucket_list(bucket, &run->files, &more, &run->unreachable) != OK)
            break;
        fine = push_files(run, report, progress);
    }
    run->bucket = NULL;
    run->source = "";
    return run->unreachable.code == OK;
}

static int push_all(const struct push_options *o, const struct option_words *words, struct push_run *run)
{
    struct push_report report CLEANUP(
        push_report_release) = {.is_dry = o->is_dry, .named_max = o->is_verbose ? SIZE_MAX : NAMED_MAX};
    struct progress progress;
    bool fine = true;

    progress_begin(&progress);
    if (run->files.count > 0)
        fine = push_files(run, &report, &progress);
    for (size_t i = 0; fine && i < words->count; i++)
        if (push_bucket_is_url(words->items[i]))
            fine = push_bucket(o, words->items[i], run, &report, &progress);
    push_report_end(&report);
    if (fine)
        return report.sums[PUSH_REFUSED].files > 0 ? EXIT_REFUSED : 0;

    struct buf text CLEANUP(buf_release) = BUF_INIT(64 * KIB);
    printable_append(&text, slice_of(run->unreachable.text));
    (void)fprintf(stderr, "brazier push: %s\n", buf_cstr(&text));
    return run->unreachable.code == E_CONFIG ? EXIT_USAGE : EXIT_UNSENT;
}

int push_main(int argc, char **argv)
{
    static const char *items[WORDS_MAX];
    struct option_words words = {items, WORDS_MAX, 0};
    struct push_options options = {0};
    struct option_row rows[ROWS];
    size_t count = make_rows(&options, rows);
    struct push_run run CLEANUP(push_run_release) = {.source = ""};
    struct error err;

    if (option_parse(rows, count, argc, argv, &words, &err) != OK ||
        prepare(&options, &words, &run, &err) != OK) {
        (void)fprintf(stderr, "brazier push: %s\n", err.text);
        return EXIT_USAGE;
    }
    int code = push_all(&options, &words, &run);
    push_journal_close(run.journal);
    return code;
}
