/* A rule about a function that is in neither profile holds: it did not grow. But it may be a slip of the pen,
 * so it is counted and the caller says so. */
#include "cli/gate.h"

#include "base/alloc.h"

#include <stdlib.h>

enum status gate_open(const struct option_list *rules, struct gate *ret_gate, struct error *err)
{
    struct gate g = {.count = 0};
    for (size_t i = 0; i < rules->count; i++) {
        enum status status = rule_parse(rules->values[i], &g.rules[g.count], err);
        if (status != OK) {
            gate_release(&g);
            return status;
        }
        g.count++;
    }
    *ret_gate = g;
    return OK;
}

void gate_release(struct gate *g)
{
    for (size_t i = 0; i < g->count; i++)
        rule_release(&g->rules[i]);
    g->count = 0;
}

static void judge_one(const struct rule *r, struct slice name, const struct rule_sides *sides,
                      struct breaches *b)
{
    if (!rule_is_broken(r, sides))
        return;
    if ((b->count & (b->count - 1)) == 0)
        b->items = mem_resize(b->items, (b->count > 0 ? 2 * b->count : 1) * sizeof *b->items);
    b->items[b->count++] = (struct breach){r, name, sides->base, sides->now};
}

static void judge(const struct rule *r, const struct growth *growth, struct breaches *b)
{
    struct rule_sides sides = {growth->base_total, growth->now_total, growth->base_total, growth->now_total};
    bool is_idle = !r->is_total;
    if (r->is_total)
        judge_one(r, SLICE("total"), &sides, b);
    for (uint32_t i = 0; is_idle && i < growth->graph->nodes.count; i++)
        is_idle = !rule_names(r, graph_name(growth->graph, i));
    for (size_t i = 0; !is_idle && i < growth->count; i++) {
        const struct growth_row *row = &growth->rows[i];
        if (!rule_names(r, row->name))
            continue;
        sides.base = growth_base(row, r->is_flat);
        sides.now = growth_now(row, r->is_flat);
        if (!growth_is_noise(growth, sides.base, sides.now))
            judge_one(r, row->name, &sides, b);
    }
    if (is_idle)
        b->idle[b->idle_count++] = r;
}

static int by_growth(const void *a, const void *b)
{
    const struct breach *x = a, *y = b;
    double dx = (double)x->now - (double)x->base, dy = (double)y->now - (double)y->base;
    if (x->rule != y->rule)
        return x->rule < y->rule ? -1 : 1; /* as they were given */
    return dx != dy ? (dx < dy ? 1 : -1) : slice_cmp(x->name, y->name);
}

enum status gate_judge(struct gate *g, const struct growth *growth, struct breaches *ret_breaches,
                       struct error *err)
{
    const struct view *v = growth->graph->view;
    struct breaches b = {.count = 0};
    for (size_t i = 0; i < g->count; i++) {
        struct rule *r = &g->rules[i];
        enum status status = rule_scale(r, view_type_name(v, v->type), view_type_unit(v, v->type), err);
        if (status == OK)
            judge(r, growth, &b);
        if (status == OK && r->regex)
            status = regex_check(r->regex, err);
        if (status != OK) {
            breaches_release(&b);
            return status;
        }
    }
    if (b.count > 0)
        qsort(b.items, b.count, sizeof *b.items, by_growth);
    *ret_breaches = b;
    return OK;
}

void breaches_release(struct breaches *b)
{
    free(b->items);
    b->items = NULL;
    b->count = 0;
}
