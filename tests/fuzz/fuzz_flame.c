/*
 * Two profiles, the second as the base of a diff if there is one (two bytes of length before the first), in
 * every form that is drawn from the call tree. What is drawn must hold together: JSON and XML without raw
 * control characters, folded lines that add up to the sums of the view, the same bytes twice.
 */
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

static struct view *open_view(struct merge *m, const struct view_options *options)
{
    struct view *v = NULL;

    insist(view_open(m, options, NULL, &v, NULL) == OK);
    return v;
}

/* What a line ends with, and of a diff what stands before it; wraps around like the sum that it is compared
 * with. */
static void add_line(struct slice line, bool is_diff, uint64_t *source, uint64_t *base)
{
    int64_t value;
    for (int column = 0; column <= is_diff; column++) {
        size_t at = line.len;
        while (at > 0 && line.ptr[at - 1] != ' ')
            at--;
        insist(at > 1 && slice_to_i64(slice_from(line, at), &value));
        *(column == 0 ? source : base) += (uint64_t)value;
        line.len = at - 1;
    }
}

static void look_at_folded(struct merge *m, const struct view_options *options)
{
    struct view *v CLEANUP(view_freep) = open_view(m, options);
    struct buf out CLEANUP(buf_release) = BUF_INIT(MAX_BYTES);
    uint64_t source = 0, base = 0;
    if (folded_render(v, &out, NULL) != OK)
        return;

    struct slice rest = buf_slice(&out), line;
    while (slice_split(&rest, '\n', &line) && line.len > 0)
        add_line(line, v->is_diff, &source, &base);
    /* Where a sum does not fit, its end of the range depends on what was added first. */
    if (v->source < INT64_MAX / 4 && v->source > INT64_MIN / 4 && v->base < INT64_MAX / 4 &&
        v->base > INT64_MIN / 4 && v->total < INT64_MAX / 4)
        insist(source == (uint64_t)v->source && base == (uint64_t)v->base);
}

static void look_at(struct merge *m, const struct view_options *options,
                    enum status (*render)(struct view *v, struct buf *out, struct error *err), bool lines)
{
    struct view *v CLEANUP(view_freep) = open_view(m, options);
    struct buf out CLEANUP(buf_release) = BUF_INIT(MAX_BYTES),
                   again CLEANUP(buf_release) = BUF_INIT(MAX_BYTES);
    if (render(v, &out, NULL) != OK)
        return;

    insist(render(v, &again, NULL) == OK && slice_eq(buf_slice(&out), buf_slice(&again)));
    insist(slice_is_utf8(buf_slice(&out)));
    for (size_t i = 0; i < out.len; i++)
        insist((unsigned char)out.ptr[i] >= ' ' || (lines && out.ptr[i] == '\n'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3)
        return 0;

    struct view_options options = VIEW_OPTIONS_DEFAULT;
    size_t first = (size_t)data[0] | (size_t)data[1] << 8, rest = size - 3;
    struct merge *m CLEANUP(merge_freep) = merge_new(&(
        struct merge_options){.max_bytes = MAX_BYTES, .inflated_bytes = MAX_BYTES / 4, .inflate_ratio = 100});
    options.granularity = data[2] % (GRANULARITY_ADDRESSES + 1);
    options.min_fraction = data[2] & 64 ? 0.1 : 0;
    options.max_nodes = data[2] & 128 ? 5 : (int64_t)LIMIT_VIEW_NODES;
    if (first > rest)
        first = rest;
    if (merge_add(m, slice_make(data + 3, first), MERGE_SOURCE, NULL) != OK)
        return 0;
    if (rest > first &&
        merge_add(m, slice_make(data + 3 + first, rest - first), MERGE_BASE, NULL) == E_TOO_LARGE)
        return 0;
    if (merge_result(m)->types_count == 0)
        return 0;

    look_at_folded(m, &options);
    look_at(m, &options, flamegraph_render, false);
    look_at(m, &options, speedscope_render, false);
    look_at(m, &options, svg_render, true);
    return 0;
}
