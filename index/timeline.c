/*
 * Usually the pieces are read once: every selected series speaks for the same sample type, and there are no
 * more groups than wanted. Otherwise they are read twice: first into one sum a series, which tells the sample
 * type of most profiles and the largest groups, so that memory is taken for these only.
 */
#include "base/alloc.h"
#include "index/inner.h"
#include "index/pieces.h"
#include "index/tracks.h"

#include <stdlib.h>

struct timeline {
    const struct index_timeline_question *question;
    struct arena *arena;
    struct selection selection;
    struct tracks tracks;
    struct pieces pieces;
    uint32_t type;             /* chosen; TRACK_NO_TYPE: nobody has any */
    struct rollup_sum *totals; /* one a track; NULL: not needed */
    uint32_t *slots;           /* group to its place among those shown */
    struct index_timeline result;
};

static void timeline_release(struct timeline *t)
{
    selection_release(&t->selection);
    tracks_release(&t->tracks);
    free(t->totals);
    free(t->slots);
}

/* --- the first reading --- */

static enum status add_to_total(void *user, const struct piece *piece, struct error *err)
{
    struct timeline *t = user;
    struct rollup_sum *total = &t->totals[piece->place];
    (void)err;

    total->profiles += piece->sign * piece->sum.profiles;
    for (size_t i = 0; i < piece->number_count; i++)
        total->numbers[i] += piece->sign * piece->sum.numbers[i];
    return OK;
}

static enum status read_totals(struct timeline *t, struct error *err)
{
    struct pieces pieces = t->pieces;

    if (t->tracks.candidates <= 1 && t->tracks.group_count <= t->question->groups_max)
        return OK;
    t->totals = mem_zero(t->tracks.count + 1, sizeof *t->totals);
    pieces.fn = add_to_total;
    return pieces_run(&pieces, err);
}

/* Of most profiles; then by name and unit, so that the order of series plays no part. */
static bool is_better(const struct track_type *a, int64_t a_profiles, const struct track_type *b,
                      int64_t b_profiles)
{
    if (a_profiles != b_profiles)
        return a_profiles > b_profiles;
    int order = slice_cmp(a->name, b->name);
    return order != 0 ? order < 0 : slice_cmp(a->unit, b->unit) < 0;
}

static void choose_type(struct timeline *t)
{
    const struct tracks *tracks = &t->tracks;
    int64_t *profiles CLEANUP(mem_freep) = mem_zero(tracks->type_count + 1, sizeof *profiles);

    for (size_t i = 0; i < tracks->count && t->totals; i++) {
        if (tracks->items[i].candidate != TRACK_NO_TYPE)
            profiles[tracks->items[i].candidate] += t->totals[i].profiles;
    }
    t->type = TRACK_NO_TYPE;
    for (uint32_t i = 0; i < tracks->type_count; i++) {
        if (tracks->types[i].is_candidate &&
            (t->type == TRACK_NO_TYPE ||
             is_better(&tracks->types[i], profiles[i], &tracks->types[t->type], profiles[t->type])))
            t->type = i;
    }
    tracks_choose(&t->tracks, t->type);
    if (t->type != TRACK_NO_TYPE) {
        t->result.sample_type = tracks->types[t->type].name;
        t->result.unit = tracks->types[t->type].unit;
    }
}

/* --- groups --- */

/* The order of groups: by sum, those without profiles last. */
static int by_rank(const void *a, const void *b)
{
    const struct index_timeline_group *x = a, *y = b;
    bool x_is_empty = x->total.profiles == 0, y_is_empty = y->total.profiles == 0;

    if ((x->folded > 0) != (y->folded > 0))
        return x->folded > 0 ? 1 : -1;
    if (x_is_empty != y_is_empty)
        return x_is_empty ? 1 : -1;
    if (x->total.sum != y->total.sum)
        return x->total.sum > y->total.sum ? -1 : 1;
    if (x->has_value != y->has_value)
        return x->has_value ? -1 : 1;
    return slice_cmp(x->value, y->value);
}

