/*
 * Addresses are sorted first, so that those of a segment follow each other. Then two passes: what a mapping
 * says of its functions is true only if it is true for all its addresses, so names are looked up before the
 * mappings are written; the second pass finds them kept.
 */
#include "agent/cpu_profile.h"

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
    const struct cpu_profile *profile;
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

static bool collect_addresses(struct writing *w)
{
    const struct column *frames = &w->profile->tally->frames;
    size_t kept = 0;
    if (frames->count == 0)
        return true;

    uint64_t *all = column_add(&w->addresses, frames->count, &w->quota);
    if (!all)
        return false;
    memcpy(all, frames->ptr, frames->count * sizeof *all);
    qsort(all, frames->count, sizeof *all, by_value);
    for (size_t i = 0; i < frames->count; i++)
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

static void add_samples(struct writing *w)
{
    const struct tally *t = w->profile->tally;
    const uint64_t *addresses = COLUMN_AT(w->addresses, uint64_t);

    for (size_t i = 0; i < t->stacks.count; i++) {
        const struct tally_stack *s = &COLUMN_AT(t->stacks, struct tally_stack)[i];
        const uint64_t *frames = tally_frames(t, s);
        for (size_t f = 0; f < s->frames_count; f++) {
            const uint64_t *at =
                bsearch(&frames[f], addresses, w->addresses.count, sizeof *addresses, by_value);
            builder_frame(&w->builder, COLUMN_AT(w->locations, uint32_t)[at - addresses]);
        }
        if (s->is_cut)
            builder_frame(&w->builder, builder_name(&w->builder, SLICE("[brazier agent: stack cut]")));
        builder_text_label(&w->builder, SLICE("thread"), intern_get(&t->names, s->thread));
        builder_sample(&w->builder,
                       (int64_t[]){(int64_t)s->ticks, (int64_t)s->ticks * w->profile->period_ns});
    }
}

/* Ticks without a stack keep the total right, and say that they are missing. */
static void add_lost(struct writing *w, uint64_t ticks)
{
    if (ticks == 0)
        return;
    builder_frame(&w->builder, builder_name(&w->builder, SLICE("[brazier agent: samples lost]")));
    builder_sample(&w->builder, (int64_t[]){(int64_t)ticks, (int64_t)ticks * w->profile->period_ns});
}

static void write_all(struct writing *w)
{
    const struct tally *t = w->profile->tally;

    builder_type(&w->builder, SLICE("samples"), SLICE("count"));
    builder_type(&w->builder, SLICE("cpu"), SLICE("nanoseconds"));
    if (!collect_addresses(w) || !find_runs(w)) {
        builder_refuse(&w->builder, NULL, 0);
        return;
    }
    add_mappings(w);
    add_locations(w);
    add_samples(w);
    add_lost(w, t->lost);
}

enum status cpu_profile_write(const struct cpu_profile *profile, struct buf *out, struct error *err)
{
    struct writing w = {.profile = profile,
                        .quota = QUOTA_INIT(QUOTA_BYTES, NULL),
                        .addresses = COLUMN_OF(uint64_t),
                        .locations = COLUMN_OF(uint32_t),
                        .runs = COLUMN_OF(struct run)};

    builder_init(&w.builder, out, &w.quota);
    write_all(&w);
    enum status status = builder_finish(&w.builder,
                                        &(struct builder_header){.time_nanos = profile->time_ns,
                                                                 .duration_nanos = profile->duration_ns,
                                                                 .period_type = SLICE("cpu"),
                                                                 .period_unit = SLICE("nanoseconds"),
                                                                 .period = profile->period_ns},
                                        err);
    builder_release(&w.builder);
    column_release(&w.addresses, &w.quota);
    column_release(&w.locations, &w.quota);
    column_release(&w.runs, &w.quota);
    return status;
}
