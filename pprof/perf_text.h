/*
 * The lines of `perf script`: heads of samples and frames. All slices borrow from the line. Pure.
 *
 *     burn 14769/14769 [001] 12018.311105:    5025125 cpu-clock:u:
 *                 11d7 mix+0x2b (inlined)
 *                 11d7 hash_some+0x2b (/usr/bin/burn)
 *
 * Source: perf-script(1).
 */
#ifndef PPROF_PERF_TEXT_H
#define PPROF_PERF_TEXT_H

#include "base/slice.h"

struct perf_head {
    struct slice comm;
    int64_t pid, tid; /* 0: not said; one number alone is the thread's */
    int64_t time_ns;  /* of the machine's own clock */
    int64_t period;   /* how much of the event the sample stands for; 1: not said */
    bool has_period;
    struct slice event; /* "cpu-clock", without modifiers such as ":u" */
    struct slice rest;  /* behind it: a frame when there are no call chains, or what a tracepoint says */
};

/* False: this is no head of a sample. */
bool perf_head_read(struct slice line, struct perf_head *ret_head);

struct perf_frame {
    uint64_t address;
    struct slice symbol; /* empty: not known */
    struct slice object; /* the file that it is in; empty: not known */
    struct slice file;   /* of the source; empty: not said */
    int64_t line;
    bool is_inlined; /* into the next frame that has the same address */
};

/* False: this is no frame. */
bool perf_frame_read(struct slice line, struct perf_frame *ret_frame);

/* "  burn.c:28" or "  burn.c:28 (inlined)", on a line of its own below the frame (-F +srcline). What is none
 * is left alone.
 */
void perf_frame_source(struct slice line, struct perf_frame *frame);

#endif
