/*
 * A step's value is what a collector would say: amounts (of profiles that cover a time) add up, states (of
 * those that do not) are averaged.
 */
#include "base/alloc.h"
#include "base/json.h"
#include "cli/plot.h"
#include "cli/query_timeline.h"
#include "model/time.h"
#include "view/view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS_MAX = 100 * 1000 };

struct moment {
    int64_t at_ms;
    int64_t value;
};

struct moments {
    struct moment *items;
    size_t count, cap;
    struct buf *names; /* type, NUL, unit, NUL of the first */
    size_t type_len;
    bool has_duration;
    int64_t timeless; /* profiles that do not say when */
};

/* lint: the signature of `each` */
static enum status add_file(struct input *in, const char *name UNUSED, struct slice body, struct error *err)
{
    struct moments *m = in->user;
    struct merge *merge CLEANUP(merge_freep) = input_merge_new(in->options);
    struct view *v CLEANUP(view_freep) = NULL;
    enum status status = merge_add(merge, body, MERGE_SOURCE, err);
    if (status == OK)
        status = view_open(merge, &in->options->view, NULL, &v, err);
    if (status != OK)
        return status;
    struct slice type = view_type_name(v, v->type), unit = view_type_unit(v, v->type);
    if (m->names->len == 0) {
        buf_append(m->names, type);
        m->type_len = m->names->len;
        buf_append(m->names, unit);
    }
    struct slice first_type = slice_sub(buf_slice(m->names), 0, m->type_len),
                 first_unit = slice_from(buf_slice(m->names), m->type_len);
    if (!slice_eq(type, first_type) || !slice_eq(unit, first_unit))
        return error_set(err, E_INVALID, "its values are %.*s in %.*s, those before %.*s in %.*s",
                         SLICE_ARG(type), SLICE_ARG(unit), SLICE_ARG(first_type), SLICE_ARG(first_unit));
    if (v->merged->time_nanos == 0) {
        m->timeless++;
        return OK;
    }
    if (m->count == m->cap) {
        m->cap = m->cap > 0 ? 2 * m->cap : 64;
        m->items = mem_resize(m->items, m->cap * sizeof *m->items);
    }
    m->items[m->count++] = (struct moment){v->merged->time_nanos / 1000000, v->source};
    m->has_duration |= v->merged->duration_nanos > 0;
    return OK;
}

static int by_time(const void *a, const void *b)
{
    const struct moment *x = a, *y = b;
    return x->at_ms < y->at_ms ? -1 : x->at_ms > y->at_ms;
}

static bool is_average(const struct moments *m, struct slice type)
{
    return slice_starts(type, SLICE("inuse")) || slice_eq(type, SLICE("goroutine")) ||
           slice_eq(type, SLICE("threadcreate")) || (!m->has_duration && !slice_eq(type, SLICE("cpu")));
}

/* m is sorted and not empty. */
static void add_up(const struct moments *m, struct timeline *t)
{
    struct timeline_group *g = &t->groups[0];
    size_t *counts CLEANUP(mem_freep) = mem_zero(t->point_count, sizeof *counts);
    double sum = 0;
    for (size_t i = 0; i < t->point_count; i++)
        g->values[i] = NAN;
    for (size_t i = 0; i < m->count; i++) {
        size_t at = (size_t)((m->items[i].at_ms - t->start_ms) / t->step_ms);
        g->values[at] = (counts[at]++ > 0 ? g->values[at] : 0) + (double)m->items[i].value;
        sum += (double)m->items[i].value;
    }
    for (size_t i = 0; t->is_average && i < t->point_count; i++)
        g->values[i] /= counts[i] > 0 ? (double)counts[i] : 1;
    g->total = t->total = t->is_average ? sum / (double)m->count : sum;
    g->profiles = (int64_t)m->count;
}

