/* A list that is searched from its beginning: there are a dozen names, seldom a hundred. */
#include "scrape/attributes.h"

#include <string.h>

void attributes_init(struct attributes *a, struct arena *arena)
{
    a->arena = arena;
    a->count = 0;
    a->full = false;
}

static size_t find(const struct attributes *a, struct slice name)
{
    for (size_t i = 0; i < a->count; i++)
        if (slice_eq(a->items[i].name, name))
            return i;
    return a->count;
}

struct slice attributes_get(const struct attributes *a, struct slice name)
{
    size_t at = find(a, name);

    return at < a->count ? a->items[at].value : SLICE_NULL;
}

void attributes_remove(struct attributes *a, size_t index)
{
    a->count--;
    memmove(&a->items[index], &a->items[index + 1], (a->count - index) * sizeof a->items[0]);
}

void attributes_set(struct attributes *a, struct slice name, struct slice value)
{
    size_t at = find(a, name);

    if (value.len == 0) {
        if (at < a->count)
            attributes_remove(a, at);
        return;
    }
    struct slice kept = arena_copy(a->arena, value);
    if (at < a->count && kept.ptr) {
        a->items[at].value = kept;
        return;
    }
    struct slice named = arena_copy(a->arena, name);
    if (!kept.ptr || !named.ptr || a->count == LIMIT_ATTRIBUTES) {
        a->full = true;
        return;
    }
    a->items[a->count++] = (struct attribute){named, kept};
}

void attributes_default(struct attributes *a, struct slice name, struct slice value)
{
    if (find(a, name) == a->count)
        attributes_set(a, name, value);
}

void attributes_add(struct attributes *a, const struct attributes *more)
{
    for (size_t i = 0; i < more->count; i++)
        attributes_set(a, more->items[i].name, more->items[i].value);
    a->full = a->full || more->full;
}

enum status attributes_check(const struct attributes *a, struct error *err)
{
    if (!a->full)
        return OK;

    return error_set(err, E_TOO_LARGE, "a target has more than %lu labels, or too long ones",
                     LIMIT_ATTRIBUTES);
}
