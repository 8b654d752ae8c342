/* The table, in the order in which profiles are taken. */
#include "agent/profiler.h"

const struct profiler profilers[] = {
    {"cpu", cpu_take},
    {NULL, NULL},
};
