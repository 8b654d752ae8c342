/*
 * page number = prefix (11 bits) << 24 | day of the mint time. Days last, so that all pages of one digest are
 * one range. Entries of a page are in no order; a page of a busy day (a million profiles) has 500.
 * More pages would be smaller, and a bulk load would read and write more of them for each row.
 */
#include "index/digests.h"

#include "base/alloc.h"
#include "index/at.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    PREFIX_BITS = 11,
    DAY_BITS = 24,
    ENTRY_DIGEST_BITS = 37,
    ENTRY_BYTES = 8,
    CACHE_BYTES = 64 * 1024 * 1024,
};

static_assert(DIGEST_BYTES >= 8, "the first eight bytes of a digest are used");

#define ENTRY_DIGEST_MASK ((UINT64_C(1) << ENTRY_DIGEST_BITS) - 1)

struct digest_page {
    uint64_t *entries;
    uint32_t count, cap;
    bool is_loaded;  /* nothing is known of it before */
    bool is_stored;  /* there is such a row */
    bool is_changed; /* since it was read or written */
};

/* The pages of one day, by prefix. Its neighbours are at hand too, since each row asks for them: rows come
 * day by day, so a table is rarely searched for. */
struct digest_day {
    int64_t day;
    struct digest_day *before, *behind;
    bool is_new;   /* no row of that day is stored: neither is any page */
    bool is_empty; /* and none was added since */
    struct digest_page pages[1 << PREFIX_BITS];
};

/* The leading 64 bits. */
static uint64_t leading(const struct digest *digest)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < sizeof bits; i++)
        bits = bits << 8 | digest->bits[i];
    return bits;
}

static size_t prefix_of(const struct digest *digest)
{
    return (size_t)(leading(digest) >> (64 - PREFIX_BITS));
}

static int64_t page_number(size_t prefix, int64_t day)
{
    return (int64_t)prefix << DAY_BITS | day;
}

static uint64_t entry_digest(const struct digest *digest)
{
    return leading(digest) >> (64 - PREFIX_BITS - ENTRY_DIGEST_BITS) & ENTRY_DIGEST_MASK;
}

static uint64_t entry_make(const struct digest *digest, int64_t mint_ms)
{
    return (uint64_t)(mint_ms % TIME_DAY_MS) << ENTRY_DIGEST_BITS | entry_digest(digest);
}

void digests_init(struct digests *d, struct conn *conn)
{
    *d = (struct digests){.conn = conn, .by_day = MAP_INIT};
}

static struct digest_day *day_at(const struct map_entry *e)
{
    return (struct digest_day *)(uintptr_t)
        e->value; // NOLINT(performance-no-int-to-ptr): the map holds integers
}

static void day_free(struct digest_day *day)
{
    for (size_t i = 0; i < ARRAY_LEN(day->pages); i++)
        free(day->pages[i].entries);
    free(day);
}

void digests_drop(struct digests *d)
{
    for (size_t i = 0; i < d->by_day.cap; i++) {
        if (d->by_day.entries[i].key.ptr)
            day_free(day_at(&d->by_day.entries[i]));
    }
    free(d->changed);
    map_release(&d->by_day);
    digests_init(d, d->conn);
}

/* Rows and their entries come and go together, so a day without rows has no pages. */
static enum status has_rows(struct conn *conn, int64_t day, bool *ret_any, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    if (conn_take(conn, STMT_PROFILE_PLACES, &s, err) != OK)
        return conn_failed(err);

    (void)sqlite3_bind_int64(s, 1, at_floor(day * TIME_DAY_MS));
    (void)sqlite3_bind_int64(s, 2, at_floor((day + 1) * TIME_DAY_MS) - 1);
    return conn_step(conn, s, ret_any, err);
}

static enum status day_find(struct digests *d, int64_t day, struct digest_day **ret_day, struct error *err)
{
    bool is_new, any;
    uint64_t *known = map_get(&d->by_day, slice_make(&day, sizeof day));
    if (known) {
        *ret_day = (struct digest_day *)(uintptr_t)*known; // NOLINT(performance-no-int-to-ptr): see day_at()
        return OK;
    }

    if (has_rows(d->conn, day, &any, err) != OK)
        return conn_failed(err);
    struct digest_day *made = mem_zero(1, sizeof *made);
    made->day = day;
    made->is_new = made->is_empty = !any;
    *map_put(&d->by_day, slice_make(&made->day, sizeof made->day), &is_new) = (uintptr_t)made;
    d->bytes += sizeof *made;
    *ret_day = made;
    return OK;
}

