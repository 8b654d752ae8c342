/*
 * '-' parts items and '.' parts the three fields of one; neither can occur in an escaped name, so splitting
 * comes first and unescaping second.
 */
#include "model/facts.h"

#include "model/escape.h"

#include <inttypes.h>

bool facts_are_sayable(const struct facts *facts)
{
    if (!facts->present || facts->duration_ms < 0 || facts->count > LIMIT_SAMPLE_TYPES)
        return false;
    if (facts->default_index >= facts->count && facts->default_index > 0)
        return false;

    for (size_t i = 0; i < facts->count; i++) {
        const struct fact *fact = &facts->items[i];
        if (fact->name.len == 0 || fact->unit.len == 0 || fact->total < 0)
            return false;
    }
    return true;
}

void facts_encode(const struct facts *facts, struct buf *out)
{
    if (!facts_are_sayable(facts))
        return;

    buf_printf(out, "%" PRId64 "-%zu", facts->duration_ms, facts->default_index);
    for (size_t i = 0; i < facts->count; i++) {
        buf_append_byte(out, '-');
        escape_append(facts->items[i].name, ESCAPE_NAME, out);
        buf_append_byte(out, '.');
        escape_append(facts->items[i].unit, ESCAPE_NAME, out);
        buf_printf(out, ".%" PRId64, facts->items[i].total);
    }
}

/* A number as facts_encode() writes it. */
static bool read_number(struct slice text, int64_t *ret_number)
{
    uint64_t number;
    if (text.len > 1 && text.ptr[0] == '0')
        return false;
    if (!slice_to_u64(text, &number) || number > INT64_MAX)
        return false;

    *ret_number = (int64_t)number;
    return true;
}

/* Unescapes into *room, which shrinks by what was used. */
static bool read_name(struct slice text, char **room, struct slice *ret_name)
{
    size_t len;
    if (text.len == 0 || !escape_undo(text, ESCAPE_NAME, *room, &len))
        return false;

    *ret_name = slice_make(*room, len);
    *room += len;
    return true;
}

static bool read_fact(struct slice text, char **room, struct fact *ret_fact)
{
    struct slice name, unit, total;
    return slice_split(&text, '.', &name) && slice_split(&text, '.', &unit) &&
           slice_split(&text, '.', &total) && text.ptr == NULL && read_name(name, room, &ret_fact->name) &&
           read_name(unit, room, &ret_fact->unit) && read_number(total, &ret_fact->total);
}

static bool read_facts(struct slice text, char *room, struct facts *facts)
{
    struct slice piece;
    int64_t index;
    if (!slice_split(&text, '-', &piece) || !read_number(piece, &facts->duration_ms))
        return false;
    if (!slice_split(&text, '-', &piece) || !read_number(piece, &index))
        return false;

    while (slice_split(&text, '-', &piece)) {
        if (facts->count == LIMIT_SAMPLE_TYPES || !read_fact(piece, &room, &facts->items[facts->count]))
            return false;

        facts->count++;
    }
    if (index > 0 && (uint64_t)index >= facts->count)
        return false;

    facts->default_index = (size_t)index;
    return true;
}

enum status facts_parse(struct slice text, struct arena *arena, struct facts *ret_facts, struct error *err)
{
    struct facts facts = {.present = text.len > 0};
    if (facts.present) {
        char *room = arena_alloc(arena, text.len);
        if (!room)
            return error_set(err, E_TOO_LARGE, "facts do not fit in memory");
        if (!read_facts(text, room, &facts))
            return error_set(err, E_INVALID, "facts are malformed");
    }
    *ret_facts = facts;
    return OK;
}

bool facts_equal(const struct facts *a, const struct facts *b)
{
    if (!a->present || !b->present)
        return a->present == b->present;
    if (a->duration_ms != b->duration_ms || a->default_index != b->default_index || a->count != b->count)
        return false;

    for (size_t i = 0; i < a->count; i++) {
        const struct fact *x = &a->items[i], *y = &b->items[i];
        if (!slice_eq(x->name, y->name) || !slice_eq(x->unit, y->unit) || x->total != y->total)
            return false;
    }
    return true;
}
