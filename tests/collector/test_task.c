/* The tasks of a rebuild: order, cutting a day, the horizon, names. */
#include "collector/task.h"

#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* 2026-11-23 00:00 */
#define DAY_MS INT64_C(1795392000000)

static struct task day_of(unsigned lane, int days)
{
    return (struct task){.lane = lane, .from_ms = DAY_MS + days * TIME_DAY_MS};
}

static struct task hour_of(unsigned lane, int hour)
{
    return (struct task){.lane = lane, .is_hour = true, .from_ms = DAY_MS + hour * TIME_HOUR_MS};
}

static void add(struct task_list *l, struct task task)
{
    task_list_add(l, &task);
}

static void done(struct task_list *l, struct task task)
{
    task_list_set(l, &task, TASK_DONE);
}

static void the_newest_is_taken_first_and_each_once(void **state)
{
    (void)state;
    struct task_list l CLEANUP(task_list_release) = {0};
    struct task task;

    add(&l, day_of(0, 0));
    add(&l, day_of(1, 2));
    add(&l, day_of(0, 2));
    add(&l, day_of(0, 1));
    add(&l, day_of(0, 1));
    assert_int_equal(l.count, 4);

    static const struct {
        unsigned lane;
        int days;
    } ORDER[] = {{0, 2}, {1, 2}, {0, 1}, {0, 0}};
    for (size_t i = 0; i < ARRAY_LEN(ORDER); i++) {
        assert_true(task_list_take(&l, &task));
        assert_int_equal(task.lane, ORDER[i].lane);
        assert_true(task.from_ms == DAY_MS + ORDER[i].days * TIME_DAY_MS);
        assert_int_equal(task.state, TASK_RUNNING);
    }
    assert_false(task_list_take(&l, &task));
}

static void what_failed_waits_again_and_what_is_done_does_not(void **state)
{
    (void)state;
    struct task_list l CLEANUP(task_list_release) = {0};
    struct task task;

    add(&l, day_of(0, 0));
    add(&l, day_of(0, 1));
    assert_true(task_list_take(&l, &task));
    task_list_set(&l, &task, TASK_WAITING);
    assert_true(task_list_take(&l, &task));
    assert_true(task.from_ms == DAY_MS + TIME_DAY_MS);
    task_list_set(&l, &task, TASK_DONE);
    assert_int_equal(l.done, 1);
    task_list_set(&l, &task, TASK_DONE);
    assert_int_equal(l.done, 1);
    assert_true(task_list_take(&l, &task));
    assert_true(task.from_ms == DAY_MS);
    done(&l, day_of(5, 5));
    assert_int_equal(l.done, 1);
}

static void days_cover_both_ends(void **state)
{
    (void)state;
    struct task_list l CLEANUP(task_list_release) = {0};

    task_list_add_days(&l, 3, DAY_MS + 5, DAY_MS + 2 * TIME_DAY_MS);
    assert_int_equal(l.count, 3);
    assert_true(l.items[0].from_ms == DAY_MS + 2 * TIME_DAY_MS && l.items[2].from_ms == DAY_MS);
    task_list_add_days(&l, 3, DAY_MS, DAY_MS + TIME_DAY_MS - 1);
    assert_int_equal(l.count, 3);
}

static void a_day_is_cut_into_its_hours(void **state)
{
    (void)state;
    struct task_list l CLEANUP(task_list_release) = {0};
    struct task task, day;

    add(&l, day_of(0, 0));
    add(&l, day_of(0, 1));
    add(&l, day_of(0, -1));
    assert_true(task_list_take(&l, &task) && task_list_take(&l, &day));
    task_list_split(&l, &day);
    assert_int_equal(l.count, 26);
    for (int hour = 23; hour >= 0; hour--) {
        assert_true(task_list_take(&l, &task));
        assert_true(task.is_hour && task.from_ms == DAY_MS + hour * TIME_HOUR_MS);
        assert_true(task_end_ms(&task) == task.from_ms + TIME_HOUR_MS);
    }
    assert_true(task_list_take(&l, &task));
    assert_true(!task.is_hour && task.from_ms == DAY_MS - TIME_DAY_MS);
}

static void cutting_a_day_that_was_done_counts_it_no_more(void **state)
{
    (void)state;
    struct task_list l CLEANUP(task_list_release) = {0};
    struct task day = day_of(0, 0);

    add(&l, day);
    done(&l, day);
    task_list_split(&l, &day);
    assert_int_equal(l.done, 0);
    assert_int_equal(l.count, 24);
}

