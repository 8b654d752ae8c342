/*
 * Walks a stack from the registers of an interrupted thread: in its signal handler, with the rules of
 * modules.h, else along frame pointers. Async-signal-safe: no locks, no allocation, and every read of the
 * stack is one that cannot fault.
 */
#ifndef AGENT_UNWIND_H
#define AGENT_UNWIND_H

#include "agent/modules.h"
#include "agent/registers.h"

enum { STACK_WINDOW_BYTES = 2048 };

/* A part of the stack, copied. */
struct stack_window {
    uintptr_t from;
    size_t len;
    unsigned char bytes[STACK_WINDOW_BYTES];
};

struct walk {
    const struct code_map *map;
    struct registers registers;
    struct stack_window *window;
    uintptr_t *frames;
    size_t max;
    size_t count;
    bool is_cut;     /* there are more frames than max */
    bool is_strange; /* an address that should be code is not in the map: it may be out of date */
};

/* Fills frames, the leaf first: the address that ran, then the last byte of each call. */
void unwind_walk(struct walk *w);

#endif
