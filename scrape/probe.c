/* What Go serves, with brazier's names of types. A trace is large and costs much, so it is there only for
 * those who ask, and short. Paths that do not begin with a slash stand below the target's base. */
#include "scrape/probe.h"

#include <inttypes.h>

enum { TRACE_SECONDS = 1 };

static const struct {
    const char *name, *path;
    bool has_seconds, is_off;
} GO[] = {
    {"cpu", "profile", true, false},
    {"heap", "heap", false, false},
    {"allocs", "allocs", false, false},
    {"block", "block", false, false},
    {"mutex", "mutex", false, false},
    {"goroutine", "goroutine", false, false},
    {"threadcreate", "threadcreate", false, false},
    {"trace", "trace", true, true},
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

bool probe_grows(const struct probe *p)
{
    static const char *const names[] = {"allocs", "block", "mutex"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (slice_eq_cstr(p->name, names[i]))
            return p->seconds == 0;
    return false;
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

void probe_path(const struct probe *p, struct slice base, struct buf *out)
{
    if (!slice_starts(p->path, SLICE("/"))) {
        buf_append(out, base);
        buf_append_byte(out, '/');
    }
    buf_append(out, p->path);
    if (p->seconds > 0)
        buf_printf(out, "%cseconds=%" PRId64, slice_find(p->path, '?') < p->path.len ? '&' : '?', p->seconds);
}
