/*
 * Frames are made once for each location, so a sample costs a look into an array for each of its locations.
 * Strings are copied out of the merge, because cleaned paths are new ones.
 */
#include "view/view.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "base/limits.h"
#include "view/filter.h"
#include "view/path.h"

#include <inttypes.h>
#include <stdlib.h>

enum { NOTES_MAX = 4096, PATH_MAX_BYTES = 64 * 1024 };

/* What a granularity keeps of a frame. */
static const struct keeps {
    bool name, file, line, address;
} KEEPS[] = {
    [GRANULARITY_FUNCTIONS] = {.name = true},
    [GRANULARITY_FILEFUNCTIONS] = {.name = true, .file = true},
    [GRANULARITY_FILES] = {.file = true},
    [GRANULARITY_LINES] = {.name = true, .file = true, .line = true},
    [GRANULARITY_ADDRESSES] = {.name = true, .file = true, .line = true, .address = true},
};

/* While frames are made: from strings of the merge to those of the view; files are cleaned on the way. */
struct framing {
    struct view *v;
    struct keeps keeps;
    struct table known;  /* frames */
    struct column texts; /* uint32_t by string, INTERN_NONE: not yet */
    struct column files; /* the same, cleaned */
    struct buf path;
};

static uint32_t *at(struct column *numbers, size_t index)
{
    return &COLUMN_AT(*numbers, uint32_t)[index];
}

static bool map_text(struct framing *f, uint32_t string, uint32_t *ret_text)
{
    uint32_t *known = at(&f->texts, string);

    if (*known == INTERN_NONE)
        *known = intern_put(&f->v->strings, intern_get(&f->v->merged->symbols.strings, string), &f->v->quota);
    *ret_text = *known;
    return *known != INTERN_NONE;
}

static bool map_file(struct framing *f, uint32_t string, uint32_t *ret_text)
{
    uint32_t *known = at(&f->files, string);

    if (*known == INTERN_NONE) {
        buf_reset(&f->path);
        path_clean(intern_get(&f->v->merged->symbols.strings, string), &f->path);
        *known = intern_put(&f->v->strings, buf_slice(&f->path), &f->v->quota);
    }
    *ret_text = *known;
    return *known != INTERN_NONE;
}

static uint32_t put_frame(struct framing *f, const struct view_frame *frame)
{
    struct column *frames = &f->v->frames;
    uint64_t hash = hash64(slice_make(frame, sizeof(*frame)));
    struct table_probe probe;

    for (uint32_t i = table_first(&f->known, hash, &probe); i != TABLE_NONE;
         i = table_next(&f->known, &probe))
        if (memcmp(&COLUMN_AT(*frames, struct view_frame)[i], frame, sizeof(*frame)) == 0)
            return i;

    uint32_t index = (uint32_t)frames->count;
    struct view_frame *added = column_add(frames, 1, &f->v->quota);
    if (!added || !table_put(&f->known, hash, index, &f->v->quota))
        return TABLE_NONE;

    *added = *frame;
    return index;
}

/* line NULL: the location has none. */
static bool make_frame(struct framing *f, const struct symbol_location *l, const struct symbol_line *line,
                       uint32_t *ret_frame)
{
    const struct symbols *s = &f->v->merged->symbols;
    const struct symbol_mapping *mapping =
        l->mapping != SYMBOL_NONE ? &COLUMN_AT(s->mappings, struct symbol_mapping)[l->mapping] : NULL;
    struct view_frame frame = {0};
    bool ok = true;

    if (f->keeps.address)
        frame.address = l->offset + (mapping ? mapping->start : 0);
    if (line) {
        const struct symbol_function *function =
            &COLUMN_AT(s->functions, struct symbol_function)[line->function];

        if (f->keeps.line)
            frame.line = line->line;
        if (f->keeps.address)
            frame.column = line->column;
        ok = (!f->keeps.name || map_text(f, function->name, &frame.name)) &&
             (!f->keeps.file || map_file(f, function->file, &frame.file));
        if (frame.name == 0)
            frame.start_line = function->start_line;
    }
    if (ok && frame.name == 0 && mapping)
        ok = map_text(f, mapping->file, &frame.module);
    *ret_frame = ok ? put_frame(f, &frame) : TABLE_NONE;
    return *ret_frame != TABLE_NONE;
}