/* by_rank() sees the group only: it stands first. */
struct ranked {
    struct index_timeline_group group;
    uint32_t number; /* in tracks */
};

static struct ranked *rank(const struct timeline *t)
{
    const struct tracks *tracks = &t->tracks;
    struct ranked *all = mem_zero(tracks->group_count + 1, sizeof *all);

    for (uint32_t i = 0; i < tracks->group_count; i++) {
        all[i].group.value = tracks->groups[i].value;
        all[i].group.has_value = tracks->groups[i].has_value;
        all[i].number = i;
    }
    for (size_t i = 0; i < tracks->count; i++) {
        const struct track *track = &tracks->items[i];
        struct index_timeline_point *total = &all[track->group].group.total;
        total->profiles += t->totals[i].profiles;
        if (track->number > 0)
            total->sum += t->totals[i].numbers[track->number];
    }
    qsort(all, tracks->group_count, sizeof *all, by_rank);
    return all;
}

/* Which groups are shown, and who is folded. */
static void give_slots(struct timeline *t)
{
    const struct tracks *tracks = &t->tracks;
    size_t max = t->question->groups_max;

    t->slots = mem_zero(tracks->group_count + 1, sizeof *t->slots);
    for (uint32_t i = 0; i < tracks->group_count; i++)
        t->slots[i] = i;
    t->result.group_count = tracks->group_count;
    if (tracks->group_count <= max)
        return;

    struct ranked *all CLEANUP(mem_freep) = rank(t);
    for (uint32_t i = 0; i < tracks->group_count; i++)
        t->slots[all[i].number] = i < max ? i : (uint32_t)max;
    t->result.group_count = max + 1;
}

static enum status make_groups(struct timeline *t, struct error *err)
{
    const struct tracks *tracks = &t->tracks;
    struct index_timeline *out = &t->result;

    size_t lines = out->group_count > 0 ? out->group_count : 1;

    if (out->point_count > t->question->cells_max / lines)
        return error_set(err, E_TOO_LARGE,
                         "%zu steps of %zu groups are over %zu: ask for a longer step, a shorter range, or "
                         "narrower labels",
                         out->point_count, out->group_count, t->question->cells_max);
    out->groups = arena_alloc(t->arena, (out->group_count + 1) * sizeof *out->groups);
    for (size_t i = 0; out->groups && i < out->group_count; i++) {
        out->groups[i].points = arena_alloc(t->arena, out->point_count * sizeof *out->groups[i].points);
        if (!out->groups[i].points)
            out->groups = NULL;
    }
    if (!out->groups)
        return error_set(err, E_TOO_LARGE, "the timeline is over %zu bytes: ask for less", t->arena->max);

    for (size_t i = 0; i < tracks->group_count; i++) {
        struct index_timeline_group *group = &out->groups[t->slots[i]];
        if (t->slots[i] < t->question->groups_max) {
            group->value = tracks->groups[i].value;
            group->has_value = tracks->groups[i].has_value;
        }
    }
    return OK;
}

/* --- the second reading --- */

static void add(struct index_timeline_point *to, const struct index_timeline_point *p)
{
    to->profiles += p->profiles;
    to->counted += p->counted;
    to->duration_ms += p->duration_ms;
    to->sum += p->sum;
}

static enum status add_to_point(void *user, const struct piece *piece, struct error *err)
{
    struct timeline *t = user;
    const struct track *track = &t->tracks.items[piece->place];
    struct index_timeline_group *group = &t->result.groups[t->slots[track->group]];
    int64_t profiles = piece->sign * piece->sum.profiles;
    struct index_timeline_point p = {.profiles = profiles};

