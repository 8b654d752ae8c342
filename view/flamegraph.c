/*
 * The call tree as JSON, for pages that draw it. Nodes are columns of numbers, depth first, so that a parser
 * makes a few flat arrays of them and gzip finds the runs. (Nested objects take ten times the bytes, and a
 * parser seconds for a million.) The shape:
 *
 *   types       [{type, unit}...] as in the profile; `shown`: the index of the one that was asked for
 *   total       of the shown type: what shares are of: all samples before filters; of a diff: its base's
 *   diff        are there two sides? Then `source` and `base` are their sums, before filters
 *   time_nanos, duration_nanos, period, period_type {type, unit}     of the profile
 *   pruned      nodes that are not here but stand in remainders; 0: this is all
 *   saturated   some sum did not fit in 64 bits and stays at the end of the range
 *   notes       [text...] for the reader: "Focus expression matched no samples"
 *   strings     [text...]; 0 is ""
 *   frames      {name, file, line, module}: arrays by frame: strings, but `line` (0: not known). `name` is a
 *               whole label; file, line and module are there if all that the frame stands for agree
 *   nodes       {depth, frame, inlined}: arrays by node, but `inlined`, a text with "1" for each node whose
 *               calls were all inlined. The root is first, its depth is 0; a node's children follow it one
 *               level deeper, by falling total of the shown type (of a diff: of the greater side). As frame,
 *               -1 is the root and -2 a remainder: many small nodes as one, the last among its siblings
 *   remainders  {node, count}: arrays by remainder: where it stands, and for how many nodes
 *   values      [{self, total, base_self, base_total}...] by type: arrays by node; the last two of a diff
 *               only, and then the first two are its source. total = self + the children's totals, always
 *
 * Strings are numbered as frames come to them, and frames as nodes do.
 */
#include "view/format.h"

#include "base/json.h"
#include "view/places.h"
#include "view/tree_frames.h"

struct picture {
    struct view *v;
    struct tree *tree;
    struct places places;
    struct tree_frames frames;
    struct column names, files, modules, packages; /* uint32_t by number here: strings */
    struct intern strings;
    struct json json;
};

static void picture_release(struct picture *p)
{
    tree_free(p->tree);
    places_release(&p->places);
    tree_frames_release(&p->frames);
    column_release(&p->names, &p->v->quota);
    column_release(&p->files, &p->v->quota);
    column_release(&p->modules, &p->v->quota);
    column_release(&p->packages, &p->v->quota);
    intern_release(&p->strings, &p->v->quota);
}

/* --- strings --- */

static bool put_string(struct picture *p, struct column *to, struct slice text)
{
    uint32_t *number = column_add(to, 1, &p->v->quota);

    if (!number)
        return false;
    *number = intern_put(&p->strings, text, &p->v->quota);
    return *number != INTERN_NONE;
}

static bool put_frame(struct picture *p, uint32_t frame, struct buf *label)
{
    const struct place *place = places_of(&p->places, frame);

    buf_reset(label);
    place_label(p->v, frame, label);
    return put_string(p, &p->names, buf_slice(label)) &&
           put_string(p, &p->files, places_string(&p->places, place->file)) &&
           put_string(p, &p->modules, places_string(&p->places, place->module)) &&
           put_string(p, &p->packages, places_package(&p->places, frame, buf_slice(label)));
}

static enum status put_frames(struct picture *p, struct error *err)
{
    struct buf label CLEANUP(buf_release) = BUF_INIT(PLACE_LABEL_BYTES);
    bool put = true;

    for (uint32_t i = 0; put && i < tree_frames_count(&p->frames); i++)
        put = put_frame(p, tree_frames_at(&p->frames, i), &label);
    return put ? OK : quota_error(&p->v->quota, err);
}

/* --- writing --- */

static void number(struct json *j, const char *key, int64_t n)
{
    json_key(j, key);
    json_i64(j, n);
}

static void write_type(struct picture *p, struct merged_type type)
{
    const struct intern *strings = &p->v->merged->symbols.strings;

    json_object(&p->json);
    json_key(&p->json, "type");
    json_string(&p->json, intern_get(strings, type.type));
    json_key(&p->json, "unit");
    json_string(&p->json, intern_get(strings, type.unit));
    json_object_end(&p->json);
}

static void write_notes(struct picture *p)
{
    struct slice rest = buf_slice(&p->v->notes), line;

    json_key(&p->json, "notes");
    json_array(&p->json);
    while (slice_split(&rest, '\n', &line))
        if (line.len > 0)
            json_string(&p->json, line);
    json_array_end(&p->json);
}

static void write_header(struct picture *p)
{
    const struct view *v = p->v;
    const struct merged *m = v->merged;
    struct json *j = &p->json;

    json_key(j, "types");
    json_array(j);
    for (uint32_t i = 0; i < m->types_count; i++)
        write_type(p, m->types[i]);
    json_array_end(j);
    number(j, "shown", v->type);
    number(j, "total", v->total);
    json_key(j, "diff");
    json_bool(j, v->is_diff);
    if (v->is_diff) {
        number(j, "source", v->source);
        number(j, "base", v->base);
    }
    number(j, "time_nanos", m->time_nanos);
    number(j, "duration_nanos", stacks_clamp(m->duration_nanos));
    number(j, "period", m->period);
    json_key(j, "period_type");
    write_type(p, m->period_type);
    number(j, "pruned", p->tree->pruned);
    json_key(j, "saturated");
    json_bool(j, m->saturated || p->tree->saturated);
    write_notes(p);
}

