/*
 * What a profile is, told by its first bytes after inflating. One table (detect.c): a format is one row here
 * and one reader elsewhere. Any thread.
 */
#ifndef PPROF_DETECT_H
#define PPROF_DETECT_H

#include "base/slice.h"

enum pprof_format {
    PPROF_UNKNOWN = 0,
    PPROF_PROTO,              /* profile.proto, the only one that tools write today */
    PPROF_MAPPED_HEAP_TEXT,   /* the same with a memory map behind it: gperftools, other runtimes */
    PPROF_GO_HEAP_TEXT,       /* "heap profile: ...", heap and allocs with debug=1 */
    PPROF_GO_COUNT_TEXT,      /* "NAME profile: total N": goroutine, threadcreate and own ones with debug=1 */
    PPROF_GO_CONTENTION_TEXT, /* "--- contention:" (block) and "--- mutex:" with debug=1 */
    PPROF_CONTENTIONZ_TEXT,   /* "--- contentionz": of C++ programs */
    PPROF_GPERFTOOLS_CPU,     /* binary: words 0, 3, 0, period, 0 */
    PPROF_THREAD_TEXT,        /* "--- threadz N ---" and "--- Thread ..." */
};

enum pprof_format pprof_detect(struct slice inflated);

/* "pprof", "Go heap text" and so on; static. */
const char *pprof_format_name(enum pprof_format format);

/* False: the format is stored and handed out as it is, but is no input for merges. */
bool pprof_format_merges(enum pprof_format format);

#endif
