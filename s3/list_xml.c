/*
 * Entries are collected as they stand and checked at the end: whether keys are encoded is said by
 * <EncodingType>, which MinIO writes behind them.
 */
#include "s3/list_xml.h"

#include "base/alloc.h"
#include "base/encode.h"
#include "base/limits.h"
#include "s3/date.h"
#include "s3/xml.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Keys of a page take no more room than the page, decoded once more; entries and tokens come on top. */
enum { PAGE_ARENA_BYTES = 2 * LIMIT_LIST_PAGE_BYTES + 256 * KIB };

struct list_xml {
    struct list_request request;
    struct xml_reader *reader;
    struct arena arena;
    struct store_entry *entries;
    size_t count;

    bool is_listing;
    struct error_xml fault;
    bool in_entry, has_key, has_size;
    bool has_truncated, truncated;
    bool encoded;
    struct slice server_token;
};

/* "12:pf1/0/abcdefTOKEN": the length of the key, the key, the server's token. */
bool list_request_resume(struct list_request *request, struct slice token)
{
    size_t colon = slice_find(token, ':');
    uint64_t len = 0;
    if (colon == token.len || !slice_to_u64(slice_sub(token, 0, colon), &len))
        return false;

    struct slice rest = slice_from(token, colon + 1);
    if (len >= rest.len)
        return false;

    request->after = slice_sub(rest, 0, len);
    request->server_token = slice_from(rest, len);
    return true;
}

static void on_open(void *user, unsigned depth, const char *name)
{
    struct list_xml *l = user;
    if (depth == 1) {
        l->is_listing = strcmp(name, "ListBucketResult") == 0;
        l->fault.found = strcmp(name, "Error") == 0;
    }
    if (depth == 2) {
        l->in_entry = l->is_listing && strcmp(name, "Contents") == 0;
        l->has_key = l->has_size = false;
    }
}

/* Room for one entry more than asked for is never needed: the next <Contents> is refused by its number. */
static bool entry_leaf(struct list_xml *l, const char *name, struct slice text, struct error *err)
{
    if (l->count >= l->request.max_keys) {
        (void)error_set(err, E_CORRUPT, "more than the %zu keys asked for", l->request.max_keys);
        return false;
    }

    struct store_entry *entry = &l->entries[l->count];
    if (strcmp(name, "Key") == 0) {
        entry->key = arena_copy(&l->arena, text);
        l->has_key = entry->key.ptr != NULL;
    } else if (strcmp(name, "Size") == 0) {
        l->has_size = slice_to_u64(text, &entry->bytes);
    } else if (strcmp(name, "LastModified") == 0 && !date_from_iso(text, &entry->modified_ms)) {
        entry->modified_ms = 0;
    }
    return true;
}

static bool entry_end(struct list_xml *l, struct error *err)
{
    l->in_entry = false;
    if (!l->has_key || !l->has_size) {
        (void)error_set(err, E_CORRUPT, "an entry without a key or a size");
        return false;
    }
    l->count++;
    return true;
}

static bool page_leaf(struct list_xml *l, const char *name, struct slice text, struct error *err)
{
    if (strcmp(name, "IsTruncated") == 0) {
        l->truncated = slice_eq_nocase(text, SLICE("true"));
        l->has_truncated = l->truncated || slice_eq_nocase(text, SLICE("false"));
    } else if (strcmp(name, "EncodingType") == 0) {
        l->encoded = slice_eq(text, SLICE("url"));
    } else if (strcmp(name, "NextContinuationToken") == 0) {
        l->server_token = arena_copy(&l->arena, text);
        if (!l->server_token.ptr) {
            (void)error_set(err, E_CORRUPT, "a page over %d bytes", (int)PAGE_ARENA_BYTES);
            return false;
        }
    }
    return true;
}

static bool on_close(void *user, unsigned depth, const char *name, struct slice text, struct error *err)
{
    struct list_xml *l = user;
    if (l->fault.found) {
        if (depth == 2)
            error_xml_leaf(&l->fault, name, text);
        return true;
    }
    if (depth == 3 && l->in_entry)
        return entry_leaf(l, name, text, err);
    if (depth == 2 && l->in_entry)
        return entry_end(l, err);
    if (depth == 2 && l->is_listing)
        return page_leaf(l, name, text, err);
    return true;
}