static enum status day_get(struct digests *d, int64_t mint_ms, struct digest_day **ret_day, struct error *err)
{
    int64_t day = mint_ms / TIME_DAY_MS;
    if ((!d->recent || d->recent->day != day) && day_find(d, day, &d->recent, err) != OK)
        return conn_failed(err);

    *ret_day = d->recent;
    return OK;
}

static void page_reserve(struct digests *d, struct digest_page *page, uint32_t count)
{
    if (count <= page->cap)
        return;

    uint32_t cap = page->cap ? page->cap : 8;
    while (cap < count)
        cap *= 2;
    page->entries = mem_resize(page->entries, (size_t)cap * ENTRY_BYTES);
    d->bytes += (size_t)(cap - page->cap) * ENTRY_BYTES;
    page->cap = cap;
}

static enum status page_load(struct digests *d, int64_t number, struct digest_page *page, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    bool row;
    if (conn_take(d->conn, STMT_DIGEST_GET, &s, err) != OK)
        return conn_failed(err);
    (void)sqlite3_bind_int64(s, 1, number);
    if (conn_step(d->conn, s, &row, err) != OK)
        return conn_failed(err);

    if (row) {
        struct slice bytes = conn_column(s, 0);
        if (bytes.len % ENTRY_BYTES != 0)
            return conn_corrupt(d->conn, err, "a page of digests has a broken length");
        page_reserve(d, page, (uint32_t)(bytes.len / ENTRY_BYTES));
        if (bytes.len > 0)
            memcpy(page->entries, bytes.ptr, bytes.len);
        page->count = (uint32_t)(bytes.len / ENTRY_BYTES);
        page->is_stored = true;
    }
    page->is_loaded = true;
    return OK;
}

static enum status page_get(struct digests *d, struct digest_day *day, const struct digest *digest,
                            struct digest_page **ret_page, struct error *err)
{
    size_t prefix = prefix_of(digest);
    struct digest_page *page = &day->pages[prefix];
    if (!page->is_loaded && !day->is_new && page_load(d, page_number(prefix, day->day), page, err) != OK)
        return conn_failed(err);

    *ret_page = page;
    return OK;
}

static void note_change(struct digests *d, const struct digest *digest, int64_t day, struct digest_page *page)
{
    if (page->is_changed)
        return;

    if (d->count == d->cap) {
        d->cap = d->cap ? d->cap * 2 : 64;
        d->changed = mem_resize(d->changed, d->cap * sizeof *d->changed);
    }
    page->is_changed = true;
    d->changed[d->count++] = (struct digest_change){page_number(prefix_of(digest), day), page};
}

/* Without a way out of the loop, the compiler compares several entries at once. */
static bool page_has(const struct digest_page *page, uint64_t wanted)
{
    uint64_t found = 0;
    for (size_t i = 0; i < page->count; i++)
        found |= (page->entries[i] & ENTRY_DIGEST_MASK) == wanted;
    return found;
}

enum status digests_near(struct digests *d, const struct digest *digest, int64_t mint_ms, bool *ret_any,
                         struct error *err)
{
    uint64_t wanted = entry_digest(digest);
    bool any = false;

    if (d->bytes > CACHE_BYTES) {
        if (digests_flush(d, err) != OK)
            return conn_failed(err);
        digests_drop(d);
    }
    struct digest_day *day = NULL;
    if (day_get(d, mint_ms, &day, err) != OK ||
        (!day->before && day->day > 0 && day_find(d, day->day - 1, &day->before, err) != OK) ||
        (!day->behind && day_find(d, day->day + 1, &day->behind, err) != OK))
        return conn_failed(err);

    struct digest_day *const near[] = {day, day->before, day->behind};
    for (size_t i = 0; i < ARRAY_LEN(near) && !any; i++) {
        struct digest_page *page;
        if (!near[i] || near[i]->is_empty)
            continue;
        if (page_get(d, near[i], digest, &page, err) != OK)
            return conn_failed(err);
        any = page_has(page, wanted);
    }
    *ret_any = any;
    return OK;
}

enum status digests_add(struct digests *d, const struct digest *digest, int64_t mint_ms, struct error *err)
{
    struct digest_day *day = NULL;
    struct digest_page *page;
    if (day_get(d, mint_ms, &day, err) != OK || page_get(d, day, digest, &page, err) != OK)
        return conn_failed(err);

