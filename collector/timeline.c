/*
 * A timeline is answered by the index alone: keys carry durations and totals. What is here is what a client
 * says and sees: which step is good, what adds up and what has to be averaged, and the answer's shape.
 *
 * A value that covers a stretch of time (processor time of ten seconds) adds up. A state at an instant (bytes
 * in use, goroutines, and counters since the start of a process) does not: of these the answer has the
 * average of a profile.
 */
#include "collector/timeline.h"

#include "base/limits.h"
#include "base/option.h"
#include "collector/question.h"
#include "model/quoted.h"

#include <math.h>

enum { POINTS_WANTED = 200 };

struct timeline {
    struct question *q;
    struct index_timeline_question ask;
    bool step_is_given, to_is_given;
    bool is_average;
    struct index_timeline found;
    size_t points_shown;
    bool saturated;
};

/* --- the question --- */

/* Steps of a clock and a calendar: the first that gives at most POINTS_WANTED; then whole days. */
static int64_t good_step_ms(int64_t range_ms)
{
    static const int64_t STEPS_MS[] = {
        1 * TIME_SECOND_MS,  5 * TIME_SECOND_MS,  10 * TIME_SECOND_MS, 15 * TIME_SECOND_MS,
        30 * TIME_SECOND_MS, 1 * TIME_MINUTE_MS,  2 * TIME_MINUTE_MS,  5 * TIME_MINUTE_MS,
        10 * TIME_MINUTE_MS, 15 * TIME_MINUTE_MS, 30 * TIME_MINUTE_MS, 1 * TIME_HOUR_MS,
        2 * TIME_HOUR_MS,    3 * TIME_HOUR_MS,    6 * TIME_HOUR_MS,    12 * TIME_HOUR_MS,
        TIME_DAY_MS,
    };
    for (size_t i = 0; i < ARRAY_LEN(STEPS_MS); i++) {
        if (range_ms / STEPS_MS[i] < POINTS_WANTED)
            return STEPS_MS[i];
    }
    return (range_ms / TIME_DAY_MS / POINTS_WANTED + 1) * TIME_DAY_MS;
}

static enum status read_step(struct timeline *t, struct error *err)
{
    const struct selector *sel = &t->q->selector;
    int64_t now_ms = app_now_ms(t->q->app);
    int64_t to_ms = t->to_is_given || sel->from_ms > now_ms ? sel->to_ms : now_ms;
    struct slice text;

    t->step_is_given = http_param(t->q->req, "step", &text) && text.len > 0;
    if (!t->step_is_given) {
        t->ask.step_ms = good_step_ms(to_ms - sel->from_ms);
        return OK;
    }

    struct slice copy = arena_copy(&t->q->arena, text);
    if (!copy.ptr || !option_duration(copy.ptr, &t->ask.step_ms) || t->ask.step_ms < TIME_SECOND_MS ||
        t->ask.step_ms % TIME_SECOND_MS != 0)
        return error_set(
            err, E_INVALID,
            "bad request: bad \"step\" %s: a whole number of seconds is wanted, as 30s, 10m, 6h, 1d",
            quoted_of(text).text);
    int64_t points = (sel->to_ms - sel->from_ms) / t->ask.step_ms + 1;
    if (points > (int64_t)LIMIT_TIMELINE_POINTS)
        return error_set(
            err, E_INVALID,
            "bad request: %lld steps are over %lu: ask for a step of %llds or more, or for a "
            "shorter range",
            (long long)points, LIMIT_TIMELINE_POINTS,
            (long long)((sel->to_ms - sel->from_ms) / TIME_SECOND_MS / (int64_t)LIMIT_TIMELINE_POINTS + 1));
    return OK;
}

static enum status read_timeline(struct timeline *t, struct error *err)
{
    struct question *q = t->q;
    struct slice to;

    if (!q->type->is_pprof)
        return error_set(err, E_INVALID, "can't draw a timeline of %s type: nothing is known of its values",
                         q->type->name);
    t->to_is_given = http_param(q->req, "to", &to) && to.len > 0;
    t->ask = (struct index_timeline_question){.selector = &q->selector,
                                              .mint_min_ms = question_mint_min_ms(q),
                                              .groups_max = LIMIT_TIMELINE_GROUPS,
                                              .cells_max = LIMIT_TIMELINE_CELLS,
                                              .rows_max = LIMIT_TIMELINE_ROWS};
    http_param(q->req, "sample_type", &t->ask.sample_type);
    http_param(q->req, "group_by", &t->ask.group_by);
    return read_step(t, err);
}

/* A step that nobody asked for may be an hour instead, which needs no profile to be read. */
static enum status find_timeline(struct timeline *t, struct error *err)
{
    struct index *index = t->q->app->index;
    enum status status = index_timeline(index, &t->ask, &t->q->arena, &t->found, err);

    if (status == E_TOO_LARGE && !t->step_is_given && t->ask.step_ms < TIME_HOUR_MS) {
        t->ask.step_ms = TIME_HOUR_MS;
        arena_reset(&t->q->arena);
        status = index_timeline(index, &t->ask, &t->q->arena, &t->found, err);
    }
    return status == E_INVALID ? error_wrap(err, "bad request") : status;
}

/* --- what it means --- */

static bool type_is(const struct timeline *t, const char *name)
{
    return slice_eq_cstr(t->q->selector.type, name);
}

static bool is_average(const struct timeline *t)
{
    struct slice name = t->found.sample_type;

    if (type_is(t, "goroutine") || type_is(t, "threadcreate") || slice_starts(name, SLICE("inuse")))
        return true;
    if (type_is(t, "heap") && (slice_eq_cstr(name, "objects") || slice_eq_cstr(name, "space")))
        return true;
    return !type_is(t, "cpu") && t->found.total.duration_ms == 0;
}

