/*
 * Four tables of the same kind: hash the key, compare with those that have the hash, else append. Functions
 * and lines are compared as bytes, which is why their structs have no padding.
 *
 * A mapping that folds in may have another start, file or build id than the one it folds into. Which of them
 * is shown must not depend on the order of the inputs: the smallest is.
 */
#include "pprof/symbols.h"

#include "base/hash.h"
#include "pprof/profile.h"

_Static_assert(sizeof(struct symbol_function) == 24, "padding would be part of the key");
_Static_assert(sizeof(struct symbol_line) == 24, "padding would be part of the key");
_Static_assert(sizeof(struct symbol_location) == 24, "padding would be part of the key");

enum { MAPPING_ROUND = 4096 };

void symbols_init(struct symbols *s, struct quota *quota)
{
    *s = (struct symbols){.quota = quota,
                          .strings = INTERN_INIT,
                          .mappings = COLUMN_OF(struct symbol_mapping),
                          .functions = COLUMN_OF(struct symbol_function),
                          .locations = COLUMN_OF(struct symbol_location),
                          .lines = COLUMN_OF(struct symbol_line)};
}

void symbols_release(struct symbols *s)
{
    intern_release(&s->strings, s->quota);
    column_release(&s->mappings, s->quota);
    column_release(&s->functions, s->quota);
    column_release(&s->locations, s->quota);
    column_release(&s->lines, s->quota);
    table_release(&s->mapping_table, s->quota);
    table_release(&s->function_table, s->quota);
    table_release(&s->location_table, s->quota);
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

int symbols_compare_mappings(const struct symbols *s, const struct symbol_mapping *a,
                             const struct symbol_mapping *b)
{
    int order = compare_numbers(a->start, b->start);
    if (order == 0)
        order = compare_numbers(a->limit, b->limit);
    if (order == 0)
        order = compare_numbers(a->offset, b->offset);
    if (order == 0)
        order = slice_cmp(intern_get(&s->strings, a->file), intern_get(&s->strings, b->file));
    if (order == 0)
        order = slice_cmp(intern_get(&s->strings, a->build_id), intern_get(&s->strings, b->build_id));
    return order;
}

static bool comes_first(const struct symbols *s, const struct symbol_mapping *a,
                        const struct symbol_mapping *b)
{
    if (a->is_first != b->is_first)
        return a->is_first;
    if (a->is_first && a->first_at != b->first_at)
        return a->first_at < b->first_at;

    return symbols_compare_mappings(s, a, b) < 0;
}

uint32_t symbols_first_mapping(const struct symbols *s)
{
    const struct symbol_mapping *all = COLUMN_AT(s->mappings, struct symbol_mapping);
    uint32_t first = SYMBOL_NONE;
    for (uint32_t i = 0; i < s->mappings.count; i++)
        if (all[i].is_known && (first == SYMBOL_NONE || comes_first(s, &all[i], &all[first])))
            first = i;
    return first;
}

/* The build id names the file if there is one, whatever its path is. A mapping with neither is one that tools
 * make up; all of a size are the same. */
static uint32_t mapping_name(const struct symbol_mapping *m)
{
    return m->build_id != 0 ? m->build_id : m->file;
}

static uint64_t mapping_size(const struct symbol_mapping *m)
{
    uint64_t size = m->limit - m->start + MAPPING_ROUND - 1;
    return size - size % MAPPING_ROUND;
}

void symbols_fold_mapping(struct symbols *s, uint32_t index, const struct symbol_mapping *m)
{
    struct symbol_mapping *old = &COLUMN_AT(s->mappings, struct symbol_mapping)[index];
    struct symbol_mapping folded = *m;
    folded.is_known = true;
    if (old->is_known) {
        if (symbols_compare_mappings(s, old, m) < 0)
            folded = *old;
        const struct symbol_mapping *first = old;
        if (m->is_first && (!old->is_first || m->first_at < old->first_at))
            first = m;
        folded.flags = old->flags & m->flags;
        folded.is_first = first->is_first;
        folded.first_at = first->first_at;
        folded.is_known = true;
    }
    *old = folded;
}

uint32_t symbols_mapping(struct symbols *s, const struct symbol_mapping *m)
{
    uint64_t hash = hash64_pair(hash64_pair(mapping_size(m), m->offset), mapping_name(m));
    struct table_probe probe;
    for (uint32_t i = table_first(&s->mapping_table, hash, &probe); i != TABLE_NONE;
         i = table_next(&s->mapping_table, &probe)) {
        const struct symbol_mapping *old = &COLUMN_AT(s->mappings, struct symbol_mapping)[i];
        if (mapping_size(old) == mapping_size(m) && old->offset == m->offset &&
            mapping_name(old) == mapping_name(m))
            return i;
    }

    struct symbol_mapping *element = column_add(&s->mappings, 1, s->quota);
    uint32_t index = (uint32_t)(s->mappings.count - 1);
    if (!element || !table_put(&s->mapping_table, hash, index, s->quota))
        return SYMBOL_NONE;

    *element = *m;
    element->is_known = element->is_first = false;
    return index;
}

uint32_t symbols_function(struct symbols *s, struct symbol_function f)
{
    f.zero = 0;
    uint64_t hash = hash64((struct slice){(const char *)&f, sizeof f});
    struct table_probe probe;
    for (uint32_t i = table_first(&s->function_table, hash, &probe); i != TABLE_NONE;
         i = table_next(&s->function_table, &probe))
        if (memcmp(&COLUMN_AT(s->functions, struct symbol_function)[i], &f, sizeof f) == 0)
            return i;

    struct symbol_function *element = column_add(&s->functions, 1, s->quota);
    uint32_t index = (uint32_t)(s->functions.count - 1);
    if (!element || !table_put(&s->function_table, hash, index, s->quota))
        return SYMBOL_NONE;

    *element = f;
    return index;
}

static bool same_location(const struct symbols *s, const struct symbol_location *a,
                          const struct symbol_location *b, const struct symbol_line *b_lines)
{
    return a->offset == b->offset && a->mapping == b->mapping && a->lines_count == b->lines_count &&
           a->folded == b->folded &&
           (a->lines_count == 0 || memcmp(COLUMN_AT(s->lines, struct symbol_line) + a->lines_at, b_lines,
                                          a->lines_count * sizeof *b_lines) == 0);
}

static uint32_t add_location(struct symbols *s, struct symbol_location l, const struct symbol_line *lines,
                             uint64_t hash)
{
    l.lines_at = (uint32_t)s->lines.count;
    if (s->lines.count + l.lines_count > UINT32_MAX) {
        s->quota->over_max = true;
        return SYMBOL_NONE;
    }
    if (l.lines_count > 0) {
        struct symbol_line *copy = column_add(&s->lines, l.lines_count, s->quota);
        if (!copy)
            return SYMBOL_NONE;
        memcpy(copy, lines, l.lines_count * sizeof *lines);
    }

    struct symbol_location *element = column_add(&s->locations, 1, s->quota);
    uint32_t index = (uint32_t)(s->locations.count - 1);
    if (!element || !table_put(&s->location_table, hash, index, s->quota))
        return SYMBOL_NONE;

    *element = l;
    return index;
}

uint32_t symbols_location(struct symbols *s, struct symbol_location l, const struct symbol_line *lines)
{
    l.lines_at = 0;
    uint64_t hash = hash64((struct slice){(const char *)&l, sizeof l});
    if (l.lines_count > 0)
        hash = hash64_pair(hash, hash64((struct slice){(const char *)lines, l.lines_count * sizeof *lines}));

    struct table_probe probe;
    for (uint32_t i = table_first(&s->location_table, hash, &probe); i != TABLE_NONE;
         i = table_next(&s->location_table, &probe))
        if (same_location(s, &COLUMN_AT(s->locations, struct symbol_location)[i], &l, lines))
            return i;

    return add_location(s, l, lines, hash);
}
