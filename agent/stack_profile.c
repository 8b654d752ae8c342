/*
 * Addresses are sorted first, so that those of a segment follow each other. Then two passes: what a mapping
 * says of its functions is true only if it is true for all its addresses, so names are looked up before the
 * mappings are written; the second pass finds them kept.
 */
#include "agent/stack_profile.h"

#include "base/limits.h"
#include "pprof/builder.h"

#include <stdlib.h>
#include <unistd.h>

enum { QUOTA_BYTES = 4 * LIMIT_AGENT_PROFILE_BYTES, INLINED_MAX = 64 };

/* Addresses that lie in the same segment. */
struct run {
    const struct segment *segment; /* NULL: in none */
    size_t from, to;
    unsigned flags; /* enum mapping_flag */
    uint32_t mapping;
};

struct writing {
    const struct stack_profile *profile;
    struct builder builder;
    struct quota quota;
    struct column addresses; /* uint64_t, sorted, each once */
    struct column locations; /* uint32_t, of each address */
    struct column runs;      /* struct run */
};

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static struct stack_view view_of(const struct writing *w, size_t i)
{
    struct stack_view view = {0};
    w->profile->get(w->profile->user, i, &view);
    return view;
}

static bool add_addresses(struct writing *w)
{
    for (size_t i = 0; i < w->profile->count; i++) {
        struct stack_view view = view_of(w, i);
        uint64_t *to = view.frames_count > 0 ? column_add(&w->addresses, view.frames_count, &w->quota) : NULL;
        if (to)
            memcpy(to, view.frames, view.frames_count * sizeof *to);
        else if (view.frames_count > 0)
            return false;
    }
    return true;
}

static bool collect_addresses(struct writing *w)
{
    size_t kept = 0;
    if (!add_addresses(w))
        return false;

    uint64_t *all = COLUMN_AT(w->addresses, uint64_t);
    if (w->addresses.count > 0)
        qsort(all, w->addresses.count, sizeof *all, by_value);
    for (size_t i = 0; i < w->addresses.count; i++)
        if (kept == 0 || all[kept - 1] != all[i])
            all[kept++] = all[i];
    w->addresses.count = kept;
    return column_fill(&w->locations, kept, 0xff, &w->quota);
}

/* --- names --- */

static size_t lines_of(const struct writing *w, const struct run *run, uint64_t address)
{
    if (!run->segment || !run->segment->module)
        return 0;
    return names_find(w->profile->names, run->segment->module, address);
}

/* What holds for this address. */
static unsigned flags_of(const struct writing *w, const struct run *run, uint64_t address)
{
    size_t count = lines_of(w, run, address);
    if (count == 0)
        return 0;

    struct name_line line = names_line(w->profile->names, 0);
    unsigned flags = MAPPING_HAS_FUNCTIONS;
    if (line.file.len > 0)
        flags |= MAPPING_HAS_FILENAMES;
    if (line.line > 0)
        flags |= MAPPING_HAS_LINE_NUMBERS | MAPPING_HAS_INLINE_FRAMES;
    return flags;
}

static bool find_runs(struct writing *w)
{
    const uint64_t *addresses = COLUMN_AT(w->addresses, uint64_t);

    for (size_t i = 0; i < w->addresses.count;) {
        struct run *run = column_add(&w->runs, 1, &w->quota);
        if (!run)
            return false;
        *run = (struct run){modules_find(w->profile->modules, addresses[i]), i, i, ~0U, BUILDER_NONE};
        do
            run->flags &= flags_of(w, run, addresses[i++]);
        while (i < w->addresses.count && modules_find(w->profile->modules, addresses[i]) == run->segment);
        run->to = i;
    }
    return true;
}

/* --- mappings and locations --- */

static void add_mapping(struct writing *w, struct run *run)
{
    if (!run->segment)
        return;

    const struct module *module = run->segment->module;
    struct buf id CLEANUP(buf_release) = BUF_INIT(2 * BUILD_ID_MAX);
    for (size_t i = 0; module && i < module->build_id_len; i++)
        buf_printf(&id, "%02x", module->build_id[i]);
    run->mapping =
        builder_mapping(&w->builder,
                        &(struct builder_mapping){.start = run->segment->start,
                                                  .limit = run->segment->end,
                                                  .offset = run->segment->offset,
                                                  .file = slice_of(module ? module->path : "//anon"),
                                                  .build_id = buf_slice(&id),
                                                  .flags = run->flags});
}

static bool is_program(const struct run *run)
{
    return run->segment && run->segment->module && run->segment->module->is_main;
}