static bool make_span(struct framing *f, const struct symbol_location *l)
{
    struct view *v = f->v;
    uint32_t count = l->lines_count > 0 ? l->lines_count : 1;
    struct view_span *span = column_add(&v->spans, 1, &v->quota);

    if (!span)
        return false;
    *span = (struct view_span){(uint32_t)v->of_spans.count, count};
    for (uint32_t i = 0; i < count; i++) {
        const struct symbol_line *lines = COLUMN_AT(v->merged->symbols.lines, struct symbol_line);
        uint32_t *frame = column_add(&v->of_spans, 1, &v->quota);

        if (!frame || !make_frame(f, l, l->lines_count > 0 ? &lines[l->lines_at + i] : NULL, frame))
            return false;
    }
    return true;
}

static bool make_spans(struct framing *f)
{
    const struct symbols *s = &f->v->merged->symbols;
    uint32_t strings = intern_count(&s->strings);

    if (!column_fill(&f->texts, strings, 0xff, &f->v->quota) ||
        !column_fill(&f->files, strings, 0xff, &f->v->quota))
        return false;
    *at(&f->texts, 0) = *at(&f->files, 0) = 0;
    for (size_t i = 0; i < s->locations.count; i++)
        if (!make_span(f, &COLUMN_AT(s->locations, struct symbol_location)[i]))
            return false;
    return true;
}

static enum status make_frames(struct view *v, struct error *err)
{
    struct framing f = {.v = v,
                        .keeps = KEEPS[v->options->granularity],
                        .known = TABLE_INIT,
                        .texts = COLUMN_OF(uint32_t),
                        .files = COLUMN_OF(uint32_t),
                        .path = BUF_INIT(PATH_MAX_BYTES)};
    bool made = make_spans(&f);

    table_release(&f.known, &v->quota);
    column_release(&f.texts, &v->quota);
    column_release(&f.files, &v->quota);
    buf_release(&f.path);
    return made ? OK : quota_error(&v->quota, err);
}

/* --- the sample type that is shown --- */

static bool is_named(const struct merged *m, uint32_t type, struct slice name)
{
    return slice_eq(intern_get(&m->symbols.strings, m->types[type].type), name);
}

static enum status unknown_type(const struct merged *m, struct slice wanted, struct error *err)
{
    struct buf names CLEANUP(buf_release) = BUF_INIT(ERROR_TEXT_MAX / 2);

    for (uint32_t i = 0; i < m->types_count; i++)
        buf_printf(&names, "%s%.*s", i > 0 ? ", " : "",
                   SLICE_ARG(intern_get(&m->symbols.strings, m->types[i].type)));
    return error_set(err, E_INVALID, "bad \"sample_index\" \"%.*s\": it must be one of %s", SLICE_ARG(wanted),
                     buf_cstr(&names));
}

/* "inuse_space" also means "space": pprof's older profiles are named so. */
static enum status choose_type(const struct merged *m, struct slice wanted, uint32_t *ret_type,
                               struct error *err)
{
    struct slice prefix = SLICE("inuse_");
    struct slice older = slice_starts(wanted, prefix) ? slice_from(wanted, prefix.len) : wanted;
    struct slice named = intern_get(&m->symbols.strings, m->default_type.string);
    uint64_t number;

