/*
 * The order of stages is pprof's: it drops uninteresting frames when it loads a profile, makes frames of
 * labels before it filters (so that filters see them), then filters by names, then by labels. All that
 * matches regular expressions is done by location and by label set beforehand; a sample costs a look at an
 * array for each of its frames, and finding its place in the result.
 *
 * What is left of two samples may be the same: they add up, as they would in any view.
 */
#include "view/filter.h"

#include "view/filter_stage.h"

enum { NOTE_TEXT_MAX = 60, NS_PER_MS = 1000 * 1000 };

void filter_note(struct filter *f, const char *option)
{
    buf_printf(f->notes, "%s expression matched no samples\n", option);
}

void filter_note_text(struct filter *f, struct slice text)
{
    for (size_t i = 0; i < text.len && i < NOTE_TEXT_MAX; i++)
        buf_append_byte(f->notes, (unsigned char)text.ptr[i] < ' ' ? '?' : text.ptr[i]);
    buf_append_cstr(f->notes, text.len > NOTE_TEXT_MAX ? "..." : "");
}

bool filter_is_needed(const struct merged *in, const struct view_options *options)
{
    return in->drop_frames.string != 0 || view_options_filter(options);
}

/* --- preparing --- */

static bool add_locations(struct filter *f)
{
    const struct symbols *s = &f->in->symbols;
    if (!column_fill(&f->locations, s->locations.count, 0, f->quota) ||
        !column_fill(&f->lines, s->lines.count, 0, f->quota))
        return false;

    for (uint32_t i = 0; i < s->locations.count; i++) {
        const struct symbol_location *l = &COLUMN_AT(s->locations, struct symbol_location)[i];
        *filter_location(f, i) = (struct filter_location){l->lines_at, l->lines_count, 0};
    }
    for (uint32_t i = 0; i < s->lines.count; i++)
        COLUMN_AT(f->lines, uint32_t)[i] = i;
    return true;
}

static bool mark_used(struct filter *f)
{
    const struct stacks *s = &f->in->stacks;
    if (s->sets.count == 0) /* nor samples */
        return true;
    if (!column_fill(&f->sets, s->sets.count, 0, f->quota))
        return false;

    for (uint32_t i = 0; i < s->samples.count; i++) {
        if (stacks_is_zero(s, i))
            continue;

        struct stack sample = COLUMN_AT(s->samples, struct stack)[i];
        COLUMN_AT(f->sets, char)[sample.labels] |= SET_USED;
        for (uint32_t at = sample.at; at < sample.at + sample.depth; at++)
            filter_location(f, COLUMN_AT(s->locations, uint32_t)[at])->flags |= LOCATION_USED;
    }
    return true;
}

/* --- samples --- */

struct sampling {
    struct filter *f;
    struct column stack; /* uint32_t: locations of the sample at hand, the leaf first */
    bool by_name;        /* a sample needs a frame that is in focus, and none that is ignored */
    bool tagfocus_matched, tagignore_matched;
};

static uint32_t flags_of(const struct sampling *s, uint32_t location)
{
    return filter_location(s->f, location)->flags;
}

/* How many of the locations nearest to the leaf leave. What stands above the first frame that stays is left
 * alone: a stack must not vanish because its root is uninteresting. */
static uint32_t pruned(const struct sampling *s, const uint32_t *locations, uint32_t depth)
{
    bool found = false;
    for (uint32_t i = depth; i-- > 0;) {
        uint32_t flags = flags_of(s, locations[i]) & (LOCATION_PRUNED | LOCATION_PRUNES);
        if (flags == 0)
            found = true;
        else if (found)
            return flags & LOCATION_PRUNED ? i + 1 : i;
    }
    return 0;
}

static bool build_stack(struct sampling *s, struct stack sample)
{
    const struct filter *f = s->f;
    const uint32_t *locations =
        sample.depth > 0 ? COLUMN_AT(f->in->stacks.locations, uint32_t) + sample.at : NULL;
    const uint32_t *frames = filter_set_frames(f, sample.labels);
    uint32_t from = pruned(s, locations, sample.depth);
    uint32_t kept = sample.depth - from;
    column_reset(&s->stack);
    if (f->leaves + kept + f->roots == 0)
        return true;

    uint32_t *stack = column_add(&s->stack, f->leaves + kept + f->roots, f->quota);
    if (!stack)
        return false;

    if (f->leaves > 0)
        memcpy(stack, frames, f->leaves * sizeof *stack);
    if (locations && kept > 0)
        memcpy(stack + f->leaves, locations + from, kept * sizeof *stack);
    if (f->roots > 0)
        memcpy(stack + f->leaves + kept, frames + f->leaves, f->roots * sizeof *stack);
    return true;
}

