/*
 * Runs the instructions of one function's call frame information and writes the rows that come of it.
 */
#ifndef AGENT_CFI_PROGRAM_H
#define AGENT_CFI_PROGRAM_H

#include "agent/cfi_cursor.h"
#include "agent/rows.h"

/* Rows that grow; they must come in the order of their addresses. */
struct row_list {
    uintptr_t module; /* pcs count from it */
    struct rows *rows;
    size_t cap, max;
    bool is_full; /* something was left out */
};

/* The rules that we keep: where the CFA, the frame pointer and the return address are. */
struct cfi_state {
    uint8_t base; /* enum row_base */
    int8_t more;
    int32_t offset;
    int16_t fp, ra;
    bool is_end;
};

enum { CFI_STATES_MAX = 8 }; /* remembered within each other; compilers write one or two */

struct cfi_program {
    struct row_list *list;
    uint64_t code_align;
    int64_t data_align;
    struct cfi_state now, initial;
    struct cfi_state kept[CFI_STATES_MAX];
    size_t kept_count;
    uint64_t pc;
};

/* Before the first instruction of a module's CIE. */
#define CFI_STATE_INIT ((struct cfi_state){ROW_UNKNOWN, 0, 0, ROW_SAME, ROW_SAME, false})

/* Runs all of `code` from p->now on; rows are written for what holds before each advance of p->pc. False: it
 * is damaged, or says what we do not know. */
bool cfi_program_run(struct cfi_program *p, struct cursor code);

/* s holds from pc on. */
void row_list_add(struct row_list *l, uint64_t pc, const struct cfi_state *s);

#endif
