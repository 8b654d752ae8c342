/*
 * One line a stack, root first: "main;run;parse 12", in the shown type; of a diff "main;run;parse 10 12",
 * what the base has and then the source, as difffolded.pl writes it. Nothing is pruned; a stack that adds up
 * to zero (on both sides) has no line. Lines are sorted by the bytes of their stack.
 *
 * In names `;`, newline, carriage return and backslash are written `\;`, `\n`, `\r` and `\\`, so that a line
 * can be taken apart again. Samples without a stack are "[no stack]"; frames are called as in tables.
 *
 * Frames that are written alike are taken for one while the tree grows, so no line comes twice. The lines
 * then come out in order from one walk, in which each node comes twice among its siblings: as `name`, for its
 * own line, and as `name;`, for all that is beneath. "a!" stands between the two of "a".
 */
#include "view/format.h"

#include "base/limits.h"
#include "view/tree.h"

#include <inttypes.h>
#include <stdlib.h>

#define NO_STACK "[no stack]"

/* A name is no longer than its profile, and escaping may double it. */
#define NAME_BYTES (2 * LIMIT_INFLATED_BYTES)

struct folding {
    struct view *v;
    struct tree *tree;
    struct intern names;   /* escaped; 0 is nobody's */
    struct column name_of; /* uint32_t by frame: its name */
    struct column as;      /* uint32_t by frame: the first one of this name */
    struct column first;   /* uint32_t by name, from 1: that frame */
    struct column visits;  /* struct visit: what is still to come, the next last */
};

struct visit {
    uint32_t node;
    bool beneath;
    size_t prefix; /* bytes of the line in front of its name */
};

static void folding_release(struct folding *f)
{
    tree_free(f->tree);
    intern_release(&f->names, &f->v->quota);
    column_release(&f->name_of, &f->v->quota);
    column_release(&f->as, &f->v->quota);
    column_release(&f->first, &f->v->quota);
    column_release(&f->visits, &f->v->quota);
}

/* --- names --- */

static void escape(struct slice name, struct buf *out)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        if (c == ';' || c == '\\' || c == '\n' || c == '\r')
            buf_append_byte(out, '\\');
        buf_append_byte(out, c == '\n' ? 'n' : c == '\r' ? 'r' : c);
    }
}

static bool name_frame(struct folding *f, uint32_t frame, struct buf *name, struct buf *escaped)
{
    buf_reset(name);
    buf_reset(escaped);
    view_frame_name(f->v, frame, name);
    escape(buf_slice(name), escaped);

    uint32_t number = intern_put(&f->names, buf_slice(escaped), &f->v->quota);
    if (number == INTERN_NONE)
        return false;
    if (number > f->first.count) {
        uint32_t *first = column_add(&f->first, 1, &f->v->quota);

        if (!first)
            return false;
        *first = frame;
    }
    COLUMN_AT(f->name_of, uint32_t)[frame] = number;
    COLUMN_AT(f->as, uint32_t)[frame] = number > 0 ? COLUMN_AT(f->first, uint32_t)[number - 1] : frame;
    return true;
}

static enum status name_frames(struct folding *f, struct error *err)
{
    struct buf name CLEANUP(buf_release) = BUF_INIT(NAME_BYTES);
    struct buf escaped CLEANUP(buf_release) = BUF_INIT(NAME_BYTES);
    size_t count = f->v->frames.count;
    bool named =
        column_fill(&f->name_of, count, 0, &f->v->quota) && column_fill(&f->as, count, 0, &f->v->quota);

    for (uint32_t i = 0; named && i < count; i++)
        named = name_frame(f, i, &name, &escaped);
    return named ? OK : quota_error(&f->v->quota, err);
}

static struct slice name_of(const struct folding *f, uint32_t node)
{
    return node == 0
               ? SLICE(NO_STACK)
               : intern_get(&f->names, COLUMN_AT(f->name_of, uint32_t)[tree_node(f->tree, node)->frame]);
}

