/* See loader.h. A text is decoded for each row anew: that is quicker than copying the 1.5 KB that it becomes.
 */
#include "index/loader.h"

#include "index/series_text.h"

struct loader_text {
    int64_t series; /* the map's key points here */
    struct slice text;
};

void loader_release(struct loader *l)
{
    map_release(&l->texts);
}

static enum status read_text(struct loader *l, int64_t series, struct slice *ret_text, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    bool row;
    if (conn_take(l->conn, STMT_SERIES_TEXT, &s, err) != OK)
        return conn_failed(err);
    (void)sqlite3_bind_int64(s, 1, series);
    if (conn_step(l->conn, s, &row, err) != OK)
        return conn_failed(err);
    if (!row)
        return conn_corrupt(l->conn, err, "a row's series is missing");

    struct loader_text *kept = arena_alloc(l->arena, sizeof *kept);
    struct slice copy = arena_copy(l->arena, conn_column(s, 0));
    if (!kept || !copy.ptr)
        return error_set(err, E_TOO_LARGE, "the answer is over %zu bytes: ask for less", l->arena->max);
    bool is_new;
    *kept = (struct loader_text){series, copy};
    *map_put(&l->texts, slice_make(&kept->series, sizeof kept->series), &is_new) = (uintptr_t)&kept->text;
    *ret_text = copy;
    return OK;
}

enum status loader_meta(struct loader *l, const struct entry *profile, struct profile_meta *ret_meta,
                        struct error *err)
{
    struct slice text = SLICE_NULL;
    const uint64_t *known = map_get(&l->texts, slice_make(&profile->row.series, sizeof profile->row.series));
    if (known)
        text = *(const struct slice
                     *)(uintptr_t)*known; // NOLINT(performance-no-int-to-ptr): the map holds integers
    else if (read_text(l, profile->row.series, &text, err) != OK)
        return conn_failed(err);

    if (!series_text_decode(text, ret_meta))
        return conn_corrupt(l->conn, err, "the text of a series is damaged");
    if (!row_unpack_numbers(profile->row.numbers, &ret_meta->facts))
        return conn_corrupt(l->conn, err, "the numbers of a row are damaged");
    ret_meta->id = entry_id(profile);
    ret_meta->created_at_ms = entry_created_ms(profile);
    return OK;
}

enum status loader_get(struct loader *l, int64_t at, struct profile_meta *ret_meta, struct error *err)
{
    struct entry p;
    if (entry_get(l->conn, at, &p, err) != OK)
        return conn_failed(err);

    return loader_meta(l, &p, ret_meta, err);
}