/* The program's own first. */
static void add_mappings(struct writing *w)
{
    struct run *runs = COLUMN_AT(w->runs, struct run);

    for (size_t i = 0; i < w->runs.count; i++)
        if (is_program(&runs[i]))
            add_mapping(w, &runs[i]);
    for (size_t i = 0; i < w->runs.count; i++)
        if (!is_program(&runs[i]))
            add_mapping(w, &runs[i]);
}

static uint32_t add_location(struct writing *w, const struct run *run, uint64_t address)
{
    struct symbol_line lines[INLINED_MAX];
    if (address == STACK_GONE)
        return builder_name(&w->builder, SLICE("[unloaded library]"));

    size_t count = lines_of(w, run, address);
    if (count > INLINED_MAX)
        count = INLINED_MAX;
    for (size_t i = 0; i < count; i++) {
        struct name_line l = names_line(w->profile->names, i);
        uint32_t function = builder_function(&w->builder, &(struct builder_function){l.name, l.system_name,
                                                                                     l.file, l.start_line});
        lines[i] = (struct symbol_line){.line = l.line, .function = function};
    }
    return builder_location(&w->builder, &(struct builder_location){.address = address,
                                                                    .mapping = run->mapping,
                                                                    .lines_count = (uint32_t)count,
                                                                    .lines = lines});
}

static void add_locations(struct writing *w)
{
    const struct run *runs = COLUMN_AT(w->runs, struct run);
    uint32_t *locations = COLUMN_AT(w->locations, uint32_t);

    for (size_t r = 0; r < w->runs.count; r++)
        for (size_t i = runs[r].from; i < runs[r].to; i++)
            locations[i] = add_location(w, &runs[r], COLUMN_AT(w->addresses, uint64_t)[i]);
}

/* --- samples --- */

static void add_sample(struct writing *w, const struct stack_view *s)
{
    const uint64_t *addresses = COLUMN_AT(w->addresses, uint64_t);

    for (size_t f = 0; f < s->frames_count; f++) {
        const uint64_t *at =
            bsearch(&s->frames[f], addresses, w->addresses.count, sizeof *addresses, by_value);
        builder_frame(&w->builder, COLUMN_AT(w->locations, uint32_t)[at - addresses]);
    }
    if (s->is_cut)
        builder_frame(&w->builder, builder_name(&w->builder, SLICE("[brazier agent: stack cut]")));
    builder_text_label(&w->builder, SLICE("thread"), s->thread);
    builder_sample(&w->builder, s->values);
}

static bool has_value(const int64_t *values)
{
    for (size_t i = 0; i < STACK_VALUES; i++)
        if (values[i] != 0)
            return true;
    return false;
}

/* What has no stack keeps the total right, and says that it is missing. */
static void add_lost(struct writing *w)
{
    if (!has_value(w->profile->lost))
        return;
    builder_frame(&w->builder, builder_name(&w->builder, SLICE("[brazier agent: samples lost]")));
    builder_sample(&w->builder, w->profile->lost);
}

static void write_all(struct writing *w)
{
    for (const struct stack_type *t = w->profile->types; t->name; t++)
        builder_type(&w->builder, slice_of(t->name), slice_of(t->unit));
    if (!collect_addresses(w) || !find_runs(w)) {
        builder_refuse(&w->builder, NULL, 0);
        return;
    }
    add_mappings(w);
    add_locations(w);
    for (size_t i = 0; i < w->profile->count; i++) {
        struct stack_view view = view_of(w, i);
        if (has_value(view.values))
            add_sample(w, &view);
    }
    add_lost(w);
}

enum status stack_profile_write(const struct stack_profile *profile, struct buf *out, struct error *err)
{
    struct writing w = {.profile = profile,
                        .quota = QUOTA_INIT(QUOTA_BYTES, NULL),
                        .addresses = COLUMN_OF(uint64_t),
                        .locations = COLUMN_OF(uint32_t),
                        .runs = COLUMN_OF(struct run)};

    builder_init(&w.builder, out, &w.quota);
    write_all(&w);
    enum status status =
        builder_finish(&w.builder,
                       &(struct builder_header){.time_nanos = profile->time_ns,
                                                .duration_nanos = profile->duration_ns,
                                                .period_type = slice_of(profile->period_type.name),
                                                .period_unit = slice_of(profile->period_type.unit),
                                                .period = profile->period},
                       err);
    builder_release(&w.builder);
    column_release(&w.addresses, &w.quota);
    column_release(&w.locations, &w.quota);
    column_release(&w.runs, &w.quota);
    return status;
}