/* --- lines --- */

static bool has_line(const struct folding *f, uint32_t node)
{
    struct tree_value value = tree_value(f->tree, node, 0);

    return value.self != 0 || value.base_self != 0;
}

/* What follows the first `at` bytes of a visit's text: a byte, or -1 at its end. */
static int byte_at(const struct visit *visit, struct slice name, size_t at)
{
    return at < name.len ? (unsigned char)name.ptr[at] : at == name.len && visit->beneath ? ';' : -1;
}

/* The first to come is the last. No `;` stands in a name without a backslash, so a difference is found. */
static int compare_visits(const void *a, const void *b, void *context)
{
    const struct folding *f = context;
    const struct visit *v = a, *w = b;
    struct slice x = name_of(f, v->node), y = name_of(f, w->node);
    size_t both = x.len < y.len ? x.len : y.len;
    int order = both > 0 ? memcmp(x.ptr, y.ptr, both) : 0;

    return order != 0 ? -order : byte_at(w, y, both) - byte_at(v, x, both);
}

static bool push(struct folding *f, struct visit visit)
{
    struct visit *pushed = column_add(&f->visits, 1, &f->v->quota);

    if (pushed)
        *pushed = visit;
    return pushed;
}

static bool push_kids(struct folding *f, uint32_t node, size_t prefix)
{
    size_t from = f->visits.count;

    if (node == 0 && has_line(f, 0) && !push(f, (struct visit){0, false, 0}))
        return false;
    for (uint32_t i = tree_node(f->tree, node)->first; i != TREE_NONE; i = tree_node(f->tree, i)->next) {
        if (has_line(f, i) && !push(f, (struct visit){i, false, prefix}))
            return false;
        if (tree_node(f->tree, i)->first != TREE_NONE && !push(f, (struct visit){i, true, prefix}))
            return false;
    }
    if (f->visits.count - from > 1)
        qsort_r(COLUMN_AT(f->visits, struct visit) + from, f->visits.count - from, sizeof(struct visit),
                compare_visits, f);
    return true;
}

static void put_line(const struct folding *f, uint32_t node, const struct buf *line, struct buf *out)
{
    struct tree_value value = tree_value(f->tree, node, 0);

    buf_append(out, buf_slice(line));
    if (f->v->is_diff)
        buf_printf(out, " %" PRId64, value.base_self);
    buf_printf(out, " %" PRId64 "\n", value.self);
}

static enum status put_lines(struct folding *f, struct buf *out, struct error *err)
{
    struct buf line CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);

    if (!push_kids(f, 0, 0))
        return quota_error(&f->v->quota, err);
    while (f->visits.count > 0 && !out->full && !line.full) {
        struct visit visit = COLUMN_AT(f->visits, struct visit)[--f->visits.count];

        line.len = visit.prefix;
        buf_append(&line, name_of(f, visit.node));
        if (!visit.beneath) {
            put_line(f, visit.node, &line, out);
            continue;
        }
        buf_append_byte(&line, ';');
        if (!push_kids(f, visit.node, line.len))
            return quota_error(&f->v->quota, err);
    }
    enum status status = buf_check(&line, "a folded stack", err);
    return status == OK ? buf_check(out, "folded stacks", err) : status;
}

enum status folded_render(struct view *v, struct buf *out, struct error *err)
{
    struct folding f CLEANUP(folding_release) = {.v = v,
                                                 .names = INTERN_INIT,
                                                 .name_of = COLUMN_OF(uint32_t),
                                                 .as = COLUMN_OF(uint32_t),
                                                 .first = COLUMN_OF(uint32_t),
                                                 .visits = COLUMN_OF(struct visit)};
    enum status status = name_frames(&f, err);

    if (status == OK)
        status = tree_build(v, &(struct tree_options){.type = v->type, .as = COLUMN_AT(f.as, uint32_t)},
                            &f.tree, err);
    return status == OK ? put_lines(&f, out, err) : status;
}
