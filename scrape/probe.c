#include "scrape/probe.h"

#include <inttypes.h>

enum { TRACE_SECONDS = 1 };

static const struct {
    const char *name, *path;
    bool has_seconds, is_off;
} GO[] = {
    {"cpu", "/debug/pprof/profile", true, false},
    {"heap", "/debug/pprof/heap", false, false},
    {"allocs", "/debug/pprof/allocs", false, false},
    {"block", "/debug/pprof/block", false, false},
    {"mutex", "/debug/pprof/mutex", false, false},
    {"goroutine", "/debug/pprof/goroutine", false, false},
    {"threadcreate", "/debug/pprof/threadcreate", false, false},
    {"trace", "/debug/pprof/trace", true, true},
};

struct probes probes_of_go(int64_t seconds)
{
    struct probes p = {0};

    for (size_t i = 0; i < ARRAY_LEN(GO); i++) {
        struct probe *probe = &p.items[p.count];
        if (profile_type_parse(slice_of(GO[i].name), &probe->type, NULL) != OK)
            continue;
        probe->name = slice_of(GO[i].name);
        probe->path = slice_of(GO[i].path);
        probe->is_off = GO[i].is_off;
        probe->seconds = !GO[i].has_seconds ? 0 : probe->type->is_pprof ? seconds : TRACE_SECONDS;
        p.count++;
    }
    return p;
}

struct probe *probes_find(struct probes *p, struct slice name)
{
    for (size_t i = 0; i < p->count; i++)
        if (slice_eq(p->items[i].name, name))
            return &p->items[i];
    return NULL;
}

int64_t probes_seconds(const struct probes *p)
{
    int64_t sum = 0;

    for (size_t i = 0; i < p->count; i++)
        sum += p->items[i].is_off ? 0 : p->items[i].seconds;
    return sum;
}

void probe_path(const struct probe *p, struct buf *out)
{
    buf_append(out, p->path);
    if (p->seconds > 0)
        buf_printf(out, "%cseconds=%" PRId64, slice_find(p->path, '?') < p->path.len ? '&' : '?', p->seconds);
}
