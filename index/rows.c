/*
 * The usual row has a digest that nobody else has: one look at cached pages of digests says so, and then it
 * is listed and done. Where there may be others, the digest is noted as unsettled, and before the commit all
 * its rows and tombstones are read and the rule is applied to the set (settle). So the order of arrival plays
 * no part, and a thousand copies in one transaction cost one reading.
 *
 * Why neighbours of 24 h are enough to look for: if no other id was minted less than 24 h from this one, it
 * is alone in its group, and no other group begins or ends elsewhere because of it.
 */
#include "index/rows.h"

#include "base/alloc.h"
#include "index/kin.h"

#include <stdlib.h>
#include <string.h>

enum { UNSETTLED_BYTES = 64 * 1024 * 1024 };

void rows_init(struct rows *r, struct conn *conn)
{
    memset(r, 0, sizeof *r);
    r->conn = conn;
    digests_init(&r->digests, conn);
    series_init(&r->series, conn);
    listed_init(&r->listing, conn);
    rollups_init(&r->rollups, conn);
    r->arena = ARENA_INIT(UNSETTLED_BYTES);
}

/* The end of a transaction, however it ended. */
static void forget_transaction(struct rows *r)
{
    digests_drop(&r->digests);
    rollups_drop(&r->rollups);
    map_release(&r->unsettled);
    arena_reset(&r->arena);
    r->listing.count = 0;
}

void rows_release(struct rows *r)
{
    forget_transaction(r);
    series_drop(&r->series);
    listed_drop(&r->listing);
    arena_release(&r->arena);
}

enum status rows_totals(struct conn *conn, struct rows_totals *ret_totals, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    bool row;
    if (conn_take(conn, STMT_TOTAL_GET, &s, err) != OK || conn_step(conn, s, &row, err) != OK)
        return conn_failed(err);
    if (!row)
        return conn_corrupt(conn, err, "the row of totals is missing");

    *ret_totals = (struct rows_totals){
        .listed = sqlite3_column_int64(s, 0),
        .aliases = sqlite3_column_int64(s, 1),
        .hidden = sqlite3_column_int64(s, 2),
        .tombstones = sqlite3_column_int64(s, 3),
        .series = sqlite3_column_int64(s, 4),
        .late = sqlite3_column_int64(s, 5),
    };
    return OK;
}

/* --- tombstones: a filter, since nearly every digest has none --- */

/* A bit for the first two bytes of a digest. */
static size_t filter_bit(const uint8_t *digest)
{
    return (size_t)digest[0] << 8 | digest[1];
}

static bool may_have_tombstone(const struct rows *r, const struct digest *digest)
{
    size_t bit = filter_bit(digest->bits);
    return r->tombstoned[bit / 64] >> bit % 64 & 1;
}

static void note_tombstone(struct rows *r, const uint8_t *digest)
{
    size_t bit = filter_bit(digest);
    r->tombstoned[bit / 64] |= UINT64_C(1) << bit % 64;
}

static enum status load(struct rows *r, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    bool row = true;
    if (rows_totals(r->conn, &r->totals, err) != OK || conn_take(r->conn, STMT_TOMBSTONE_ALL, &s, err) != OK)
        return conn_failed(err);

    memset(r->tombstoned, 0, sizeof r->tombstoned);
    for (;;) {
        if (conn_step(r->conn, s, &row, err) != OK)
            return conn_failed(err);
        if (!row)
            break;
        if (conn_column(s, 0).len != DIGEST_BYTES)
            return conn_corrupt(r->conn, err, "a tombstone is damaged");
        note_tombstone(r, (const uint8_t *)conn_column(s, 0).ptr);
    }
    r->stored = r->totals;
    r->is_loaded = true;
    return OK;
}

enum status rows_begin(struct rows *r, struct error *err)
{
    if (conn_do(r->conn, STMT_BEGIN_WRITE, err) != OK)
        return conn_failed(err);

    return r->is_loaded ? OK : load(r, err);
}

void rows_rollback(struct rows *r)
{
    forget_transaction(r);
    series_drop(&r->series);
    r->is_loaded = false;
    struct error ignored;
    enum status status = sqlite3_get_autocommit(r->conn->db) ? OK : conn_do(r->conn, STMT_ROLLBACK, &ignored);
    (void)status; /* what cannot be undone now is undone when the file is opened again */
}

