/* Rounds of a lane are numbered from 1 and run one at a time, so `started` is also the number of the one
 * under way. */
#include "collector/barrier.h"

static void take_out(struct barrier_wait *w)
{
    *w->link = w->next;
    if (w->next)
        w->next->link = w->link;
    w->next = NULL;
    w->link = NULL;
}

void barrier_join(struct barrier *b, struct barrier_wait *w)
{
    *w = (struct barrier_wait){0};
    for (unsigned lane = 0; lane < ID_LANES; lane++) {
        if (!b->follows[lane])
            continue;
        w->need[lane] = b->started[lane] + 1;
        w->left++;
    }
    if (w->left == 0)
        return;
    w->next = b->waiting;
    w->link = &b->waiting;
    if (w->next)
        w->next->link = &w->next;
    b->waiting = w;
}

bool barrier_leave(struct barrier *b, struct barrier_wait *w)
{
    (void)b;
    if (!w->link)
        return false;
    take_out(w);
    return true;
}

bool barrier_wanted(const struct barrier *b, unsigned lane)
{
    for (const struct barrier_wait *w = b->waiting; w; w = w->next)
        if (w->need[lane] > b->started[lane])
            return true;
    return false;
}

void barrier_started(struct barrier *b, unsigned lane)
{
    b->started[lane]++;
}

struct barrier_wait *barrier_finished(struct barrier *b, unsigned lane, bool ok)
{
    struct barrier_wait *complete = NULL;

    for (struct barrier_wait *w = b->waiting, *next; w; w = next) {
        next = w->next;
        if (w->need[lane] == 0 || w->need[lane] > b->started[lane])
            continue;
        w->need[lane] = 0;
        w->left--;
        w->failed |= !ok;
        if (w->left > 0 && ok)
            continue;
        take_out(w);
        w->next = complete;
        complete = w;
    }
    return complete;
}
