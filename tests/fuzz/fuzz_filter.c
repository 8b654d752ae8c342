/*
 * The input is options, one a line as name=value, a NUL, and a profile. Whatever they are: what filters leave
 * can be written and read again, nothing is left that was not there, and what a pattern keeps and what it
 * drops is the whole.
 */
#include "pprof/scan.h"
#include "view/format.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 1 << 24 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds)
{
    if (!holds)
        abort();
}

/* Options that are none, or have no such value, are as if they were not there. */
static struct view_options read_options(struct slice lines)
{
    struct view_options options = VIEW_OPTIONS_DEFAULT;
    struct slice line;
    while (slice_split(&lines, '\n', &line)) {
        size_t equals = slice_find(line, '=');
        const struct view_option *option = view_option_find(slice_sub(line, 0, equals));
        if (option && option->set(&options, slice_from(line, equals + 1), NULL) != OK)
            option = NULL;
    }
    return options;
}

/* Of the first type; only samples with a stack if by_stack. */
static __int128 sum(const struct merged *m, bool by_stack)
{
    __int128 all = 0;
    for (uint32_t i = 0; i < m->stacks.samples.count && m->stacks.types > 0; i++)
        if (!by_stack || COLUMN_AT(m->stacks.samples, struct stack)[i].depth > 0)
            all += stacks_exact(&m->stacks, i, 0);
    return all;
}

static void check_result(struct view *v)
{
    struct buf profile CLEANUP(buf_release) = BUF_INIT(8UL * MAX_BYTES);
    struct buf text CLEANUP(buf_release) = BUF_INIT(8UL * MAX_BYTES);
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(MAX_BYTES);
    const struct scan_limits limits = {8UL * MAX_BYTES, 1000, 8UL * MAX_BYTES};
    struct scan_result r;
    insist(pprof_render(v, &profile, NULL) == OK);
    insist(pprof_scan(buf_slice(&profile), &limits, &arena, &r, NULL) == OK);
    insist(raw_render(v, &text, NULL) == OK);
    insist(view_samples(v) <= merge_result(v->merge)->stacks.samples.count);
}

/* What the options leave of the merge; 0 if they cannot be used. */
static __int128 left(struct merge *m, const struct view_options *options, bool *ret_usable)
{
    struct view *v CLEANUP(view_freep) = NULL;
    *ret_usable = view_open(m, options, NULL, &v, NULL) == OK;
    if (!*ret_usable)
        return 0;

    check_result(v);
    return sum(v->merged, false);
}

/* Frames that the profile wants dropped are no business of patterns: the sums stay. */
static void check_parts(struct merge *m, struct slice pattern, bool is_tag)
{
    struct view_options kept = VIEW_OPTIONS_DEFAULT, dropped = VIEW_OPTIONS_DEFAULT;
    bool usable, same;
    *(is_tag ? &kept.tagfocus : &kept.focus) = pattern;
    *(is_tag ? &dropped.tagignore : &dropped.ignore) = pattern;
    if (pattern.len == 0)
        return;

    __int128 parts = left(m, &kept, &usable);
    parts += left(m, &dropped, &same);
    insist(usable == same);
    insist(!usable || parts == sum(merge_result(m), !is_tag));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice input = slice_make(data, size);
    size_t end = slice_find(input, '\0');
    struct view_options options = read_options(slice_sub(input, 0, end));
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){.max_bytes = 16UL * MAX_BYTES,
                                                                             .inflated_bytes = MAX_BYTES,
                                                                             .inflate_ratio = 100});
    if (merge_add(m, slice_from(input, end + 1), MERGE_SOURCE, NULL) != OK)
        return 0;

    bool usable;
    (void)left(m, &options, &usable);
    check_parts(m, options.focus, false);
    check_parts(m, options.tagfocus, true);
    return 0;
}
