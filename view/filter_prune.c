/*
 * A profile can name frames that say nothing to its readers: what they match is left out with all that it
 * calls (an allocator's inside below malloc). The expressions match whole names, and names without their
 * parameters. They come from the profile and are nobody's mistake here: what cannot be compiled drops
 * nothing, as in pprof.
 */
#include "view/filter_stage.h"

static struct slice without_parameters(struct slice name)
{
    /* Parts of C++ names that have parentheses of their own. */
    static const struct slice reserved[] = {{"(anonymous namespace)", 21}, {"operator()", 10}};

    if (slice_starts(name, SLICE(".")))
        name = slice_from(name, 1);
    for (size_t i = 0; i < name.len; i++) {
        struct slice rest = slice_from(name, i);
        size_t skip = 0;
        for (size_t k = 0; k < ARRAY_LEN(reserved) && skip == 0; k++)
            if (slice_starts(rest, reserved[k]))
                skip = reserved[k].len;
        if (skip == 0 && rest.ptr[0] == '(')
            return slice_sub(name, 0, i);
        i += skip > 0 ? skip - 1 : 0;
    }
    return name;
}

enum { UNKNOWN, NO, YES };

struct pruning {
    const struct filter *f;
    struct regex *drop, *keep; /* keep may be NULL */
    struct column verdicts;    /* char by string */
};

static void pruning_release(struct pruning *p)
{
    regex_free(p->drop);
    regex_free(p->keep);
    column_release(&p->verdicts, p->f->quota);
}

static enum status compile_whole(struct pruning *p, const char *option, uint32_t string,
                                 struct regex **ret_regex)
{
    struct buf pattern CLEANUP(buf_release) = BUF_INIT(LIMIT_REGEX_BYTES + 8);
    buf_append_cstr(&pattern, "^(");
    buf_append(&pattern, filter_string(p->f, string));
    buf_append_cstr(&pattern, ")$");
    return pattern.full ? E_TOO_LARGE : filter_regex_new(p->f, option, buf_slice(&pattern), ret_regex, NULL);
}

static bool is_dropped(struct pruning *p, uint32_t line)
{
    const struct symbols *s = &p->f->in->symbols;
    uint32_t function = COLUMN_AT(s->lines, struct symbol_line)[line].function;
    uint32_t name = COLUMN_AT(s->functions, struct symbol_function)[function].name;
    char *verdict = &COLUMN_AT(p->verdicts, char)[name];
    if (name != 0 && *verdict == UNKNOWN) {
        struct slice text = without_parameters(filter_string(p->f, name));
        bool drop = regex_matches(p->drop, text) && (!p->keep || !regex_matches(p->keep, text));
        *verdict = drop ? YES : NO;
    }
    return *verdict == YES;
}

/* The outermost line that is dropped takes those with it that are inlined into it. */
static void prune_location(struct pruning *p, struct filter_location *l)
{
    for (uint32_t i = l->count; i-- > 0;) {
        if (!is_dropped(p, *filter_line(p->f, l, i)))
            continue;

        if (i + 1 == l->count) {
            l->flags |= LOCATION_PRUNED;
            return;
        }
        l->flags |= LOCATION_PRUNES;
        l->at += i + 1;
        l->count -= i + 1;
        return;
    }
}

enum status filter_prune(struct filter *f, struct error *err)
{
    uint32_t drop = f->in->drop_frames.string;
    uint32_t keep = f->in->keep_frames.string;
    struct pruning p CLEANUP(pruning_release) = {.f = f, .verdicts = COLUMN_OF(char)};
    if (drop == 0 || compile_whole(&p, "drop_frames", drop, &p.drop) != OK ||
        (keep != 0 && compile_whole(&p, "keep_frames", keep, &p.keep) != OK))
        return OK;
    if (!column_fill(&p.verdicts, intern_count(&f->in->symbols.strings), UNKNOWN, f->quota))
        return quota_error(f->quota, err);

    for (uint32_t i = 0; i < f->locations.count; i++)
        if (filter_location(f, i)->flags & LOCATION_USED)
            prune_location(&p, filter_location(f, i));
    enum status status = filter_regex_check(f, p.drop, err);
    return status == OK && p.keep ? filter_regex_check(f, p.keep, err) : status;
}
