/*
 * One array holds all stacks, four bytes a frame. The carries are a list of their own because real values
 * never overflow: it costs nothing when it is empty, and exactness when it is not (saturating while adding
 * would make MAX + 1 - 1 depend on the order).
 */
#include "pprof/stacks.h"

#include "base/hash.h"
#include "base/slice.h"

_Static_assert(sizeof(struct stack_label) == 24, "padding would be part of the key");

void stacks_init(struct stacks *s, uint32_t types, struct quota *quota)
{
    *s = (struct stacks){.quota = quota,
                         .types = types,
                         .locations = COLUMN_OF(uint32_t),
                         .samples = COLUMN_OF(struct stack),
                         .values = COLUMN_OF(int64_t),
                         .labels = COLUMN_OF(struct stack_label),
                         .sets = COLUMN_OF(struct stack_labels),
                         .carries = COLUMN_OF(struct stack_carry)};
}

void stacks_release(struct stacks *s)
{
    column_release(&s->locations, s->quota);
    column_release(&s->samples, s->quota);
    column_release(&s->values, s->quota);
    column_release(&s->labels, s->quota);
    column_release(&s->sets, s->quota);
    column_release(&s->carries, s->quota);
    table_release(&s->sample_table, s->quota);
    table_release(&s->set_table, s->quota);
    table_release(&s->carry_table, s->quota);
}

void stacks_reset(struct stacks *s, uint32_t types)
{
    column_reset(&s->locations);
    column_reset(&s->samples);
    column_reset(&s->values);
    column_reset(&s->labels);
    column_reset(&s->sets);
    column_reset(&s->carries);
    table_reset(&s->sample_table);
    table_reset(&s->set_table);
    table_reset(&s->carry_table);
    s->types = types;
}

static uint32_t add_set(struct stacks *s, const struct stack_label *labels, uint32_t count)
{
    if (s->labels.count + count > UINT32_MAX) {
        s->quota->over_max = true;
        return STACKS_NONE;
    }

    struct stack_labels *set = column_add(&s->sets, 1, s->quota);
    if (!set)
        return STACKS_NONE;

    *set = (struct stack_labels){(uint32_t)s->labels.count, count};
    if (count > 0) {
        struct stack_label *copy = column_add(&s->labels, count, s->quota);
        if (!copy)
            return STACKS_NONE;
        memcpy(copy, labels, count * sizeof *labels);
    }
    return (uint32_t)(s->sets.count - 1);
}

uint32_t stacks_labels(struct stacks *s, const struct stack_label *labels, uint32_t count)
{
    if (s->sets.count == 0 && add_set(s, NULL, 0) == STACKS_NONE)
        return STACKS_NONE;
    if (count == 0)
        return 0;

    size_t bytes = count * sizeof *labels;
    uint64_t hash = hash64((struct slice){(const char *)labels, bytes});
    struct table_probe probe;
    for (uint32_t i = table_first(&s->set_table, hash, &probe); i != TABLE_NONE;
         i = table_next(&s->set_table, &probe)) {
        struct stack_labels set = COLUMN_AT(s->sets, struct stack_labels)[i];
        if (set.count == count &&
            (bytes == 0 || memcmp(COLUMN_AT(s->labels, struct stack_label) + set.at, labels, bytes) == 0))
            return i;
    }

    uint32_t index = add_set(s, labels, count);
    return index != STACKS_NONE && table_put(&s->set_table, hash, index, s->quota) ? index : STACKS_NONE;
}

static struct stack_carry *carry_of(const struct stacks *s, uint64_t value)
{
    if (s->carries.count == 0)
        return NULL;

    struct table_probe probe;
    for (uint32_t i = table_first(&s->carry_table, hash64_pair(value, 0), &probe); i != TABLE_NONE;
         i = table_next(&s->carry_table, &probe))
        if (COLUMN_AT(s->carries, struct stack_carry)[i].value == value)
            return &COLUMN_AT(s->carries, struct stack_carry)[i];

    return NULL;
}

static bool add_carry(struct stacks *s, uint64_t value, int64_t carry)
{
    struct stack_carry *c = carry_of(s, value);
    if (!c) {
        c = column_add(&s->carries, 1, s->quota);
        if (!c ||
            !table_put(&s->carry_table, hash64_pair(value, 0), (uint32_t)(s->carries.count - 1), s->quota))
            return false;
        *c = (struct stack_carry){value, 0};
    }
    c->carry += carry;
    return true;
}

/* A sum as its low 64 bits and what is above them. */
static bool store(struct stacks *s, uint64_t at, __int128 sum, int64_t old_carry)
{
    int64_t low = (int64_t)(uint64_t)sum;
    int64_t carry = (int64_t)((sum - low) >> 64);
    COLUMN_AT(s->values, int64_t)[at] = low;
    return carry == old_carry || add_carry(s, at, carry - old_carry);
}

static bool add_value(struct stacks *s, uint64_t at, int64_t value, int64_t factor)
{
    return store(s, at, (__int128)value * factor + COLUMN_AT(s->values, int64_t)[at], 0);
}