static void the_horizon_is_the_end_of_the_newest_that_is_not_done(void **state)
{
    (void)state;
    struct task_list l CLEANUP(task_list_release) = {0};

    assert_true(task_list_horizon_ms(&l) == 0);
    task_list_add_days(&l, 0, DAY_MS, DAY_MS + 2 * TIME_DAY_MS);
    assert_true(task_list_horizon_ms(&l) == DAY_MS + 3 * TIME_DAY_MS);
    done(&l, day_of(0, 1));
    assert_true(task_list_horizon_ms(&l) == DAY_MS + 3 * TIME_DAY_MS);
    done(&l, day_of(0, 2));
    assert_true(task_list_horizon_ms(&l) == DAY_MS + TIME_DAY_MS);
    done(&l, day_of(0, 0));
    assert_true(task_list_horizon_ms(&l) == 0);
    assert_int_equal(l.done, l.count);
}

static void a_day_of_one_lane_holds_the_horizon_back_while_hours_of_another_are_done(void **state)
{
    (void)state;
    struct task_list l CLEANUP(task_list_release) = {0};
    struct task busy = day_of(0, 0);

    add(&l, busy);
    add(&l, day_of(1, 0));
    task_list_split(&l, &busy);
    for (int hour = 23; hour > 5; hour--)
        done(&l, hour_of(0, hour));
    assert_true(task_list_horizon_ms(&l) == DAY_MS + TIME_DAY_MS);
    done(&l, day_of(1, 0));
    assert_true(task_list_horizon_ms(&l) == DAY_MS + 6 * TIME_HOUR_MS);
}

static void nothing_beyond_the_horizon_is_unloaded_whatever_the_order(void **state)
{
    (void)state;
    struct random r;

    random_seed(&r, 7);
    for (int round = 0; round < 200; round++) {
        struct task_list l CLEANUP(task_list_release) = {0};
        for (unsigned lane = 0; lane < 3; lane++)
            task_list_add_days(&l, lane, DAY_MS, DAY_MS + 2 * TIME_DAY_MS);
        for (int step = 0; step < 60; step++) {
            struct task task = l.items[random_below(&r, l.count)];
            if (!task.is_hour && random_below(&r, 3) == 0)
                task_list_split(&l, &task);
            else
                task_list_set(&l, &task, (enum task_state)random_below(&r, 3));

            int64_t newest_ms = 0;
            size_t count = 0;
            for (size_t i = 0; i < l.count; i++) {
                count += l.items[i].state == TASK_DONE;
                if (l.items[i].state != TASK_DONE && task_end_ms(&l.items[i]) > newest_ms)
                    newest_ms = task_end_ms(&l.items[i]);
            }
            assert_true(task_list_horizon_ms(&l) == newest_ms);
            assert_int_equal(l.done, count);
        }
    }
}

static void names_and_prefixes_say_lane_day_and_hour(void **state)
{
    (void)state;
    struct buf prefix CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct task day = day_of(10, 0), hour = hour_of(0, 4);
    char name[TASK_NAME_BYTES];

    task_name(&day, name);
    assert_string_equal(name, "task/a/20261123");
    task_prefix(SLICE_NULL, &day, &prefix);
    assert_string_equal(buf_cstr(&prefix), "pf1/a/20261123/");

    buf_reset(&prefix);
    task_name(&hour, name);
    assert_string_equal(name, "task/0/20261123/04");
    task_prefix(SLICE("team"), &hour, &prefix);
    assert_string_equal(buf_cstr(&prefix), "team/pf1/0/20261123/04");
}

static void a_day_is_large_if_its_first_page_spans_little_of_it_and_is_not_the_last(void **state)
{
    (void)state;
    struct task day = day_of(0, 0), hour = hour_of(0, 0);
    struct store_page some = {.more = true}, all = {.more = false};

    assert_true(task_is_large(&day, &some, DAY_MS, DAY_MS + 2 * TIME_HOUR_MS - 1));
    assert_false(task_is_large(&day, &some, DAY_MS, DAY_MS + 2 * TIME_HOUR_MS));
    assert_false(task_is_large(&day, &all, DAY_MS, DAY_MS + 1));
    assert_false(task_is_large(&hour, &some, DAY_MS, DAY_MS + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_is_taken_first_and_each_once),
        cmocka_unit_test(what_failed_waits_again_and_what_is_done_does_not),
        cmocka_unit_test(days_cover_both_ends),
        cmocka_unit_test(a_day_is_cut_into_its_hours),
        cmocka_unit_test(cutting_a_day_that_was_done_counts_it_no_more),
        cmocka_unit_test(the_horizon_is_the_end_of_the_newest_that_is_not_done),
        cmocka_unit_test(a_day_of_one_lane_holds_the_horizon_back_while_hours_of_another_are_done),
        cmocka_unit_test(nothing_beyond_the_horizon_is_unloaded_whatever_the_order),
        cmocka_unit_test(names_and_prefixes_say_lane_day_and_hour),
        cmocka_unit_test(a_day_is_large_if_its_first_page_spans_little_of_it_and_is_not_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
