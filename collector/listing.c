/*
 * A follower concludes from a listing that nothing else is there. So a page that skips, repeats or wanders is
 * not a page with a flaw, it is no answer at all. The stores check what one page can tell; the order across
 * pages and a token that comes again can be seen only here.
 */
#include "collector/listing.h"

#include "base/limits.h"

enum { TOKEN_MAX = 4096 };

static void set(struct buf *b, size_t max, struct slice s)
{
    b->max = max;
    buf_reset(b);
    buf_append(b, s);
}

void listing_begin(struct listing *l, struct slice prefix, struct slice start_after)
{
    set(&l->prefix, LIMIT_KEY_BYTES, prefix);
    set(&l->after, LIMIT_KEY_BYTES + 1, start_after);
    set(&l->token, TOKEN_MAX, SLICE_NULL);
    l->done = false;
    l->pages = 0;
    l->keys = 0;
    l->empty = 0;
}

void listing_release(struct listing *l)
{
    buf_release(&l->prefix);
    buf_release(&l->after);
    buf_release(&l->token);
}

void listing_next(const struct listing *l, struct store_op *op)
{
    op->verb = STORE_LIST;
    op->key = buf_slice(&l->prefix);
    op->max_keys = LIMIT_LIST_KEYS;
    op->token = buf_slice(&l->token);
    /* A further page goes on by its token; sent with it, the position would be ignored or refused. */
    op->start_after = l->pages == 0 ? buf_slice(&l->after) : SLICE_NULL;
}

static enum status check_keys(const struct listing *l, const struct store_page *page, struct error *err)
{
    struct slice last = buf_slice(&l->after);
    struct slice prefix = buf_slice(&l->prefix);

    for (size_t i = 0; i < page->count; i++) {
        struct slice key = page->entries[i].key;

        if (key.len > LIMIT_KEY_BYTES)
            return error_set(err, E_CORRUPT, "listing of '%.*s': a key of %zu bytes, at most %lu",
                             SLICE_ARG(prefix), key.len, LIMIT_KEY_BYTES);
        if (!slice_starts(key, prefix))
            return error_set(err, E_CORRUPT, "listing of '%.*s': key '%.*s' is outside of it",
                             SLICE_ARG(prefix), SLICE_ARG(key));
        if (slice_cmp(key, last) <= 0)
            return error_set(err, E_CORRUPT, "listing of '%.*s': key '%.*s' comes after '%.*s'",
                             SLICE_ARG(prefix), SLICE_ARG(key), SLICE_ARG(last));
        last = key;
    }
    return OK;
}

enum status listing_feed(struct listing *l, const struct store_page *page, struct error *err)
{
    enum status status = check_keys(l, page, err);

    if (status != OK)
        return status;
    if (page->more && (page->token.len == 0 || page->token.len > TOKEN_MAX))
        return error_set(err, E_CORRUPT, "listing of '%s': cut off without a usable token",
                         buf_cstr(&l->prefix));
    if (page->more && slice_eq(page->token, buf_slice(&l->token)))
        return error_set(err, E_CORRUPT, "listing of '%s': the same token came twice", buf_cstr(&l->prefix));
    if (page->more && page->count == 0 && l->empty + 1 >= LIMIT_LIST_EMPTY_PAGES)
        return error_set(err, E_CORRUPT, "listing of '%s': %lu pages without a key", buf_cstr(&l->prefix),
                         LIMIT_LIST_EMPTY_PAGES);

    if (page->count > 0)
        set(&l->after, LIMIT_KEY_BYTES + 1, page->entries[page->count - 1].key);
    set(&l->token, TOKEN_MAX, page->more ? page->token : SLICE_NULL);
    l->pages++;
    l->keys += page->count;
    l->empty = page->count == 0 ? l->empty + 1 : 0;
    l->done = !page->more;
    return OK;
}
