/*
 * Samples are sequences of location numbers, up to thousands long, with long common beginnings: comparing two
 * of them again and again from the leaf on would read the same numbers again and again. So they are sorted
 * number by number (Bentley and Sedgewick, "Fast algorithms for sorting and searching strings", 1997): split
 * into those whose number at this depth is less than, equal to and greater than that of a pivot, and go one
 * deeper for the equal. The number at hand stands beside the sample, so splitting reads one array from end to
 * end.
 *
 * The pivot is chosen by the process' hash seed, so nobody can prepare a profile that is slow to sort. The
 * largest of the three parts is done in a loop, the others by a call: at most log2(samples) calls are open at
 * once.
 */
#include "pprof/order.h"

#include "base/hash.h"

struct entry {
    uint32_t sample;
    uint32_t number; /* of its location at the current depth; 0: it ends before */
};

struct part {
    struct entry *at;
    size_t count;
    uint32_t depth;
};

static struct stack stack_of(const struct order *o, const struct entry *e)
{
    return COLUMN_AT(o->merged->stacks.samples, struct stack)[e->sample];
}

static uint32_t number_at(const struct order *o, struct stack s, uint32_t depth)
{
    if (depth >= s.depth)
        return 0;

    return order_number(&o->locations, COLUMN_AT(o->merged->stacks.locations, uint32_t)[s.at + depth]);
}

static bool is_before(const struct order *o, const struct entry *a, const struct entry *b, uint32_t depth)
{
    if (a->number != b->number || a->number == 0) {
        if (a->number != b->number)
            return a->number < b->number;
        return order_number(&o->sets, stack_of(o, a).labels) < order_number(&o->sets, stack_of(o, b).labels);
    }

    struct stack x = stack_of(o, a);
    struct stack y = stack_of(o, b);
    for (uint32_t d = depth + 1;; d++) {
        uint32_t n = number_at(o, x, d);
        uint32_t m = number_at(o, y, d);
        if (n != m)
            return n < m;
        if (n == 0)
            return order_number(&o->sets, x.labels) < order_number(&o->sets, y.labels);
    }
}

static void sort_few(const struct order *o, struct part p)
{
    for (size_t i = 1; i < p.count; i++) {
        struct entry e = p.at[i];
        size_t at = i;
        for (; at > 0 && is_before(o, &e, &p.at[at - 1], p.depth); at--)
            p.at[at] = p.at[at - 1];
        p.at[at] = e;
    }
}

static void swap(struct entry *a, struct entry *b)
{
    struct entry kept = *a;
    *a = *b;
    *b = kept;
}

/* The three parts of p; the equal ones still have their numbers of this depth. */
static void split(struct part p, struct part parts[3])
{
    uint32_t pivot = p.at[hash64_pair(p.count, p.depth) % p.count].number;
    size_t less = 0, at = 0, greater = p.count;
    while (at < greater) {
        if (p.at[at].number < pivot)
            swap(&p.at[at++], &p.at[less++]);
        else if (p.at[at].number > pivot)
            swap(&p.at[at], &p.at[--greater]);
        else
            at++;
    }
    parts[0] = (struct part){p.at, less, p.depth};
    parts[1] = (struct part){p.at + less, greater - less, p.depth};
    parts[2] = (struct part){p.at + greater, p.count - greater, p.depth};
}

/* The equal part one deeper. Stacks that ended there are equal: their label sets, which differ, decide, and
 * stand in for the number. */
static void descend(const struct order *o, struct part *p)
{
    if (p->count == 0)
        return;

    bool ended = p->at[0].number == 0;
    for (size_t i = 0; i < p->count; i++) {
        struct stack s = stack_of(o, &p->at[i]);
        p->at[i].number = ended ? order_number(&o->sets, s.labels) : number_at(o, s, p->depth + 1);
    }
    p->depth++;
}

enum { FEW = 8 };

static void sort_part(const struct order *o, struct part p)
{
    while (p.count > FEW) {
        struct part parts[3];
        split(p, parts);
        descend(o, &parts[1]);

        size_t largest = 0;
        for (size_t i = 1; i < ARRAY_LEN(parts); i++)
            if (parts[i].count > parts[largest].count)
                largest = i;
        for (size_t i = 0; i < ARRAY_LEN(parts); i++)
            if (i != largest && parts[i].count > 1)
                sort_part(o, parts[i]);
        p = parts[largest];
    }
    sort_few(o, p);
}

bool order_samples(struct order *o)
{
    size_t count = o->samples.count;
    if (count == 0)
        return true;

    struct column entries = COLUMN_OF(struct entry);
    struct entry *entry = column_add(&entries, count, o->quota);
    if (!entry)
        return false;

    uint32_t *samples = COLUMN_AT(o->samples, uint32_t);
    for (size_t i = 0; i < count; i++) {
        entry[i].sample = samples[i];
        entry[i].number = number_at(o, stack_of(o, &entry[i]), 0);
    }
    sort_part(o, (struct part){entry, count, 0});
    for (size_t i = 0; i < count; i++)
        samples[i] = entry[i].sample;
    column_release(&entries, o->quota);
    return true;
}
