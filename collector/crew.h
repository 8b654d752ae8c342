/*
 * A crew: threads that merge the inputs of one question together. Each claims the next input, reads it into a
 * partial merge of its own, and at the end all of these are joined. The bytes and the error are those of one
 * thread alone: inputs are claimed in order, so when one of them fails, all before it have been looked at,
 * and the first that failed is the one that is told.
 *
 * One crew serves all questions: together they use as many threads as there are processors. A question that
 * comes when all are busy merges alone, on its own thread.
 *
 * Merging is long and can wait; taking profiles in is short and cannot. So whoever merges has a lower
 * priority from then on (nice 10, SCHED_BATCH): an ingesting thread that wakes up gets the processor at once,
 * and merging still gets all that is left.
 */
#ifndef COLLECTOR_CREW_H
#define COLLECTOR_CREW_H

#include "collector/prefetch.h"
#include "pprof/merge.h"

struct crew;

/* For `threads` at once, those of the questions included; with 1, everything runs on their own threads. */
struct crew *crew_new(int threads);
/* The processors that this process may use. */
int crew_processors(void);
/* No work is under way. Takes NULL. */
void crew_free(struct crew *c);

struct crew_work {
    struct prefetch *inputs;
    size_t count; /* of inputs */
    /* Puts an input into a merge, or leaves it out. Any thread. */
    enum status (*add)(void *user, const struct prefetch_object *input, struct merge *merge,
                       struct error *err);
    void *user;
    bool alone; /* on this thread only */
};

/*
 * Merges all inputs into `merge`. *ret_threads is how many took part, also after an error. The error is that
 * of the first input that has one, or E_TOO_LARGE or E_BUSY from the memory; whether memory suffices can
 * depend on the number of threads, so the caller tries E_TOO_LARGE again alone. On the caller's thread.
 */
NODISCARD enum status crew_merge(struct crew *c, const struct crew_work *work, struct merge *merge,
                                 size_t *ret_threads, struct error *err);

#endif
