/*
 * The order matters: with the tombstone first, a crash leaves a hidden object; with the object first, it
 * would leave a row in every index for something that is gone. The tombstone is written by the same rules as
 * a profile (writer.h), so no follower can miss it.
 */
#include "collector/remove.h"

#include "base/clock.h"
#include "base/limits.h"

#include <time.h>

enum { DELETE_DEADLINE_MS = 10000 };

static void pause_ms(int64_t ms)
{
    struct timespec t = {ms / 1000, (ms % 1000) * 1000000};

    nanosleep(&t, NULL);
}

/* What is to be deleted, and the latest mint time of all that belongs to it: a tombstone hides what was
 * minted before it, and the clock that minted those may be ahead of ours. */
struct doomed {
    const struct id *target;
    int64_t newest_ms;
    int64_t tombstone_ms; /* mint time of the tombstone that was put last */
};

static enum status put_once(struct app *app, struct writer *w, struct doomed *doomed, struct buf *key,
                            struct error *err)
{
    struct digest digest = id_digest(doomed->target);
    struct store_op op CLEANUP(store_op_release) = {.verb = STORE_PUT};
    int64_t mint_ms;
    struct id id;

    writer_minted(w, clock_mono_ms()); /* before the mint time: writer.h */
    mint_ms = app_mint_ms(app);
    if (mint_ms <= doomed->newest_ms)
        mint_ms = doomed->newest_ms + 1;
    doomed->tombstone_ms = mint_ms;
    id = id_make(digest_lane(&digest, (unsigned)app->config->write_lanes), mint_ms, &digest);
    buf_reset(key);
    if (key_encode_tombstone(app->backend.root, &id, doomed->target, key, err) != OK)
        return err->code;
    op.key = buf_slice(key);
    op.deadline_ms = writer_put_deadline(w);
    if (store_run(app->store, &op) != OK)
        return error_set(err, op.error.code, "%s", op.error.text);
    return OK;
}

static enum status put_tombstone(struct app *app, struct doomed *doomed, struct buf *key, struct error *err)
{
    struct writer w;
    struct random random;
    enum writer_act act = WRITER_PUT;

    writer_begin(&w, clock_mono_ms());
    random_seed_system(&random);
    for (;;) {
        enum status status;
        struct error last = {0};

        if (act == WRITER_WAIT)
            pause_ms(writer_pause(&w, &random, clock_mono_ms()));
        status = put_once(app, &w, doomed, key, &last);
        act = writer_answered(&w, status, clock_mono_ms());
        if (act == WRITER_DONE)
            return OK;
        if (act != WRITER_GIVE_UP)
            continue;
        if (last.code == E_INVALID)
            return error_set(err, E_INTERNAL, "%s", last.text);
        return error_set(err, E_UNAVAILABLE, "the profile was not deleted, try again: %s", last.text);
    }
}

static enum status tell_index(struct app *app, struct slice key, struct error *err)
{
    struct index_batch batch CLEANUP(index_batch_release) = {.arena = ARENA_INIT(16 * KIB), .row_count = 1};
    struct key_parts *row = arena_alloc(&batch.arena, sizeof(*row));

    batch.rows = row;
    if (key_decode(app->backend.root, key, &batch.arena, row, err) != OK)
        return err->code;
    return index_write_wait(app->index, &batch, err);
}

static void delete_object(struct app *app, const struct profile_meta *meta)
{
    struct buf key CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct store_op op CLEANUP(store_op_release) = {.verb = STORE_DELETE,
                                                    .deadline_ms = clock_mono_ms() + DELETE_DEADLINE_MS};

    if (key_encode_profile(app->backend.root, meta, &key, NULL, NULL) != OK)
        return;
    op.key = buf_slice(&key);
    (void)store_run(app->store, &op); /* the tombstone hides what stays */
}

/* When the slowest clock mints later than the tombstone: it is at most a skew behind the bucket's time, ours
 * at most a skew before it. */
static int64_t hold_ms(const struct app *app, const struct doomed *doomed)
{
    int64_t ms = doomed->tombstone_ms + 2 * app->backend.skew_ms - app_now_ms(app);

    return ms > 0 ? ms : 0;
}

enum status remove_profile(struct app *app, const struct profile_meta *meta, struct arena *arena,
                           int64_t *ret_hold_ms, struct error *err)
{
    struct buf key CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct doomed doomed = {&meta->id, id_mint_ms(&meta->id), 0};
    struct profile_meta *aliases = NULL;
    size_t count = 0;

    if (index_aliases(app->index, &meta->id, arena, &aliases, &count, NULL) != OK)
        count = 0;
    for (size_t i = 0; i < count; i++)
        if (id_mint_ms(&aliases[i].id) > doomed.newest_ms)
            doomed.newest_ms = id_mint_ms(&aliases[i].id);
    if (put_tombstone(app, &doomed, &key, err) != OK)
        return err->code;
    metrics_count(app->metrics, METRIC_DELETED);
    if (tell_index(app, buf_slice(&key), err) != OK)
        return error_wrap(err, "the profile was deleted, but the index could not be told");
    delete_object(app, meta);
    for (size_t i = 0; i < count; i++)
        if (id_cmp(&aliases[i].id, &meta->id) != 0)
            delete_object(app, &aliases[i]);
    *ret_hold_ms = hold_ms(app, &doomed);
    return OK;
}
