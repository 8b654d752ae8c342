/* Growth doubles, so that adding is linear; the quota is asked before the memory is. */
#include "pprof/column.h"

#include "base/alloc.h"

#include <stdlib.h>

void column_release(struct column *c, struct quota *q)
{
    quota_give(q, c->cap * c->width);
    free(c->ptr);
    *c = (struct column){NULL, 0, 0, c->width};
}

bool column_grow(struct column *c, size_t more, struct quota *q)
{
    if (more > SIZE_MAX / c->width / 4 || c->cap > SIZE_MAX / c->width / 4) {
        q->over_max = true;
        return false;
    }

    size_t need = c->count + more;
    size_t cap = c->cap * 2 > COLUMN_FIRST_CAP ? c->cap * 2 : COLUMN_FIRST_CAP;
    if (cap < need)
        cap = need;
    if (!quota_take(q, (cap - c->cap) * c->width))
        return false;

    c->ptr = mem_resize(c->ptr, cap * c->width);
    c->cap = cap;
    return true;
}