/* One frame in focus, none ignored. */
static bool passes_names(const struct sampling *s)
{
    bool in_focus = false;
    for (size_t i = 0; i < s->stack.count; i++) {
        uint32_t flags = flags_of(s, COLUMN_AT(s->stack, uint32_t)[i]);
        if (flags & LOCATION_IGNORE)
            return false;
        in_focus |= (flags & LOCATION_FOCUS) != 0;
    }
    return in_focus;
}

/* False: nothing is left. */
static bool hide(struct sampling *s)
{
    uint32_t *stack = COLUMN_AT(s->stack, uint32_t);
    size_t kept = 0;
    for (size_t i = 0; i < s->stack.count; i++)
        if (!(flags_of(s, stack[i]) & LOCATION_HIDDEN))
            stack[kept++] = stack[i];
    s->stack.count = kept;
    return kept > 0;
}

static bool show_from(struct sampling *s)
{
    while (s->stack.count > 0 &&
           !(flags_of(s, COLUMN_AT(s->stack, uint32_t)[s->stack.count - 1]) & LOCATION_FROM))
        s->stack.count--;
    return s->stack.count > 0;
}

static bool passes_tags(struct sampling *s, uint32_t set)
{
    char flags = COLUMN_AT(s->f->sets, char)[set];
    s->tagfocus_matched |= (flags & SET_FOCUS) != 0;
    s->tagignore_matched |= (flags & SET_IGNORE) != 0;
    return (flags & SET_FOCUS) && !(flags & SET_IGNORE);
}

static bool passes(struct sampling *s, uint32_t set)
{
    if (s->by_name && !passes_names(s))
        return false;
    if (s->f->hides && !hide(s))
        return false;
    if (s->f->options->show_from.len > 0 && !show_from(s))
        return false;

    return passes_tags(s, set);
}

static bool add_samples(struct sampling *s)
{
    const struct stacks *in = &s->f->in->stacks;
    for (uint32_t i = 0; i < in->samples.count; i++) {
        struct stack sample = COLUMN_AT(in->samples, struct stack)[i];
        if (stacks_is_zero(in, i))
            continue;
        if (!build_stack(s, sample))
            return false;
        if (passes(s, sample.labels) &&
            !filter_result_add(s->f, i, COLUMN_AT(s->stack, uint32_t), (uint32_t)s->stack.count))
            return false;
    }
    return true;
}

static enum status filter_samples(struct filter *f, struct error *err)
{
    const struct view_options *o = f->options;
    struct sampling s = {.f = f,
                         .stack = COLUMN_OF(uint32_t),
                         .by_name = o->focus.len + o->ignore.len + o->hide.len + o->show.len > 0};
    bool added = filter_result_start(f) && add_samples(&s);
    column_release(&s.stack, f->quota);
    if (!added)
        return quota_error(f->quota, err);

    if (o->tagfocus.len > 0 && !s.tagfocus_matched)
        filter_note(f, "TagFocus");
    if (o->tagignore.len > 0 && !s.tagignore_matched)
        filter_note(f, "TagIgnore");
    return OK;
}

/* --- all of it --- */

static void filter_release(struct filter *f)
{
    struct column *all[] = {&f->pseudos,       &f->locations,   &f->lines,         &f->sets,
                            &f->set_frames,    &f->out_strings, &f->out_functions, &f->out_mappings,
                            &f->out_locations, &f->out_sets};
    intern_release(&f->pseudo_strings, f->quota);
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        column_release(all[i], f->quota);
}

enum status filter_apply(const struct merged *in, const struct view_options *options, struct merged *out,
                         struct buf *notes, struct error *err)
{
    struct filter f CLEANUP(filter_release) = {.in = in,
                                               .out = out,
                                               .options = options,
                                               .notes = notes,
                                               .search_ns = (int64_t)LIMIT_REGEX_CPU_MS * NS_PER_MS,
                                               .quota = out->quota,
                                               .pseudo_strings = INTERN_INIT,
                                               .pseudos = COLUMN_OF(struct filter_pseudo),
                                               .locations = COLUMN_OF(struct filter_location),
                                               .lines = COLUMN_OF(uint32_t),
                                               .sets = COLUMN_OF(char),
                                               .set_frames = COLUMN_OF(uint32_t),
                                               .out_strings = COLUMN_OF(uint32_t),
                                               .out_functions = COLUMN_OF(uint32_t),
                                               .out_mappings = COLUMN_OF(uint32_t),
                                               .out_locations = COLUMN_OF(uint32_t),
                                               .out_sets = COLUMN_OF(uint32_t)};
    if (!add_locations(&f) || !mark_used(&f))
        return quota_error(f.quota, err);

    enum status (*const stages[])(struct filter *, struct error *) = {filter_prune, filter_roots,
                                                                      filter_names, filter_tags,
                                                                      filter_samples};
    enum status status = OK;
    for (size_t i = 0; i < ARRAY_LEN(stages) && status == OK; i++)
        status = stages[i](&f, err);
    return status;
}
