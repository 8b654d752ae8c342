/*
 * What the promises are written in. Every function fails the test (cmocka) when the store does not do what is
 * wanted, and says what it did.
 */
#ifndef TESTS_CONTRACT_CONTRACT_H
#define TESTS_CONTRACT_CONTRACT_H

#include "base/arena.h"
#include "store/store.h"
#include "tests/contract/store_contract.h"

struct contract {
    const struct store_contract *plan;
    struct store *store;
    struct slice prefix; /* of this run */
    struct arena arena;  /* keys and bodies, to the end of the run */
};

struct promise {
    const char *name;
    void (*keep)(void **state); /* *state: struct contract */
};

/* Ended by a row without a name. */
extern const struct promise OBJECT_PROMISES[];
extern const struct promise LIST_PROMISES[];
extern const struct promise CONCURRENT_PROMISES[];

struct slice contract_text(struct contract *f, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* prefix + name */
struct slice contract_key(struct contract *f, const char *name);
/* `len` bytes that are the same for the same seed. */
struct slice contract_body(struct contract *f, size_t len, uint64_t seed);

void contract_check(const struct store_op *op, enum status want);
/* Sets the deadline, runs, checks. */
void contract_run(struct contract *f, struct store_op *op, enum status want);
void contract_put(struct contract *f, struct slice k, struct slice bytes);
void contract_delete(struct contract *f, struct slice k);
/* GET and HEAD agree that it is there, with these bytes. */
void contract_expect_object(struct contract *f, struct slice k, struct slice bytes);
void contract_expect_nothing(struct contract *f, struct slice k);
/* Lists page by page (prefix, start_after, max_keys of the query) and compares with the sorted keys. */
void contract_expect_listing(struct contract *f, const struct slice *sorted, size_t count,
                             const struct store_op *query);
/* All have succeeded; releases their results. */
void contract_all_ok(struct store_op *ops, size_t count);

#endif
