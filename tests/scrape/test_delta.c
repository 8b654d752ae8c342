/* What was added between two profiles, and how a target that began anew is told. */
#include "scrape/delta.h"

#include "base/limits.h"
#include "pprof/merge.h"
#include "pprof/merged.h"
#include "tests/scrape/fixture.h"

enum { SECOND_NS = 1000 * 1000 * 1000 };

struct run {
    struct budget budget;
    struct delta delta;
    struct buf out;
};

static void begin(struct run *r, size_t budget)
{
    budget_init(&r->budget, budget);
    r->delta = DELTA_INIT(&r->budget);
    r->out = BUF_INIT(ROOMY);
}

static void end(struct run *r)
{
    delta_release(&r->delta);
    assert_int_equal(budget_used(&r->budget), 0);
    buf_release(&r->out);
}

static enum delta_outcome take(struct run *r, int64_t at_s, const struct row *rows, size_t count)
{
    struct buf body CLEANUP(buf_release) = profile_of(at_s * SECOND_NS, NULL, rows, count);
    enum delta_outcome outcome;
    struct error err = {0};

    buf_reset(&r->out);
    if (delta_take(&r->delta, buf_slice(&body), &r->out, &outcome, &err) != OK)
        fail_msg("%s", err.text);
    return outcome;
}

/* "a=1,2 b=3,4 duration=5": what was written; each function is a stack. */
static void holds(const struct run *r, int64_t sum0, int64_t sum1, size_t samples, int64_t duration_s)
{
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct error err = {0};
    bool saturated = false;
    int64_t sums[2] = {0};

    if (merge_add(m, buf_slice(&r->out), MERGE_SOURCE, &err) != OK)
        fail_msg("%s", err.text);
    const struct merged *got = merge_result(m);
    assert_int_equal(got->stacks.samples.count, samples);
    for (uint32_t i = 0; i < samples; i++)
        for (uint32_t type = 0; type < 2; type++)
            sums[type] += stacks_sum(&got->stacks, i, type, &saturated);
    assert_int_equal(sums[0], sum0);
    assert_int_equal(sums[1], sum1);
    assert_int_equal((int64_t)got->duration_nanos, duration_s * SECOND_NS);
}

static void the_first_is_only_kept_and_the_next_is_what_was_added(void **state)
{
    struct run r;

    (void)state;
    begin(&r, ROOMY);
    assert_int_equal(take(&r, 100, (struct row[]){{"a", {10, 100}}, {"b", {20, 200}}}, 2), DELTA_FIRST);
    assert_int_equal(r.out.len, 0);
    assert_int_equal(take(&r, 160, (struct row[]){{"a", {13, 130}}, {"b", {20, 200}}, {"c", {1, 7}}}, 3),
                     DELTA_MORE);
    holds(&r, 4, 37, 2, 60);
    assert_int_equal(take(&r, 220, (struct row[]){{"a", {13, 130}}, {"b", {20, 200}}, {"c", {1, 7}}}, 3),
                     DELTA_SAME);
    assert_int_equal(r.out.len, 0);
    assert_int_equal(take(&r, 280, (struct row[]){{"a", {13, 130}}, {"b", {21, 205}}, {"c", {1, 7}}}, 3),
                     DELTA_MORE);
    holds(&r, 1, 5, 1, 60);
    end(&r);
}

static void a_target_that_began_anew_is_taken_whole(void **state)
{
    struct run r;

    (void)state;
    begin(&r, ROOMY);
    assert_int_equal(take(&r, 100, (struct row[]){{"a", {10, 100}}, {"b", {20, 200}}}, 2), DELTA_FIRST);
    /* One stack has more than before, the other is gone. */
    assert_int_equal(take(&r, 160, (struct row[]){{"a", {12, 120}}}, 1), DELTA_RESTART);
    holds(&r, 12, 120, 1, 0);
    assert_int_equal(take(&r, 220, (struct row[]){{"a", {15, 150}}}, 1), DELTA_MORE);
    holds(&r, 3, 30, 1, 60);
    assert_int_equal(take(&r, 280, (struct row[]){{"a", {14, 150}}}, 1), DELTA_RESTART);
    end(&r);
}

static void what_is_in_use_stays_as_it_is(void **state)
{
    static const char *const types[] = {"alloc_objects", "inuse_objects"};
    struct buf older CLEANUP(buf_release) = profile_of(SECOND_NS, types, (struct row[]){{"a", {10, 9}}}, 1),
                     newer CLEANUP(buf_release) =
                         profile_of(2L * SECOND_NS, types, (struct row[]){{"a", {30, 4}}}, 1);
    enum delta_outcome outcome;
    struct run r;

    (void)state;
    begin(&r, ROOMY);
    assert_int_equal(delta_take(&r.delta, buf_slice(&older), &r.out, &outcome, NULL), OK);
    assert_int_equal(delta_take(&r.delta, buf_slice(&newer), &r.out, &outcome, NULL), OK);
    assert_int_equal(outcome, DELTA_MORE);
    holds(&r, 20, 4, 1, 1);
    end(&r);
}

static void what_cannot_be_compared_is_told(void **state)
{
    static const char *const types[] = {"samples", "cpu"};
    struct buf cpu CLEANUP(buf_release) = profile_of(SECOND_NS, types, (struct row[]){{"a", {1, 2}}}, 1),
                   block CLEANUP(buf_release) = profile_of(SECOND_NS, NULL, (struct row[]){{"a", {1, 2}}}, 1);
    enum delta_outcome outcome;
    struct error err = {0};
    struct run r;

    (void)state;
    begin(&r, ROOMY);
    assert_int_equal(delta_take(&r.delta, buf_slice(&cpu), &r.out, &outcome, &err), E_INVALID);
    says(&err, "it has no delta");
    assert_int_equal(delta_take(&r.delta, SLICE("no profile"), &r.out, &outcome, &err), E_INVALID);
    end(&r);

    begin(&r, 10);
    assert_int_equal(delta_take(&r.delta, buf_slice(&block), &r.out, &outcome, &err), E_BUSY);
    end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_is_only_kept_and_the_next_is_what_was_added),
        cmocka_unit_test(a_target_that_began_anew_is_taken_whole),
        cmocka_unit_test(what_is_in_use_stays_as_it_is),
        cmocka_unit_test(what_cannot_be_compared_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