/* --- adding --- */

static enum status note_unsettled(struct rows *r, const struct digest *digest, struct error *err)
{
    bool is_new;
    struct slice bytes = slice_make(digest->bits, DIGEST_BYTES);
    if (map_get(&r->unsettled, bytes))
        return OK;

    struct slice copy = arena_copy(&r->arena, bytes);
    if (!copy.ptr)
        return error_set(err, E_TOO_LARGE, "index: too many aliases in one transaction");
    (void)map_put(&r->unsettled, copy, &is_new);
    return OK;
}

static void count_state(struct rows *r, enum row_state state, int64_t lag_ms, int64_t n)
{
    switch (state) {
    case ROW_LISTED:
        r->totals.listed += n;
        r->totals.late += listed_is_late(lag_ms) ? n : 0;
        break;
    case ROW_ALIAS: r->totals.aliases += n; break;
    case ROW_HIDDEN: r->totals.hidden += n; break;
    }
}

/* What an id says, taken out of its text once. */
struct arrival {
    const struct profile_meta *meta;
    struct digest digest;
    int64_t mint_ms;
};

/* The row is listed now, or (sign -1) no more. */
static enum status roll_up(struct rows *r, const struct row *row, int64_t created_ms, int sign,
                           struct error *err)
{
    return rollups_add(&r->rollups, &(struct rollups_row){row->series, created_ms, row->numbers}, sign, err);
}

/* A new row, listed until its digest is settled. */
static enum status insert(struct rows *r, const struct arrival *a, struct error *err)
{
    uint8_t numbers[ROW_BYTES_MAX];
    struct row row = {.state = ROW_LISTED,
                      .lag_ms = a->mint_ms - a->meta->created_at_ms,
                      .digest = a->digest};
    struct series_entry *series;
    int64_t at;

    switch (series_intern(&r->series, a->meta, &series, &r->totals.series, err)) {
    case OK: break;
    case E_TOO_LARGE: return OK; /* no key can say so much: it came from nowhere, and is left out */
    default: return conn_failed(err);
    }
    row.series = series_id(series);
    row.numbers = slice_make(numbers, row_pack_numbers(&a->meta->facts, numbers));
    if (entry_insert(r->conn, at_make(a->mint_ms, id_lane(&a->meta->id)), &row, &at, err) != OK)
        return conn_failed(err);
    if (at < 0) { /* nothing of brazier's: left out, and the series goes again if it was made for it */
        series_count(&r->series, series, 0, 0);
        return OK;
    }

    if (digests_add(&r->digests, &a->digest, a->mint_ms, err) != OK)
        return conn_failed(err);
    listed_add(&r->listing, &(struct listed_row){row.series, row.lag_ms, at});
    series_count(&r->series, series, 1, 1);
    count_state(r, ROW_LISTED, row.lag_ms, 1);
    return roll_up(r, &row, a->meta->created_at_ms, 1, err);
}

static enum status add_profile(struct rows *r, const struct profile_meta *meta, struct error *err)
{
    struct arrival a = {meta, id_digest(&meta->id), id_mint_ms(&meta->id)};
    bool any;
    if (digests_near(&r->digests, &a.digest, a.mint_ms, &any, err) != OK)
        return conn_failed(err);

    if (any) {
        struct entry there;
        enum status status = entry_find(r->conn, &meta->id, &there, err);
        if (status != E_NOT_FOUND)
            return status;
    }
    if ((any || may_have_tombstone(r, &a.digest)) && note_unsettled(r, &a.digest, err) != OK)
        return conn_failed(err);
    return insert(r, &a, err);
}

static enum status add_tombstone(struct rows *r, const struct id *id, const struct id *target,
                                 struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    struct digest digest = id_digest(id);
    if (conn_take(r->conn, STMT_TOMBSTONE_INSERT, &s, err) != OK)
        return conn_failed(err);
    conn_bind_slice(s, 1, slice_make(digest.bits, DIGEST_BYTES));
    (void)sqlite3_bind_int64(s, 2, at_of_id(id));
    (void)sqlite3_bind_int64(s, 3, at_of_id(target));
    if (conn_run(r->conn, s, err) != OK)
        return conn_failed(err);
    if (sqlite3_changes(r->conn->db) == 0)
        return OK;

    r->totals.tombstones++;
    note_tombstone(r, digest.bits);
    return note_unsettled(r, &digest, err);
}