static void write_numbers(struct json *j, const char *key, const struct column *numbers)
{
    json_key(j, key);
    json_array(j);
    for (size_t i = 0; i < numbers->count; i++)
        json_u64(j, COLUMN_AT(*numbers, uint32_t)[i]);
    json_array_end(j);
}

static void write_frames(struct picture *p)
{
    struct json *j = &p->json;

    json_key(j, "strings");
    json_array(j);
    for (uint32_t i = 0; i < intern_count(&p->strings); i++)
        json_string(j, intern_get(&p->strings, i));
    json_array_end(j);

    json_key(j, "frames");
    json_object(j);
    write_numbers(j, "name", &p->names);
    write_numbers(j, "file", &p->files);
    json_key(j, "line");
    json_array(j);
    for (uint32_t i = 0; i < tree_frames_count(&p->frames); i++)
        json_i64(j, places_of(&p->places, tree_frames_at(&p->frames, i))->line);
    json_array_end(j);
    write_numbers(j, "module", &p->modules);
    write_numbers(j, "package", &p->packages);
    json_object_end(j);
}

static int64_t frame_number(const struct picture *p, const struct tree_node *n)
{
    return n->frame == TREE_NONE        ? -1
           : n->frame == TREE_REMAINDER ? -2
                                        : (int64_t)tree_frames_number(&p->frames, n->frame);
}

static void write_nodes(struct picture *p)
{
    struct json *j = &p->json;
    uint32_t count = tree_count(p->tree);

    json_key(j, "nodes");
    json_object(j);
    json_key(j, "depth");
    json_array(j);
    for (uint32_t i = 0; i < count; i++)
        json_u64(j, tree_node(p->tree, i)->depth);
    json_array_end(j);
    json_key(j, "frame");
    json_array(j);
    for (uint32_t i = 0; i < count; i++)
        json_i64(j, frame_number(p, tree_node(p->tree, i)));
    json_array_end(j);
    json_key(j, "inlined");
    buf_append_byte(j->out, '"');
    for (uint32_t i = 0; i < count; i++)
        buf_append_byte(j->out, tree_node(p->tree, i)->inlined ? '1' : '0');
    buf_append_byte(j->out, '"');
    j->comma = true;
    json_object_end(j);
}

static void write_remainders(struct picture *p)
{
    struct json *j = &p->json;

    json_key(j, "remainders");
    json_object(j);
    json_key(j, "node");
    json_array(j);
    for (uint32_t i = 0; i < tree_count(p->tree); i++)
        if (tree_node(p->tree, i)->frame == TREE_REMAINDER)
            json_u64(j, i);
    json_array_end(j);
    json_key(j, "count");
    json_array(j);
    for (uint32_t i = 0; i < tree_count(p->tree); i++)
        if (tree_node(p->tree, i)->frame == TREE_REMAINDER)
            json_u64(j, tree_node(p->tree, i)->folded);
    json_array_end(j);
    json_object_end(j);
}

/* One of a tree's two columns of values: a type, a side. */
static void write_values(struct picture *p, const char *key, const struct column *values, uint32_t at)
{
    size_t width = (size_t)p->tree->types * p->tree->sides;

    json_key(&p->json, key);
    json_array(&p->json);
    for (size_t i = at; i < values->count; i += width)
        json_i64(&p->json, COLUMN_AT(*values, int64_t)[i]);
    json_array_end(&p->json);
}

static void write_all_values(struct picture *p)
{
    const struct tree *t = p->tree;

    json_key(&p->json, "values");
    json_array(&p->json);
    for (uint32_t type = 0; type < t->types; type++) {
        uint32_t at = type * t->sides;

        json_object(&p->json);
        write_values(p, "self", &t->selfs, at);
        write_values(p, "total", &t->totals, at);
        if (t->sides > 1) {
            write_values(p, "base_self", &t->selfs, at + 1);
            write_values(p, "base_total", &t->totals, at + 1);
        }
        json_object_end(&p->json);
    }
    json_array_end(&p->json);
}

enum status flamegraph_render(struct view *v, struct buf *out, struct error *err)
{
    struct picture p CLEANUP(picture_release) = {.v = v,
                                                 .names = COLUMN_OF(uint32_t),
                                                 .files = COLUMN_OF(uint32_t),
                                                 .modules = COLUMN_OF(uint32_t),
                                                 .packages = COLUMN_OF(uint32_t),
                                                 .strings = INTERN_INIT,
                                                 .json = JSON_INIT(out)};
    const struct tree_options o = {.type = TREE_ALL_TYPES,
                                   .min_fraction = v->options->min_fraction,
                                   .max_nodes = v->options->max_nodes};
    enum status status = tree_build(v, &o, &p.tree, err);

    if (status == OK)
        status = places_find(&p.places, v, err);
    if (status == OK)
        status = tree_frames_find(&p.frames, p.tree, err);
    if (status == OK)
        status = put_frames(&p, err);
    if (status != OK)
        return status;

    json_object(&p.json);
    write_header(&p);
    write_frames(&p);
    write_nodes(&p);
    write_remainders(&p);
    write_all_values(&p);
    json_object_end(&p.json);
    return buf_check(out, "the flame graph", err);
}
