/*
 * jemalloc's heap dumps (MALLOC_CONF=prof:true; prof.dump). What all threads have together stands behind
 * "t*", each of them behind its number, which is the same once more:
 *
 *     heap_v2/65536
 *       t*: 356: 5476127 [0: 0]
 *       t0: 356: 5476127 [0: 0]
 *     @ 0x7fe2744a2630 0x7fe2744a2d21
 *       t*: 76: 233078 [0: 0]
 *       t0: 76: 233078 [0: 0]
 *
 *     MAPPED_LIBRARIES:
 *     55b6f0a72000-55b6f0a73000 r-xp 00001000 fe:00 10100784 /bin/app
 *
 * In brackets is all that was ever allocated; it is counted only with prof_accum:true and 0 otherwise. The
 * numbers are samples, one in so many bytes as the header says, and are made estimates as jeprof makes them.
 *
 * Sources: jemalloc's HEAP PROFILE FORMAT in jemalloc(3), and its jeprof.
 */
#include "pprof/callers.h"
#include "pprof/format_rows.h"
#include "pprof/maps.h"
#include "pprof/scale.h"

struct jemalloc {
    struct lines lines;
    struct slice line; /* the one at hand; its ptr is NULL at the end of the samples */
    int64_t interval;
    bool with_alloc;
};

/* In use, then all that was ever allocated. */
struct totals {
    int64_t objects, bytes, all_objects, all_bytes;
};

static bool read_header(struct slice line, int64_t *ret_interval)
{
    return take_text(&line, "heap_v2/") && take_number(&line, ret_interval) && *ret_interval > 0 &&
           line.len == 0;
}

bool format_jemalloc_detect(struct slice inflated)
{
    int64_t interval;
    return read_header(lines_first(inflated), &interval);
}

static void advance(struct jemalloc *j)
{
    if (!lines_next_said(&j->lines, &j->line) || maps_begin(j->line))
        j->line = SLICE_NULL;
}

/* "t*: 356: 5476127 [0: 0]" */
static bool read_totals(struct slice line, struct totals *ret_totals)
{
    struct totals t;
    if (!take_text(&line, "t*:") || !take_number(&line, &t.objects) || !take_text(&line, ":") ||
        !take_number(&line, &t.bytes) || !take_text(&line, "[") || !take_number(&line, &t.all_objects) ||
        !take_text(&line, ":") || !take_number(&line, &t.all_bytes) || !take_text(&line, "]") ||
        t.objects < 0 || t.bytes < 0 || t.all_objects < 0 || t.all_bytes < 0)
        return false;

    *ret_totals = t;
    return true;
}

/* The totals and what each thread has of them: "t12: 3: 512 [0: 0] name of the thread". */
static enum status take_totals(struct jemalloc *j, struct totals *ret_totals, struct error *err)
{
    if (!read_totals(j->line, ret_totals))
        return lines_fault(&j->lines, "this is no total of a jemalloc profile (\"t*: 1: 2 [3: 4]\")", err);

    for (advance(j); j->line.len > 1 && j->line.ptr[0] == 't' && j->line.ptr[1] != '*';)
        advance(j);
    return OK;
}

static enum status add_sample(struct jemalloc *j, struct builder *b, struct error *err)
{
    struct totals t = {0, 0, 0, 0};
    struct slice stack = j->line;
    if (!take_text(&stack, "@") || !callers_push(b, stack))
        return lines_fault(&j->lines, "this is no stack of a jemalloc profile (\"@ 0x401 0x501\")", err);

    advance(j);
    enum status status = take_totals(j, &t, err);
    if (status != OK)
        return status;

    scale_heap(j->interval, &t.objects, &t.bytes);
    scale_heap(j->interval, &t.all_objects, &t.all_bytes);
    if (j->with_alloc)
        builder_sample(b, (int64_t[]){t.all_objects, t.all_bytes, t.objects, t.bytes});
    else
        builder_sample(b, (int64_t[]){t.objects, t.bytes});
    return OK;
}

static enum status read_top(struct jemalloc *j, struct error *err)
{
    struct totals t = {0, 0, 0, 0};
    advance(j);
    if (!read_header(j->line, &j->interval))
        return lines_fault(&j->lines, "this is no header of a jemalloc profile", err);

    advance(j);
    enum status status = take_totals(j, &t, err);
    if (status == OK)
        j->with_alloc = t.all_objects > 0 || t.all_bytes > 0;
    return status;
}

enum status format_jemalloc_convert(struct slice inflated, struct buf *out, struct quota *quota,
                                    struct error *err)
{
    struct jemalloc j = {.lines = LINES_OF(inflated)};
    enum status status = read_top(&j, err);
    if (status != OK)
        return status;

    struct builder b CLEANUP(builder_release);
    builder_init(&b, out, quota);
    if (j.with_alloc) {
        builder_type(&b, SLICE("alloc_objects"), SLICE("count"));
        builder_type(&b, SLICE("alloc_space"), SLICE("bytes"));
    }
    builder_type(&b, SLICE("inuse_objects"), SLICE("count"));
    builder_type(&b, SLICE("inuse_space"), SLICE("bytes"));
    while (j.line.ptr && !builder_failed(&b)) {
        status = add_sample(&j, &b, err);
        if (status != OK)
            return status;
    }
    maps_place(&j.lines, &b);
    return builder_finish(&b,
                          &(struct builder_header){.period_type = SLICE("space"),
                                                   .period_unit = SLICE("bytes"),
                                                   .period = j.interval,
                                                   .drop_frames = slice_of(CALLERS_ALLOCATORS),
                                                   .keep_frames = slice_of(CALLERS_ALLOCATORS_KEPT)},
                          err);
}
