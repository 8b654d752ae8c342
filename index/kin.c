/* See kin.h. Entries of digests are hints: each is followed to its rows, which have the whole digest. */
#include "index/kin.h"

#include "base/alloc.h"
#include "index/digests.h"

#include <stdlib.h>

void kin_release(struct kin *kin)
{
    free(kin->rows);
    free(kin->members);
    free(kin->tombstones);
    *kin = (struct kin){0};
}

size_t kin_index(const struct kin *kin, int64_t at)
{
    size_t i = 0;
    while (i < kin->count && kin->rows[i].at != at)
        i++;
    return i;
}

static void *grown(void *items, size_t count, size_t item_bytes)
{
    bool is_power = (count & (count - 1)) == 0;
    return is_power ? mem_resize(items, (count ? 2 * count : 4) * item_bytes) : items;
}

/* The rows of one ms that have the digest. */
static enum status add_rows(struct conn *conn, const struct digest *digest, int64_t mint_ms, struct kin *kin,
                            struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    bool row = true;

    if (conn_take(conn, STMT_PROFILE_PLACES, &s, err) != OK)
        return conn_failed(err);
    (void)sqlite3_bind_int64(s, 1, at_floor(mint_ms));
    (void)sqlite3_bind_int64(s, 2, at_floor(mint_ms + 1) - 1);
    for (;;) {
        struct entry p;
        if (conn_step(conn, s, &row, err) != OK)
            return conn_failed(err);
        if (!row)
            return OK;
        if (entry_of(conn, s, &p, err) != OK)
            return conn_failed(err);
        if (!digest_equal(&p.row.digest, digest))
            continue;
        kin->rows = grown(kin->rows, kin->count, sizeof *kin->rows);
        kin->rows[kin->count++] = (struct kin_row){p.at, p.row.series, p.row.lag_ms, p.row.state};
    }
}

static enum status add_all_rows(struct conn *conn, const struct digest *digest, struct kin *kin,
                                struct error *err)
{
    int64_t *mints CLEANUP(mem_freep) = NULL;
    size_t count = 0;
    if (digests_find(conn, digest, &mints, &count, err) != OK)
        return conn_failed(err);

    for (size_t i = 0; i < count; i++) {
        if (add_rows(conn, digest, mints[i], kin, err) != OK)
            return conn_failed(err);
    }
    return OK;
}

static enum status add_tombstones(struct conn *conn, const struct digest *digest, struct kin *kin,
                                  struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    bool row = true;

    if (conn_take(conn, STMT_TOMBSTONE_GET, &s, err) != OK)
        return conn_failed(err);
    conn_bind_slice(s, 1, slice_make(digest->bits, DIGEST_BYTES));
    for (;;) {
        if (conn_step(conn, s, &row, err) != OK)
            return conn_failed(err);
        if (!row)
            return OK;
        kin->tombstones = grown(kin->tombstones, kin->tombstone_count, sizeof *kin->tombstones);
        kin->tombstones[kin->tombstone_count++] =
            (struct group_tombstone){at_mint_ms(sqlite3_column_int64(s, 0)),
                                     at_mint_ms(sqlite3_column_int64(s, 1))};
    }
}

enum status kin_load(struct conn *conn, const struct digest *digest, struct kin *ret_kin, struct error *err)
{
    struct kin kin CLEANUP(kin_release) = {0};
    if (add_all_rows(conn, digest, &kin, err) != OK || add_tombstones(conn, digest, &kin, err) != OK)
        return conn_failed(err);

    kin.members = mem_zero(kin.count + 1, sizeof *kin.members);
    for (size_t i = 0; i < kin.count; i++)
        kin.members[i].mint_ms = at_mint_ms(kin.rows[i].at);
    group_settle(kin.members, kin.count, kin.tombstones, kin.tombstone_count);

    *ret_kin = kin;
    kin = (struct kin){0};
    return OK;
}
