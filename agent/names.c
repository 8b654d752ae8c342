/*
 * The cache is columns in a quota. When that is used up nothing is added any more, and the next names_begin()
 * starts it anew: simpler than choosing what to drop, and it hardly ever happens.
 *
 * An address of which nothing is known is kept too, with no lines.
 */
#include "agent/names.h"

#include "agent/demangle.h"
#include "agent/dwarf.h"
#include "base/alloc.h"
#include "base/hash.h"
#include "base/limits.h"
#include "pprof/column.h"
#include "pprof/intern.h"

#include <stdlib.h>
#include <time.h>

enum { NAME_BYTES = 16 * 1024 };

struct entry {
    uint64_t module;
    uint64_t address; /* in the module's file */
    uint32_t lines_at, lines_count;
};

struct kept_line {
    uint32_t name, system_name, file;
    int32_t line, start_line;
};

struct names {
    struct quota quota;
    struct table table;
    struct column entries; /* struct entry */
    struct column lines;   /* struct kept_line */
    struct intern texts;
    struct dwarf *dwarf;
    bool has_dwarf, is_full, is_late;
    int64_t until_ns; /* on the thread's CPU clock */
    struct entry found;
};

static int64_t cpu_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void clear(struct names *n)
{
    table_release(&n->table, &n->quota);
    column_release(&n->entries, &n->quota);
    column_release(&n->lines, &n->quota);
    intern_release(&n->texts, &n->quota);
    n->quota = QUOTA_INIT(LIMIT_AGENT_NAMES_BYTES, NULL);
    n->table = TABLE_INIT;
    n->entries = COLUMN_OF(struct entry);
    n->lines = COLUMN_OF(struct kept_line);
    n->texts = INTERN_INIT;
    n->is_full = false;
}

struct names *names_new(void)
{
    struct names *n = mem_zero(1, sizeof *n);
    clear(n);
    return n;
}

void names_free(struct names *n)
{
    if (!n)
        return;

    names_end(n);
    clear(n);
    free(n);
}

void names_begin(struct names *n, int64_t budget_ms)
{
    if (n->is_full)
        clear(n);
    n->has_dwarf = n->is_late = false;
    n->until_ns = cpu_ns() + budget_ms * 1000000;
}

void names_end(struct names *n)
{
    dwarf_free(n->dwarf);
    n->dwarf = NULL;
    n->has_dwarf = false;
}

bool names_are_cut(const struct names *n)
{
    return n->is_late || n->is_full;
}

/* --- adding --- */

static uint32_t keep(struct names *n, const char *text)
{
    uint32_t number = intern_put(&n->texts, slice_sub(slice_of(text), 0, NAME_BYTES), &n->quota);
    if (number == INTERN_NONE) {
        n->is_full = true;
        return 0;
    }
    return number;
}

static struct kept_line line_of(struct names *n, const struct dwarf_frame *f)
{
    struct buf readable CLEANUP(buf_release) = BUF_INIT(NAME_BYTES);
    struct kept_line kept = {.file = keep(n, f->file),
                             .line = (int32_t)f->line,
                             .start_line = (int32_t)f->start_line};

    if (f->linkage && demangle(f->linkage, &readable) && readable.len > 0) {
        kept.name = keep(n, buf_cstr(&readable));
        kept.system_name = keep(n, f->linkage);
    } else {
        kept.name = keep(n, f->name);
    }
    return kept;
}

static uint64_t hash_of(uint64_t module, uint64_t address)
{
    return hash64_pair(module, address);
}

/* Looks it up and keeps what is found. */
static struct entry add(struct names *n, struct module *module, uintptr_t address)
{
    struct dwarf_frame frames[DWARF_FRAMES_MAX];
    struct entry entry = {module->serial, address - module->bias, (uint32_t)n->lines.count, 0};

    if (!n->has_dwarf) {
        n->has_dwarf = true;
        n->dwarf = dwarf_new();
    }
    size_t count = n->dwarf ? dwarf_frames(n->dwarf, module, address, frames) : 0;
    for (size_t i = 0; i < count && !n->is_full; i++) {
        struct kept_line kept = line_of(n, &frames[i]);
        struct kept_line *line = column_add(&n->lines, 1, &n->quota);
        if (line)
            *line = kept;
        else
            n->is_full = true;
    }
    if (n->is_full)
        return (struct entry){0};

    entry.lines_count = (uint32_t)count;
    uint32_t index = (uint32_t)n->entries.count;
    struct entry *kept = column_add(&n->entries, 1, &n->quota);
    if (!kept || !table_put(&n->table, hash_of(entry.module, entry.address), index, &n->quota))
        n->is_full = true;
    if (kept)
        *kept = entry;
    if (n->is_full) /* it would have no name when it is asked for again, so it has none now */
        return (struct entry){0};
    return entry;
}

size_t names_find(struct names *n, struct module *module, uintptr_t address)
{
    uint64_t inside = address - module->bias;
    struct table_probe probe;

    n->found = (struct entry){0};
    for (uint32_t i = table_first(&n->table, hash_of(module->serial, inside), &probe); i != TABLE_NONE;
         i = table_next(&n->table, &probe)) {
        struct entry *e = &COLUMN_AT(n->entries, struct entry)[i];
        if (e->module == module->serial && e->address == inside) {
            n->found = *e;
            return e->lines_count;
        }
    }
    if (n->is_full)
        return 0;
    if (cpu_ns() > n->until_ns) {
        n->is_late = true;
        return 0;
    }
    n->found = add(n, module, address);
    return n->found.lines_count;
}

struct name_line names_line(const struct names *n, size_t i)
{
    const struct kept_line *l = &COLUMN_AT(n->lines, struct kept_line)[n->found.lines_at + i];
    return (struct name_line){intern_get(&n->texts, l->name), intern_get(&n->texts, l->system_name),
                              intern_get(&n->texts, l->file), l->line, l->start_line};
}