static uint32_t add_sample(struct stacks *s, struct stack key, const uint32_t *locations, uint64_t hash)
{
    if (s->locations.count + key.depth > UINT32_MAX) {
        s->quota->over_max = true;
        return STACKS_NONE;
    }

    key.at = (uint32_t)s->locations.count;
    struct stack *sample = column_add(&s->samples, 1, s->quota);
    int64_t *values = column_add(&s->values, s->types, s->quota);
    uint32_t index = (uint32_t)(s->samples.count - 1);
    if (!sample || !values || !table_put(&s->sample_table, hash, index, s->quota))
        return STACKS_NONE;

    if (key.depth > 0) {
        uint32_t *copy = column_add(&s->locations, key.depth, s->quota);
        if (!copy)
            return STACKS_NONE;
        memcpy(copy, locations, key.depth * sizeof *locations);
    }
    *sample = key;
    memset(values, 0, s->types * sizeof *values);
    return index;
}

uint64_t stacks_hash(struct stack key, const uint32_t *locations)
{
    return hash64_pair(hash64((struct slice){(const char *)locations, key.depth * sizeof *locations}),
                       key.labels);
}

static uint32_t find_sample(struct stacks *s, struct stack key, const uint32_t *locations, uint64_t hash)
{
    size_t bytes = key.depth * sizeof *locations;
    struct table_probe probe;
    for (uint32_t i = table_first(&s->sample_table, hash, &probe); i != TABLE_NONE;
         i = table_next(&s->sample_table, &probe)) {
        struct stack old = COLUMN_AT(s->samples, struct stack)[i];
        if (old.depth == key.depth && old.labels == key.labels &&
            (bytes == 0 || memcmp(COLUMN_AT(s->locations, uint32_t) + old.at, locations, bytes) == 0))
            return i;
    }
    return add_sample(s, key, locations, hash);
}

/* What real profiles do: all sums fit. Else nothing is changed. */
static bool add_values(int64_t *sums, const int64_t *values, uint32_t count)
{
    bool over = false;
    for (uint32_t i = 0; i < count; i++) {
        int64_t sum;
        over |= __builtin_add_overflow(sums[i], values[i], &sum);
    }
    if (over)
        return false;

    for (uint32_t i = 0; i < count; i++)
        sums[i] += values[i];
    return true;
}

bool stacks_add_hashed(struct stacks *s, struct stack key, const uint32_t *locations, const int64_t *values,
                       int64_t factor, uint64_t hash)
{
    uint32_t index = find_sample(s, key, locations, hash);
    if (index == STACKS_NONE)
        return false;

    uint64_t at = (uint64_t)index * s->types;
    if (factor == 1 && add_values(COLUMN_AT(s->values, int64_t) + at, values, s->types))
        return true;
    for (uint32_t i = 0; i < s->types; i++)
        if (!add_value(s, at + i, values[i], factor))
            return false;

    return true;
}

bool stacks_add(struct stacks *s, struct stack key, const uint32_t *locations, const int64_t *values,
                int64_t factor)
{
    return stacks_add_hashed(s, key, locations, values, factor, stacks_hash(key, locations));
}

static __int128 exact(const struct stacks *s, uint64_t at)
{
    const struct stack_carry *c = carry_of(s, at);
    return (c ? c->carry : 0) * ((__int128)1 << 64) + COLUMN_AT(s->values, int64_t)[at];
}

__int128 stacks_exact(const struct stacks *s, uint32_t sample, uint32_t type)
{
    return exact(s, (uint64_t)sample * s->types + type);
}

bool stacks_set(struct stacks *s, uint32_t sample, uint32_t type, __int128 sum)
{
    uint64_t at = (uint64_t)sample * s->types + type;
    const struct stack_carry *c = carry_of(s, at);
    return store(s, at, sum, c ? c->carry : 0);
}

bool stacks_add_sum(struct stacks *s, struct stack key, const uint32_t *locations, const struct stacks *from,
                    uint32_t sample)
{
    uint32_t index = find_sample(s, key, locations, stacks_hash(key, locations));
    if (index == STACKS_NONE)
        return false;

    for (uint32_t i = 0; i < s->types; i++)
        if (!stacks_set(s, index, i, stacks_exact(s, index, i) + stacks_exact(from, sample, i)))
            return false;

    return true;
}

bool stacks_set_has(const struct stacks *s, uint32_t set, uint32_t key, uint32_t text)
{
    struct stack_labels labels = COLUMN_AT(s->sets, struct stack_labels)[set];
    for (uint32_t i = 0; i < labels.count; i++) {
        const struct stack_label *label = &COLUMN_AT(s->labels, struct stack_label)[labels.at + i];
        if (label->key == key && label->text == text)
            return true;
    }
    return false;
}

bool stacks_is_zero(const struct stacks *s, uint32_t sample)
{
    for (uint32_t i = 0; i < s->types; i++) {
        uint64_t at = (uint64_t)sample * s->types + i;
        const struct stack_carry *c = carry_of(s, at);
        if (COLUMN_AT(s->values, int64_t)[at] != 0 || (c && c->carry != 0))
            return false;
    }
    return true;
}

int64_t stacks_sum(const struct stacks *s, uint32_t sample, uint32_t type, bool *saturated)
{
    uint64_t at = (uint64_t)sample * s->types + type;
    const struct stack_carry *c = carry_of(s, at);
    if (!c || c->carry == 0)
        return COLUMN_AT(s->values, int64_t)[at];

    *saturated = true;
    return c->carry > 0 ? INT64_MAX : INT64_MIN;
}
