/* One object: put, get, head, delete; keys, bounds and deadlines. */
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

static void what_was_put_comes_back_byte_for_byte(void **state)
{
    struct contract *f = *state;
    static const size_t SIZES[] = {1, 2, 255, 4096, 65535, 65536, 65537, 300001, 1048576};
    for (size_t i = 0; i < ARRAY_LEN(SIZES); i++) {
        struct slice k = contract_text(f, "%.*sbytes/%zu", SLICE_ARG(f->prefix), SIZES[i]);
        struct slice bytes = contract_body(f, SIZES[i], i);
        contract_put(f, k, bytes);
        contract_expect_object(f, k, bytes);
    }
}

static void an_empty_body_is_an_object(void **state)
{
    struct contract *f = *state;
    struct slice k = contract_key(f, "empty/object");
    contract_put(f, k, SLICE_NULL);
    contract_expect_object(f, k, SLICE_NULL);
    contract_expect_listing(f, &k, 1, &(struct store_op){.key = contract_key(f, "empty/")});
}

static void what_is_not_there_is_not_found(void **state)
{
    struct contract *f = *state;
    contract_put(f, contract_key(f, "absent/one"), SLICE("1"));
    contract_put(f, contract_key(f, "absent/dir/two"), SLICE("2"));
    contract_expect_nothing(f, contract_key(f, "absent/on"));
    contract_expect_nothing(f, contract_key(f, "absent/one1"));
    contract_expect_nothing(f, contract_key(f, "absent/dir"));
    contract_expect_nothing(f, contract_key(f, "absent/one/beneath"));
    contract_expect_nothing(f, contract_key(f, "absent/no/such/place"));
}

static void a_second_put_replaces_the_first(void **state)
{
    struct contract *f = *state;
    struct slice k = contract_key(f, "replace/it");
    contract_put(f, k, SLICE("the first body, which is longer"));
    contract_put(f, k, SLICE("the second body"));
    contract_expect_object(f, k, SLICE("the second body"));
    contract_put(f, k, SLICE("the second body"));
    contract_expect_object(f, k, SLICE("the second body"));
    contract_expect_listing(f, &k, 1, &(struct store_op){.key = contract_key(f, "replace/")});
}

static void after_delete_nothing_is_left_and_a_second_one_is_fine(void **state)
{
    struct contract *f = *state;
    struct slice gone = contract_key(f, "delete/gone/a"), stays = contract_key(f, "delete/stays");
    contract_put(f, gone, SLICE("x"));
    contract_put(f, stays, SLICE("y"));
    contract_delete(f, gone);
    contract_expect_nothing(f, gone);
    contract_expect_listing(f, &stays, 1, &(struct store_op){.key = contract_key(f, "delete/")});
    contract_delete(f, gone);
    contract_delete(f, contract_key(f, "delete/never/was"));
    contract_expect_object(f, stays, SLICE("y"));
    contract_put(f, gone, SLICE("again"));
    contract_expect_object(f, gone, SLICE("again"));
}

static void a_body_over_max_bytes_is_too_large(void **state)
{
    struct contract *f = *state;
    struct slice k = contract_key(f, "bound/thousand");
    contract_put(f, k, contract_body(f, 1000, 1));
    static const size_t TOO_SMALL[] = {0, 1, 999};
    for (size_t i = 0; i < ARRAY_LEN(TOO_SMALL); i++) {
        struct store_op op = {.verb = STORE_GET, .key = k, .max_bytes = TOO_SMALL[i]};
        contract_run(f, &op, E_TOO_LARGE);
        store_op_release(&op);
    }
    contract_expect_object(f, k, contract_body(f, 1000, 1));
}

static void the_longest_key_is_kept(void **state)
{
    struct contract *f = *state;
    struct slice start = contract_key(f, "long");
    char longest[LIMIT_KEY_BYTES + 1];
    memcpy(longest, start.ptr, start.len);
    size_t component = 4;
    for (size_t i = start.len; i < LIMIT_KEY_BYTES; i++) {
        bool cut = component == LIMIT_COMPONENT_BYTES && i + 1 < LIMIT_KEY_BYTES;
        longest[i] = cut ? '/' : (char)('a' + i % 26);
        component = cut ? 0 : component + 1;
    }
    struct slice k = arena_copy(&f->arena, slice_make(longest, LIMIT_KEY_BYTES));
    contract_put(f, k, SLICE("long"));
    contract_expect_object(f, k, SLICE("long"));
    contract_expect_listing(f, &k, 1, &(struct store_op){.key = start});
    contract_expect_listing(f, &k, 1, &(struct store_op){.key = k});
}

