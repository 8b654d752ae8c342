/*
 * The bucket is only read. One page of its listing is held at a time, so that its size does not matter: it is
 * pushed, and then the next is asked for.
 */
#include "cli/push_bucket.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/timer.h"
#include "store/retry.h"

#include <stdlib.h>
#include <string.h>

enum { LIST_MS = 60 * 1000, GET_MS = 5 * 60 * 1000 };

struct push_bucket {
    struct timer *timer;
    struct store *store;
    struct s3_config config;
    struct buf name, prefix, token;
};

bool push_bucket_is_url(const char *word)
{
    return slice_starts(slice_of(word), SLICE("s3://"));
}

void push_bucket_close(struct push_bucket *b)
{
    if (!b)
        return;
    store_close(b->store);
    timer_free(b->timer);
    s3_config_release(&b->config);
    buf_release(&b->name);
    buf_release(&b->prefix);
    buf_release(&b->token);
    free(b);
}

void push_bucket_closep(struct push_bucket **b)
{
    push_bucket_close(*b);
}

enum status push_bucket_open(const struct s3_flags *flags, const char *prefix,
                             struct push_bucket **ret_bucket, struct error *err)
{
    struct s3_config config;
    struct store *store;

    if (s3_config_resolve(flags, &config, err) != OK)
        return err->code;
    if (s3_store_open(&config.options, &store, err) != OK) {
        s3_config_release(&config);
        return err->code;
    }

    struct push_bucket *b = mem_zero(1, sizeof *b);
    b->config = config;
    b->timer = timer_new();
    b->store = retry_store_new(store, b->timer);
    b->name = BUF_INIT(LIMIT_URI_BYTES);
    b->prefix = BUF_INIT(LIMIT_KEY_BYTES);
    b->token = BUF_INIT(LIMIT_URI_BYTES);
    buf_printf(&b->name, "s3://%s", config.options.bucket);
    struct slice named = slice_from(slice_of(flags->url), strlen("s3://"));
    size_t slash = slice_find(named, '/');
    bool has_prefix = slash + 1 < named.len;
    buf_append(&b->prefix, has_prefix ? slice_from(named, slash + 1) : slice_of(prefix));
    *ret_bucket = b;
    return OK;
}

const char *push_bucket_name(const struct push_bucket *b)
{
    return buf_cstr(&b->name);
}

/* --- reading --- */

static enum status run(struct push_bucket *b, struct store_op *op, struct error *err)
{
    if (store_run(b->store, op) == OK)
        return OK;
    *err = op->error;
    return error_wrap(err, "%s", store_describe(b->store));
}

static void add_page(struct push_files *files, const struct store_page *page)
{
    for (size_t i = 0; i < page->count; i++) {
        const struct store_entry *entry = &page->entries[i];
        struct buf key CLEANUP(buf_release) = BUF_INIT(LIMIT_XML_TEXT_BYTES);

        if (slice_ends(entry->key, SLICE("/")))
            continue; /* what consoles show as a folder */
        buf_append(&key, entry->key);
        push_files_add(files, buf_cstr(&key), entry->bytes, entry->modified_ms);
    }
}

enum status push_bucket_list(struct push_bucket *b, struct push_files *files, bool *ret_more,
                             struct error *err)
{
    struct store_op op = {.verb = STORE_LIST,
                          .key = buf_slice(&b->prefix),
                          .token = buf_slice(&b->token),
                          .deadline_ms = clock_mono_ms() + LIST_MS};
    enum status status = buf_check(&b->prefix, "the prefix", err);

    if (status == OK)
        status = run(b, &op, err);
    if (status == OK) {
        add_page(files, &op.page);
        buf_reset(&b->token);
        buf_append(&b->token, op.page.token);
        status = buf_check(&b->token, "the listing's token", err);
        *ret_more = op.page.more;
    }
    store_op_release(&op);
    return status;
}

enum status push_bucket_get(struct push_bucket *b, const char *key, struct buf *out, struct error *err)
{
    struct store_op op = {.verb = STORE_GET,
                          .key = slice_of(key),
                          .is_foreign = true,
                          .max_bytes = out->max,
                          .deadline_ms = clock_mono_ms() + GET_MS};
    enum status status = run(b, &op, err);

    if (status == OK) {
        buf_release(out);
        *out = buf_take(&op.object);
    }
    store_op_release(&op);
    return status;
}
