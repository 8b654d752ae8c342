/* Time. Milliseconds since 1970 on the wall clock, milliseconds since some start on the monotonic one. Code
 * that decides something from time takes the time as an argument; only the edges call these. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

int64_t clock_wall_ms(void);
int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);

#endif
