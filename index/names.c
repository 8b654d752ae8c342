/*
 * Names: services, types, label names and values, with how many profiles have them. Each series knows how
 * many of its rows are listed, so no row is read, except those that are older than the caller wants and not
 * dropped yet: they are counted off. Within a range of time it is the rollups that know.
 */
#include "base/alloc.h"
#include "index/inner.h"
#include "index/pieces.h"

#include <stdlib.h>
#include <string.h>

enum names_what {
    NAMES_SERVICES,
    NAMES_TYPES,
    NAMES_LABELS,
    NAMES_VALUES,
};

struct names {
    enum names_what what;
    struct slice label; /* NAMES_VALUES: of this one */
    struct arena *arena;
    struct map counts; /* name, in the arena, to profiles */

    struct map too_old; /* series to listed rows that do not count */
    struct arena too_old_arena;
};

static enum status count_too_old(struct conn *conn, int64_t mint_min_ms, struct names *n, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    bool row = true;
    if (mint_min_ms <= 0)
        return OK;
    if (conn_take(conn, STMT_PROFILE_RANGE, &s, err) != OK)
        return conn_failed(err);

    (void)sqlite3_bind_int64(s, 1, 0);
    (void)sqlite3_bind_int64(s, 2, at_floor(mint_min_ms) - 1);
    for (;;) {
        struct entry p;
        if (conn_step(conn, s, &row, err) != OK)
            return conn_failed(err);
        if (!row)
            return OK;
        if (entry_of(conn, s, &p, err) != OK)
            return conn_failed(err);
        if (p.row.state != ROW_LISTED)
            continue;

        struct slice key = slice_make(&p.row.series, sizeof p.row.series);
        uint64_t *count = map_get(&n->too_old, key);
        bool is_new;
        if (!count)
            count = map_put(&n->too_old, arena_copy(&n->too_old_arena, key), &is_new);
        ++*count;
    }
}

static enum status add_name(struct names *n, struct slice name, uint64_t profiles, struct error *err)
{
    /* An empty value is a name too, and the map wants a pointer. */
    uint64_t *count = map_get(&n->counts, slice_make(name.ptr ? name.ptr : "", name.len));
    bool is_new;
    if (!count) {
        struct slice copy = arena_copy(n->arena, name);
        if (!copy.ptr)
            return error_set(err, E_TOO_LARGE, "the names are over %zu bytes", n->arena->max);
        count = map_put(&n->counts, copy, &is_new);
    }
    *count += profiles;
    return OK;
}

static enum status add_labels(struct names *n, const struct labels *labels, uint64_t profiles,
                              struct error *err)
{
    for (size_t i = 0; i < labels->count; i++) {
        const struct label *l = &labels->items[i];
        bool again = i > 0 && slice_eq(labels->items[i - 1].key, l->key);
        enum status status = OK;
        if (n->what == NAMES_LABELS && !again)
            status = add_name(n, l->key, profiles, err);
        else if (n->what == NAMES_VALUES && slice_eq(l->key, n->label))
            status = add_name(n, l->value, profiles, err);
        if (status != OK)
            return status;
    }
    return OK;
}

static uint64_t not_too_old(const struct names *n, int64_t id, int64_t listed)
{
    const uint64_t *too_old = map_get(&n->too_old, slice_make(&id, sizeof id));
    return (uint64_t)listed - (too_old ? *too_old : 0);
}

static enum status add_series(struct conn *conn, struct names *n, uint64_t profiles, struct slice text,
                              struct error *err)
{
    struct profile_meta meta;
    if (profiles == 0)
        return OK;
    if (!series_text_decode(text, &meta))
        return conn_corrupt(conn, err, "the text of a series is damaged");

    switch (n->what) {
    case NAMES_SERVICES: return add_name(n, meta.service, profiles, err);
    case NAMES_TYPES: return add_name(n, meta.type, profiles, err);
    default: return add_labels(n, &meta.labels, profiles, err);
    }
}

static enum status add_all(struct conn *conn, struct names *n, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    bool row = true;
    if (conn_take(conn, STMT_SERIES_ALL, &s, err) != OK)
        return conn_failed(err);

    for (;;) {
        if (conn_step(conn, s, &row, err) != OK)
            return conn_failed(err);
        if (!row)
            return OK;
        uint64_t profiles = not_too_old(n, sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1));
        if (add_series(conn, n, profiles, conn_column(s, 2), err) != OK)
            return conn_failed(err);
    }
}

/* `counts`: of each selected series; NULL: all that it lists. */
static enum status add_selected(struct conn *conn, struct names *n, const struct selection *selection,
                                const int64_t *counts, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    if (conn_take(conn, STMT_SERIES_LISTED, &s, err) != OK)
        return conn_failed(err);

    for (size_t i = 0; i < selection->count; i++) {
        bool row;
        if (counts && counts[i] == 0)
            continue;
        (void)sqlite3_bind_int64(s, 1, selection->series[i]);
        if (conn_step(conn, s, &row, err) != OK)
            return conn_failed(err);
        if (!row)
            return conn_corrupt(conn, err, "a series is missing");
        uint64_t profiles =
            counts ? (uint64_t)counts[i] : not_too_old(n, selection->series[i], sqlite3_column_int64(s, 0));
        if (add_series(conn, n, profiles, conn_column(s, 1), err) != OK)
            return conn_failed(err);
        conn_again(s);
    }
    return OK;
}

