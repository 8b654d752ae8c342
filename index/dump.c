/*
 * The dump: what queries can see, as text, for comparing two indexes. Numbers of series and rows, which
 * depend on the order of arrival, do not appear; aliases do, with what they resolve to; what is hidden does
 * not, since its objects are gone sooner or later and a rebuilt index would not know it.
 *
 *     <id> <created_at ms> <service> <type> <labels> <facts>
 *     <id> = <canonical id>
 *
 * Texts are percent-encoded. The order is that of ids: one pass over the table for each lane that has rows.
 */
#include "index/inner.h"
#include "index/kin.h"
#include "index/loader.h"

#include "base/alloc.h"
#include "base/encode.h"

#include <inttypes.h>
#include <stdlib.h>

#define DUMP_ARENA_BYTES (64 * MIB)

struct dump_place {
    int64_t at;
    struct digest digest;
};

struct dump {
    struct conn *conn;
    struct buf *out;
    struct arena arena;
    struct loader loader;
    unsigned lanes;                          /* a bit for each that has rows */
    struct dump_place same_ms[AT_SEQ_COUNT]; /* rows of one lane and ms, to be sorted */
    size_t count;
};

static void write_text(struct buf *out, struct slice text)
{
    buf_append_byte(out, ' ');
    percent_encode(text, out);
}

static void write_profile(struct buf *out, const struct profile_meta *meta)
{
    buf_printf(out, "%s %" PRId64, meta->id.text, meta->created_at_ms);
    write_text(out, meta->service);
    write_text(out, meta->type);
    for (size_t i = 0; i < meta->labels.count; i++) {
        write_text(out, meta->labels.items[i].key);
        buf_append_byte(out, '=');
        percent_encode(meta->labels.items[i].value, out);
    }
    buf_append_byte(out, ' ');
    facts_encode(&meta->facts, out);
    buf_append_byte(out, '\n');
}

static enum status dump_alias(struct dump *d, const struct entry *p, struct error *err)
{
    struct kin kin CLEANUP(kin_release) = {0};
    if (kin_load(d->conn, &p->row.digest, &kin, err) != OK)
        return conn_failed(err);

    size_t i = kin_index(&kin, p->at);
    if (i == kin.count)
        return conn_corrupt(d->conn, err, "a row's digest does not lead to it");
    const struct kin_row *canonical = &kin.rows[kin.members[i].canonical];
    struct id own = entry_id(p),
              other = id_make(at_lane(canonical->at), at_mint_ms(canonical->at), &p->row.digest);
    buf_printf(d->out, "%s = %s\n", own.text, other.text);
    return OK;
}

static enum status dump_row(struct dump *d, const struct entry *p, struct error *err)
{
    struct profile_meta meta;
    if (p->row.state == ROW_HIDDEN)
        return OK;
    if (p->row.state == ROW_ALIAS)
        return dump_alias(d, p, err);

    if (d->arena.used > DUMP_ARENA_BYTES / 2) {
        loader_release(&d->loader);
        arena_reset(&d->arena);
    }
    if (loader_meta(&d->loader, p, &meta, err) != OK)
        return conn_failed(err);
    write_profile(d->out, &meta);
    return buf_check(d->out, "the dump", err);
}

static int by_digest(const void *a, const void *b)
{
    const struct dump_place *x = a, *y = b;
    return digest_cmp(&x->digest, &y->digest);
}

static enum status dump_same_ms(struct dump *d, struct error *err)
{
    if (d->count > 1)
        qsort(d->same_ms, d->count, sizeof d->same_ms[0], by_digest);
    for (size_t i = 0; i < d->count; i++) {
        struct entry p;
        if (entry_get(d->conn, d->same_ms[i].at, &p, err) != OK || dump_row(d, &p, err) != OK)
            return conn_failed(err);
    }
    d->count = 0;
    return OK;
}

/* The rows of one lane; notes which lanes there are. */
static enum status pass(struct dump *d, unsigned lane, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    int64_t last_ms = -1;
    bool row = true;
    if (conn_take(d->conn, STMT_PROFILE_RANGE, &s, err) != OK)
        return conn_failed(err);

    (void)sqlite3_bind_int64(s, 1, 0);
    (void)sqlite3_bind_int64(s, 2, INT64_MAX);
    while (row) {
        struct entry p;
        if (conn_step(d->conn, s, &row, err) != OK || (row && entry_of(d->conn, s, &p, err) != OK))
            return conn_failed(err);
        if (row)
            d->lanes |= 1U << at_lane(p.at);
        if (row && at_lane(p.at) != lane)
            continue;
        if ((!row || at_mint_ms(p.at) != last_ms) && dump_same_ms(d, err) != OK)
            return conn_failed(err);
        if (row) {
            last_ms = at_mint_ms(p.at);
            d->same_ms[d->count++] = (struct dump_place){p.at, p.row.digest};
        }
    }
    return OK;
}

static enum status dump_in(struct dump *d, struct error *err)
{
    if (pass(d, 0, err) != OK)
        return conn_failed(err);
    for (unsigned lane = 1; lane < ID_LANES; lane++) {
        if ((d->lanes & 1U << lane) && pass(d, lane, err) != OK)
            return conn_failed(err);
    }
    return OK;
}

enum status index_dump(struct index *ix, struct buf *out, struct error *err)
{
    struct reading r CLEANUP(reading_end) = {0};
    struct error local;
    struct error *e = err ? err : &local;
    if (reading_begin(ix, &r, e) != OK)
        return conn_failed(e);

    struct dump *d = mem_zero(1, sizeof *d);
    d->conn = r.conn;
    d->out = out;
    d->arena = ARENA_INIT(DUMP_ARENA_BYTES);
    d->loader = LOADER_INIT(r.conn, &d->arena);
    enum status status = dump_in(d, e);
    loader_release(&d->loader);
    arena_release(&d->arena);
    free(d);
    return status;
}
