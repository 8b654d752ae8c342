/*
 * Reads a module's call frame information (.eh_frame: DWARF 5 section 6.4, and the LSB's chapters on
 * .eh_frame and .eh_frame_hdr) into rows. Every program and library has it, stripped or not, with frame
 * pointers or without: exceptions need it.
 */
#ifndef AGENT_CFI_H
#define AGENT_CFI_H

#include "agent/rows.h"
#include "base/error.h"

/* Where to read, in our own address space. */
struct cfi_place {
    uintptr_t module; /* the module's first byte: pcs of the rows count from it */
    uintptr_t header; /* .eh_frame_hdr */
    uintptr_t end;    /* of the segment that it and .eh_frame lie in */
};

/* The caller frees *ret_rows. E_INVALID: none, in a form that we do not know, or damaged at its beginning;
 * E_TOO_LARGE: over LIMIT_AGENT_CFI_BYTES, or would be more than max_rows. */
NODISCARD enum status cfi_read(const struct cfi_place *place, size_t max_rows, struct rows **ret_rows,
                               struct error *err);

#endif