/* Without `to` the range reaches ahead of now: what lies there is shown if there is something. */
static size_t points_to_show(const struct timeline *t)
{
    const struct index_timeline *f = &t->found;
    int64_t present = (app_now_ms(t->q->app) - f->start_ms) / t->ask.step_ms;
    size_t shown = f->point_count;

    if (t->to_is_given)
        return shown;
    for (; shown > 1 && (int64_t)shown - 1 > present; shown--) {
        for (size_t i = 0; i < f->group_count; i++) {
            if (f->groups[i].points[shown - 1].profiles > 0)
                return shown;
        }
    }
    return shown;
}

/* --- the answer --- */

static void write_sum(struct timeline *t, struct json *j, __int128 sum)
{
    t->saturated = t->saturated || sum > INT64_MAX;
    json_i64(j, sum > INT64_MAX ? INT64_MAX : (int64_t)sum);
}

static void write_value(struct timeline *t, struct json *j, const struct index_timeline_point *p)
{
    if (p->counted == 0)
        json_null(j);
    else if (t->is_average)
        json_f64(j, round((double)p->sum / (double)p->counted * 100) / 100);
    else
        write_sum(t, j, p->sum);
}

static void write_time(struct json *j, const char *key, int64_t ms)
{
    char text[TIME_RFC3339_BYTES];

    time_format_rfc3339(ms, text);
    json_key(j, key);
    json_cstr(j, text);
}

static void write_slice(struct json *j, const char *key, struct slice value)
{
    json_key(j, key);
    if (value.len > 0)
        json_string(j, value);
    else
        json_null(j);
}

/* Of a group or of all: also what could not be counted. */
static void write_total(struct timeline *t, struct json *j, const struct index_timeline_point *total,
                        int64_t without_facts)
{
    json_key(j, "total");
    write_value(t, j, total);
    json_key(j, "total_profiles");
    json_i64(j, total->profiles);
    json_key(j, "total_duration_ms");
    write_sum(t, j, total->duration_ms);
    json_key(j, "without_facts");
    json_i64(j, without_facts);
    json_key(j, "without_type");
    json_i64(j, total->profiles - total->counted - without_facts);
}

static void write_points(struct timeline *t, struct json *j, const struct index_timeline_group *group)
{
    json_key(j, "values");
    json_array(j);
    for (size_t i = 0; i < t->points_shown; i++)
        write_value(t, j, &group->points[i]);
    json_array_end(j);
    json_key(j, "profiles");
    json_array(j);
    for (size_t i = 0; i < t->points_shown; i++)
        json_i64(j, group->points[i].profiles);
    json_array_end(j);
    json_key(j, "duration_ms");
    json_array(j);
    for (size_t i = 0; i < t->points_shown; i++)
        write_sum(t, j, group->points[i].duration_ms);
    json_array_end(j);
    if (group->total.counted == group->total.profiles)
        return;
    json_key(j, "missing");
    json_array(j);
    for (size_t i = 0; i < t->points_shown; i++)
        json_i64(j, group->points[i].profiles - group->points[i].counted);
    json_array_end(j);
}

static void write_group(struct timeline *t, struct json *j, const struct index_timeline_group *group)
{
    json_object(j);
    json_key(j, "value");
    if (group->has_value)
        json_string(j, group->value);
    else
        json_null(j);
    if (group->folded > 0) {
        json_key(j, "other");
        json_u64(j, group->folded);
    }
    write_total(t, j, &group->total, group->without_facts);
    write_points(t, j, group);
    json_object_end(j);
}

static void write_head(struct timeline *t, struct json *j)
{
    const struct selector *sel = &t->q->selector;

    json_key(j, "service");
    json_string(j, sel->service);
    json_key(j, "type");
    json_string(j, sel->type);
    write_slice(j, "sample_type", t->found.sample_type);
    write_slice(j, "unit", t->found.unit);
    json_key(j, "kind");
    json_cstr(j, t->is_average ? "average" : "sum");
    write_time(j, "from", sel->from_ms);
    write_time(j, "to", sel->to_ms);
    write_time(j, "start", t->found.start_ms);
    json_key(j, "step_ms");
    json_i64(j, t->ask.step_ms);
    json_key(j, "points");
    json_u64(j, t->points_shown);
    write_slice(j, "group_by", t->ask.group_by);
}

static void write_timeline(struct timeline *t)
{
    struct http_request *req = t->q->req;
    struct answer a;

    answer_begin(&a, LIMIT_ANSWER_BYTES);
    json_object(&a.json);
    write_head(t, &a.json);
    json_key(&a.json, "groups");
    json_array(&a.json);
    for (size_t i = 0; i < t->found.group_count; i++)
        write_group(t, &a.json, &t->found.groups[i]);
    json_array_end(&a.json);
    write_total(t, &a.json, &t->found.total, t->found.without_facts);
    json_key(&a.json, "saturated");
    json_bool(&a.json, t->saturated);
    json_object_end(&a.json);
    question_declare(t->q, &a.reply);
    question_free(t->q);
    answer_send(&a, req);
}

static void answer_timeline(struct question *q)
{
    struct timeline t = {.q = q};
    struct error err;

    if (read_timeline(&t, &err) != OK || find_timeline(&t, &err) != OK) {
        question_fail(q, &err);
        return;
    }
    if (t.found.group_count == 0) {
        question_nothing_found(q);
        return;
    }
    t.is_average = is_average(&t);
    t.points_shown = points_to_show(&t);
    write_timeline(&t);
}

void timeline_handle(struct http_request *req)
{
    struct app *app = http_app(req);

    question_ask(req, READ_SELECTOR | READ_TYPE, app->query_pool, answer_timeline);
}
