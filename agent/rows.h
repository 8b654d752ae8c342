/*
 * Unwind rules of one module as a sorted array: what the handler looks an address up in. Made by cfi.h in
 * memory of our own, so that a module which is unloaded meanwhile takes nothing from under the handler.
 */
#ifndef AGENT_ROWS_H
#define AGENT_ROWS_H

#include <stddef.h>
#include <stdint.h>

enum row_base {
    ROW_UNKNOWN, /* no rule, or one that we do not follow: the frame pointer is tried */
    ROW_SP,      /* CFA = stack pointer + offset */
    ROW_FP,      /* CFA = frame pointer + offset */
    ROW_AT_SP,   /* CFA = what stands at stack pointer + offset, + more */
    ROW_AT_FP,
    ROW_PLT,    /* CFA = stack pointer + 8, and 8 more from byte `more` of each 16-byte entry on */
    ROW_SIGNAL, /* the code that returns from a signal handler */
    ROW_END,    /* the outermost frame */
};

enum {
    ROW_WORD = 8,
    ROW_SAME = INT16_MAX, /* of fp: the register still has the caller's value; of ra: it is in lr */
};

/* CFA, the canonical frame address, is the caller's stack pointer at the call. Holds from pc up to the next
 * row's. */
struct row {
    uint32_t pc; /* from the module's first byte */
    int32_t offset;
    int16_t fp; /* where the caller's frame pointer is saved, in words from the CFA */
    int16_t ra; /* the return address */
    uint8_t base;
    int8_t more;
    uint16_t zero;
};

struct rows {
    size_t count;
    struct row row[];
};

/* The rule for `pc`; NULL: none. Pure. */
static inline const struct row *rows_find(const struct rows *rows, uint32_t pc)
{
    size_t low = 0, high = rows->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (rows->row[mid].pc <= pc)
            low = mid + 1;
        else
            high = mid;
    }
    return low > 0 ? &rows->row[low - 1] : NULL;
}

#endif
