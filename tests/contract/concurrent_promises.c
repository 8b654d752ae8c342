/* Many at once. */
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

enum { MANY = 200, ROUNDS = 30 };

static struct slice numbered(struct contract *f, const char *under, size_t i)
{
    return contract_text(f, "%.*s%s%05zu", SLICE_ARG(f->prefix), under, i);
}

static void many_puts_of_one_key_at_once_leave_one_whole_body(void **state)
{
    struct contract *f = *state;
    struct slice k = contract_key(f, "crowd/one");
    struct store_op ops[BATCH_CONCURRENT];
    for (size_t i = 0; i < ARRAY_LEN(ops); i++)
        ops[i] = (struct store_op){.verb = STORE_PUT, .key = k, .body = contract_body(f, 100000 + i, i)};
    batch_run(f->store, ops, ARRAY_LEN(ops));
    contract_all_ok(ops, ARRAY_LEN(ops));

    struct store_op get = {.verb = STORE_GET, .key = k, .max_bytes = MIB};
    contract_run(f, &get, OK);
    assert_in_range(get.object.len, 100000, 100000 + ARRAY_LEN(ops) - 1);
    assert_true(slice_eq(buf_slice(&get.object), ops[get.object.len - 100000].body));
    store_op_release(&get);
    contract_expect_listing(f, &k, 1, &(struct store_op){.key = contract_key(f, "crowd/")});
}

static void many_puts_at_once_are_all_there_afterwards(void **state)
{
    struct contract *f = *state;
    struct store_op puts[MANY], gets[MANY];
    struct slice keys[MANY];
    for (size_t i = 0; i < MANY; i++) {
        keys[i] = numbered(f, "many/", i);
        puts[i] = (struct store_op){.verb = STORE_PUT, .key = keys[i], .body = contract_body(f, i * 37, i)};
        gets[i] = (struct store_op){.verb = STORE_GET, .key = keys[i], .max_bytes = MIB};
    }
    batch_run(f->store, puts, MANY);
    contract_all_ok(puts, MANY);
    contract_expect_listing(f, keys, MANY, &(struct store_op){.key = contract_key(f, "many/")});

    batch_run(f->store, gets, MANY);
    for (size_t i = 0; i < MANY; i++) {
        contract_check(&gets[i], OK);
        assert_true(slice_eq(buf_slice(&gets[i].object), puts[i].body));
        store_op_release(&gets[i]);
    }
}

static void readers_see_the_old_body_or_the_new_one(void **state)
{
    struct contract *f = *state;
    struct slice k = contract_key(f, "torn/object");
    struct slice bodies[] = {contract_body(f, 200000, 1), contract_body(f, 70001, 2)};
    contract_put(f, k, bodies[0]);

    struct store_op ops[MANY];
    for (size_t i = 0; i < MANY; i++) {
        ops[i] = (struct store_op){.verb = STORE_GET, .key = k, .max_bytes = MIB};
        if (i % 3 == 0)
            ops[i] = (struct store_op){.verb = STORE_PUT, .key = k, .body = bodies[i % 2]};
    }
    batch_run(f->store, ops, MANY);
    for (size_t i = 0; i < MANY; i++) {
        struct slice got = buf_slice(&ops[i].object);
        bool gap = f->plan->gap_in_overwrite && ops[i].error.code == E_NOT_FOUND;
        contract_check(&ops[i], gap ? E_NOT_FOUND : OK);
        assert_true(gap || i % 3 == 0 || slice_eq(got, bodies[0]) || slice_eq(got, bodies[1]));
        store_op_release(&ops[i]);
    }
}

/* A directory store removes directories that became empty while others are about to use them. */
static void deletes_do_not_disturb_puts_beside_them(void **state)
{
    struct contract *f = *state;
    struct store_op ops[MANY];
    for (size_t i = 0; i < MANY; i++)
        ops[i] =
            (struct store_op){.verb = STORE_PUT, .key = numbered(f, "beside/a/b/", i), .body = SLICE("x")};
    for (int round = 0; round < 3; round++) {
        /* Each place changes between PUT and DELETE; in the end the even ones are there. */
        for (size_t i = 0; i < MANY; i++) {
            ops[i].verb = (i + (size_t)round) % 2 == 0 ? STORE_PUT : STORE_DELETE;
            ops[i].deadline_ms = 0;
        }
        batch_run(f->store, ops, MANY);
        contract_all_ok(ops, MANY);
    }

    struct slice keys[MANY / 2];
    for (size_t i = 0; i < MANY / 2; i++)
        keys[i] = ops[i * 2].key;
    contract_expect_listing(f, keys, MANY / 2, &(struct store_op){.key = contract_key(f, "beside/")});
}

static void a_lone_object_survives_the_deletion_of_its_neighbour(void **state)
{
    struct contract *f = *state;
    for (size_t i = 0; i < ROUNDS; i++) {
        struct slice stays = numbered(f, "lone/x/y/stays-", i);
        struct store_op ops[] = {
            {.verb = STORE_DELETE, .key = numbered(f, "lone/x/y/goes-", i)},
            {.verb = STORE_PUT, .key = stays, .body = SLICE("stays")},
            {.verb = STORE_DELETE, .key = numbered(f, "lone/x/y/never-", i)},
            {.verb = STORE_LIST, .key = contract_key(f, "lone/")},
        };
        contract_put(f, ops[0].key, SLICE("goes"));
        batch_run(f->store, ops, ARRAY_LEN(ops));
        contract_all_ok(ops, ARRAY_LEN(ops));
        contract_expect_listing(f, &stays, 1, &(struct store_op){.key = contract_key(f, "lone/")});
        contract_delete(f, stays);
    }
}

static void it_says_who_it_is_and_what_time_it_is(void **state)
{
    struct contract *f = *state;
    contract_put(f, contract_key(f, "time/object"), SLICE("x"));
    struct store_time time = {0};
    store_time(f->store, &time);
    assert_true(time.known);
    assert_true(time.now_ms > 0);
    assert_true(strlen(store_describe(f->store)) > 0);
}

const struct promise CONCURRENT_PROMISES[] = {
    {"many puts of one key at once leave one whole body", many_puts_of_one_key_at_once_leave_one_whole_body},
    {"many puts at once are all there afterwards", many_puts_at_once_are_all_there_afterwards},
    {"readers see the old body or the new one", readers_see_the_old_body_or_the_new_one},
    {"deletes do not disturb puts beside them", deletes_do_not_disturb_puts_beside_them},
    {"a lone object survives the deletion of its neighbour",
     a_lone_object_survives_the_deletion_of_its_neighbour},
    {"it says who it is and what time it is", it_says_who_it_is_and_what_time_it_is},
    {NULL, NULL},
};
