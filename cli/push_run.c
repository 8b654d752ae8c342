/*
 * Workers take the next file from a shared counter, so a slow one holds nobody up. Fates stand in the list,
 * in the order of the command line, however the sending went.
 */
#include "cli/push_run.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json_doc.h"
#include "base/thread.h"
#include "cli/collector.h"
#include "client/client.h"
#include "model/time.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    WORKERS_MAX = 64,
    BACKOFF_FIRST_MS = 250,
    BACKOFF_MAX_MS = 10000,
    TICK_MS = 20,
    BAR_COLUMNS = 20,
    ANSWER_BYTES = 64 * 1024,
};

void push_run_release(struct push_run *run)
{
    push_files_release(&run->files);
    secret_release(&run->token);
}

struct sending {
    struct push_run *run;
    atomic_size_t next, done, refused;
    atomic_uint_fast64_t bytes;
    atomic_bool is_over; /* the collector cannot be reached */
    pthread_mutex_t lock;
};

static void wait_ms(int64_t ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};

    while (nanosleep(&time, &time) != 0 && errno == EINTR)
        ;
}

/* May the same be tried again? */
static bool is_passing(enum status status)
{
    return status == E_BUSY || status == E_UNAVAILABLE;
}

static enum status post(struct sending *s, struct client *client, const struct client_request *request,
                        struct client_answer *answer, struct error *err)
{
    int64_t give_up_ms = clock_mono_ms() + s->run->retry_ms, backoff_ms = BACKOFF_FIRST_MS;

    for (;;) {
        enum status status = client_call(client, request, answer, err);
        if (!is_passing(status))
            return status;
        int64_t pause_ms = answer->retry_ms > backoff_ms ? answer->retry_ms : backoff_ms;
        if (clock_mono_ms() + pause_ms > give_up_ms || atomic_load(&s->is_over))
            return status;
        wait_ms(pause_ms);
        client_answer_release(answer);
        backoff_ms = backoff_ms * 2 < BACKOFF_MAX_MS ? backoff_ms * 2 : BACKOFF_MAX_MS;
    }
}

static char *copy_of(struct slice text)
{
    return mem_cstr(text.ptr ? text.ptr : "", text.len);
}

static void refuse(struct push_file *file, const struct error *why)
{
    file->fate = PUSH_REFUSED;
    file->said = copy_of(slice_of(why->text));
}

/* The id in {"code":200,"body":{"id":"...",...}}; an empty profile has none. */
static void note_stored(struct push_file *file, const struct client_answer *answer)
{
    struct json_doc *doc CLEANUP(json_doc_freep) = NULL;
    struct slice id = SLICE_NULL;

    if (json_doc_parse(buf_slice(&answer->body), &doc, NULL) == OK)
        id = json_node_text(json_node_member(json_doc_root(doc), "body"), "id");

    file->fate = id.len > 0 ? PUSH_STORED : PUSH_EMPTY;
    if (id.len > 0)
        file->said = copy_of(id);
}

/* A collector takes profiles: where there is no place for them, there is for none, and it is the address that
 * has to be mended. */
static enum status wrong_place(const char *url, enum status status, struct error *err)
{
    const struct error said = *err;
    struct slice place = slice_of(url);
    if (status != E_NOT_FOUND)
        return status;
    place = slice_sub(place, 0, slice_find(place, '?'));
    return error_set(err, E_UNAVAILABLE, "%.*s: %s", SLICE_ARG(place), said.text);
}

static enum status send_item(struct sending *s, struct client *client, const struct push_item *item,
                             struct slice body, struct push_file *file, struct error *err)
{
    struct buf url CLEANUP(buf_release) = BUF_INIT(LIMIT_URI_BYTES);
    struct client_answer answer CLEANUP(client_answer_release) = CLIENT_ANSWER_INIT;
    struct slice base = slice_of(s->run->url);

    while (slice_ends(base, SLICE("/")))
        base.len--;
    buf_append(&url, base);
    if (push_item_path(item, &url, err) != OK)
        return err->code;
    struct client_request request = {.url = buf_cstr(&url),
                                     .content_type = "application/octet-stream",
                                     .body = body,
                                     .max_bytes = ANSWER_BYTES};
    enum status status = post(s, client, &request, &answer, err);
    if (status != OK)
        return wrong_place(buf_cstr(&url), collector_judge(buf_cstr(&url), &answer, status, err), err);
    note_stored(file, &answer);
    return OK;
}

