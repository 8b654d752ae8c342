/*
 * A row is written whenever a rule that we keep has changed. Of expressions we know the forms that compilers
 * and assemblers write for the CFA: "what stands at a register plus offset", and the PLT's. Anything else
 * becomes ROW_UNKNOWN for its range.
 */
#include "agent/cfi_program.h"

#include "agent/registers.h"
#include "base/alloc.h"

enum { ROWS_FIRST = 1024 };

enum operation {
    CFA_SET_LOC = 0x01,
    CFA_ADVANCE_1,
    CFA_ADVANCE_2,
    CFA_ADVANCE_4,
    CFA_OFFSET_EXTENDED,
    CFA_RESTORE_EXTENDED,
    CFA_UNDEFINED,
    CFA_SAME_VALUE,
    CFA_REGISTER,
    CFA_REMEMBER,
    CFA_RESTORE_STATE,
    CFA_DEF,
    CFA_DEF_REGISTER,
    CFA_DEF_OFFSET,
    CFA_DEF_EXPRESSION,
    CFA_EXPRESSION,
    CFA_OFFSET_EXTENDED_SF,
    CFA_DEF_SF,
    CFA_DEF_OFFSET_SF,
    CFA_VAL_OFFSET,
    CFA_VAL_OFFSET_SF,
    CFA_VAL_EXPRESSION,
    CFA_NEGATE_RA_STATE = 0x2d, /* aarch64: signed addresses, stripped anyway */
    CFA_ARGS_SIZE = 0x2e,
    CFA_NEGATIVE_OFFSET = 0x2f,
    CFA_ADVANCE = 0x40, /* these three in the upper two bits */
    CFA_OFFSET = 0x80,
    CFA_RESTORE = 0xc0,
};

static uint8_t base_of(const struct cfi_state *s)
{
    return s->is_end ? ROW_END : s->base;
}

static bool same_rule(const struct row *row, const struct cfi_state *s)
{
    return row->base == base_of(s) && row->offset == s->offset && row->more == s->more && row->fp == s->fp &&
           row->ra == s->ra;
}

void row_list_add(struct row_list *l, uint64_t pc, const struct cfi_state *s)
{
    struct rows *rows = l->rows;
    struct row *last = rows->count > 0 ? &rows->row[rows->count - 1] : NULL;

    if (pc < l->module || pc - l->module > UINT32_MAX)
        return;

    uint32_t at = (uint32_t)(pc - l->module);
    if (last && last->pc > at) /* functions that overlap: the first one's rules stand */
        return;
    if (last && last->pc < at && same_rule(last, s))
        return;
    if (!last || last->pc < at) {
        if (rows->count == l->cap) {
            size_t cap = l->cap > 0 ? 2 * l->cap : ROWS_FIRST;
            if (cap > l->max)
                cap = l->max;
            if (rows->count == cap) {
                l->is_full = true;
                return;
            }
            l->cap = cap;
            l->rows = rows = mem_resize(rows, sizeof *rows + cap * sizeof(struct row));
        }
        last = &rows->row[rows->count++];
    }
    *last = (struct row){at, s->offset, s->fp, s->ra, base_of(s), s->more, 0};
}

static int16_t in_words(int64_t offset)
{
    return offset % ROW_WORD == 0 && offset / ROW_WORD > INT16_MIN && offset / ROW_WORD < ROW_SAME
               ? (int16_t)(offset / ROW_WORD)
               : INT16_MIN;
}

static void set_cfa(struct cfi_state *s, uint64_t reg, int64_t offset)
{
    s->base = reg == REGISTER_DWARF_SP ? ROW_SP : reg == REGISTER_DWARF_FP ? ROW_FP : ROW_UNKNOWN;
    s->offset = (int32_t)offset;
    s->more = 0;
    if (offset != s->offset)
        s->base = ROW_UNKNOWN;
}

static void saved_at(struct cfi_program *p, uint64_t reg, int64_t offset)
{
    if (reg == REGISTER_DWARF_FP)
        p->now.fp = in_words(offset);
    else if (reg == REGISTER_DWARF_RA)
        p->now.ra = in_words(offset);
}

static void restored(struct cfi_program *p, uint64_t reg)
{
    if (reg == REGISTER_DWARF_FP)
        p->now.fp = p->initial.fp;
    else if (reg == REGISTER_DWARF_RA)
        p->now.ra = p->initial.ra;
}

/* In another register, or by a rule that we do not follow. */
static void saved_elsewhere(struct cfi_program *p, uint64_t reg)
{
    if (reg == REGISTER_DWARF_FP)
        p->now.fp = INT16_MIN;
    else if (reg == REGISTER_DWARF_RA)
        p->now.base = ROW_UNKNOWN;
}

/* DW_OP_breg<sp or fp> offset, DW_OP_deref, perhaps DW_OP_plus_uconst; and the PLT's, which is
 * breg7 8, breg16 0, lit15, and, lit<n>, ge, lit3, shl, plus. */