enum status rows_add(struct rows *r, const struct key_parts *parts, struct error *err)
{
    switch (parts->kind) {
    case KEY_PROFILE: return add_profile(r, &parts->meta, err);
    case KEY_TOMBSTONE: return add_tombstone(r, &parts->id, &parts->target, err);
    case KEY_UNKNOWN: break;
    }
    return OK;
}

/* --- forgetting --- */

static enum status remove_row(struct rows *r, const struct entry *p, struct error *err)
{
    bool listed = p->row.state == ROW_LISTED, any;
    int64_t mint_ms = at_mint_ms(p->at);

    if (listed &&
        (listed_remove(&r->listing, &(struct listed_row){p->row.series, p->row.lag_ms, p->at}, err) != OK ||
         roll_up(r, &p->row, entry_created_ms(p), -1, err) != OK))
        return conn_failed(err);
    /* The entry first: digests takes a day without rows for one without entries. */
    if (digests_remove(&r->digests, &p->row.digest, mint_ms, err) != OK ||
        entry_delete(r->conn, p->at, err) != OK ||
        digests_near(&r->digests, &p->row.digest, mint_ms, &any, err) != OK)
        return conn_failed(err);

    series_count(&r->series, series_by_id(&r->series, p->row.series), -1, -(int64_t)listed);
    count_state(r, p->row.state, p->row.lag_ms, -1);
    return any ? note_unsettled(r, &p->row.digest, err) : OK;
}

static enum status remove_tombstone(struct rows *r, const struct id *id, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    struct digest digest = id_digest(id);
    if (!may_have_tombstone(r, &digest))
        return OK;

    if (conn_take(r->conn, STMT_TOMBSTONE_DELETE, &s, err) != OK)
        return conn_failed(err);
    conn_bind_slice(s, 1, slice_make(digest.bits, DIGEST_BYTES));
    (void)sqlite3_bind_int64(s, 2, at_of_id(id));
    if (conn_run(r->conn, s, err) != OK)
        return conn_failed(err);
    if (sqlite3_changes(r->conn->db) == 0)
        return OK;

    r->totals.tombstones--;
    return note_unsettled(r, &digest, err);
}

enum status rows_forget(struct rows *r, const struct id *id, struct error *err)
{
    struct entry there;
    switch (entry_find(r->conn, id, &there, err)) {
    case OK: return remove_row(r, &there, err);
    case E_NOT_FOUND: return remove_tombstone(r, id, err);
    default: return conn_failed(err);
    }
}

/* The oldest `at`s before `end`, into an array of `max`. */
static enum status collect_oldest(struct conn *conn, int64_t end, size_t max, int64_t **ret_ats,
                                  size_t *ret_count, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    int64_t *ats CLEANUP(mem_freep) = NULL;
    size_t count = 0, cap = 0;
    bool row = true;

    if (conn_take(conn, STMT_PROFILE_RANGE, &s, err) != OK)
        return conn_failed(err);
    (void)sqlite3_bind_int64(s, 1, 0);
    (void)sqlite3_bind_int64(s, 2, end - 1);
    while (count < max) {
        if (conn_step(conn, s, &row, err) != OK)
            return conn_failed(err);
        if (!row)
            break;
        if (count == cap) {
            cap = cap ? cap * 2 : 64;
            ats = mem_resize(ats, cap * sizeof *ats);
        }
        ats[count++] = sqlite3_column_int64(s, 0);
    }
    *ret_ats = ats;
    *ret_count = count;
    ats = NULL;
    return OK;
}

static enum status expire_tombstones(struct rows *r, int64_t end, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    if (conn_take(r->conn, STMT_TOMBSTONE_EXPIRE, &s, err) != OK)
        return conn_failed(err);

    (void)sqlite3_bind_int64(s, 1, end);
    if (conn_run(r->conn, s, err) != OK)
        return conn_failed(err);
    r->totals.tombstones -= sqlite3_changes(r->conn->db);
    return OK;
}

/* A tombstone hides nothing minted after itself: once the rows before are gone, so is what it hid. */
enum status rows_expire(struct rows *r, int64_t mint_before_ms, size_t max, size_t *ret_dropped,
                        struct error *err)
{
    int64_t *ats CLEANUP(mem_freep) = NULL;
    int64_t end = at_floor(mint_before_ms);
    size_t count = 0;