/* What would be sent: "checkout cpu 2026-11-23T03:43:52Z dc=fra". */
static void describe(struct push_file *file, const struct push_item *item)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(LIMIT_URI_BYTES);
    char at[TIME_RFC3339_BYTES];

    time_format_rfc3339(item->created_at_ms, at);
    buf_printf(&text, "%.*s %s %s ", SLICE_ARG(item->service), item->type->name, at);
    labels_format(&item->labels, &text);
    file->fate = item->is_empty ? PUSH_EMPTY : PUSH_STORED;
    file->said = copy_of(slice_trim(buf_slice(&text)));
}

static enum status fetch(const struct sending *s, struct push_file *file, struct buf *body, struct error *err)
{
    if (s->run->bucket)
        return push_bucket_get(s->run->bucket, file->name, body, err);
    if (strcmp(file->name, "-") != 0)
        return file_read(file->name, body, err);
    enum status status = file_read_stdin(body, err);
    file->bytes = body->len;
    return status;
}

/* Its fate is written if it is known; errors are left to the caller. */
static enum status send_file(struct sending *s, struct client *client, struct push_file *file,
                             struct error *err)
{
    struct buf body CLEANUP(buf_release) = BUF_INIT(LIMIT_ANSWER_BYTES);
    struct push_item item CLEANUP(push_item_release) = PUSH_ITEM_INIT;
    struct push_run *run = s->run;

    if (run->journal && push_journal_has(run->journal, run->source, file)) {
        file->fate = PUSH_KNOWN;
        return OK;
    }
    if (fetch(s, file, &body, err) != OK)
        return err->code;
    const struct push_source source = {file->name, file->modified_ms, buf_slice(&body)};
    if (push_item_judge(&item, &run->defaults, &source, err) != OK)
        return err->code;
    if (!run->url) {
        describe(file, &item);
        return OK;
    }
    if (send_item(s, client, &item, source.body, file, err) != OK)
        return err->code;
    return run->journal ? push_journal_add(run->journal, run->source, file, err) : OK;
}

static void push_one(struct sending *s, struct client *client, struct push_file *file)
{
    struct error err;
    enum status status = send_file(s, client, file, &err);

    if (status == OK) {
        atomic_fetch_add(&s->bytes, file->bytes);
        return;
    }
    if (!is_passing(status) && status != E_DENIED) {
        refuse(file, &err);
        atomic_fetch_add(&s->refused, 1);
        return;
    }
    if (file->fate == PUSH_WAITS)
        file->fate = PUSH_UNSENT;
    pthread_mutex_lock(&s->lock);
    if (!atomic_exchange(&s->is_over, true))
        s->run->unreachable = err;
    pthread_mutex_unlock(&s->lock);
}

static void *work(void *arg)
{
    struct sending *s = arg;
    struct client *client CLEANUP(client_freep) =
        client_new(&(struct client_settings){.token = &s->run->token,
                                             .token_for = s->run->url,
                                             .ca_file = s->run->ca_file});

    for (size_t i; (i = atomic_fetch_add(&s->next, 1)) < s->run->files.count;) {
        if (atomic_load(&s->is_over))
            s->run->files.items[i].fate = PUSH_UNSENT;
        else
            push_one(s, client, &s->run->files.items[i]);
        atomic_fetch_add(&s->done, 1);
    }
    return NULL;
}

static void show(struct progress *progress, struct sending *s, size_t done)
{
    struct buf bar CLEANUP(buf_release) = BUF_INIT(4 * BAR_COLUMNS + 1);
    const struct push_run *run = s->run;
    size_t all = run->files.count;
    double mb = (double)(run->bytes_before + atomic_load(&s->bytes)) / 1e6;
    const char *faults = atomic_load(&s->refused) > 0 ? ", some refused" : "";

    if (run->bucket) { /* nobody knows how many there are */
        progress_say(progress, "%" PRIu64 " objects, %.1f MB%s", run->files_before + done, mb, faults);
        return;
    }
    for (size_t i = 0; i < BAR_COLUMNS; i++)
        buf_append_cstr(&bar, i < done * BAR_COLUMNS / all ? "█" : "░");
    progress_say(progress, "%s %zu of %zu files, %.1f MB%s", buf_cstr(&bar), done, all, mb, faults);
}

void push_run_send(struct push_run *run, struct progress *progress)
{
    struct sending s = {.run = run, .lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t threads[WORKERS_MAX];
    size_t all = run->files.count, count = (size_t)run->at_once < all ? (size_t)run->at_once : all;

    for (size_t i = 0; i < count; i++)
        threads[i] = thread_start("push", work, &s);
    for (size_t done; (done = atomic_load(&s.done)) < all;) {
        show(progress, &s, done);
        wait_ms(done == 0 ? 1 : TICK_MS);
    }
    for (size_t i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    progress_end(progress);
    run->files_before += all;
    run->bytes_before += atomic_load(&s.bytes);
}
