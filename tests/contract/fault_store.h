/*
 * A store that fails as it is told: after so many operations, so many times. For tests of what stands above
 * it.
 *
 *     fault_store_set(s, (struct fault){.verbs = FAULT_VERB(STORE_PUT), .after = n, .times = 1,
 *                                       .status = E_UNAVAILABLE});
 *
 * Loop `after` from 0 until nothing fails any more, and every step has failed once.
 */
#ifndef TESTS_CONTRACT_FAULT_STORE_H
#define TESTS_CONTRACT_FAULT_STORE_H

#include "store/store.h"

enum fault_how {
    FAULT_REFUSE,      /* the inner store does not see the op */
    FAULT_LOSE_ANSWER, /* it carries the op out, then the op fails, with what came: the outcome is unknown */
    FAULT_HOLD,        /* no answer until fault_store_let_go() or the store is closed */
};

#define FAULT_VERB(verb) (1U << (verb))
#define FAULT_ALL_VERBS  ((1U << STORE_VERBS) - 1)

struct fault {
    unsigned verbs; /* which ones count and fail: FAULT_VERB() | ... */
    unsigned after; /* that many of them pass first */
    unsigned times; /* then that many fail; UINT_MAX: for ever */
    unsigned every; /* but only each of that many; 0: each one */
    enum fault_how how;
    enum status status;     /* with which code */
    int64_t retry_after_ms; /* and that */
};

/* Owns `take_inner`; passes everything on until it is told otherwise. */
struct store *fault_store_new(struct store *take_inner);
/* Any thread; counting begins anew. */
void fault_store_set(struct store *fault_store, struct fault fault);
/* How many ops have failed, or are held, since the store was made. */
unsigned fault_store_failed(struct store *fault_store);
/* Answers all that are held, with the fault's status. */
void fault_store_let_go(struct store *fault_store);

#endif