static enum status finish(const struct query *q, struct moments *m, size_t points, struct timeline *ret,
                          struct error *err)
{
    if (m->count == 0)
        return error_set(err, E_NOT_FOUND, "nothing found: no profile that says when it was taken");
    qsort(m->items, m->count, sizeof *m->items, by_time);
    int64_t first = m->items[0].at_ms, last = m->items[m->count - 1].at_ms, step_ms;
    if (!q->options.step)
        step_ms = plot_step_ms(last - first, points);
    else if (!option_duration(q->options.step, &step_ms) || step_ms < TIME_SECOND_MS)
        return error_set(err, E_INVALID, "--step: '%s' is no duration of a second or more, as 30s, 5m, 1h",
                         q->options.step);
    if ((last - first) / step_ms >= STEPS_MAX)
        return error_set(err, E_INVALID, "--step: more than %d steps", STEPS_MAX);

    struct slice names = buf_slice(m->names);
    struct timeline t = {.type = slice_sub(names, 0, m->type_len),
                         .unit = slice_from(names, m->type_len),
                         .start_ms = first / step_ms * step_ms,
                         .step_ms = step_ms,
                         .profiles = (int64_t)m->count + m->timeless,
                         .silent = m->timeless,
                         .group_count = 1,
                         .groups = mem_zero(1, sizeof *t.groups)};
    t.point_count = (size_t)((last - t.start_ms) / step_ms) + 1;
    t.is_average = is_average(m, t.type);
    t.groups[0].values = mem_zero(t.point_count, sizeof(double));
    add_up(m, &t);
    *ret = t;
    return OK;
}

enum status timeline_of_files(struct query *q, size_t points, struct buf *names,
                              struct timeline *ret_timeline, struct error *err)
{
    struct moments m = {.names = names};
    struct input in = {
        .options = &q->options, .remote = &q->remote, .progress = &q->progress, .each = add_file, .user = &m};
    enum status status = OK;
    q->options.view.sample_index = slice_of(q->options.sample_type);
    if (q->options.selection.type)
        status = profile_type_parse(slice_of(q->options.selection.type), &in.type, err);
    for (size_t i = 0; status == OK && i < q->words.count; i++)
        status = input_add_word(&in, q->words.items[i], err);
    input_end(&in);
    if (status == OK)
        status = finish(q, &m, points, ret_timeline, err);
    free(m.items);
    return status;
}

static void put_value(struct json *j, double value)
{
    if (isnan(value))
        json_null(j);
    else
        json_i64(j, value < 0x1p62 ? (int64_t)llround(value) : INT64_MAX);
}

void timeline_json(const struct timeline *t, struct buf *out)
{
    struct json j = JSON_INIT(out);
    char start[TIME_RFC3339_BYTES];
    time_format_rfc3339(t->start_ms, start);
    buf_append_cstr(out, "{\"code\":200,\"body\":");
    json_object(&j);
    json_key(&j, "sample_type");
    json_string(&j, t->type);
    json_key(&j, "unit");
    json_string(&j, t->unit);
    json_key(&j, "kind");
    json_cstr(&j, t->is_average ? "average" : "sum");
    json_key(&j, "start");
    json_cstr(&j, start);
    json_key(&j, "step_ms");
    json_i64(&j, t->step_ms);
    json_key(&j, "points");
    json_u64(&j, t->point_count);
    json_key(&j, "groups");
    json_array(&j);
    for (size_t i = 0; i < t->group_count; i++) {
        json_object(&j);
        json_key(&j, "value");
        json_null(&j);
        json_key(&j, "total");
        put_value(&j, t->groups[i].total);
        json_key(&j, "total_profiles");
        json_i64(&j, t->groups[i].profiles);
        json_key(&j, "values");
        json_array(&j);
        for (size_t k = 0; k < t->point_count; k++)
            put_value(&j, t->groups[i].values[k]);
        json_array_end(&j);
        json_object_end(&j);
    }
    json_array_end(&j);
    json_key(&j, "total");
    put_value(&j, t->total);
    json_key(&j, "total_profiles");
    json_i64(&j, t->profiles);
    json_key(&j, "without_facts");
    json_i64(&j, t->silent);
    json_object_end(&j);
    buf_append_cstr(out, "}\n");
}