    if (m->types_count == 0)
        return error_set(err, E_INVALID, "the profile has no sample types");
    *ret_type = m->types_count - 1;
    if (wanted.len == 0) {
        for (uint32_t i = m->types_count; i-- > 0;)
            if (named.len > 0 && is_named(m, i, named))
                *ret_type = i;
        return OK;
    }
    if (slice_to_u64(wanted, &number)) {
        if (number >= m->types_count)
            return error_set(err, E_INVALID, "bad \"sample_index\" %" PRIu64 ": it must be 0 to %u", number,
                             m->types_count - 1);
        *ret_type = (uint32_t)number;
        return OK;
    }
    for (uint32_t i = 0; i < m->types_count; i++) {
        if (!is_named(m, i, wanted) && !is_named(m, i, older))
            continue;
        *ret_type = i;
        return OK;
    }
    return unknown_type(m, wanted, err);
}

/* --- totals --- */

/* Shares are of the sizes of the samples, whichever their signs; of a diff, of those of its base. */
static void add_up(struct view *v, const struct merged *whole)
{
    __int128 sizes = 0, base_sizes = 0, source = 0, base = 0;
    struct merged_base label = merged_base(whole);

    for (uint32_t i = 0; i < whole->stacks.samples.count; i++) {
        bool saturated = false;
        __int128 value = stacks_sum(&whole->stacks, i, v->type, &saturated);
        __int128 size = value < 0 ? -value : value;

        if (merged_is_base(whole, label, i)) {
            base -= value;
            base_sizes += size;
            v->is_diff |= !stacks_is_zero(&whole->stacks, i);
        } else {
            source += value;
        }
        sizes += size;
    }
    v->total = stacks_clamp(base_sizes > 0 ? base_sizes : sizes);
    v->source = stacks_clamp(source);
    v->base = stacks_clamp(base);
}

static enum status filter(struct view *v, struct error *err)
{
    const struct merged *whole = v->merged;

    if (!filter_is_needed(whole, v->options))
        return OK;
    v->filtered = mem_zero(1, sizeof(*v->filtered));
    merged_init(v->filtered, &v->quota);
    v->merged = v->filtered;
    return filter_apply(whole, v->options, v->filtered, &v->notes, err);
}

/* Without a budget it is what the merge leaves of its own. With one, what would not fit if this were the only
 * query is too large: the others' leaving would not help. */
static size_t room_beside(const struct merge *m, const struct budget *budget)
{
    struct merge_stats s = merge_stats(m);
    size_t most = budget ? budget->max : s.bytes_max;
    size_t rest = most > s.bytes ? most - s.bytes : 0;
    return budget && rest > LIMIT_MERGE_BYTES ? LIMIT_MERGE_BYTES : rest;
}

enum status view_open(struct merge *m, const struct view_options *options, struct budget *budget,
                      struct view **ret_view, struct error *err)
{
    struct view *v CLEANUP(view_freep) = mem_zero(1, sizeof(*v));

    *v = (struct view){.merge = m,
                       .merged = merge_result(m),
                       .quota = QUOTA_INIT(room_beside(m, budget), budget),
                       .is_diff = merge_stats(m).has_base,
                       .options = options,
                       .strings = INTERN_INIT,
                       .frames = COLUMN_OF(struct view_frame),
                       .spans = COLUMN_OF(struct view_span),
                       .of_spans = COLUMN_OF(uint32_t),
                       .steps = COLUMN_OF(struct view_step),
                       .notes = BUF_INIT(NOTES_MAX)};
    enum status status = choose_type(v->merged, options->sample_index, &v->type, err);
    if (status != OK)
        return status;

    add_up(v, v->merged);
    status = filter(v, err);
    if (status == OK)
        status = make_frames(v, err);
    if (status != OK)
        return status;

    v->base_label = merged_base(v->merged);
    *ret_view = v;
    v = NULL;
    return OK;
}