    day->is_empty = false;
    page_reserve(d, page, page->count + 1);
    page->entries[page->count++] = entry_make(digest, mint_ms);
    note_change(d, digest, day->day, page);
    return OK;
}

enum status digests_remove(struct digests *d, const struct digest *digest, int64_t mint_ms, struct error *err)
{
    uint64_t entry = entry_make(digest, mint_ms);
    struct digest_day *day = NULL;
    struct digest_page *page;
    if (day_get(d, mint_ms, &day, err) != OK || page_get(d, day, digest, &page, err) != OK)
        return conn_failed(err);

    for (size_t i = 0; i < page->count; i++) {
        if (page->entries[i] != entry)
            continue;
        page->entries[i] = page->entries[--page->count];
        note_change(d, digest, day->day, page);
        break;
    }
    return OK;
}

static enum status page_store(struct digests *d, int64_t number, struct digest_page *page, struct error *err)
{
    enum conn_stmt which = page->count > 0 ? STMT_DIGEST_PUT : STMT_DIGEST_DELETE;
    if (page->count > 0 || page->is_stored) {
        sqlite3_stmt *s CLEANUP(conn_done) = NULL;
        if (conn_take(d->conn, which, &s, err) != OK)
            return conn_failed(err);
        (void)sqlite3_bind_int64(s, 1, number);
        if (page->count > 0)
            conn_bind_slice(s, 2, slice_make(page->entries, (size_t)page->count * ENTRY_BYTES));
        if (conn_run(d->conn, s, err) != OK)
            return conn_failed(err);
    }
    page->is_stored = page->count > 0;
    page->is_changed = false;
    return OK;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = ((const struct digest_change *)a)->number, y = ((const struct digest_change *)b)->number;
    return (x > y) - (x < y);
}

/* In the order of the table, which keeps the b-tree's pages at hand. */
enum status digests_flush(struct digests *d, struct error *err)
{
    if (d->count > 0)
        qsort(d->changed, d->count, sizeof *d->changed, by_number);

    for (size_t i = 0; i < d->count; i++) {
        if (page_store(d, d->changed[i].number, d->changed[i].page, err) != OK)
            return conn_failed(err);
    }
    d->count = 0;
    return OK;
}

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

struct mint_list {
    int64_t *items;
    size_t count, cap;
};

static void take_matches(struct mint_list *list, struct slice bytes, int64_t day, uint64_t wanted)
{
    for (size_t i = 0; i + ENTRY_BYTES <= bytes.len; i += ENTRY_BYTES) {
        uint64_t entry;
        memcpy(&entry, bytes.ptr + i, sizeof entry);
        if ((entry & ENTRY_DIGEST_MASK) != wanted)
            continue;
        if (list->count == list->cap) {
            list->cap = list->cap ? list->cap * 2 : 8;
            list->items = mem_resize(list->items, list->cap * sizeof(int64_t));
        }
        list->items[list->count++] = day * TIME_DAY_MS + (int64_t)(entry >> ENTRY_DIGEST_BITS);
    }
}

enum status digests_find(struct conn *conn, const struct digest *digest, int64_t **ret_mints,
                         size_t *ret_count, struct error *err)
{
    struct mint_list list = {NULL, 0, 0};
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    int64_t first = page_number(prefix_of(digest), 0);
    bool row = false;

    if (conn_take(conn, STMT_DIGEST_RANGE, &s, err) != OK)
        return conn_failed(err);
    (void)sqlite3_bind_int64(s, 1, first);
    (void)sqlite3_bind_int64(s, 2, first | ((INT64_C(1) << DAY_BITS) - 1));
    do {
        if (conn_step(conn, s, &row, err) != OK) {
            free(list.items);
            return conn_failed(err);
        }
        if (row)
            take_matches(&list, conn_column(s, 1), sqlite3_column_int64(s, 0) - first, entry_digest(digest));
    } while (row);

    size_t kept = 0;
    if (list.count > 0)
        qsort(list.items, list.count, sizeof(int64_t), by_time);
    for (size_t i = 0; i < list.count; i++) {
        if (kept == 0 || list.items[kept - 1] != list.items[i])
            list.items[kept++] = list.items[i];
    }
    *ret_mints = list.items;
    *ret_count = kept;
    return OK;
}
