/* A semaphore counts the places: a completion gives its place back, and the last ones are collected at the
 * end. */
#include "tests/contract/batch.h"

#include "base/clock.h"

#include <semaphore.h>
#include <stdlib.h>

static void completed(struct store_op *op)
{
    if (sem_post((sem_t *)op->user) != 0)
        abort();
}

static void wait_for(sem_t *s)
{
    while (sem_wait(s) != 0)
        ;
}

void batch_run(struct store *store, struct store_op *ops, size_t count)
{
    sem_t places;
    if (sem_init(&places, 0, BATCH_CONCURRENT) != 0)
        abort();

    for (size_t i = 0; i < count; i++) {
        wait_for(&places);
        ops[i].done = completed;
        ops[i].user = &places;
        if (ops[i].deadline_ms == 0)
            ops[i].deadline_ms = clock_mono_ms() + BATCH_DEADLINE_MS;
        store_submit(store, &ops[i]);
    }
    for (int i = 0; i < BATCH_CONCURRENT; i++)
        wait_for(&places);
    (void)sem_destroy(&places);
}
