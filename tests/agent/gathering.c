/* The agent without its thread: the test says when a profile is taken. */
#include "tests/agent/gathering.h"

#include "base/alloc.h"
#include "pprof/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct profiler *row_of(const char *name)
{
    const struct profiler *row = profilers;
    while (strcmp(row->name, name) != 0)
        row++;
    return row;
}

static void must(enum status status, const struct error *err)
{
    if (status == OK)
        return;
    (void)fprintf(stderr, "%s\n", err->text);
    abort();
}

struct gathering *gathering_new(const char *profiler, int64_t heap_rate)
{
    struct gathering *g = mem_zero(1, sizeof *g);
    struct error err;

    g->settings.heap_rate = heap_rate;
    g->settings.profilers = UINT32_C(1) << (row_of(profiler) - profilers);
    pause_init(&g->pause);
    g->profiling.settings = &g->settings;
    g->profiling.pause = &g->pause;
    g->profiling.names = names_new();
    modules_init(&g->profiling.modules);
    must(profilers_begin(&g->profiling, &err), &err);
    return g;
}

void gathering_free(struct gathering *g)
{
    (void)profilers_end();
    names_free(g->profiling.names);
    modules_release(&g->profiling.modules);
    pause_release(&g->pause);
    free(g);
}

bool gathering_take(struct gathering *g, const char *profiler, int64_t totals[4])
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(LIMIT_AGENT_PROFILE_BYTES);
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(LIMIT_AGENT_PROFILE_BYTES);
    struct scan_limits limits = SCAN_LIMITS_DEFAULT;
    struct scan_result result;
    struct error err;

    must(row_of(profiler)->take(&g->profiling, &out, &err), &err);
    profilers_settle(&g->profiling);
    memset(totals, 0, 4 * sizeof *totals);
    if (out.len == 0)
        return false;
    must(pprof_scan(buf_slice(&out), &limits, &arena, &result, &err), &err);
    for (size_t i = 0; i < result.types_kept; i++)
        totals[i] = result.types[i].total;
    return true;
}
