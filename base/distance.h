/* How unlike two names are: to tell somebody which one he meant. */
#ifndef BASE_DISTANCE_H
#define BASE_DISTANCE_H

#include "base/slice.h"

enum { DISTANCE_NAME_BYTES = 64 };

/* Levenshtein distance in bytes; SIZE_MAX if one is over DISTANCE_NAME_BYTES. Pure. */
size_t distance(struct slice a, struct slice b);
/* Is a name at that distance from `name` near enough to be offered? */
bool distance_is_near(size_t d, struct slice name);

#endif