static void a_key_that_no_store_can_hold_is_invalid(void **state)
{
    struct contract *f = *state;
    char name[300];
    memset(name, 'n', sizeof name);
    name[256] = '\0';
    const struct slice keys[] = {SLICE_NULL,
                                 SLICE("/"),
                                 contract_key(f, "a//b"),
                                 contract_key(f, ""),
                                 contract_key(f, "../up"),
                                 contract_key(f, "a/./b"),
                                 contract_key(f, "a+b"),
                                 contract_key(f, "a b"),
                                 contract_key(f, "\xc3\xa9"),
                                 contract_key(f, "a\nb"),
                                 contract_key(f, "a%b"),
                                 contract_key(f, "~"),
                                 contract_key(f, name),
                                 SLICE("/absolute"),
                                 SLICE("..")};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        static const enum store_verb VERBS[] = {STORE_PUT, STORE_GET, STORE_HEAD, STORE_DELETE};
        for (size_t v = 0; v < ARRAY_LEN(VERBS); v++) {
            struct store_op op = {.verb = VERBS[v], .key = keys[i], .max_bytes = 1};
            contract_run(f, &op, E_INVALID);
        }
    }
}

static void after_the_deadline_nothing_is_done(void **state)
{
    struct contract *f = *state;
    struct slice k = contract_key(f, "late/object");
    for (enum store_verb v = STORE_PUT; (int)v < STORE_VERBS; v++) {
        struct store_op op = {.verb = v, .key = k, .body = SLICE("late"), .max_bytes = 10, .deadline_ms = 1};
        (void)store_run(f->store, &op);
        contract_check(&op, E_UNAVAILABLE);
    }
    contract_expect_nothing(f, k);
}

static void a_short_deadline_leaves_a_whole_object_or_none(void **state)
{
    struct contract *f = *state;
    struct slice bytes = contract_body(f, MIB, 7);
    struct store_op ops[24];
    for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
        struct slice k = contract_text(f, "%.*sshort/%zu", SLICE_ARG(f->prefix), i);
        ops[i] = (struct store_op){.verb = STORE_PUT, .key = k, .body = bytes};
        ops[i].deadline_ms = clock_mono_ms() + (int64_t)i;
    }
    batch_run(f->store, ops, ARRAY_LEN(ops));

    for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
        struct store_op get = {.verb = STORE_GET, .key = ops[i].key, .max_bytes = 2 * MIB};
        get.deadline_ms = clock_mono_ms() + BATCH_DEADLINE_MS;
        enum status status = store_run(f->store, &get);
        if (ops[i].error.code != OK)
            contract_check(&ops[i], E_UNAVAILABLE);
        if (status != OK)
            contract_check(&get, ops[i].error.code != OK ? E_NOT_FOUND : OK);
        assert_true(status != OK || slice_eq(buf_slice(&get.object), bytes));
        store_op_release(&get);
    }
}

const struct promise OBJECT_PROMISES[] = {
    {"what was put comes back byte for byte", what_was_put_comes_back_byte_for_byte},
    {"an empty body is an object", an_empty_body_is_an_object},
    {"what is not there is not found", what_is_not_there_is_not_found},
    {"a second put replaces the first", a_second_put_replaces_the_first},
    {"after delete nothing is left and a second one is fine",
     after_delete_nothing_is_left_and_a_second_one_is_fine},
    {"a body over max bytes is too large", a_body_over_max_bytes_is_too_large},
    {"the longest key is kept", the_longest_key_is_kept},
    {"a key that no store can hold is invalid", a_key_that_no_store_can_hold_is_invalid},
    {"after the deadline nothing is done", after_the_deadline_nothing_is_done},
    {"a short deadline leaves a whole object or none", a_short_deadline_leaves_a_whole_object_or_none},
    {NULL, NULL},
};