static enum status add_piece(void *user, const struct piece *piece, struct error *err)
{
    int64_t *counts = user;
    (void)err;

    counts[piece->place] += piece->sign * piece->sum.profiles;
    return OK;
}

static enum status add_in_range(struct conn *conn, const struct index_scope *scope, struct names *n,
                                struct selection *selection, struct error *err)
{
    if (selection_spell_out(conn, selection, err) != OK)
        return conn_failed(err);

    int64_t *counts CLEANUP(mem_freep) = mem_zero(selection->count + 1, sizeof *counts);
    struct pieces pieces = {
        .conn = conn,
        .selection = selection,
        .bounds = {scope->selector->from_ms, scope->selector->to_ms, scope->mint_min_ms},
        .whole_hours = true,
        .rows_max = LIMIT_TIMELINE_ROWS,
        .fn = add_piece,
        .user = counts,
    };
    if (pieces_run(&pieces, err) != OK)
        return conn_failed(err);
    return add_selected(conn, n, selection, counts, err);
}

static enum status add_at_any_time(struct conn *conn, const struct index_scope *scope, struct names *n,
                                   const struct selection *selection, struct error *err)
{
    if (count_too_old(conn, scope->mint_min_ms, n, err) != OK)
        return conn_failed(err);
    return selection->is_all ? add_all(conn, n, err) : add_selected(conn, n, selection, NULL, err);
}

static int by_name(const void *a, const void *b)
{
    const struct map_entry *x = a, *y = b;
    return slice_cmp(x->key, y->key);
}

static enum status sorted(struct names *n, struct index_names *ret_names, struct error *err)
{
    struct map_entry *entries CLEANUP(mem_freep) = mem_zero(n->counts.count + 1, sizeof *entries);
    struct index_names names = {
        .items = arena_alloc(n->arena, (n->counts.count + 1) * sizeof(struct slice)),
        .profiles = arena_alloc(n->arena, (n->counts.count + 1) * sizeof(uint64_t)),
    };
    if (!names.items || !names.profiles)
        return error_set(err, E_TOO_LARGE, "the names are over %zu bytes", n->arena->max);

    for (size_t i = 0; i < n->counts.cap; i++) {
        if (n->counts.entries[i].key.ptr)
            entries[names.count++] = n->counts.entries[i];
    }
    if (names.count > 1)
        qsort(entries, names.count, sizeof *entries, by_name);
    for (size_t i = 0; i < names.count; i++) {
        names.items[i] = entries[i].key;
        names.profiles[i] = entries[i].value;
    }
    *ret_names = names;
    return OK;
}

static enum status collect(struct index *ix, const struct index_scope *scope, struct names *n,
                           struct index_names *ret_names, struct error *err)
{
    struct selection selection CLEANUP(selection_release) = {0};
    struct selector selector = {.service = scope->service, .type = scope->type};
    struct reading r CLEANUP(reading_end) = {0};

    if (scope->selector)
        selector = *scope->selector;
    if (n->what <= NAMES_TYPES)
        selector.type = SLICE_NULL;
    if (reading_begin(ix, &r, err) != OK || selection_load(r.conn, &selector, &selection, err) != OK)
        return conn_failed(err);
    if ((scope->selector ? add_in_range(r.conn, scope, n, &selection, err)
                         : add_at_any_time(r.conn, scope, n, &selection, err)) != OK)
        return conn_failed(err);
    return sorted(n, ret_names, err);
}

static enum status names_of(struct index *ix, const struct index_scope *scope, struct names n,
                            struct index_names *ret_names, struct error *err)
{
    struct error local;
    n.too_old_arena = ARENA_INIT(SIZE_MAX / 2); /* eight bytes a series */
    enum status status = collect(ix, scope, &n, ret_names, err ? err : &local);
    map_release(&n.counts);
    map_release(&n.too_old);
    arena_release(&n.too_old_arena);
    return status;
}

enum status index_services(struct index *ix, int64_t mint_min_ms, struct arena *arena,
                           struct index_names *ret_names, struct error *err)
{
    struct index_scope scope = {.mint_min_ms = mint_min_ms};
    return names_of(ix, &scope, (struct names){.what = NAMES_SERVICES, .arena = arena}, ret_names, err);
}

enum status index_types(struct index *ix, const struct index_scope *scope, struct arena *arena,
                        struct index_names *ret_names, struct error *err)
{
    return names_of(ix, scope, (struct names){.what = NAMES_TYPES, .arena = arena}, ret_names, err);
}

enum status index_label_names(struct index *ix, const struct index_scope *scope, struct arena *arena,
                              struct index_names *ret_names, struct error *err)
{
    return names_of(ix, scope, (struct names){.what = NAMES_LABELS, .arena = arena}, ret_names, err);
}

enum status index_label_values(struct index *ix, const struct index_scope *scope, struct slice name,
                               struct arena *arena, struct index_names *ret_names, struct error *err)
{
    return names_of(ix, scope, (struct names){.what = NAMES_VALUES, .label = name, .arena = arena}, ret_names,
                    err);
}
