/*
 * The cursor is the *start* of the last completed round, not the largest key seen: one replica with a fast
 * clock would push a largest-key cursor past what slower ones are still writing. And it is moved only by a
 * round that came to its end: a page that failed may have held the one key that matters.
 */
#include "collector/tail.h"

#include "base/limits.h"

void tail_init(struct tail *t, struct slice root, unsigned lane, int64_t tau_ms)
{
    *t = (struct tail){.root = root, .lane = lane, .tau_ms = tau_ms};
}

void tail_release(struct tail *t)
{
    listing_release(&t->listing);
}

void tail_begin(struct tail *t, int64_t window_ms, int64_t bucket_now_ms)
{
    struct buf prefix CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct buf after CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    int64_t from = t->tau_ms - window_ms;

    key_prefix(t->root, t->lane, KEY_SPAN_LANE, 0, &prefix);
    key_start_after(t->root, t->lane, from > 0 ? from : 0, &after);
    t->begun_ms = bucket_now_ms;
    listing_begin(&t->listing, buf_slice(&prefix), buf_slice(&after));
}

enum status tail_decode(struct slice root, const struct store_page *page, struct arena *arena,
                        struct tail_rows *ret_rows, struct error *err)
{
    struct tail_rows out = {0};

    out.rows = arena_alloc(arena, page->count * sizeof(*out.rows));
    if (!out.rows)
        return error_set(err, E_TOO_LARGE, "a page of %zu keys does not fit into its arena", page->count);

    for (size_t i = 0; i < page->count; i++) {
        struct key_parts *parts = &out.rows[out.count];
        struct error bad;

        switch (key_decode(root, page->entries[i].key, arena, parts, &bad)) {
        case OK:
            if (parts->kind == KEY_UNKNOWN)
                out.foreign++;
            else
                out.count++;
            break;
        case E_TOO_LARGE: return error_set(err, E_TOO_LARGE, "%s", bad.text);
        default: out.malformed++; break;
        }
    }
    *ret_rows = out;
    return OK;
}

enum status tail_feed(struct tail *t, const struct store_page *page, struct arena *arena,
                      struct tail_rows *ret_rows, struct error *err)
{
    struct tail_rows rows;
    /* Decoded first: a page that cannot be kept must not move the listing on. */
    enum status status = tail_decode(t->root, page, arena, &rows, err);

    if (status == OK)
        status = listing_feed(&t->listing, page, err);
    if (status != OK)
        return status;

    *ret_rows = rows;
    return OK;
}

void tail_end(struct tail *t)
{
    t->tau_ms = t->begun_ms;
}
