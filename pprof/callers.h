/*
 * Stacks of return addresses, as the old forms have them, and what is to be left out of them. Any thread.
 *
 * Source: google/pprof's profile/legacy_profile.go, whose readers adjust addresses and name such functions.
 */
#ifndef PPROF_CALLERS_H
#define PPROF_CALLERS_H

#include "pprof/builder.h"

/* The frames of b's next sample, from "0x401 0x501", what stands behind '@'; of each the address before it,
 * which is in the call. False: that is no list of addresses. */
bool callers_push(struct builder *b, struct slice stack);

/* Regular expressions for drop_frames and keep_frames: functions that are there because of the profiler. They
 * are matched against whole names, once somebody has symbolised the profile. */
extern const char CALLERS_ALLOCATORS[];
extern const char CALLERS_ALLOCATORS_KEPT[];
extern const char CALLERS_LOCKS[];
extern const char CALLERS_PROFILERS[];

#endif
