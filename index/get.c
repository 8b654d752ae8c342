/*
 * Single profiles: by id, by digest, and with all that is one with them. A row that is listed answers for
 * itself; an alias, or a digest, needs all its kin.
 */
#include "index/inner.h"
#include "index/kin.h"
#include "index/loader.h"

/* Does a tombstone of the digest cover an id that has no row here? */
static enum status is_buried(struct conn *conn, const struct id *id, bool *ret_hidden, struct error *err)
{
    struct kin kin CLEANUP(kin_release) = {0};
    struct digest digest = id_digest(id);
    if (kin_load(conn, &digest, &kin, err) != OK)
        return conn_failed(err);

    *ret_hidden = group_is_hidden(id_mint_ms(id), kin.tombstones, kin.tombstone_count);
    return OK;
}

static enum status find_canonical(struct conn *conn, const struct entry *p, int64_t *ret_at,
                                  struct error *err)
{
    struct kin kin CLEANUP(kin_release) = {0};
    if (kin_load(conn, &p->row.digest, &kin, err) != OK)
        return conn_failed(err);

    size_t i = kin_index(&kin, p->at);
    if (i == kin.count)
        return conn_corrupt(conn, err, "a row's digest does not lead to it");
    *ret_at = kin.rows[kin.members[i].canonical].at;
    return OK;
}

static enum status get_in(struct conn *conn, const struct id *id, struct arena *arena,
                          struct profile_meta *ret_meta, bool *ret_hidden, struct error *err)
{
    struct loader loader CLEANUP(loader_release) = LOADER_INIT(conn, arena);
    struct entry p;
    enum status status = entry_find(conn, id, &p, err);

    *ret_hidden = false;
    if (status == E_NOT_FOUND && is_buried(conn, id, ret_hidden, err) != OK)
        return conn_failed(err);
    if (status == OK && p.row.state == ROW_HIDDEN)
        *ret_hidden = true;
    if (status == E_NOT_FOUND || *ret_hidden)
        return error_set(err, E_NOT_FOUND, "index: %s %s", id->text,
                         *ret_hidden ? "was deleted" : "is not known");
    if (status != OK)
        return status;
    if (p.row.state == ROW_LISTED)
        return loader_meta(&loader, &p, ret_meta, err);

    int64_t at = 0;
    if (find_canonical(conn, &p, &at, err) != OK)
        return conn_failed(err);
    return loader_get(&loader, at, ret_meta, err);
}

enum status index_get(struct index *ix, const struct id *id, struct arena *arena,
                      struct profile_meta *ret_meta, bool *ret_hidden, struct error *err)
{
    struct reading r CLEANUP(reading_end) = {0};
    struct error local;
    struct error *e = err ? err : &local;

    if (reading_begin(ix, &r, e) != OK)
        return conn_failed(e);
    return get_in(r.conn, id, arena, ret_meta, ret_hidden, e);
}

/* The one that mint_ms falls behind, else the one that it falls shortly before; kin->count if there is none.
 */
static size_t one_with(const struct kin *kin, int64_t mint_ms)
{
    size_t before = kin->count;
    for (size_t i = 0; i < kin->count; i++) {
        int64_t distance = mint_ms - kin->members[i].mint_ms;
        if (kin->members[i].state != ROW_LISTED)
            continue;
        if (distance >= 0 && distance < GROUP_WINDOW_MS)
            return i;
        if (distance < 0 && -distance < GROUP_WINDOW_MS && before == kin->count)
            before = i;
    }
    return before;
}

static enum status by_digest_in(struct conn *conn, const struct digest *digest, int64_t mint_ms,
                                struct arena *arena, struct index_known *ret_known, struct error *err)
{
    struct loader loader CLEANUP(loader_release) = LOADER_INIT(conn, arena);
    struct kin kin CLEANUP(kin_release) = {0};
    if (kin_load(conn, digest, &kin, err) != OK)
        return conn_failed(err);

    size_t i = one_with(&kin, mint_ms);
    if (i < kin.count && loader_get(&loader, kin.rows[i].at, &ret_known->meta, err) != OK)
        return conn_failed(err);
    ret_known->found = i < kin.count;
    ret_known->tombstone_ms = kin.tombstone_count > 0 ? kin.tombstones[kin.tombstone_count - 1].mint_ms : 0;
    return OK;
}

enum status index_by_digest(struct index *ix, const struct digest *digest, int64_t mint_ms,
                            struct arena *arena, struct index_known *ret_known, struct error *err)
{
    struct reading r CLEANUP(reading_end) = {0};
    struct error local;
    struct error *e = err ? err : &local;

    if (reading_begin(ix, &r, e) != OK)
        return conn_failed(e);
    return by_digest_in(r.conn, digest, mint_ms, arena, ret_known, e);
}

static enum status aliases_in(struct conn *conn, const struct id *id, struct arena *arena,
                              struct profile_meta **ret_items, size_t *ret_count, struct error *err)
{
    struct loader loader CLEANUP(loader_release) = LOADER_INIT(conn, arena);
    struct kin kin CLEANUP(kin_release) = {0};
    struct entry p;
    size_t count = 0;

    if (entry_find(conn, id, &p, err) != OK || kin_load(conn, &p.row.digest, &kin, err) != OK)
        return conn_failed(err);
    size_t self = kin_index(&kin, p.at);
    if (self == kin.count)
        return conn_corrupt(conn, err, "a row's digest does not lead to it");

    const struct group_member *me = &kin.members[self];
    struct profile_meta *items = arena_alloc(arena, kin.count * sizeof *items);
    if (!items)
        return error_set(err, E_TOO_LARGE, "%zu objects of one profile: the answer is over %zu bytes",
                         kin.count, arena->max);
    for (size_t i = 0; i < kin.count; i++) {
        const struct group_member *m = &kin.members[i];
        if (m->canonical != me->canonical || (m->state == ROW_HIDDEN) != (me->state == ROW_HIDDEN))
            continue;
        if (loader_get(&loader, kin.rows[i].at, &items[count++], err) != OK)
            return conn_failed(err);
    }
    *ret_items = items;
    *ret_count = count;
    return OK;
}

enum status index_aliases(struct index *ix, const struct id *id, struct arena *arena,
                          struct profile_meta **ret_items, size_t *ret_count, struct error *err)
{
    struct reading r CLEANUP(reading_end) = {0};
    struct error local;
    struct error *e = err ? err : &local;

    if (reading_begin(ix, &r, e) != OK)
        return conn_failed(e);
    return aliases_in(r.conn, id, arena, ret_items, ret_count, e);
}
