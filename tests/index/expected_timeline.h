/*
 * A timeline, added up the plain way from the reference: every listed profile is looked at for every step and
 * group. For comparing with what index_timeline() says.
 */
#ifndef INDEX_EXPECTED_TIMELINE_H
#define INDEX_EXPECTED_TIMELINE_H

#include "tests/index/fixture.h"

/* The sample types of two facts are one. */
static inline bool same_type(const struct fact *a, const struct fact *b)
{
    return slice_eq(a->name, b->name) && slice_eq(a->unit, b->unit);
}

/* What the profile speaks for; NULL: nothing. */
static inline const struct fact *speaks_for(const struct index_timeline_question *q,
                                            const struct profile_meta *m)
{
    if (!m->facts.present || m->facts.count == 0)
        return NULL;
    if (q->sample_type.len == 0)
        return &m->facts.items[m->facts.default_index];
    for (size_t i = 0; i < m->facts.count; i++) {
        if (slice_eq(m->facts.items[i].name, q->sample_type))
            return &m->facts.items[i];
    }
    return NULL;
}

static inline bool comes_first(const struct fact *a, const struct fact *b)
{
    int order = slice_cmp(a->name, b->name);
    return order != 0 ? order < 0 : slice_cmp(a->unit, b->unit) < 0;
}

/* The sample type of most profiles; NULL: nobody speaks for any. */
static inline const struct fact *expected_type(const struct reference *r,
                                               const struct index_timeline_question *q)
{
    const struct fact *best = NULL;
    size_t most = 0;
    for (size_t i = 0; i < r->count; i++) {
        const struct fact *own = speaks_for(q, &r->keys[i].meta);
        size_t count = 0;
        if (!reference_lists(r, i, q->selector, q->mint_min_ms) || !own)
            continue;
        for (size_t k = 0; k < r->count; k++) {
            const struct fact *other = speaks_for(q, &r->keys[k].meta);
            count += reference_lists(r, k, q->selector, q->mint_min_ms) && other && same_type(own, other);
        }
        if (count > most || (count == most && comes_first(own, best))) {
            best = own;
            most = count;
        }
    }
    return best;
}

/* Does any profile that is stored, whatever its time, have a sample type of that name? */
static inline bool is_known_type(const struct reference *r, const struct index_timeline_question *q)
{
    struct selector any_time = *q->selector;
    any_time.from_ms = INT64_MIN;
    any_time.to_ms = INT64_MAX;
    for (size_t i = 0; i < r->count; i++) {
        if (r->keys[i].kind == KEY_PROFILE && selector_matches(&any_time, &r->keys[i].meta) &&
            speaks_for(q, &r->keys[i].meta))
            return true;
    }
    return false;
}

static inline const struct label *group_label(const struct profile_meta *m, struct slice name)
{
    for (size_t i = 0; i < m->labels.count; i++) {
        if (name.len > 0 && slice_eq(m->labels.items[i].key, name))
            return &m->labels.items[i];
    }
    return NULL;
}

static inline bool is_of_group(const struct profile_meta *m, struct slice name,
                               const struct index_timeline_group *group)
{
    const struct label *l = group_label(m, name);
    return (l != NULL) == group->has_value && (!l || slice_eq(l->value, group->value));
}

/* Adds the profile to a point and, with `without_facts`, counts it there. */
static inline void add_expected(const struct profile_meta *m, const struct fact *type,
                                struct index_timeline_point *point, int64_t *without_facts)
{
    point->profiles++;
    *without_facts += !m->facts.present;
    for (size_t i = 0; m->facts.present && type && i < m->facts.count; i++) {
        if (!same_type(&m->facts.items[i], type))
            continue;
        point->counted++;
        point->duration_ms += m->facts.duration_ms;
        point->sum += m->facts.items[i].total;
        return;
    }
}

/* Groups in the order of the index; all of them, none folded. On the heap. */
static inline int by_expected_rank(const void *a, const void *b)
{
    const struct index_timeline_group *x = a, *y = b;
    if (x->total.sum != y->total.sum)
        return x->total.sum > y->total.sum ? -1 : 1;
    if (x->has_value != y->has_value)
        return x->has_value ? -1 : 1;
    return slice_cmp(x->value, y->value);
}

