/* See tracks.h. Producers differ in sample types, so one is a candidate for each series; who chooses among
 * them is timeline.c. */
#include "index/tracks.h"

#include "base/alloc.h"
#include "index/series_text.h"
#include "model/quoted.h"

#include <stdlib.h>

void tracks_release(struct tracks *t)
{
    free(t->items);
    free(t->types);
    free(t->groups);
    map_release(&t->type_of);
    map_release(&t->group_of);
    *t = (struct tracks){0};
}

static void *grown(void *items, size_t count, size_t item_bytes)
{
    bool is_power = (count & (count - 1)) == 0;
    return is_power ? mem_resize(items, (count ? 2 * count : 4) * item_bytes) : items;
}

static enum status too_large(const struct tracks *t, struct error *err)
{
    return error_set(err, E_TOO_LARGE,
                     "the names of groups and sample types are over %zu bytes: ask for less", t->arena->max);
}

/* --- groups --- */

static enum status group_with(struct tracks *t, struct slice value, uint32_t *ret_group, struct error *err)
{
    bool is_new;
    uint64_t *known = map_get(&t->group_of, slice_make(value.ptr ? value.ptr : "", value.len));
    if (known) {
        *ret_group = (uint32_t)(*known - 1);
        return OK;
    }

    struct slice copy = arena_copy(t->arena, value);
    if (!copy.ptr)
        return too_large(t, err);
    t->groups = grown(t->groups, t->group_count, sizeof *t->groups);
    t->groups[t->group_count++] = (struct track_group){copy, true};
    *map_put(&t->group_of, copy, &is_new) = t->group_count;
    *ret_group = (uint32_t)(t->group_count - 1);
    return OK;
}

static uint32_t group_without(struct tracks *t)
{
    if (t->without_label == 0) {
        t->groups = grown(t->groups, t->group_count, sizeof *t->groups);
        t->groups[t->group_count++] = (struct track_group){SLICE_NULL, false};
        t->without_label = t->group_count;
    }
    return (uint32_t)(t->without_label - 1);
}

static enum status set_group(struct tracks *t, const struct labels *labels, struct track *track,
                             struct error *err)
{
    for (size_t i = 0; i < labels->count && t->group_by.len > 0; i++) {
        if (slice_eq(labels->items[i].key, t->group_by))
            return group_with(t, labels->items[i].value, &track->group, err);
    }
    track->group = group_without(t);
    return OK;
}

/* --- sample types --- */

static enum status type_of(struct tracks *t, const struct fact *fact, uint32_t *ret_type, struct error *err)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(SERIES_TEXT_MAX);
    bool is_new;

    buf_printf(&text, "%zu ", fact->name.len); /* so that no two pairs have one text */
    buf_append(&text, fact->name);
    buf_append(&text, fact->unit);
    uint64_t *known = map_get(&t->type_of, buf_slice(&text));
    if (known) {
        *ret_type = (uint32_t)(*known - 1);
        return OK;
    }

    struct slice copy = arena_copy(t->arena, buf_slice(&text));
    if (!copy.ptr)
        return too_large(t, err);
    struct slice both = slice_from(copy, copy.len - fact->name.len - fact->unit.len);
    t->types = grown(t->types, t->type_count, sizeof *t->types);
    t->types[t->type_count++] =
        (struct track_type){slice_sub(both, 0, fact->name.len), slice_from(both, fact->name.len), false};
    *map_put(&t->type_of, copy, &is_new) = t->type_count;
    *ret_type = (uint32_t)(t->type_count - 1);
    return OK;
}

static enum status set_types(struct tracks *t, const struct facts *facts, struct track *track,
                             struct error *err)
{
    track->has_facts = facts->present;
    track->candidate = TRACK_NO_TYPE;
    track->type_count = facts->present ? (uint32_t)facts->count : 0;
    for (size_t i = 0; i < track->type_count; i++) {
        if (type_of(t, &facts->items[i], &track->types[i], err) != OK)
            return err->code;

        bool speaks = t->sample_type.len > 0 ? slice_eq(facts->items[i].name, t->sample_type)
                                             : i == facts->default_index;
        if (speaks && track->candidate == TRACK_NO_TYPE)
            track->candidate = track->types[i];
    }
    if (track->candidate == TRACK_NO_TYPE)
        return OK;
    t->candidates += !t->types[track->candidate].is_candidate;
    t->types[track->candidate].is_candidate = true;
    return OK;
}

static int by_name(const void *a, const void *b)
{
    return slice_cmp(((const struct track_type *)a)->name, ((const struct track_type *)b)->name);
}

/* Of no more use after it: the types are in another order. */
static enum status refuse(struct tracks *t, struct error *err)
{
    struct buf names CLEANUP(buf_release) = BUF_INIT(200);

    if (t->type_count == 0)
        return error_set(err, E_INVALID, "unknown sample type %s: no profile that matches says any",
                         quoted_of(t->sample_type).text);
    qsort(t->types, t->type_count, sizeof *t->types, by_name);
    for (size_t i = 0; i < t->type_count && !names.full; i++) {
        if (i == 0 || !slice_eq(t->types[i].name, t->types[i - 1].name))
            buf_printf(&names, "%s%.*s", i > 0 ? ", " : "", SLICE_ARG(t->types[i].name));
    }
    return error_set(err, E_INVALID, "unknown sample type %s: there are %s%s", quoted_of(t->sample_type).text,
                     buf_cstr(&names), names.full ? "..." : "");
}

static enum status load_one(struct tracks *t, struct slice text, struct track *track, struct error *err)
{
    struct profile_meta meta;
    if (!series_text_decode(text, &meta))
        return conn_corrupt(t->conn, err, "the text of a series is damaged");
    if (set_group(t, &meta.labels, track, err) != OK)
        return err->code;
    return set_types(t, &meta.facts, track, err);
}

enum status tracks_load(struct tracks *t, const struct selection *selection, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    if (conn_take(t->conn, STMT_SERIES_TEXT, &s, err) != OK)
        return conn_failed(err);

    t->items = mem_zero(selection->count + 1, sizeof *t->items);
    t->count = selection->count;
    for (size_t i = 0; i < t->count; i++) {
        bool row;
        (void)sqlite3_bind_int64(s, 1, selection->series[i]);
        if (conn_step(t->conn, s, &row, err) != OK)
            return conn_failed(err);
        if (!row)
            return conn_corrupt(t->conn, err, "a series is missing");
        if (load_one(t, conn_column(s, 0), &t->items[i], err) != OK)
            return conn_failed(err);
        conn_again(s);
    }
    return t->count > 0 && t->sample_type.len > 0 && t->candidates == 0 ? refuse(t, err) : OK;
}

void tracks_choose(struct tracks *t, uint32_t type)
{
    for (size_t i = 0; i < t->count; i++) {
        struct track *track = &t->items[i];
        uint32_t k = 0;

        while (k < track->type_count && track->types[k] != type)
            k++;
        if (k < track->type_count)
            track->number = (int)k + 1; /* the first is the duration */
        else
            track->number = track->has_facts ? TRACK_WITHOUT_TYPE : TRACK_WITHOUT_FACTS;
    }
}
