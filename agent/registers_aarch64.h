/* See registers.h. DWARF for the Arm 64-bit Architecture, section 4.1; the kernel's struct rt_sigframe: a
 * siginfo of 128 bytes, then the ucontext, whose machine context begins at 176 with the fault's address. */
#ifndef AGENT_REGISTERS_AARCH64_H
#define AGENT_REGISTERS_AARCH64_H

#include "agent/registers.h"

enum {
    REGISTER_DWARF_FP = 29,
    REGISTER_DWARF_SP = 31,
    REGISTER_DWARF_RA = 30,
    SIGNAL_FRAME_FP = 128 + 176 + 8 + 8 * 29,
    SIGNAL_FRAME_SP = 128 + 176 + 8 + 8 * 31,
    SIGNAL_FRAME_PC = 128 + 176 + 8 + 8 * 32,
};

/* Addresses of user space have 48 bits; pointer authentication signs in those above. */
static inline uintptr_t registers_strip(uintptr_t address)
{
    return address & ((UINT64_C(1) << 48) - 1);
}

__attribute__((always_inline)) static inline void registers_here(struct registers *ret_registers)
{
    uintptr_t pc, sp, fp, lr;
    __asm__ volatile("adr %0, .\n\tmov %1, sp\n\tmov %2, x29\n\tmov %3, x30"
                     : "=&r"(pc), "=&r"(sp), "=&r"(fp), "=&r"(lr));
    *ret_registers = (struct registers){.pc = pc, .sp = sp, .fp = fp, .lr = registers_strip(lr)};
}

static inline void registers_of(const ucontext_t *context, struct registers *ret_registers)
{
    const mcontext_t *m = &context->uc_mcontext;
    *ret_registers =
        (struct registers){.pc = m->pc, .sp = m->sp, .fp = m->regs[29], .lr = registers_strip(m->regs[30])};
}

#endif
