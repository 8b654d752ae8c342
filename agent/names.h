/*
 * Names of code addresses, kept from profile to profile: what a process runs hardly changes. Bounded in
 * memory, and in the CPU time that one profile may spend on looking up new ones. One thread.
 */
#ifndef AGENT_NAMES_H
#define AGENT_NAMES_H

#include "agent/modules.h"
#include "base/slice.h"

struct names;

/* A line of a location; the innermost inlined function first. Texts are valid until names_end(). */
struct name_line {
    struct slice name, system_name, file;
    int64_t line, start_line;
};

struct names *names_new(void);
void names_free(struct names *n);

/* Around the addresses of one profile: what it may cost, in milliseconds of CPU time. */
void names_begin(struct names *n, int64_t budget_ms);
void names_end(struct names *n);

/* How many lines the address, which lies in the module, has; 0: no name is known, or the budget is spent. */
size_t names_find(struct names *n, struct module *module, uintptr_t address);
/* Line i of what names_find() found last. */
struct name_line names_line(const struct names *n, size_t i);
/* Were addresses left out for lack of time or memory, since names_begin()? */
bool names_are_cut(const struct names *n);

#endif
