/*
 * What an unwinder has to know of a processor: where a signal's context keeps the registers, their numbers in
 * DWARF, and what a signal frame on the stack looks like. A new processor is one more file like those two.
 */
#ifndef AGENT_REGISTERS_H
#define AGENT_REGISTERS_H

#include <stdint.h>
#include <ucontext.h>

struct registers {
    uintptr_t pc, sp, fp;
    uintptr_t lr; /* 0 where the processor has none, and in all frames but the first */
};

/*
 * Each of the two gives:
 *   registers_of()       the registers of the interrupted thread
 *   registers_here()     those of the place that calls it
 *   registers_strip()    a return address without what the processor signed it with
 *   REGISTER_DWARF_*     numbers of stack pointer, frame pointer and return address
 *   SIGNAL_FRAME_*       where, from the stack pointer of the code that returns from a handler, the saved
 *                        registers stand
 */
#if defined(__x86_64__)
#include "agent/registers_x86_64.h"
#elif defined(__aarch64__)
#include "agent/registers_aarch64.h"
#else
#error "libbrazier knows x86_64 and aarch64"
#endif

#endif
