/* See registers.h. System V ABI, AMD64 supplement, figure 3.36 (DWARF numbers); the kernel's struct
 * rt_sigframe: at the return from a handler the stack pointer stands on the ucontext. */
#ifndef AGENT_REGISTERS_X86_64_H
#define AGENT_REGISTERS_X86_64_H

#include "agent/registers.h"

enum {
    REGISTER_DWARF_FP = 6,
    REGISTER_DWARF_SP = 7,
    REGISTER_DWARF_RA = 16,
    SIGNAL_FRAME_FP = 40 + 8 * REG_RBP,
    SIGNAL_FRAME_SP = 40 + 8 * REG_RSP,
    SIGNAL_FRAME_PC = 40 + 8 * REG_RIP,
};

static inline void registers_of(const ucontext_t *context, struct registers *ret_registers)
{
    const greg_t *g = context->uc_mcontext.gregs;
    *ret_registers = (struct registers){.pc = (uintptr_t)g[REG_RIP],
                                        .sp = (uintptr_t)g[REG_RSP],
                                        .fp = (uintptr_t)g[REG_RBP]};
}

__attribute__((always_inline)) static inline void registers_here(struct registers *ret_registers)
{
    uintptr_t pc, sp, fp;
    __asm__ volatile("lea 0(%%rip), %0\n\tmov %%rsp, %1\n\tmov %%rbp, %2" : "=&r"(pc), "=&r"(sp), "=&r"(fp));
    *ret_registers = (struct registers){.pc = pc, .sp = sp, .fp = fp};
}

static inline uintptr_t registers_strip(uintptr_t address)
{
    return address;
}

#endif