struct list_xml *list_xml_new(const struct list_request *request)
{
    static const struct xml_handler handler = {on_open, on_close};
    assert(request->max_keys >= 1 && request->max_keys <= LIMIT_LIST_KEYS);

    struct list_xml *l = mem_zero(1, sizeof *l);
    l->request = *request;
    l->arena = ARENA_INIT(PAGE_ARENA_BYTES);
    l->entries = arena_alloc(&l->arena, request->max_keys * sizeof *l->entries);
    l->reader = xml_reader_new(&handler, l, LIMIT_LIST_PAGE_BYTES);
    return l;
}

void list_xml_free(struct list_xml *l)
{
    if (!l)
        return;

    xml_reader_free(l->reader);
    arena_release(&l->arena);
    free(l);
}

bool list_xml_feed(struct list_xml *l, struct slice bytes)
{
    return xml_reader_feed(l->reader, bytes);
}

static enum status decode_keys(struct list_xml *l, struct error *err)
{
    struct buf decoded CLEANUP(buf_release) = BUF_INIT(LIMIT_XML_TEXT_BYTES);
    for (size_t i = 0; i < l->count; i++) {
        struct slice *key = &l->entries[i].key;
        if (slice_find(*key, '%') == key->len && slice_find(*key, '+') == key->len)
            continue;

        buf_reset(&decoded);
        if (!percent_decode(*key, true, &decoded, NULL))
            return error_set(err, E_CORRUPT, "a key that is wrongly encoded");
        *key = arena_copy(&l->arena, buf_slice(&decoded));
        if (!key->ptr)
            return error_set(err, E_CORRUPT, "a page over %d bytes", (int)PAGE_ARENA_BYTES);
    }
    return OK;
}

static enum status check_keys(const struct list_xml *l, struct error *err)
{
    struct slice before = l->request.after;
    for (size_t i = 0; i < l->count; i++) {
        struct slice key = l->entries[i].key;
        if (!slice_starts(key, l->request.prefix))
            return error_set(err, E_CORRUPT, "a key outside the prefix '%.*s'", SLICE_ARG(l->request.prefix));
        if ((i > 0 || before.len > 0) && slice_cmp(before, key) >= 0)
            return error_set(err, E_CORRUPT, "keys out of order at number %zu of the page", i + 1);
        before = key;
    }
    return OK;
}

static enum status check_token(const struct list_xml *l, struct error *err)
{
    if (!l->has_truncated)
        return error_set(err, E_CORRUPT, "no <IsTruncated>");
    if (!l->truncated)
        return OK;
    if (l->server_token.len == 0)
        return error_set(err, E_CORRUPT, "truncated without a token (is it ListObjects of version 1?)");
    if (slice_eq(l->server_token, l->request.server_token))
        return error_set(err, E_CORRUPT, "the token of the page before is repeated");

    return OK;
}

static enum status make_token(struct list_xml *l, struct slice *ret_token, struct error *err)
{
    struct slice last = l->count > 0 ? l->entries[l->count - 1].key : l->request.after;
    struct buf token CLEANUP(buf_release) = BUF_INIT(2 * LIMIT_XML_TEXT_BYTES + 32);
    buf_printf(&token, "%zu:", last.len);
    buf_append(&token, last);
    buf_append(&token, l->server_token);
    struct slice copy = arena_copy(&l->arena, buf_slice(&token));
    if (token.full || !copy.ptr)
        return error_set(err, E_CORRUPT, "a token that is too long");

    *ret_token = copy;
    return OK;
}

enum status list_xml_finish(struct list_xml *l, struct store_page *ret_page, struct error_xml *ret_fault,
                            struct error *err)
{
    enum status code = xml_reader_finish(l->reader, err);
    *ret_fault = l->fault;
    if (code != OK)
        return code;
    if (!l->is_listing)
        return error_set(err, E_CORRUPT, "no <ListBucketResult>");

    code = l->encoded ? decode_keys(l, err) : OK;
    if (code == OK)
        code = check_keys(l, err);
    if (code == OK)
        code = check_token(l, err);
    if (code != OK)
        return code;

    struct slice token = SLICE_NULL;
    if (l->truncated) {
        code = make_token(l, &token, err);
        if (code != OK)
            return code;
    }
    *ret_page = (struct store_page){
        .arena = l->arena, .entries = l->entries, .count = l->count, .more = l->truncated, .token = token};
    l->arena = ARENA_INIT(0);
    return OK;
}
