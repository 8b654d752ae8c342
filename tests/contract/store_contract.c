/*
 * Each promise works under a prefix of its own, so that none sees what another has left behind; all of them
 * are below one prefix that is random, so that a bucket may be shared.
 */
#include "tests/contract/store_contract.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/limits.h"
#include "tests/contract/batch.h"
#include "tests/contract/contract.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PROMISES_MAX = 64, CONTRACT_BYTES = 64 * 1024 * 1024 };

/* Deletes a page of what is below the prefix; false when nothing is left. */
static bool delete_page(struct contract *f)
{
    struct store_op list = {.verb = STORE_LIST, .key = f->prefix};
    contract_run(f, &list, OK);
    size_t count = list.page.count;
    struct store_op *ops CLEANUP(mem_freep) = mem_zero(count, sizeof *ops);
    for (size_t i = 0; i < count; i++)
        ops[i] = (struct store_op){.verb = STORE_DELETE, .key = list.page.entries[i].key};
    batch_run(f->store, ops, count);
    contract_all_ok(ops, count);
    bool more = list.page.more;
    store_op_release(&list);
    return more;
}

static void all_that_was_written_can_be_deleted(void **state)
{
    struct contract *f = *state;
    while (delete_page(f))
        ;
    contract_expect_listing(f, NULL, 0, &(struct store_op){.key = f->prefix});
}

/* Not a teardown: it is a promise too. Runs also when others were broken. */
static const struct promise LAST_PROMISES[] = {
    {"all that was written can be deleted", all_that_was_written_can_be_deleted},
    {NULL, NULL},
};

static size_t add(struct contract *f, const struct promise *promises, struct CMUnitTest *tests, size_t count)
{
    for (const struct promise *p = promises; p->name; p++) {
        if (count == PROMISES_MAX)
            abort();
        struct slice name = contract_text(f, "%s: %s", f->plan->name, p->name);
        tests[count++] = (struct CMUnitTest){.name = name.ptr, .test_func = p->keep, .initial_state = f};
    }
    return count;
}

int store_contract_run(const struct store_contract *plan)
{
    struct contract f = {.plan = plan, .store = plan->store, .arena = ARENA_INIT(CONTRACT_BYTES)};
    uint64_t random;
    random_bytes(&random, sizeof random);
    f.prefix = contract_text(&f, "%scontract-%s-%016" PRIx64 "/", plan->root, plan->name, random);

    struct CMUnitTest tests[PROMISES_MAX];
    size_t count = add(&f, OBJECT_PROMISES, tests, 0);
    count = add(&f, LIST_PROMISES, tests, count);
    count = add(&f, CONCURRENT_PROMISES, tests, count);
    count = add(&f, LAST_PROMISES, tests, count);
    int failed = _cmocka_run_group_tests(plan->name, tests, count, NULL, NULL);
    arena_release(&f.arena);
    return failed;
}
