/*
 * A replica rebuilds its index by itself; this is for doing it before the replica starts, with somebody
 * watching. It resumes what was interrupted, and leaves behind what `serve` needs to go on from: the cursors
 * of the tail stand at the time when the reindexing began.
 */
#include "collector/reindex.h"

#include "collector/backend.h"
#include "collector/rebuild.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum { BAR_MS = 200, LINE_MS = 2000, ATTEMPTS = 30, BAR_WIDTH = 24 };

void reindex_help(void)
{
    struct config config = {0};
    struct option_row rows[CONFIG_ROWS_MAX];
    size_t count = config_reindex_rows(&config, rows);

    puts(
        "usage: brazier reindex [OPTION]...\n"
        "\n"
        "Builds the index from the keys in the bucket. Safe at any time; interrupted, it resumes when run "
        "again.\n"
        "A replica does the same by itself when it starts without an index. Stop the replica that uses this\n"
        "index directory first.\n");
    option_help(rows, count, stdout);
    puts("\n"
         "Examples:\n"
         "  brazier reindex --store file:./brazier-data --index ./brazier-index\n"
         "  brazier reindex --store s3://profiles --index /var/lib/brazier --since 7d\n"
         "\n"
         "Progress is on stderr. Exit status: 0 done; 1 failed, run it again; 2 wrong usage or "
         "configuration.");
}

static void print_progress(const struct rebuild_progress *p, bool is_bar)
{
    int64_t eta_ms = rebuild_eta_ms(p);
    uint64_t rate = p->elapsed_ms > 0 ? p->keys * 1000 / (uint64_t)p->elapsed_ms : 0;
    char eta[32] = "", bar[BAR_WIDTH + 1];
    int filled = p->tasks > 0 ? (int)(p->tasks_done * BAR_WIDTH / p->tasks) : 0;

    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[BAR_WIDTH] = '\0';
    if (eta_ms >= 0 && p->state == REBUILD_RUNNING)
        snprintf(eta, sizeof(eta), ", %" PRId64 " s left", (eta_ms + 999) / 1000);
    fprintf(stderr, "%sreindex %s%s%s%zu of %zu tasks, %" PRIu64 " keys, %" PRIu64 " keys/s%s%s%s%s",
            is_bar ? "\r" : "", is_bar ? "[" : "", is_bar ? bar : "", is_bar ? "] " : "", p->tasks_done,
            p->tasks, p->keys, rate, eta, p->last_error[0] ? ", waiting: " : "", p->last_error,
            is_bar ? "\x1b[K" : "\n");
}

static void watch(struct rebuild *rebuild, struct rebuild_progress *ret_progress)
{
    bool is_bar = isatty(STDERR_FILENO) == 1;
    bool ended;

    do {
        ended = rebuild_wait(rebuild, is_bar ? BAR_MS : LINE_MS);
        rebuild_progress(rebuild, ret_progress);
        print_progress(ret_progress, is_bar);
    } while (!ended);
    if (is_bar)
        fputc('\n', stderr);
}

/* Where a tail goes on that has no cursor yet. */
static enum status leave_cursors(struct index *index, const struct config *config, int64_t now_ms,
                                 struct error *err)
{
    for (unsigned lane = 0; lane < (unsigned)config->write_lanes; lane++) {
        struct arena arena CLEANUP(arena_release) = ARENA_INIT(4096);
        struct index_batch batch CLEANUP(index_batch_release) = {.arena = ARENA_INIT(0), .cursor_count = 1};
        struct slice known;
        char name[16], value[32];

        snprintf(name, sizeof(name), "tail/%x", lane);
        snprintf(value, sizeof(value), "%" PRId64, now_ms);
        if (index_cursor_get(index, name, &arena, &known, NULL) == OK)
            continue;
        batch.cursors[0] = (struct index_cursor){slice_of(name), slice_of(value)};
        if (index_write_wait(index, &batch, err) != OK)
            return err->code;
    }
    return OK;
}

static enum status store_now(struct store *store, int64_t *ret_now_ms, struct error *err)
{
    struct store_time time;

    store_time(store, &time);
    if (!time.known)
        return error_set(err, E_UNAVAILABLE, "the bucket does not answer");
    *ret_now_ms = time.now_ms;
    return OK;
}

static enum status rebuild_into(struct index *index, const struct backend *backend,
                                const struct config *config, struct error *err)
{
    const struct rebuild_options options = {.store = backend->store,
                                            .index = index,
                                            .root = backend->root,
                                            .attempts = ATTEMPTS};
    struct rebuild_range range = {0};
    struct rebuild_progress progress;
    struct index_counts counts = {0};
    struct rebuild *rebuild;
    char note[ERROR_TEXT_MAX];

    if (store_now(backend->store, &range.now_ms, err) != OK ||
        leave_cursors(index, config, range.now_ms, err) != OK)
        return err->code;
    rebuild = rebuild_new(&options);
    range.since_ms = config->since_ms > 0 ? range.now_ms - config->since_ms : 0;
    range.is_partial = config->since_ms > 0;
    /* An interrupted one is resumed; a complete index is read again from the beginning. */
    range.rerun_from_ms = rebuild_is_needed(rebuild) ? INT64_MAX : 0;
    rebuild_start(rebuild, &range);
    watch(rebuild, &progress);
    rebuild_free(rebuild);
    if (progress.state != REBUILD_DONE)
        return error_set(err, E_UNAVAILABLE, "%s", progress.last_error);
    if (index_was_reset(index, note))
        return error_set(err, E_UNAVAILABLE, "the index was begun anew: %s", note);

    if (index_counts(index, &counts, err) != OK)
        return err->code;
    fprintf(stderr,
            "reindex: done: %" PRIu64 " keys in %.1f s; the index holds %" PRIu64 " profiles in %" PRIu64
            " series; skipped: %" PRIu64 " foreign, %" PRIu64 " malformed\n",
            progress.keys, (double)progress.elapsed_ms / 1e3, counts.profiles, counts.series,
            progress.foreign, progress.malformed);
    return OK;
}

static enum status run(const struct config *config, struct timer *timer, struct error *err)
{
    struct backend backend;
    struct index *index;
    struct index_options options = {.dir = config->index, .readers = 1};
    char note[ERROR_TEXT_MAX];
    enum status status;

    if (backend_open(config, BACKEND_READ, timer, &backend, note, err) != OK)
        return err->code;
    if (note[0])
        fprintf(stderr, "reindex: %s\n", note);
    options.identity = store_describe(backend.store);
    status = index_open(&options, &index, note, err);
    if (status == OK) {
        if (note[0])
            fprintf(stderr, "reindex: the index is begun anew: %s\n", note);
        status = rebuild_into(index, &backend, config, err);
        index_close(index);
    }
    backend_close(&backend);
    return status;
}

int reindex_main(int argc, char **argv)
{
    struct config config = {0};
    struct option_row rows[CONFIG_ROWS_MAX];
    size_t count = config_reindex_rows(&config, rows);
    struct timer *timer;
    struct error err;
    enum status status;

    if (option_parse(rows, count, argc, argv, NULL, &err) != OK || config_check(&config, &err) != OK) {
        fprintf(stderr, "brazier reindex: %s\n", err.text);
        return 2;
    }
    timer = timer_new();
    status = run(&config, timer, &err);
    timer_free(timer);
    if (status == OK)
        return 0;
    fprintf(stderr, "brazier reindex: %s\n", err.text);
    return status == E_CONFIG || status == E_DENIED ? 2 : 1;
}