void view_free(struct view *v)
{
    if (!v)
        return;
    intern_release(&v->strings, &v->quota);
    column_release(&v->frames, &v->quota);
    column_release(&v->spans, &v->quota);
    column_release(&v->of_spans, &v->quota);
    column_release(&v->steps, &v->quota);
    if (v->filtered)
        merged_release(v->filtered);
    free(v->filtered);
    buf_release(&v->notes);
    free(v);
}

void view_freep(struct view **v)
{
    view_free(*v);
}

/* --- reading --- */

size_t view_samples(const struct view *v)
{
    return v->merged->stacks.samples.count;
}

static const struct stack *stack_of(const struct view *v, size_t sample)
{
    return &COLUMN_AT(v->merged->stacks.samples, struct stack)[sample];
}

int64_t view_value(const struct view *v, size_t sample, uint32_t type)
{
    bool saturated = false;

    return stacks_sum(&v->merged->stacks, (uint32_t)sample, type, &saturated);
}

bool view_is_base(const struct view *v, size_t sample)
{
    return v->is_diff && merged_is_base(v->merged, v->base_label, (uint32_t)sample);
}

bool view_stack(struct view *v, size_t sample, struct view_stack *ret_stack)
{
    const struct stack *stack = stack_of(v, sample);
    const uint32_t *locations = COLUMN_AT(v->merged->stacks.locations, uint32_t);
    const uint32_t *frames = COLUMN_AT(v->of_spans, uint32_t);

    column_reset(&v->steps);
    for (uint32_t i = stack->depth; i-- > 0;) {
        struct view_span span = COLUMN_AT(v->spans, struct view_span)[locations[stack->at + i]];
        struct view_step *steps = column_add(&v->steps, span.count, &v->quota);

        if (!steps)
            return false;
        for (uint32_t j = 0; j < span.count; j++)
            steps[j] = (struct view_step){frames[span.at + span.count - 1 - j], j > 0};
    }
    v->steps_taken += v->steps.count;
    if (v->steps_taken > LIMIT_VIEW_STEPS)
        return false;

    *ret_stack = (struct view_stack){COLUMN_AT(v->steps, struct view_step), v->steps.count};
    return true;
}

enum status view_error(const struct view *v, struct error *err)
{
    if (v->steps_taken <= LIMIT_VIEW_STEPS)
        return quota_error(&v->quota, err);

    return error_set(
        err, E_TOO_LARGE,
        "the stacks have more than %lu frames in all, inlined ones with them: ask for a shorter time "
        "range, give more labels, or choose samples with \"focus\" or \"tagfocus\"",
        LIMIT_VIEW_STEPS);
}

struct slice view_type_name(const struct view *v, uint32_t type)
{
    return intern_get(&v->merged->symbols.strings, v->merged->types[type].type);
}

struct slice view_type_unit(const struct view *v, uint32_t type)
{
    return intern_get(&v->merged->symbols.strings, v->merged->types[type].unit);
}

void view_frame_name(const struct view *v, uint32_t frame, struct buf *out)
{
    const struct view_frame *f = view_frame(v, frame);
    const char *gap = f->address != 0 ? " " : "";

    if (f->address != 0)
        buf_printf(out, "%016" PRIx64, f->address);
    if (f->name != 0) {
        buf_append_cstr(out, gap);
        buf_append(out, view_string(v, f->name));
        gap = " ";
    }
    if (f->line != 0) {
        buf_append_cstr(out, gap);
        buf_append(out, view_string(v, f->file));
        buf_printf(out, ":%" PRId64, f->line);
        if (f->column != 0)
            buf_printf(out, ":%" PRId64, f->column);
    } else if (f->file != 0) {
        buf_append_cstr(out, gap);
        buf_append(out, view_string(v, f->file));
    } else if (f->name == 0 && f->module != 0) {
        struct slice base = path_base(view_string(v, f->module));

        buf_printf(out, "%s[%.*s]", gap, SLICE_ARG(base));
    } else if (f->name == 0) {
        buf_printf(out, "%s<unknown>", gap);
    }
}
