/*
 * There is no barrier at first: what the index does not know is looked for in the bucket itself.
 */
#include "collector/wanted.h"

#include "base/limits.h"
#include "collector/lookup.h"

struct wanted {
    struct profile_meta *metas;
    struct id *given;
    size_t count;
};

enum status wanted_ids(struct slice text, struct id *ret_ids, size_t *ret_count, struct error *err)
{
    size_t count = 0;

    for (struct slice rest = text, piece; slice_split(&rest, '+', &piece);) {
        if (count == LIMIT_IDS_PER_GET)
            return error_set(err, E_TOO_LARGE, "more than %lu ids in one request", LIMIT_IDS_PER_GET);
        if (id_parse(piece, &ret_ids[count], err) != OK) {
            /* Ids of profefe and plain typos: nothing here has such an id. */
            err->code = E_NOT_FOUND;
            return error_wrap(err, "nothing found");
        }
        count++;
    }
    *ret_count = count;
    return OK;
}

/* Different ids may be aliases of one profile: it counts once. The same id twice was asked for twice. */
static bool is_alias_of_earlier(const struct wanted *w, const struct id *given,
                                const struct profile_meta *meta)
{
    for (size_t i = 0; i < w->count; i++)
        if (id_cmp(&w->metas[i].id, &meta->id) == 0 && id_cmp(&w->given[i], given) != 0)
            return true;
    return false;
}

static enum status look_up_all(struct question *q, const struct id *ids, size_t count, struct wanted *w,
                               struct error *err)
{
    struct buf unknown CLEANUP(buf_release) = BUF_INIT(ERROR_TEXT_MAX / 2);
    size_t unknown_count = 0;

    for (size_t i = 0; i < count; i++) {
        struct profile_meta meta;
        enum status status = lookup_id(q->app, &ids[i], &q->arena, &meta, err);

        /* Past its retention, as lists have it, whether the bucket's rule has removed it yet or not. */
        if (status == OK && id_mint_ms(&meta.id) < question_mint_min_ms(q))
            status = E_NOT_FOUND;
        switch (status) {
        case OK: break;
        case E_NOT_FOUND:
            buf_printf(&unknown, "%s%s", unknown.len > 0 ? ", " : "", ids[i].text);
            unknown_count++;
            continue;
        default: return err->code;
        }
        if (is_alias_of_earlier(w, &ids[i], &meta))
            continue;
        w->given[w->count] = ids[i];
        w->metas[w->count++] = meta;
    }
    if (unknown_count > 0)
        return error_set(err, E_NOT_FOUND, "nothing found: %zu of %zu ids are unknown: %s%s", unknown_count,
                         count, buf_cstr(&unknown), unknown.full ? ", ..." : "");
    return OK;
}

static enum status make_plan(struct question *q, const struct wanted *w, bool read, struct combine_plan *plan,
                             struct error *err)
{
    plan->count = w->count;
    plan->ids = arena_alloc(&q->arena, w->count * sizeof(*plan->ids));
    plan->keys = arena_alloc(&q->arena, w->count * sizeof(*plan->keys));
    for (size_t i = 0; i < w->count; i++) {
        struct buf key CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);

        if (read && slice_eq(w->metas[i].type, SLICE("trace")))
            return error_set(err, E_INVALID, "profile %s is a trace: traces are %s", w->metas[i].id.text,
                             w->count > 1 ? "not merged" : "given as they are, without format and options");
        if (key_encode_profile(q->app->backend.root, &w->metas[i], &key, NULL, err) != OK)
            return error_wrap(err, "profile %s", w->metas[i].id.text);
        plan->ids[i] = w->metas[i].id;
        plan->keys[i] = arena_copy(&q->arena, buf_slice(&key));
    }
    return OK;
}

enum status wanted_plan(struct question *q, struct slice text, bool read, struct combine_plan *ret_plan,
                        struct error *err)
{
    struct id *ids = arena_alloc(&q->arena, LIMIT_IDS_PER_GET * sizeof(*ids));
    struct wanted w = {.metas = arena_alloc(&q->arena, LIMIT_IDS_PER_GET * sizeof(*w.metas)),
                       .given = arena_alloc(&q->arena, LIMIT_IDS_PER_GET * sizeof(*w.given))};
    struct combine_plan plan = {.as_pprof = read};
    size_t count;

    if (wanted_ids(text, ids, &count, err) != OK || look_up_all(q, ids, count, &w, err) != OK ||
        make_plan(q, &w, read || w.count > 1, &plan, err) != OK)
        return err->code;
    *ret_plan = plan;
    return OK;
}
