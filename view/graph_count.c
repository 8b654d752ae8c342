/*
 * One walk over the samples. A frame that stands twice in a stack counts once, and so does a call: instead of
 * a set for each sample, every sum remembers the last sample that it took. A frame also remembers the edge
 * that led to it last: the next sample mostly comes the same way, and then no table is asked.
 */
#include "base/hash.h"
#include "view/graph_part.h"

void graph_count_release(struct graph_count *c)
{
    column_release(&c->tallies, &c->view->quota);
    column_release(&c->calls, &c->view->quota);
    table_release(&c->call_table, &c->view->quota);
}

/* What one sample adds. */
struct add {
    uint32_t stamp;
    int64_t value;
    int64_t base; /* the value's part that is the base's, not negative as a rule */
};

static struct graph_call *find_call(struct graph_count *c, struct graph_tally *to_tally, uint32_t from,
                                    uint32_t to)
{
    struct graph_call *calls = COLUMN_AT(c->calls, struct graph_call);
    if (to_tally->edge != GRAPH_NONE && calls[to_tally->edge].edge.from == from)
        return &calls[to_tally->edge];

    struct table_probe probe;
    uint64_t hash = hash64_pair(from, to);
    for (uint32_t i = table_first(&c->call_table, hash, &probe); i != TABLE_NONE;
         i = table_next(&c->call_table, &probe))
        if (calls[i].edge.from == from && calls[i].edge.to == to) {
            to_tally->edge = i;
            return &calls[i];
        }

    uint32_t index = (uint32_t)c->calls.count;
    struct graph_call *call = column_add(&c->calls, 1, &c->view->quota);
    if (!call || !table_put(&c->call_table, hash, index, &c->view->quota))
        return NULL;

    *call = (struct graph_call){.edge = {.from = from, .to = to, .inlined = true}};
    to_tally->edge = index;
    return call;
}

/* The first call in a stack says how it was made; others of the same pair are passed over with their flags.
 */
static bool count_call(struct graph_count *c, uint32_t from, const struct view_step *step, bool residual,
                       const struct add *add)
{
    struct graph_tally *to_tally = &COLUMN_AT(c->tallies, struct graph_tally)[step->frame];
    struct graph_call *call = find_call(c, to_tally, from, step->frame);
    if (!call)
        return false;
    if (call->stamp == add->stamp)
        return true;

    call->stamp = add->stamp;
    call->edge.weight = graph_add(call->edge.weight, add->value);
    call->edge.base_weight = graph_add(call->edge.base_weight, add->base);
    call->edge.residual |= residual;
    call->edge.inlined &= step->inlined;
    return true;
}

static bool count_stack(struct graph_count *c, const struct view_stack *stack, const char *kept,
                        const struct add *add)
{
    struct graph_tally *tallies = COLUMN_AT(c->tallies, struct graph_tally);
    uint32_t caller = GRAPH_NONE;
    bool residual = false;
    for (size_t i = 0; i < stack->count; i++) {
        const struct view_step *step = &stack->steps[i];
        if (kept && !kept[step->frame]) {
            residual = true;
            continue;
        }

        struct graph_tally *tally = &tallies[step->frame];
        if (tally->stamp != add->stamp) {
            tally->stamp = add->stamp;
            tally->cum = graph_add(tally->cum, add->value);
            tally->base_cum = graph_add(tally->base_cum, add->base);
        }
        if (caller != GRAPH_NONE && caller != step->frame && !count_call(c, caller, step, residual, add))
            return false;
        caller = step->frame;
        residual = false;
    }
    if (caller == GRAPH_NONE || residual)
        return true;

    tallies[caller].flat = graph_add(tallies[caller].flat, add->value);
    tallies[caller].base_flat = graph_add(tallies[caller].base_flat, add->base);
    return true;
}

bool graph_count_run(struct graph_count *c, const char *kept)
{
    struct view *v = c->view;
    if (!column_fill(&c->tallies, v->frames.count, 0, &v->quota))
        return false;
    for (size_t i = 0; i < c->tallies.count; i++)
        COLUMN_AT(c->tallies, struct graph_tally)[i].edge = GRAPH_NONE;
    column_reset(&c->calls);
    table_reset(&c->call_table);

    size_t samples = view_samples(v);
    for (size_t i = 0; i < samples; i++) {
        int64_t value = view_value(v, i, v->type);
        struct view_stack stack;
        if (value == 0)
            continue;
        if (!view_stack(v, i, &stack))
            return false;

        struct add add = {(uint32_t)i + 1, value, view_is_base(v, i) ? graph_negative(value) : 0};
        if (!count_stack(c, &stack, kept, &add))
            return false;
    }
    return true;
}
