/*
 * The command line, and what is said at the end: every file has a fate, and each that was not stored is named
 * with the reason.
 */
#include "cli/push.h"

#include "base/option.h"
#include "base/printable.h"
#include "cli/label_word.h"
#include "cli/push_run.h"
#include "client/token.h"

#include <inttypes.h>
#include <stdio.h>

enum { WORDS_MAX = 65536, ROWS = 12, NAMED_MAX = 20, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_UNSENT = 3 };

struct push_options {
    const char *to, *service, *type, *token_file, *ca_file;
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
        {"bearer-file", OPTION_TEXT, &o->token_file, NULL, 0, 0, "FILE",
         "holds the token for the collector; or the token itself is in BRAZIER_TOKEN"},
        {"ca-file", OPTION_TEXT, &o->ca_file, NULL, 0, 0, "FILE",
         "PEM file of the certificates to trust (the system's)"},
        {"verbose", OPTION_FLAG, &o->is_verbose, NULL, 0, 0, NULL, "name every file, not only the first 20"},
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

    puts("usage: brazier push [OPTION]... FILE|DIR|PATTERN|-...\n"
         "\n"
         "Sends profiles to a collector: files, directories with all beneath them, patterns in quotes, or\n"
         "standard input. Pushing again is always safe: equal bytes count once (for 24 hours).\n");
    option_help(rows, count, stdout);
    puts("\nThe time of a profile is the one it says, else the file's.\n"
         "\n"
         "Exit status: 0 all are stored, 1 some were refused, 2 wrong usage, 3 the collector could not be\n"
         "reached: nothing is lost, push the same again.\n"
         "\n"
         "Examples:\n"
         "  brazier push --service checkout --label dc=fra cpu.pb.gz\n"
         "  brazier push --service checkout --type heap - < heap.pb.gz\n"
         "  brazier push --service checkout --dry-run './profiles/2026-11-*'\n"
         "  brazier push --profefe --collector https://brazier.example ./copy-of-the-profefe-bucket");
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
                             .defaults = {.service = slice_of(o->service), .is_profefe = o->is_profefe}};
    if (words->count == 0)
        return error_set(err, E_INVALID, "name files or directories, or - for standard input");
    if (!o->service && !o->is_profefe)
        return error_set(err, E_INVALID, "whose profiles are they? say --service NAME");
    if (o->type && profile_type_parse(slice_of(o->type), &run->defaults.type, err) != OK)
        return err->code;
    if (read_labels(&o->labels, &run->defaults.labels, err) != OK ||
        token_read(o->token_file, &run->token, err) != OK)
        return err->code;
    for (size_t i = 0; i < words->count; i++)
        if (push_run_add(run, words->items[i], err) != OK)
            return err->code;
    return OK;
}

/* --- what became of them --- */

struct tally {
    uint64_t files, bytes;
};

static void name_file(FILE *out, const char *mark, const struct push_file *file)
{
    struct buf path CLEANUP(buf_release) = BUF_INIT(64 * KIB), said CLEANUP(buf_release) = BUF_INIT(64 * KIB);

    printable_append(&path, slice_of(file->path));
    printable_append(&said, slice_of(file->said));
    (void)fprintf(out, "%s%s%s%s\n", mark, buf_cstr(&path), said.len > 0 ? ": " : "", buf_cstr(&said));
}

static struct tally tell(const struct push_run *run, enum push_fate fate, FILE *out, const char *mark,
                         size_t named_max)
{
    struct tally t = {0};

    for (size_t i = 0; i < run->count; i++) {
        const struct push_file *file = &run->files[i];

        if (file->fate != fate)
            continue;
        t.files++;
        t.bytes += file->bytes;
        if (t.files <= named_max)
            name_file(out, mark, file);
    }
    if (t.files > named_max && named_max > 0)
        (void)fprintf(out, "%s... and %" PRIu64 " more\n", mark, t.files - named_max);
    return t;
}

static int conclude(const struct push_run *run, size_t named_max)
{
    bool is_dry = !run->url;
    struct tally stored = tell(run, PUSH_STORED, stdout, "", named_max);
    struct tally empty = tell(run, PUSH_EMPTY, stdout, "without samples: ", named_max);
    struct tally refused = tell(run, PUSH_REFUSED, stderr, "refused: ", SIZE_MAX);
    struct tally unsent = tell(run, PUSH_UNSENT, stdout, "", 0);

    (void)fflush(stdout);
    (void)fprintf(stderr, "%s %" PRIu64 " of %zu profiles, %.1f MB", is_dry ? "would store" : "stored",
                  stored.files, run->count, (double)stored.bytes / 1e6);
    if (empty.files > 0)
        (void)fprintf(stderr, "; %" PRIu64 " without samples", empty.files);
    if (refused.files > 0)
        (void)fprintf(stderr, "; refused %" PRIu64, refused.files);
    if (unsent.files > 0)
        (void)fprintf(stderr, "; %" PRIu64 " not sent", unsent.files);
    (void)fputc('\n', stderr);
    if (run->unreachable.code != OK) {
        (void)fprintf(stderr, "brazier push: %s\n", run->unreachable.text);
        return EXIT_UNSENT;
    }
    return refused.files > 0 ? EXIT_REFUSED : 0;
}

int push_main(int argc, char **argv)
{
    static const char *items[WORDS_MAX];
    struct option_words words = {items, WORDS_MAX, 0};
    struct push_options options = {0};
    struct option_row rows[ROWS];
    size_t count = make_rows(&options, rows);
    struct push_run run CLEANUP(push_run_release) = {0};
    struct progress progress;
    struct error err;

    if (option_parse(rows, count, argc, argv, &words, &err) != OK ||
        prepare(&options, &words, &run, &err) != OK) {
        (void)fprintf(stderr, "brazier push: %s\n", err.text);
        return EXIT_USAGE;
    }
    progress_begin(&progress);
    push_run_send(&run, &progress);
    return conclude(&run, options.is_verbose ? SIZE_MAX : NAMED_MAX);
}
