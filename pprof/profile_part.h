/* The messages inside a profile, each read from its own bytes. For profile.c. */
#ifndef PPROF_PROFILE_PART_H
#define PPROF_PROFILE_PART_H

#include "pprof/profile.h"
#include "pprof/wire.h"

/* Each reads one message; E_INVALID names the fault. References are not followed yet: strings may be out of
 * range (PROFILE_NONE when beyond 32 bits), functions and mappings are ids. */
NODISCARD enum status profile_part_value_type(struct slice message, struct profile_value_type *ret_type,
                                              struct error *err);
NODISCARD enum status profile_part_mapping(struct slice message, struct profile_mapping *ret_mapping,
                                           uint64_t *ret_id, struct error *err);
NODISCARD enum status profile_part_function(struct slice message, struct profile_function *ret_function,
                                            uint64_t *ret_id, struct error *err);
/* Appends the lines to p->lines. */
NODISCARD enum status profile_part_location(struct profile *p, struct slice message,
                                            struct profile_location *ret_location, uint64_t *ret_id,
                                            struct error *err);

/* A string index from the wire: it is signed there, so -1 is a very large one. */
static inline uint32_t profile_part_string(uint64_t value)
{
    return value < PROFILE_NONE ? (uint32_t)value : PROFILE_NONE;
}

#endif