static void set_expression(struct cfi_state *s, struct cursor e)
{
    enum { OP_DEREF = 0x06, OP_AND = 0x1a, OP_PLUS_UCONST = 0x23, OP_LIT0 = 0x30, OP_BREG0 = 0x70 };
    uint64_t reg = cursor_take(&e, 1) - OP_BREG0;
    int64_t offset = cursor_sleb(&e), more = 0;
    uint64_t next = cursor_take(&e, 1);

    s->base = ROW_UNKNOWN;
    if (e.over || offset != (int32_t)offset)
        return;
    if (next == OP_DEREF) {
        if (e.at < e.end && cursor_take(&e, 1) == OP_PLUS_UCONST)
            more = (int64_t)cursor_uleb(&e);
        if (e.over || e.at != e.end || more > INT8_MAX || more < 0)
            return;
        s->base = reg == REGISTER_DWARF_SP ? ROW_AT_SP : reg == REGISTER_DWARF_FP ? ROW_AT_FP : ROW_UNKNOWN;
        s->more = (int8_t)more;
    } else if (reg == REGISTER_DWARF_SP && offset == ROW_WORD && next == OP_BREG0 + REGISTER_DWARF_RA &&
               cursor_sleb(&e) == 0 && cursor_take(&e, 1) == OP_LIT0 + 15 && cursor_take(&e, 1) == OP_AND) {
        s->base = ROW_PLT;
        s->more = (int8_t)(cursor_take(&e, 1) - OP_LIT0);
    }
    s->offset = (int32_t)offset;
}

static void advance(struct cfi_program *p, uint64_t units)
{
    row_list_add(p->list, p->pc, &p->now);
    p->pc += units * p->code_align;
}

static void remember(struct cfi_program *p, struct cursor *c)
{
    if (p->kept_count == CFI_STATES_MAX)
        c->over = true;
    else
        p->kept[p->kept_count++] = p->now;
}

static void step_cfa(struct cfi_program *p, struct cursor *c, uint64_t op)
{
    uint64_t reg;

    switch (op) {
    case CFA_DEF:
        reg = cursor_uleb(c);
        set_cfa(&p->now, reg, (int64_t)cursor_uleb(c));
        break;
    case CFA_DEF_SF:
        reg = cursor_uleb(c);
        set_cfa(&p->now, reg, cursor_sleb(c) * p->data_align);
        break;
    case CFA_DEF_REGISTER: set_cfa(&p->now, cursor_uleb(c), p->now.offset); break;
    case CFA_DEF_OFFSET: p->now.offset = (int32_t)cursor_uleb(c); break;
    case CFA_DEF_OFFSET_SF: p->now.offset = (int32_t)(cursor_sleb(c) * p->data_align); break;
    case CFA_DEF_EXPRESSION: set_expression(&p->now, cursor_block(c)); break;
    default: c->over = true; /* an operation that is not known ends the program */
    }
}

static void step_saved(struct cfi_program *p, struct cursor *c, uint64_t op)
{
    uint64_t reg = cursor_uleb(c);

    switch (op) {
    case CFA_OFFSET_EXTENDED: saved_at(p, reg, (int64_t)cursor_uleb(c) * p->data_align); break;
    case CFA_OFFSET_EXTENDED_SF: saved_at(p, reg, cursor_sleb(c) * p->data_align); break;
    case CFA_NEGATIVE_OFFSET: saved_at(p, reg, -(int64_t)cursor_uleb(c) * p->data_align); break;
    case CFA_RESTORE_EXTENDED: restored(p, reg); break;
    case CFA_UNDEFINED:
        if (reg == REGISTER_DWARF_RA)
            p->now.is_end = true;
        else
            saved_elsewhere(p, reg);
        break;
    case CFA_SAME_VALUE:
        if (reg == REGISTER_DWARF_FP)
            p->now.fp = ROW_SAME;
        else if (reg == REGISTER_DWARF_RA)
            p->now.ra = ROW_SAME;
        break;
    case CFA_EXPRESSION:
    case CFA_VAL_EXPRESSION:
        (void)cursor_block(c);
        saved_elsewhere(p, reg);
        break;
    default: /* in a register, or a value beside the CFA: an operand that both skip */
        (void)cursor_uleb(c);
        saved_elsewhere(p, reg);
    }
}

static void step(struct cfi_program *p, struct cursor *c)
{
    uint64_t op = cursor_take(c, 1), low = op & 0x3f;

    switch (op & 0xc0) {
    case CFA_ADVANCE: advance(p, low); return;
    case CFA_OFFSET: saved_at(p, low, (int64_t)cursor_uleb(c) * p->data_align); return;
    case CFA_RESTORE: restored(p, low); return;
    default: break;
    }
    switch (op) {
    case 0: return;
    case CFA_ADVANCE_1: advance(p, cursor_take(c, 1)); return;
    case CFA_ADVANCE_2: advance(p, cursor_take(c, 2)); return;
    case CFA_ADVANCE_4: advance(p, cursor_take(c, 4)); return;
    case CFA_REMEMBER: remember(p, c); return;
    case CFA_RESTORE_STATE:
        if (p->kept_count > 0)
            p->now = p->kept[--p->kept_count];
        return;
    case CFA_NEGATE_RA_STATE: return;
    case CFA_ARGS_SIZE: (void)cursor_uleb(c); return;
    case CFA_OFFSET_EXTENDED:
    case CFA_OFFSET_EXTENDED_SF:
    case CFA_NEGATIVE_OFFSET:
    case CFA_RESTORE_EXTENDED:
    case CFA_UNDEFINED:
    case CFA_SAME_VALUE:
    case CFA_REGISTER:
    case CFA_EXPRESSION:
    case CFA_VAL_OFFSET:
    case CFA_VAL_OFFSET_SF:
    case CFA_VAL_EXPRESSION: step_saved(p, c, op); return;
    default: step_cfa(p, c, op);
    }
}

bool cfi_program_run(struct cfi_program *p, struct cursor code)
{
    while (code.at < code.end && !code.over)
        step(p, &code);
    return !code.over;
}
