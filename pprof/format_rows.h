/*
 * The formats' own functions, for the table in format.c. Each pair is what struct format says; the file named
 * first says where the format comes from.
 */
#ifndef PPROF_FORMAT_ROWS_H
#define PPROF_FORMAT_ROWS_H

#include "pprof/format.h"

#define FORMAT_FUNCTIONS(name)                                                                               \
    bool format_##name##_detect(struct slice inflated);                                                      \
    NODISCARD enum status format_##name##_convert(struct slice inflated, struct buf *out,                    \
                                                  struct quota *quota, struct error *err)

FORMAT_FUNCTIONS(gperf_cpu);                        /* gperftools' CPU profiles */
bool format_java_cpu_detect(struct slice inflated); /* the same from a Java agent; format_gperf_cpu.c */
FORMAT_FUNCTIONS(heap);                             /* "heap profile: ...", of Go and gperftools */
FORMAT_FUNCTIONS(jemalloc);                         /* "heap_v2/524288" */
FORMAT_FUNCTIONS(contention); /* "--- mutex:", "--- contention:", "--- contentionz 1 ---" */
FORMAT_FUNCTIONS(count);      /* "goroutine profile: total 12" */
FORMAT_FUNCTIONS(perf);       /* what `perf script` prints */
FORMAT_FUNCTIONS(folded);     /* "main;parse 12" */

#endif
