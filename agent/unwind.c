/*
 * A return address must lie in an executable segment and a caller's frame above its callee's: a wrong rule
 * ends the walk, it does not lead it astray. Frame pointers are the second choice, for a function without
 * them leaves its caller's in place and following it would skip a frame unnoticed.
 */
#include "agent/unwind.h"

#include "agent/memory.h"

#include <string.h>

enum { BEFORE_BYTES = 64 }; /* a window begins so much before what was asked: its neighbour is next */

static bool get_word(struct walk *w, uintptr_t at, uintptr_t *ret_word)
{
    struct stack_window *window = w->window;

    if (at % sizeof at != 0)
        return false;
    if (at < window->from || at - window->from + sizeof at > window->len) {
        uintptr_t sp = w->registers.sp;
        window->from = at < sp ? at : at - sp > BEFORE_BYTES ? at - BEFORE_BYTES : sp;
        window->len = memory_read(window->from, window->bytes, sizeof window->bytes);
        if (at - window->from + sizeof at > window->len)
            return false;
    }
    memcpy(ret_word, window->bytes + (at - window->from), sizeof *ret_word);
    return true;
}

/* The caller's registers become those at hand, if they can be right. */
static bool go_to(struct walk *w, uintptr_t pc, uintptr_t sp, uintptr_t fp)
{
    pc = registers_strip(pc);
    if (pc == 0)
        return false;
    if (!code_map_find(w->map, pc - 1)) {
        w->is_strange = true;
        return false;
    }
    w->registers = (struct registers){.pc = pc, .sp = sp, .fp = fp};
    return true;
}

static bool step_by_frame_pointer(struct walk *w)
{
    uintptr_t fp = w->registers.fp, pc, before;

    return fp >= w->registers.sp && get_word(w, fp, &before) && get_word(w, fp + ROW_WORD, &pc) &&
           go_to(w, pc, fp + 2 * (uintptr_t)ROW_WORD, before);
}

/* What a signal interrupted: its address is exact. */
static bool step_over_signal(struct walk *w, bool *ret_exact)
{
    uintptr_t sp = w->registers.sp, pc, below, fp;

    if (!get_word(w, sp + SIGNAL_FRAME_PC, &pc) || !get_word(w, sp + SIGNAL_FRAME_SP, &below) ||
        !get_word(w, sp + SIGNAL_FRAME_FP, &fp) || !go_to(w, pc, below, fp))
        return false;
    *ret_exact = true;
    return true;
}

/* The canonical frame address; 0: it cannot be had. */
static uintptr_t cfa_of(struct walk *w, const struct row *row)
{
    const struct registers *r = &w->registers;
    uintptr_t value = 0, offset = (uintptr_t)(intptr_t)row->offset;

    switch (row->base) {
    case ROW_SP: return r->sp + offset;
    case ROW_FP: return r->fp + offset;
    case ROW_AT_SP: return get_word(w, r->sp + offset, &value) ? value + (uintptr_t)row->more : 0;
    case ROW_AT_FP: return get_word(w, r->fp + offset, &value) ? value + (uintptr_t)row->more : 0;
    case ROW_PLT: return r->sp + ROW_WORD + ((r->pc & 15) >= (uintptr_t)row->more ? ROW_WORD : 0);
    default: return 0;
    }
}

static uintptr_t from_cfa(uintptr_t cfa, int16_t words)
{
    return cfa + (uintptr_t)((intptr_t)words * ROW_WORD);
}

static bool step_by_rule(struct walk *w, const struct row *row, bool is_first)
{
    uintptr_t cfa = cfa_of(w, row), pc = w->registers.lr, fp = w->registers.fp;

    if (cfa < w->registers.sp || (cfa == w->registers.sp && !is_first))
        return false;
    if (row->ra != ROW_SAME && (row->ra == INT16_MIN || !get_word(w, from_cfa(cfa, row->ra), &pc)))
        return false;
    if (row->fp == INT16_MIN)
        fp = 0;
    else if (row->fp != ROW_SAME && !get_word(w, from_cfa(cfa, row->fp), &fp))
        return false;
    return go_to(w, pc, cfa, fp);
}

static const struct row *rule_for(const struct walk *w, uintptr_t address)
{
    const struct segment *segment = code_map_find(w->map, address);
    if (!segment || !segment->module)
        return NULL;

    struct module *module = segment->module;
    const struct rows *rows = atomic_load_explicit(&module->rows, memory_order_acquire);
    if (!rows) {
        atomic_store_explicit(&module->wanted, true, memory_order_relaxed);
        return NULL;
    }
    return address - module->start <= UINT32_MAX ? rows_find(rows, (uint32_t)(address - module->start))
                                                 : NULL;
}

void unwind_walk(struct walk *w)
{
    bool exact = true, more = true;

    w->window->from = w->window->len = 0;
    w->is_strange = !code_map_find(w->map, w->registers.pc);
    for (w->count = 0; more;) {
        if (w->count == w->max) {
            w->is_cut = true;
            return;
        }
        uintptr_t address = exact ? w->registers.pc : w->registers.pc - 1;
        w->frames[w->count++] = address;

        const struct row *row = rule_for(w, address);
        exact = false;
        if (!row || row->base == ROW_UNKNOWN)
            more = step_by_frame_pointer(w);
        else if (row->base == ROW_END)
            more = false;
        else if (row->base == ROW_SIGNAL)
            more = step_over_signal(w, &exact);
        else
            more = step_by_rule(w, row, w->count == 1);
    }
}
