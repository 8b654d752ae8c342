/* What a collector answers is checked as everything from outside: lengths before they are used. */
#include "cli/timeline.h"

#include "base/alloc.h"
#include "base/json_doc.h"
#include "model/time.h"

#include <math.h>
#include <stdlib.h>

enum { POINTS_MAX = 1000 * 1000, GROUPS_MAX = 10000 };

void timeline_release(struct timeline *t)
{
    for (size_t i = 0; i < t->group_count; i++)
        free(t->groups[i].values);
    free(t->groups);
    *t = (struct timeline){.groups = NULL};
}

static int64_t number(const struct json_node *object, const char *name)
{
    int64_t value = 0;
    (void)!json_node_i64(json_node_member(object, name), &value);
    return value;
}

static double real(const struct json_node *node)
{
    double value;
    return json_node_double(node, &value) ? value : NAN;
}

static void read_group(const struct json_node *node, size_t points, struct timeline_group *ret_group)
{
    const struct json_node *values = json_node_member(node, "values");
    struct timeline_group g = {.name = json_node_text(node, "value"),
                               .folded = (size_t)number(node, "other"),
                               .total = real(json_node_member(node, "total")),
                               .profiles = number(node, "total_profiles"),
                               .values = mem_zero(points + 1, sizeof *g.values)};
    for (size_t i = 0; i < points; i++)
        g.values[i] = real(json_node_at(values, i));
    *ret_group = g;
}

static bool read_head(const struct json_node *root, struct timeline *t, struct error *err)
{
    int64_t points = number(root, "points");
    t->type = json_node_text(root, "sample_type");
    t->unit = json_node_text(root, "unit");
    t->is_average = slice_eq(json_node_text(root, "kind"), SLICE("average"));
    t->step_ms = number(root, "step_ms");
    t->is_grouped = json_node_text(root, "group_by").len > 0;
    t->total = real(json_node_member(root, "total"));
    t->profiles = number(root, "total_profiles");
    t->silent = number(root, "without_facts") + number(root, "without_type");
    if (points < 0 || points > POINTS_MAX || t->step_ms < 1)
        return false;
    t->point_count = (size_t)points;
    return time_parse(json_node_text(root, "start"), 0, &t->start_ms, err) == OK;
}

enum status timeline_read(const struct json_node *root, struct timeline *ret_timeline, struct error *err)
{
    struct timeline t = {.groups = NULL};
    const struct json_node *groups = json_node_member(root, "groups");
    size_t count = json_node_count(groups);
    /* An answer may be wrapped as others are. */
    if (!groups && json_node_member(root, "body"))
        return timeline_read(json_node_member(root, "body"), ret_timeline, err);
    if (count > GROUPS_MAX || !read_head(root, &t, NULL) || t.point_count * count > POINTS_MAX)
        return error_set(err, E_INVALID, "the answer is no timeline");

    t.groups = mem_zero(count + 1, sizeof *t.groups);
    for (; t.group_count < count; t.group_count++)
        read_group(json_node_at(groups, t.group_count), t.point_count, &t.groups[t.group_count]);
    *ret_timeline = t;
    return OK;
}