    if (track->number >= (int)piece->number_count)
        return conn_corrupt(t->pieces.conn, err, "a profile has fewer numbers than its series says");
    if (track->number > 0) {
        p.counted = profiles;
        p.duration_ms = piece->sign * piece->sum.numbers[0];
        p.sum = piece->sign * piece->sum.numbers[track->number];
    }
    if (track->number == TRACK_WITHOUT_FACTS)
        group->without_facts += profiles;
    add(&group->points[(piece->created_ms - t->result.start_ms) / t->question->step_ms], &p);
    return OK;
}

/* Which groups were folded is only known where there were too many. */
static size_t count_folded(const struct timeline *t)
{
    const struct tracks *tracks = &t->tracks;
    size_t count = 0;
    bool *seen CLEANUP(mem_freep) = mem_zero(tracks->group_count + 1, sizeof *seen);

    for (size_t i = 0; i < tracks->count && t->totals; i++) {
        uint32_t group = tracks->items[i].group;
        if (t->totals[i].profiles == 0 || t->slots[group] < t->question->groups_max || seen[group])
            continue;
        seen[group] = true;
        count++;
    }
    return count;
}

static void sum_up(struct timeline *t)
{
    struct index_timeline *out = &t->result;
    size_t kept = 0;

    if (out->group_count > t->question->groups_max)
        out->groups[out->group_count - 1].folded = count_folded(t);
    for (size_t i = 0; i < out->group_count; i++) {
        struct index_timeline_group *group = &out->groups[i];
        for (size_t k = 0; k < out->point_count; k++)
            add(&group->total, &group->points[k]);
        add(&out->total, &group->total);
        out->without_facts += group->without_facts;
        if (group->total.profiles > 0)
            out->groups[kept++] = *group;
    }
    out->group_count = kept;
    if (kept > 1)
        qsort(out->groups, kept, sizeof *out->groups, by_rank);
}

static enum status timeline_run(struct timeline *t, struct conn *conn, struct error *err)
{
    const struct index_timeline_question *q = t->question;
    const struct selector *sel = q->selector;
    int64_t from_ms = sel->from_ms < 0 ? 0 : sel->from_ms,
            to_ms = sel->to_ms > TIME_MAX_MS ? TIME_MAX_MS : sel->to_ms;

    if (sel->service.len == 0)
        return error_set(err, E_INVALID, "a timeline is of one service");
    if (from_ms > to_ms) /* nothing was created then */
        return OK;
    t->result.start_ms = from_ms / q->step_ms * q->step_ms;
    t->result.point_count = (size_t)((to_ms - t->result.start_ms) / q->step_ms) + 1;
    if (selection_load(conn, sel, &t->selection, err) != OK)
        return conn_failed(err);
    t->tracks = TRACKS_INIT(conn, t->arena, q->group_by, q->sample_type);
    t->pieces = (struct pieces){.conn = conn,
                                .selection = &t->selection,
                                .bounds = {from_ms, to_ms, q->mint_min_ms},
                                .whole_hours = q->step_ms % TIME_HOUR_MS == 0,
                                .rows_max = q->rows_max,
                                .fn = add_to_point,
                                .user = t};

    if (tracks_load(&t->tracks, &t->selection, err) != OK || read_totals(t, err) != OK)
        return conn_failed(err);
    choose_type(t);
    give_slots(t);
    if (make_groups(t, err) != OK || pieces_run(&t->pieces, err) != OK)
        return conn_failed(err);
    sum_up(t);
    return OK;
}

enum status index_timeline(struct index *ix, const struct index_timeline_question *question,
                           struct arena *arena, struct index_timeline *ret_timeline, struct error *err)
{
    struct reading r CLEANUP(reading_end) = {0};
    struct timeline t CLEANUP(timeline_release) = {.question = question, .arena = arena};
    struct error local;
    struct error *e = err ? err : &local;

    if (reading_begin(ix, &r, e) != OK || timeline_run(&t, r.conn, e) != OK)
        return conn_failed(e);
    *ret_timeline = t.result;
    return OK;
}
