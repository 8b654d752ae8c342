/*
 * The file format of speedscope: frames that all share, and a profile of type "sampled" for each sample type:
 * each distinct stack once, with its weight. Weights may not be negative there. So a diff gives two profiles
 * a type, its source and its base, and what is negative in a profile stands in a second one of that type,
 * turned around: nothing is dropped. speedscope shows times and bytes with units; everything else is "none".
 *
 * Source: https://www.speedscope.app/file-format-schema.json
 */
#include "view/format.h"

#include "base/json.h"
#include "base/version.h"
#include "view/places.h"
#include "view/tree_frames.h"

enum { EXPORTER_BYTES = 256 };

struct scope {
    struct view *v;
    struct tree *tree;
    struct places places;
    struct tree_frames frames;
    struct column path; /* uint32_t: numbers of frames from the root to a node, without the root */
    struct json json;
};

static void scope_release(struct scope *s)
{
    tree_free(s->tree);
    places_release(&s->places);
    tree_frames_release(&s->frames);
    column_release(&s->path, &s->v->quota);
}

/* --- frames --- */

static void put_frames(struct scope *s)
{
    struct buf label CLEANUP(buf_release) = BUF_INIT(PLACE_LABEL_BYTES);
    struct json *j = &s->json;

    json_key(j, "shared");
    json_object(j);
    json_key(j, "frames");
    json_array(j);
    for (uint32_t i = 0; i < tree_frames_count(&s->frames); i++) {
        uint32_t frame = tree_frames_at(&s->frames, i);
        const struct place *place = places_of(&s->places, frame);

        buf_reset(&label);
        place_label(s->v, frame, &label);
        json_object(j);
        json_key(j, "name");
        json_string(j, buf_slice(&label));
        if (place->file != 0) {
            json_key(j, "file");
            json_string(j, places_string(&s->places, place->file));
        }
        if (place->file != 0 && place->line > 0) {
            json_key(j, "line");
            json_i64(j, place->line);
        }
        json_object_end(j);
    }
    json_array_end(j);
    json_object_end(j);
}

/* --- profiles --- */

/* What a type and side of the tree has for a node in the profile of positive (negative) values; 0: nothing.
 */
static uint64_t weight(const struct scope *s, uint32_t node, uint32_t type, bool second)
{
    struct tree_value value = tree_value(s->tree, node, type);
    int64_t here = second ? value.base_self : value.self, there = second ? value.self : value.base_self;
    uint64_t sum = here > 0 ? (uint64_t)here : 0;

    return there < 0 ? sum - (uint64_t)there : sum;
}

/* Goes to the next node in depth-first order and keeps the path to it. */
static bool step(struct scope *s, uint32_t node)
{
    const struct tree_node *n = tree_node(s->tree, node);

    if (node == 0)
        return true;
    s->path.count = n->depth - 1;
    uint32_t *frame = column_add(&s->path, 1, &s->v->quota);
    if (frame)
        *frame = tree_frames_number(&s->frames, n->frame);
    return frame;
}

static bool put_samples(struct scope *s, uint32_t type, bool second)
{
    struct json *j = &s->json;

    json_key(j, "samples");
    json_array(j);
    column_reset(&s->path);
    for (uint32_t i = 0; i < tree_count(s->tree) && !j->out->full; i++) {
        if (!step(s, i))
            return false;
        if (weight(s, i, type, second) == 0)
            continue;
        json_array(j);
        for (size_t k = 0; k < s->path.count; k++)
            json_u64(j, COLUMN_AT(s->path, uint32_t)[k]);
        json_array_end(j);
    }
    json_array_end(j);
    return true;
}

static void put_weights(struct scope *s, uint32_t type, bool second)
{
    struct json *j = &s->json;

    json_key(j, "weights");
    json_array(j);
    for (uint32_t i = 0; i < tree_count(s->tree); i++)
        if (weight(s, i, type, second) > 0)
            json_u64(j, weight(s, i, type, second));
    json_array_end(j);
}

static uint64_t sum_of(const struct scope *s, uint32_t type, bool second)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < tree_count(s->tree); i++)
        if (__builtin_add_overflow(sum, weight(s, i, type, second), &sum))
            return UINT64_MAX;
    return sum;
}

/* As speedscope knows them. */
static const char *unit_of(struct slice unit)
{
    static const struct {
        const char *ours, *theirs;
    } units[] = {{"nanoseconds", "nanoseconds"},
                 {"microseconds", "microseconds"},
                 {"milliseconds", "milliseconds"},
                 {"seconds", "seconds"},
                 {"bytes", "bytes"}};

    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (slice_eq_cstr(unit, units[i].ours))
            return units[i].theirs;
    return "none";
}

static bool put_profile(struct scope *s, uint32_t type, bool second)
{
    struct buf name CLEANUP(buf_release) = BUF_INIT(PLACE_LABEL_BYTES);
    struct json *j = &s->json;

    buf_append(&name, view_type_name(s->v, type));
    if (s->v->is_diff)
        buf_append(&name, second ? SLICE(" (base)") : SLICE(" (source)"));
    else if (second)
        buf_append(&name, SLICE(" (negative)"));
    json_object(j);
    json_key(j, "type");
    json_cstr(j, "sampled");
    json_key(j, "name");
    json_string(j, buf_slice(&name));
    json_key(j, "unit");
    json_cstr(j, unit_of(view_type_unit(s->v, type)));
    json_key(j, "startValue");
    json_u64(j, 0);
    json_key(j, "endValue");
    json_u64(j, sum_of(s, type, second));
    if (!put_samples(s, type, second))
        return false;
    put_weights(s, type, second);
    json_object_end(j);
    return true;
}

static bool put_profiles(struct scope *s)
{
    struct json *j = &s->json;
    uint64_t count = 0, shown = 0;

    json_key(j, "profiles");
    json_array(j);
    for (uint32_t type = 0; type < s->tree->types; type++) {
        shown = type == s->v->type ? count : shown;
        if (!put_profile(s, type, false))
            return false;
        count++;
        if (s->v->is_diff || sum_of(s, type, true) > 0) {
            if (!put_profile(s, type, true))
                return false;
            count++;
        }
    }
    json_array_end(j);
    json_key(j, "activeProfileIndex");
    json_u64(j, shown);
    return true;
}

enum status speedscope_render(struct view *v, struct buf *out, struct error *err)
{
    struct scope s CLEANUP(scope_release) = {.v = v, .path = COLUMN_OF(uint32_t), .json = JSON_INIT(out)};
    struct buf exporter CLEANUP(buf_release) = BUF_INIT(EXPORTER_BYTES);
    enum status status = tree_build(v, &(struct tree_options){.type = TREE_ALL_TYPES}, &s.tree, err);

    if (status == OK)
        status = places_find(&s.places, v, err);
    if (status == OK)
        status = tree_frames_find(&s.frames, s.tree, err);
    if (status != OK)
        return status;

    buf_printf(&exporter, "brazier %s", version_text());
    json_object(&s.json);
    json_key(&s.json, "$schema");
    json_cstr(&s.json, "https://www.speedscope.app/file-format-schema.json");
    json_key(&s.json, "exporter");
    json_string(&s.json, buf_slice(&exporter));
    put_frames(&s);
    if (!put_profiles(&s))
        return quota_error(&v->quota, err);
    json_object_end(&s.json);
    return buf_check(out, "the profile for speedscope", err);
}
