/*
 * The memory map behind a profile in an old form: /proc/self/maps as it is, or in the brief form
 * "0x400000-0x500000 /bin/app (@1000) abc123". Its executable mappings become those of the profile. Any
 * thread.
 *
 * Source: proc(5); what google/pprof's profile/legacy_profile.go and profile.go make of such maps.
 */
#ifndef PPROF_MAPS_H
#define PPROF_MAPS_H

#include "pprof/builder.h"
#include "pprof/lines.h"

/* "MAPPED_LIBRARIES:" or "--- Memory map: ---" */
bool maps_begin(struct slice line);

/* May this be the program itself, after which tools name a profile? No library, nothing of the kernel. */
bool maps_may_be_program(struct slice file);

/*
 * Reads the map from the rest of the text, which may be empty, and puts every location of b that has an
 * address into its mapping; one that is in none goes into a last mapping made up for them. What is no mapping
 * is skipped: programs write other things there too. To be called once, after the last location. The failures
 * are those of the builder.
 */
void maps_place(struct lines *text, struct builder *b);

#endif