static inline struct index_timeline_group *expected_groups(const struct reference *r,
                                                           const struct index_timeline_question *q,
                                                           const struct fact *type, size_t *ret_count)
{
    struct index_timeline_group *groups = mem_zero(r->count + 1, sizeof *groups);
    size_t count = 0;
    for (size_t i = 0; i < r->count; i++) {
        const struct profile_meta *m = &r->keys[i].meta;
        size_t at = 0;
        if (!reference_lists(r, i, q->selector, q->mint_min_ms))
            continue;
        while (at < count && !is_of_group(m, q->group_by, &groups[at]))
            at++;
        if (at == count) {
            const struct label *l = group_label(m, q->group_by);
            groups[count++] =
                (struct index_timeline_group){.has_value = l, .value = l ? l->value : SLICE_NULL};
        }
        add_expected(m, type, &groups[at].total, &groups[at].without_facts);
    }
    qsort(groups, count, sizeof *groups, by_expected_rank);
    *ret_count = count;
    return groups;
}

static inline void assert_same_point(const struct index_timeline_point *got,
                                     const struct index_timeline_point *want)
{
    assert_int_equal(got->profiles, want->profiles);
    assert_int_equal(got->counted, want->counted);
    assert_true(got->duration_ms == want->duration_ms);
    assert_true(got->sum == want->sum);
}

/* One group of the answer: its points, from the profiles that belong there. `others` (may be NULL): the
 * groups that are folded into it, so many as the group says. */
static inline void check_points(const struct reference *r, const struct index_timeline_question *q,
                                const struct index_timeline *got, const struct index_timeline_group *group,
                                const struct index_timeline_group *others)
{
    const struct fact *type = expected_type(r, q);
    struct index_timeline_point *want = mem_zero(got->point_count, sizeof *want), total = {0};
    int64_t without_facts = 0;
    for (size_t i = 0; i < r->count; i++) {
        const struct profile_meta *m = &r->keys[i].meta;
        bool belongs = group->folded == 0 && is_of_group(m, q->group_by, group);
        if (!reference_lists(r, i, q->selector, q->mint_min_ms))
            continue;
        for (size_t k = 0; k < group->folded && !belongs; k++)
            belongs = is_of_group(m, q->group_by, &others[k]);
        if (!belongs)
            continue;
        int64_t begin = m->created_at_ms - m->created_at_ms % q->step_ms, ignored = 0;
        assert_true(begin >= got->start_ms);
        add_expected(m, type, &want[(begin - got->start_ms) / q->step_ms], &ignored);
        add_expected(m, type, &total, &without_facts);
    }
    for (size_t i = 0; i < got->point_count; i++)
        assert_same_point(&group->points[i], &want[i]);
    assert_same_point(&group->total, &total);
    assert_int_equal(group->without_facts, without_facts);
    free(want);
}

/* Asks, and compares all of the answer. */
static inline void check_timeline(const struct reference *r, struct index *ix,
                                  const struct index_timeline_question *q)
{
    struct arena arena = ARENA_INIT(64 * MIB);
    struct index_timeline got;
    struct error err = {.text = ""};
    size_t count;
    const struct fact *type = expected_type(r, q);
    struct index_timeline_group *want = expected_groups(r, q, type, &count);
    enum status status = index_timeline(ix, q, &arena, &got, &err);

    if (status == E_INVALID && q->sample_type.len > 0) {
        assert_false(is_known_type(r, q));
    } else {
        size_t shown = count > q->groups_max ? q->groups_max + 1 : count;
        if (status != OK)
            fail_msg("%s", err.text);
        assert_int_equal(got.group_count, shown);
        for (size_t i = 0; i < shown; i++) {
            struct index_timeline_group *g = &got.groups[i];
            assert_int_equal(g->folded, i == q->groups_max ? count - i : 0);
            assert_true(g->folded > 0 ||
                        (g->has_value == want[i].has_value && slice_eq(g->value, want[i].value)));
            check_points(r, q, &got, g, &want[i]);
        }
        if (count > 0 && type) {
            assert_true(slice_eq(got.sample_type, type->name));
            assert_true(slice_eq(got.unit, type->unit));
        }
    }
    free(want);
    arena_release(&arena);
}

#endif
