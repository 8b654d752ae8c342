/* Keys and bodies live in one arena, so that no test has to give them back. */
#include "tests/contract/contract.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/random.h"
#include "tests/contract/batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct slice contract_text(struct contract *f, const char *fmt, ...)
{
    char formatted[2048];
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(formatted, sizeof formatted, fmt, args);
    va_end(args);
    struct slice s = arena_copy(&f->arena, slice_make(formatted, (size_t)len));
    assert_non_null(s.ptr);
    return s;
}

struct slice contract_key(struct contract *f, const char *name)
{
    return contract_text(f, "%.*s%s", SLICE_ARG(f->prefix), name);
}

struct slice contract_body(struct contract *f, size_t len, uint64_t seed)
{
    struct random r;
    random_seed(&r, seed);
    char *bytes = arena_alloc(&f->arena, len);
    assert_non_null(bytes);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)random_u64(&r);
    return slice_make(bytes, len);
}

void contract_check(const struct store_op *op, enum status want)
{
    if (op->error.code != want)
        fail_msg("%s '%.*s': wanted %s, got %s: %s", store_verb_name(op->verb), SLICE_ARG(op->key),
                 status_name(want), status_name(op->error.code), op->error.text);
}

void contract_run(struct contract *f, struct store_op *op, enum status want)
{
    op->deadline_ms = clock_mono_ms() + BATCH_DEADLINE_MS;
    (void)store_run(f->store, op);
    contract_check(op, want);
}

void contract_put(struct contract *f, struct slice k, struct slice bytes)
{
    struct store_op op = {.verb = STORE_PUT, .key = k, .body = bytes};
    contract_run(f, &op, OK);
}

void contract_delete(struct contract *f, struct slice k)
{
    struct store_op op = {.verb = STORE_DELETE, .key = k};
    contract_run(f, &op, OK);
}

void contract_expect_object(struct contract *f, struct slice k, struct slice bytes)
{
    struct store_op get = {.verb = STORE_GET, .key = k, .max_bytes = bytes.len};
    contract_run(f, &get, OK);
    assert_int_equal(get.object.len, bytes.len);
    assert_int_equal(get.object_bytes, bytes.len);
    assert_true(slice_eq(buf_slice(&get.object), bytes));
    store_op_release(&get);

    struct store_op head = {.verb = STORE_HEAD, .key = k};
    contract_run(f, &head, OK);
    assert_int_equal(head.object_bytes, bytes.len);
    assert_true(head.modified_ms >= 0);
    store_op_release(&head);
}

void contract_expect_nothing(struct contract *f, struct slice k)
{
    struct store_op get = {.verb = STORE_GET, .key = k, .max_bytes = MIB};
    contract_run(f, &get, E_NOT_FOUND);
    struct store_op head = {.verb = STORE_HEAD, .key = k};
    contract_run(f, &head, E_NOT_FOUND);
}

void contract_expect_listing(struct contract *f, const struct slice *sorted, size_t count,
                             const struct store_op *query)
{
    struct slice token = SLICE_NULL;
    size_t at = 0;
    for (bool more = true; more;) {
        struct store_op op = *query;
        op.verb = STORE_LIST;
        op.token = token;
        contract_run(f, &op, OK);
        assert_true(op.page.count <= (query->max_keys > 0 ? query->max_keys : LIMIT_LIST_KEYS));
        for (size_t i = 0; i < op.page.count; i++, at++) {
            struct slice got = op.page.entries[i].key;
            while (at < count &&
                   (!slice_starts(sorted[at], query->key) || slice_cmp(sorted[at], query->start_after) <= 0))
                at++;
            if (at == count || !slice_eq(got, sorted[at]))
                fail_msg("prefix '%.*s' after '%.*s': got '%.*s', wanted '%.*s'", SLICE_ARG(query->key),
                         SLICE_ARG(query->start_after), SLICE_ARG(got),
                         SLICE_ARG(at < count ? sorted[at] : SLICE("(end)")));
        }
        more = op.page.more;
        assert_true(!more || op.page.token.len > 0);
        token = more ? contract_text(f, "%.*s", SLICE_ARG(op.page.token)) : SLICE_NULL;
        store_op_release(&op);
    }
    for (; at < count; at++) {
        if (slice_starts(sorted[at], query->key) && slice_cmp(sorted[at], query->start_after) > 0)
            fail_msg("prefix '%.*s' after '%.*s': '%.*s' is missing", SLICE_ARG(query->key),
                     SLICE_ARG(query->start_after), SLICE_ARG(sorted[at]));
    }
}

void contract_all_ok(struct store_op *ops, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        contract_check(&ops[i], OK);
        store_op_release(&ops[i]);
    }
}
