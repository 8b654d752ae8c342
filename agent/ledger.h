/*
 * Stacks with sums, kept over profiles: one row for each different stack. In mappings of its own, which the
 * system fills as they are touched, so that it can be used within malloc(). Bounded; what does not fit is
 * counted by the caller.
 *
 * Any thread, under the ledger's lock. Rows of frames are only ever added, but for ledger_compact(), so that
 * whoever makes the profile, and alone compacts, reads them without it.
 */
#ifndef AGENT_LEDGER_H
#define AGENT_LEDGER_H

#include <pthread.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LEDGER_SUMS = 4 };

#define LEDGER_NONE UINT32_MAX
/* In place of an address whose code is no longer there. */
#define LEDGER_GONE ((uintptr_t)1)

struct ledger_stack {
    double sums[LEDGER_SUMS];
    uint32_t frames_at, frames_count;
    uint32_t holders; /* whoever has its number: it must stay */
    uint32_t hash;
    bool is_cut;
};

struct ledger {
    pthread_mutex_t lock;
    struct ledger_stack *stacks; /* NULL: not open */
    uint32_t *index;             /* open addressing: a stack's number + 1 */
    uintptr_t *frames;
    size_t count, frames_count;
    uint32_t numbering;         /* changes when stacks get new numbers */
    double lost[LEDGER_SUMS];   /* what has no stack */
    int64_t begun_ns, begun_us; /* of what was not taken yet: unix time, monotonic clock */
};

#define LEDGER_INIT                                                                                          \
    {                                                                                                        \
        .lock = PTHREAD_MUTEX_INITIALIZER                                                                    \
    }

/* Again and again. False: no memory. */
bool ledger_open(struct ledger *l);

/* In the child of a fork(). False: another thread was changing it; it is empty now. */
bool ledger_after_fork(struct ledger *l);

/* Around all that follows. The caller may hold any lock of the program, so whoever has this one waits for no
 * other; that is also why fork() does not take it. What happens meanwhile is the agent's own, in a signal
 * handler too: it does not come here again. */
void ledger_lock(struct ledger *l);
void ledger_unlock(struct ledger *l);

/* The number of the stack, which may be new; LEDGER_NONE: there is no room. */
uint32_t ledger_find(struct ledger *l, const uintptr_t *frames, size_t count, bool is_cut);

/* Should stacks that nobody needs be thrown out? */
bool ledger_is_crowded(const struct ledger *l);
/* Throws out those without holders whose sums are all 0. ret_numbers, of l->count, gets what became of each
 * number, LEDGER_NONE for those that are gone. */
void ledger_compact(struct ledger *l, uint32_t *ret_numbers);
/* The code from start to end is no longer there: frames in it become LEDGER_GONE. */
void ledger_forget_code(struct ledger *l, uintptr_t start, uintptr_t end);

#endif