    if (listed_flush(&r->listing, err) != OK || collect_oldest(r->conn, end, max, &ats, &count, err) != OK)
        return conn_failed(err);
    for (size_t i = 0; i < count; i++) {
        struct entry p;
        if (entry_get(r->conn, ats[i], &p, err) != OK || remove_row(r, &p, err) != OK)
            return conn_failed(err);
    }
    if (count < max && expire_tombstones(r, end, err) != OK)
        return conn_failed(err);
    *ret_dropped = count;
    return OK;
}

enum status rows_cursor(struct rows *r, struct slice name, struct slice value, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    if (conn_take(r->conn, value.ptr ? STMT_CURSOR_PUT : STMT_CURSOR_DELETE, &s, err) != OK)
        return conn_failed(err);

    conn_bind_slice(s, 1, name);
    if (value.ptr)
        conn_bind_slice(s, 2, value);
    return conn_run(r->conn, s, err);
}

/* --- settling --- */

static enum status restate(struct rows *r, const struct kin_row *old, enum row_state state, struct error *err)
{
    struct listed_row place = {old->series, old->lag_ms, old->at};
    struct entry p;

    if (entry_get(r->conn, old->at, &p, err) != OK)
        return conn_failed(err);
    p.row.state = state;
    if (entry_update(r->conn, old->at, &p.row, err) != OK)
        return conn_failed(err);

    if (old->state == ROW_LISTED && listed_remove(&r->listing, &place, err) != OK)
        return conn_failed(err);
    if (state == ROW_LISTED)
        listed_add(&r->listing, &place);
    int listed = (state == ROW_LISTED) - (old->state == ROW_LISTED);
    if (listed != 0 && roll_up(r, &p.row, entry_created_ms(&p), listed, err) != OK)
        return conn_failed(err);
    series_count(&r->series, series_by_id(&r->series, old->series), 0, listed);
    count_state(r, old->state, old->lag_ms, -1);
    count_state(r, state, old->lag_ms, 1);
    return OK;
}

static enum status settle(struct rows *r, const struct digest *digest, struct error *err)
{
    struct kin kin CLEANUP(kin_release) = {0};
    if (kin_load(r->conn, digest, &kin, err) != OK)
        return conn_failed(err);

    for (size_t i = 0; i < kin.count; i++) {
        if (kin.members[i].state != kin.rows[i].state &&
            restate(r, &kin.rows[i], kin.members[i].state, err) != OK)
            return conn_failed(err);
    }
    return OK;
}

static enum status settle_all(struct rows *r, struct error *err)
{
    for (size_t i = 0; i < r->unsettled.cap; i++) {
        struct digest digest;
        if (!r->unsettled.entries[i].key.ptr)
            continue;
        memcpy(digest.bits, r->unsettled.entries[i].key.ptr, DIGEST_BYTES);
        if (settle(r, &digest, err) != OK)
            return conn_failed(err);
    }
    return OK;
}

static enum status store_totals(struct rows *r, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    if (memcmp(&r->totals, &r->stored, sizeof r->totals) == 0)
        return OK;

    if (conn_take(r->conn, STMT_TOTAL_PUT, &s, err) != OK)
        return conn_failed(err);
    (void)sqlite3_bind_int64(s, 1, r->totals.listed);
    (void)sqlite3_bind_int64(s, 2, r->totals.aliases);
    (void)sqlite3_bind_int64(s, 3, r->totals.hidden);
    (void)sqlite3_bind_int64(s, 4, r->totals.tombstones);
    (void)sqlite3_bind_int64(s, 5, r->totals.series);
    (void)sqlite3_bind_int64(s, 6, r->totals.late);
    return conn_run(r->conn, s, err);
}

enum status rows_commit(struct rows *r, struct error *err)
{
    int64_t gone = 0;
    if (digests_flush(&r->digests, err) != OK || listed_flush(&r->listing, err) != OK ||
        settle_all(r, err) != OK || listed_flush(&r->listing, err) != OK ||
        rollups_flush(&r->rollups, err) != OK || series_flush(&r->series, &gone, err) != OK)
        return conn_failed(err);

    r->totals.series -= gone;
    if (store_totals(r, err) != OK || conn_do(r->conn, STMT_COMMIT, err) != OK)
        return conn_failed(err);
    r->stored = r->totals;
    forget_transaction(r);
    return OK;
}
