/* What the scheduler reads stands apart from what a page shows: the second has a lock of its own, so that
 * looking at a page never holds up a round. */
#include "scrape/watched.h"

#include "base/alloc.h"
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

struct watched *watched_new(struct target *take_target, size_t source, struct budget *deltas)
{
    struct watched *w = mem_zero(1, sizeof *w);

    w->target = take_target;
    w->source = source;
    w->place = hash64(take_target->url);
    for (size_t i = 0; i < PROBES_MAX; i++)
        w->deltas[i] = DELTA_INIT(deltas);
    pthread_mutex_init(&w->lock, NULL);
    return w;
}

void watched_free(struct watched *w)
{
    if (!w)
        return;

    for (size_t i = 0; i < PROBES_MAX; i++)
        delta_release(&w->deltas[i]);
    pthread_mutex_destroy(&w->lock);
    target_free(w->target);
    free(w);
}

void watched_show(struct watched *w, struct asked ret_asked[static PROBES_MAX], bool *ret_is_down)
{
    pthread_mutex_lock(&w->lock);
    memcpy(ret_asked, w->asked, sizeof w->asked);
    *ret_is_down = w->is_down;
    pthread_mutex_unlock(&w->lock);
}
