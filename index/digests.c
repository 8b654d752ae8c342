/*
 * page number = prefix (11 bits) << 24 | day of the mint time. Days last, so that all pages of one digest are
 * one range. Entries of a page are in no order; a page of a busy day (a million profiles) has 500.
 * More pages would be smaller, and a bulk load would read and write more of them for each row.
 */
#include "index/digests.h"

#include "base/alloc.h"
#include "model/time.h"

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
    int64_t number;
    uint64_t *entries;
    size_t count, cap;
    bool is_stored;  /* there is such a row */
    bool is_changed; /* since it was read or written */
};

/* The leading 64 bits. */
static uint64_t leading(const struct digest *digest)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < sizeof bits; i++)
        bits = bits << 8 | digest->bits[i];
    return bits;
}

static int64_t page_number(const struct digest *digest, int64_t day)
{
    return (int64_t)(leading(digest) >> (64 - PREFIX_BITS)) << DAY_BITS | day;
}

static uint64_t entry_digest(const struct digest *digest)
{
    return leading(digest) >> (64 - PREFIX_BITS - ENTRY_DIGEST_BITS) & ENTRY_DIGEST_MASK;
}

static uint64_t entry_make(const struct digest *digest, int64_t mint_ms)
{
    return (uint64_t)(mint_ms % TIME_DAY_MS) << ENTRY_DIGEST_BITS | entry_digest(digest);
}

static struct slice number_key(const int64_t *number)
{
    return slice_make(number, sizeof *number);
}

void digests_init(struct digests *d, struct conn *conn)
{
    *d = (struct digests){.conn = conn, .by_number = MAP_INIT};
}

void digests_drop(struct digests *d)
{
    for (size_t i = 0; i < d->count; i++) {
        free(d->pages[i]->entries);
        free(d->pages[i]);
    }
    free(d->pages);
    map_release(&d->by_number);
    digests_init(d, d->conn);
}

static void page_reserve(struct digests *d, struct digest_page *page, size_t count)
{
    if (count <= page->cap)
        return;

    size_t cap = page->cap ? page->cap : 8;
    while (cap < count)
        cap *= 2;
    page->entries = mem_resize(page->entries, cap * ENTRY_BYTES);
    d->bytes += (cap - page->cap) * ENTRY_BYTES;
    page->cap = cap;
}

/* Reads what is stored into a fresh page. */
static enum status page_load(struct digests *d, struct digest_page *page, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    bool row;
    if (conn_take(d->conn, STMT_DIGEST_GET, &s, err) != OK)
        return err->code;
    (void)sqlite3_bind_int64(s, 1, page->number);
    if (conn_step(d->conn, s, &row, err) != OK)
        return err->code;
    if (!row)
        return OK;

    struct slice bytes = conn_column(s, 0);
    if (bytes.len % ENTRY_BYTES != 0)
        return conn_corrupt(d->conn, err, "a page of digests has a broken length");
    page_reserve(d, page, bytes.len / ENTRY_BYTES);
    if (bytes.len > 0)
        memcpy(page->entries, bytes.ptr, bytes.len);
    page->count = bytes.len / ENTRY_BYTES;
    page->is_stored = true;
    return OK;
}

static enum status page_get(struct digests *d, int64_t number, struct digest_page **ret_page,
                            struct error *err)
{
    uint64_t *at = map_get(&d->by_number, number_key(&number));
    if (at) {
        *ret_page = d->pages[*at];
        return OK;
    }

    struct digest_page *page = mem_zero(1, sizeof *page);
    page->number = number;
    if (page_load(d, page, err) != OK) {
        free(page->entries);
        free(page);
        return err->code;
    }

    if (d->count == d->cap) {
        d->cap = d->cap ? d->cap * 2 : 64;
        d->pages = mem_resize(d->pages, d->cap * sizeof(struct digest_page *));
    }
    bool is_new;
    *map_put(&d->by_number, number_key(&page->number), &is_new) = d->count;
    d->pages[d->count++] = page;
    d->bytes += sizeof *page + sizeof(struct map_entry);
    *ret_page = page;
    return OK;
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
    int64_t day = mint_ms / TIME_DAY_MS;
    bool any = false;

    if (d->bytes > CACHE_BYTES) {
        if (digests_flush(d, err) != OK)
            return err->code;
        digests_drop(d);
    }
    for (int64_t near = day > 0 ? day - 1 : 0; near <= day + 1 && !any; near++) {
        struct digest_page *page;
        if (page_get(d, page_number(digest, near), &page, err) != OK)
            return err->code;
        any = page_has(page, wanted);
    }
    *ret_any = any;
    return OK;
}

enum status digests_add(struct digests *d, const struct digest *digest, int64_t mint_ms, struct error *err)
{
    struct digest_page *page;
    if (page_get(d, page_number(digest, mint_ms / TIME_DAY_MS), &page, err) != OK)
        return err->code;

    page_reserve(d, page, page->count + 1);
    page->entries[page->count++] = entry_make(digest, mint_ms);
    page->is_changed = true;
    return OK;
}

enum status digests_remove(struct digests *d, const struct digest *digest, int64_t mint_ms, struct error *err)
{
    struct digest_page *page;
    if (page_get(d, page_number(digest, mint_ms / TIME_DAY_MS), &page, err) != OK)
        return err->code;

    uint64_t entry = entry_make(digest, mint_ms);
    for (size_t i = 0; i < page->count; i++) {
        if (page->entries[i] != entry)
            continue;
        page->entries[i] = page->entries[--page->count];
        page->is_changed = true;
        break;
    }
    return OK;
}

static enum status page_store(struct digests *d, struct digest_page *page, struct error *err)
{
    enum conn_stmt which = page->count > 0 ? STMT_DIGEST_PUT : STMT_DIGEST_DELETE;
    if (page->count > 0 || page->is_stored) {
        sqlite3_stmt *s CLEANUP(conn_done) = NULL;
        if (conn_take(d->conn, which, &s, err) != OK)
            return err->code;
        (void)sqlite3_bind_int64(s, 1, page->number);
        if (page->count > 0)
            conn_bind_slice(s, 2, slice_make(page->entries, page->count * ENTRY_BYTES));
        if (conn_run(d->conn, s, err) != OK)
            return err->code;
    }
    page->is_stored = page->count > 0;
    page->is_changed = false;
    return OK;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = (*(struct digest_page *const *)a)->number, y = (*(struct digest_page *const *)b)->number;
    return (x > y) - (x < y);
}

/* In the order of the table, which keeps the b-tree's pages at hand; so the places in by_number are void
 * then. */
enum status digests_flush(struct digests *d, struct error *err)
{
    if (d->count > 0)
        qsort(d->pages, d->count, sizeof(struct digest_page *), by_number);
    for (size_t i = 0; i < d->count; i++)
        *map_get(&d->by_number, number_key(&d->pages[i]->number)) = i;

    for (size_t i = 0; i < d->count; i++) {
        if (d->pages[i]->is_changed && page_store(d, d->pages[i], err) != OK)
            return err->code;
    }
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
    int64_t first = page_number(digest, 0);
    bool row = false;

    if (conn_take(conn, STMT_DIGEST_RANGE, &s, err) != OK)
        return err->code;
    (void)sqlite3_bind_int64(s, 1, first);
    (void)sqlite3_bind_int64(s, 2, first | ((INT64_C(1) << DAY_BITS) - 1));
    do {
        if (conn_step(conn, s, &row, err) != OK) {
            free(list.items);
            return err->code;
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
