/*
 * The promises of store/store.h, one test each, for any store: `return store_contract_run(&c)` is the whole
 * main() of a contract test. Only what every store can keep is in the list; what a store does better has its
 * own test.
 *
 * All keys begin with ROOT "contract-" NAME "-" RANDOM "/", so a bucket may be shared; they are deleted at
 * the end, also when a promise was broken. The time of a run is that of about 3 * page_keys + 2,000
 * operations, CONCURRENT at a time.
 */
#ifndef TESTS_CONTRACT_STORE_CONTRACT_H
#define TESTS_CONTRACT_STORE_CONTRACT_H

#include "store/store.h"

struct store_contract {
    struct store *store; /* borrowed */
    const char *root;    /* prefix of all keys: "" or "some/prefix/" */
    const char *name;    /* of the store, A-Z a-z 0-9 - only: in the keys and in the output */
    size_t page_keys; /* objects that the paging test makes; 0: 2,500. More than 1,000, or nothing is paged */
    bool gap_in_overwrite; /* a GET during an overwrite may say that nothing is there. Swift with one replica:
                            * its server lists a folder, and the file is gone when it opens it. Our keys are
                            * never overwritten with other bytes, so nobody else sees this */
};

/* Runs all promises as a group of cmocka tests; the number of those that failed. */
int store_contract_run(const struct store_contract *plan);

#endif
