/*
 * Lists, and walks over everything that matches. A walk goes in pages of references (EACH_PAGE), oldest
 * first, each page taken up behind the last row of the one before, all in one read transaction: what is held
 * does not grow with what matches.
 */
#include "index/inner.h"
#include "index/loader.h"
#include "index/scan.h"

enum { EACH_PAGE = 16 * 1024 };

#define EACH_ARENA_BYTES (16 * MIB)

/* --- lists --- */

static enum status load_items(struct scan *scan, size_t count, struct arena *arena,
                              struct profile_meta **ret_items, struct error *err)
{
    struct loader loader CLEANUP(loader_release) = LOADER_INIT(scan->conn, arena);
    struct profile_meta *items = arena_alloc(arena, count * sizeof *items);
    if (!items)
        return error_set(err, E_TOO_LARGE, "%zu profiles match, the answer is over %zu bytes: ask for less",
                         count, arena->max);

    for (size_t i = 0; i < count; i++) {
        if (loader_get(&loader, scan->refs[i].at, &items[i], err) != OK)
            return conn_failed(err);
    }
    *ret_items = items;
    return OK;
}

static enum status find_in(struct conn *conn, const struct index_question *question, struct arena *arena,
                           struct index_list *ret_list, struct error *err)
{
    const struct selector *sel = question->selector;
    struct selection selection CLEANUP(selection_release) = {0};
    struct scan scan CLEANUP(scan_release) = {
        .conn = conn,
        .selection = &selection,
        .bounds = {sel->from_ms, sel->to_ms, question->mint_min_ms},
        .limit = sel->limit > 0 ? sel->limit + 1 : 0, /* one more tells whether there are more */
        .max = arena->max / sizeof(struct profile_meta) + 1,
    };
    struct index_list list = {0};

    scan.has_after = sel->cursor.len > 0;
    if (scan.has_after && cursor_decode(sel->cursor, &scan.after, err) != OK)
        return conn_failed(err);
    if (selection_load(conn, sel, &selection, err) != OK || scan_run(&scan, err) != OK)
        return conn_failed(err);
    if (scan_count(conn, &selection, &scan.bounds, &list.total, err) != OK)
        return conn_failed(err);

    list.more = sel->limit > 0 && scan.count > sel->limit;
    list.count = list.more ? sel->limit : scan.count;
    if (load_items(&scan, list.count, arena, &list.items, err) != OK)
        return conn_failed(err);
    *ret_list = list;
    return OK;
}

enum status index_find(struct index *ix, const struct index_question *question, struct arena *arena,
                       struct index_list *ret_list, struct error *err)
{
    struct reading r CLEANUP(reading_end) = {0};
    struct error local;
    struct error *e = err ? err : &local;

    if (reading_begin(ix, &r, e) != OK)
        return conn_failed(e);
    return find_in(r.conn, question, arena, ret_list, e);
}

/* --- walks --- */

struct walk {
    struct scan scan;
    struct arena arena;
    bool (*fn)(void *user, const struct profile_meta *meta);
    void *user;
};

/* One page; *ret_more false: that was all. */
static enum status walk_page(struct walk *w, bool *ret_more, struct error *err)
{
    struct loader loader CLEANUP(loader_release) = LOADER_INIT(w->scan.conn, &w->arena);
    struct profile_meta meta;

    if (scan_run(&w->scan, err) != OK)
        return conn_failed(err);
    for (size_t i = 0; i < w->scan.count; i++) {
        if (w->arena.used > EACH_ARENA_BYTES / 2) {
            loader_release(&loader);
            arena_reset(&w->arena);
        }
        if (loader_get(&loader, w->scan.refs[i].at, &meta, err) != OK)
            return conn_failed(err);
        if (!w->fn(w->user, &meta)) {
            *ret_more = false;
            return OK;
        }
    }
    *ret_more = w->scan.count == w->scan.limit;
    if (*ret_more) {
        w->scan.has_after = true;
        w->scan.after = (struct cursor){meta.created_at_ms, meta.id};
    }
    return OK;
}

static enum status each_in(struct conn *conn, struct walk *w, const struct selector *sel, struct error *err)
{
    struct selection selection CLEANUP(selection_release) = {0};
    enum status status;
    bool more = true;

    if (selection_load(conn, sel, &selection, err) != OK)
        return conn_failed(err);
    w->scan.conn = conn;
    w->scan.selection = &selection;
    do {
        status = walk_page(w, &more, err);
        scan_release(&w->scan);
        arena_reset(&w->arena);
    } while (status == OK && more);
    return status;
}

enum status index_each(struct index *ix, const struct selector *sel, int64_t mint_min_ms,
                       bool (*fn)(void *user, const struct profile_meta *meta), void *user, struct error *err)
{
    struct reading r CLEANUP(reading_end) = {0};
    struct error local;
    struct error *e = err ? err : &local;
    struct walk walk = {
        .scan = {.bounds = {sel->from_ms, sel->to_ms, mint_min_ms},
                 .oldest_first = true,
                 .limit = EACH_PAGE,
                 .max = EACH_PAGE},
        .arena = ARENA_INIT(EACH_ARENA_BYTES),
        .fn = fn,
        .user = user,
    };

    if (reading_begin(ix, &r, e) != OK)
        return conn_failed(e);
    enum status status = each_in(r.conn, &walk, sel, e);
    arena_release(&walk.arena);
    return status;
}
