/*
 * Names and lines of addresses, from ELF symbol tables and DWARF, through elfutils' libdw. The library is
 * loaded when it is first needed; where it is not installed there are no names. Separate debug information is
 * looked for by build id in /usr/lib/debug; nothing is fetched from the network. One thread.
 */
#ifndef AGENT_DWARF_H
#define AGENT_DWARF_H

#include "agent/modules.h"

/* A function at an address: the innermost inlined one first, the real one last. Texts live until
 * dwarf_free(); NULL: not known. line 0: not known. */
struct dwarf_frame {
    const char *name;    /* as in the source */
    const char *linkage; /* as the linker sees it; NULL: the same */
    const char *file;
    int64_t line, start_line;
};

enum { DWARF_FRAMES_MAX = 64 };

struct dwarf;

/* NULL: there is no libdw. */
struct dwarf *dwarf_new(void);
void dwarf_free(struct dwarf *d); /* NULL is fine */

/* The functions at `address` of the process, which lies in the module; how many. 0: none is known. */
size_t dwarf_frames(struct dwarf *d, struct module *module, uintptr_t address,
                    struct dwarf_frame frames[static DWARF_FRAMES_MAX]);

#endif
