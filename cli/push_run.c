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
#include "cli/walk.h"
#include "client/client.h"
#include "model/time.h"

#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

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
    for (size_t i = 0; i < run->count; i++) {
        free(run->files[i].path);
        free(run->files[i].said);
    }
    free(run->files);
    secret_release(&run->token);
}

/* --- which files --- */

static enum status add_path(const char *path, void *user, struct error *err)
{
    struct push_run *run = user;

    (void)err;
    if (run->count == run->cap) {
        run->cap = run->cap ? run->cap * 2 : 64;
        run->files = mem_resize(run->files, run->cap * sizeof(*run->files));
    }
    run->files[run->count++] = (struct push_file){.path = mem_cstr(path, strlen(path))};
    return OK;
}

static bool is_directory(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static enum status add_pattern(struct push_run *run, const char *word, struct error *err)
{
    glob_t found CLEANUP(globfree) = {0};

    switch (glob(word, 0, NULL, &found)) {
    case 0: break;
    case GLOB_NOMATCH: return error_set(err, E_INVALID, "%s: no such file", word);
    default: return error_set_errno(err, E_INVALID, errno, "%s", word);
    }
    for (size_t i = 0; i < found.gl_pathc; i++)
        if (is_directory(found.gl_pathv[i]) ? walk_files(found.gl_pathv[i], add_path, run, err) != OK
                                            : add_path(found.gl_pathv[i], run, err) != OK)
            return err->code;
    return OK;
}

enum status push_run_add(struct push_run *run, const char *word, struct error *err)
{
    if (is_directory(word))
        return walk_files(word, add_path, run, err);
    if (strcmp(word, "-") == 0 || access(word, F_OK) == 0)
        return add_path(word, run, err);
    return add_pattern(run, word, err);
}

/* --- sending --- */

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
    if (post(s, client, &request, &answer, err) != OK)
        return err->code;
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

static void push_one(struct sending *s, struct client *client, struct push_file *file)
{
    struct buf body CLEANUP(buf_release) = BUF_INIT(LIMIT_ANSWER_BYTES);
    struct push_item item CLEANUP(push_item_release) = PUSH_ITEM_INIT;
    struct error err;
    bool is_stdin = strcmp(file->path, "-") == 0;
    enum status status = is_stdin ? file_read_stdin(&body, &err) : file_read(file->path, &body, &err);

    if (status == OK)
        status = push_item_judge(&item, &s->run->defaults, file->path, buf_slice(&body), &err);
    file->bytes = body.len;
    if (status == OK && !s->run->url)
        describe(file, &item);
    else if (status == OK)
        status = send_item(s, client, &item, buf_slice(&body), file, &err);
    if (status == OK) {
        atomic_fetch_add(&s->bytes, file->bytes);
        return;
    }
    if (!is_passing(status) && status != E_DENIED) {
        refuse(file, &err);
        atomic_fetch_add(&s->refused, 1);
        return;
    }
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

    for (size_t i; (i = atomic_fetch_add(&s->next, 1)) < s->run->count;) {
        if (atomic_load(&s->is_over))
            s->run->files[i].fate = PUSH_UNSENT;
        else
            push_one(s, client, &s->run->files[i]);
        atomic_fetch_add(&s->done, 1);
    }
    return NULL;
}

static void show(struct progress *progress, struct sending *s, size_t done)
{
    struct buf bar CLEANUP(buf_release) = BUF_INIT(4 * BAR_COLUMNS + 1);
    size_t all = s->run->count, refused = atomic_load(&s->refused);

    for (size_t i = 0; i < BAR_COLUMNS; i++)
        buf_append_cstr(&bar, i < done * BAR_COLUMNS / all ? "█" : "░");
    progress_say(progress, "%s %zu of %zu files, %.1f MB%s", buf_cstr(&bar), done, all,
                 (double)atomic_load(&s->bytes) / 1e6, refused > 0 ? ", some refused" : "");
}

void push_run_send(struct push_run *run, struct progress *progress)
{
    struct sending s = {.run = run, .lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t threads[WORKERS_MAX];
    size_t count = (size_t)run->at_once < run->count ? (size_t)run->at_once : run->count;

    for (size_t i = 0; i < count; i++)
        threads[i] = thread_start("push", work, &s);
    for (size_t done; (done = atomic_load(&s.done)) < run->count;) {
        show(progress, &s, done);
        wait_ms(done == 0 ? 1 : TICK_MS);
    }
    for (size_t i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    progress_end(progress);
}
