/*
 * The timer. A gate task (due at once) holds the timer's thread while a test arms and cancels, so that what
 * happens does not depend on how fast the machine is; no test asks how late something ran.
 */
#include "base/timer.h"

#include "base/attribute.h"
#include "base/random.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { TASKS = 200, HOUR_MS = 3600 * 1000 };

static void wait_for(sem_t *sem)
{
    while (sem_wait(sem) != 0)
        ;
}

struct gate {
    struct timer_task task;
    sem_t started;
    sem_t go;
};

static void run_gate(struct timer_task *task)
{
    struct gate *g = (struct gate *)task;
    (void)sem_post(&g->started);
    wait_for(&g->go);
}

/* Returns when the timer's thread stands at the gate. */
static void gate_close(struct gate *g, struct timer *t)
{
    g->task = (struct timer_task){.run = run_gate};
    (void)sem_init(&g->started, 0, 0);
    (void)sem_init(&g->go, 0, 0);
    timer_arm(t, &g->task, 0);
    wait_for(&g->started);
}

static void gate_open(struct gate *g)
{
    (void)sem_post(&g->go);
}

static void gate_release(struct gate *g)
{
    (void)sem_destroy(&g->started);
    (void)sem_destroy(&g->go);
}

/* Tasks that note the order in which they run; only the timer's thread touches the counter. */
struct noted {
    struct timer_task task;
    int *counter;
    int turn;
    sem_t *done; /* posted by the task that has one */
};

static void run_noted(struct timer_task *task)
{
    struct noted *n = (struct noted *)task;
    n->turn = ++*n->counter;
    if (n->done)
        (void)sem_post(n->done);
}

static void tasks_run_in_the_order_they_are_due(void **state)
{
    (void)state;
    static struct noted tasks[TASKS];
    static bool cancelled[TASKS];
    struct timer *t = timer_new();
    struct gate gate;
    struct random r;
    sem_t done;
    int counter = 0;
    random_seed(&r, 3);
    (void)sem_init(&done, 0, 0);
    gate_close(&gate, t);

    int left = TASKS;
    for (size_t i = 0; i < TASKS; i++) {
        tasks[i] = (struct noted){.task.run = run_noted, .counter = &counter, .done = &done};
        timer_arm(t, &tasks[i].task, (int64_t)random_below(&r, 50));
    }
    for (size_t i = 0; i < TASKS; i++) {
        cancelled[i] = random_below(&r, 3) == 0;
        if (cancelled[i]) {
            assert_true(timer_cancel(t, &tasks[i].task));
            left--;
        }
    }
    gate_open(&gate);
    for (int i = 0; i < left; i++)
        wait_for(&done);
    timer_free(t);

    for (size_t i = 0; i < TASKS; i++) {
        assert_int_equal(tasks[i].turn == 0, cancelled[i]);
        for (size_t k = 0; k < TASKS; k++) {
            if (!cancelled[i] && !cancelled[k] && tasks[i].turn < tasks[k].turn)
                assert_true(tasks[i].task.due_ms <= tasks[k].task.due_ms);
        }
    }
    gate_release(&gate);
    (void)sem_destroy(&done);
}

static void a_task_that_is_armed_earlier_overtakes_the_one_that_is_waited_for(void **state)
{
    (void)state;
    struct timer *t = timer_new();
    sem_t done;
    int counter = 0;
    (void)sem_init(&done, 0, 0);
    struct noted late = {.task.run = run_noted, .counter = &counter, .done = &done};
    struct noted soon = {.task.run = run_noted, .counter = &counter, .done = &done};
    timer_arm(t, &late.task, HOUR_MS);
    timer_arm(t, &soon.task, 1);
    wait_for(&done);
    timer_free(t);
    assert_int_equal(soon.turn, 1);
    assert_int_equal(late.turn, 0);
    (void)sem_destroy(&done);
}

static void cancelling_tells_whether_it_was_in_time(void **state)
{
    (void)state;
    struct timer *t = timer_new();
    struct gate gate;
    int counter = 0;
    struct noted n = {.task.run = run_noted, .counter = &counter};
    gate_close(&gate, t);
    assert_false(timer_cancel(t, &n.task));
    timer_arm(t, &n.task, HOUR_MS);
    assert_true(timer_cancel(t, &n.task));
    assert_false(timer_cancel(t, &n.task));
    /* The gate is running. */
    assert_false(timer_cancel(t, &gate.task));
    gate_open(&gate);
    timer_free(t);
    assert_int_equal(n.turn, 0);
    gate_release(&gate);
}

static void a_cancelled_task_can_be_armed_again(void **state)
{
    (void)state;
    struct timer *t = timer_new();
    sem_t done;
    int counter = 0;
    (void)sem_init(&done, 0, 0);
    struct noted n = {.task.run = run_noted, .counter = &counter, .done = &done};
    timer_arm(t, &n.task, HOUR_MS);
    assert_true(timer_cancel(t, &n.task));
    timer_arm(t, &n.task, -5);
    wait_for(&done);
    timer_free(t);
    assert_int_equal(n.turn, 1);
    (void)sem_destroy(&done);
}

struct repeat {
    struct timer_task task;
    struct timer *timer;
    int left;
    sem_t done;
};

static void run_repeat(struct timer_task *task)
{
    struct repeat *r = (struct repeat *)task;
    if (--r->left == 0)
        (void)sem_post(&r->done);
    else
        timer_arm(r->timer, task, 0);
}

static void a_task_may_arm_itself(void **state)
{
    (void)state;
    struct repeat r = {.task.run = run_repeat, .timer = timer_new(), .left = 500};
    (void)sem_init(&r.done, 0, 0);
    timer_arm(r.timer, &r.task, 0);
    wait_for(&r.done);
    timer_free(r.timer);
    assert_int_equal(r.left, 0);
    (void)sem_destroy(&r.done);
}

struct freed {
    struct timer_task task;
    sem_t *done;
};

static void run_and_free(struct timer_task *task)
{
    struct freed *f = (struct freed *)task;
    (void)sem_post(f->done);
    free(f);
}

static void a_task_may_free_itself(void **state)
{
    (void)state;
    struct timer *t = timer_new();
    sem_t done;
    (void)sem_init(&done, 0, 0);
    for (int i = 0; i < 100; i++) {
        struct freed *f = calloc(1, sizeof *f);
        assert_non_null(f);
        *f = (struct freed){.task.run = run_and_free, .done = &done};
        timer_arm(t, &f->task, 0);
    }
    for (int i = 0; i < 100; i++)
        wait_for(&done);
    timer_free(t);
    (void)sem_destroy(&done);
}

static void what_is_armed_when_the_timer_ends_never_runs(void **state)
{
    (void)state;
    struct timer *t = timer_new();
    int counter = 0;
    struct noted far = {.task.run = run_noted, .counter = &counter};
    struct noted farther = {.task.run = run_noted, .counter = &counter};
    timer_arm(t, &far.task, HOUR_MS);
    timer_arm(t, &farther.task, INT64_MAX);
    timer_free(t);
    timer_free(NULL);
    assert_int_equal(counter, 0);
}

struct armer {
    pthread_t thread;
    struct timer *timer;
    struct noted tasks[TASKS];
    int cancelled;
};

static void *arm_and_cancel(void *arg)
{
    struct armer *a = arg;
    for (size_t i = 0; i < TASKS; i++)
        timer_arm(a->timer, &a->tasks[i].task, (int64_t)(i % 3));
    for (size_t i = 0; i < TASKS; i += 2)
        a->cancelled += timer_cancel(a->timer, &a->tasks[i].task);
    return NULL;
}

static void from_many_threads_each_task_runs_once_or_is_cancelled(void **state)
{
    (void)state;
    static struct armer armers[3];
    struct timer *t = timer_new();
    sem_t done;
    int counter = 0;
    (void)sem_init(&done, 0, 0);
    for (size_t i = 0; i < ARRAY_LEN(armers); i++) {
        armers[i] = (struct armer){.timer = t};
        for (size_t k = 0; k < TASKS; k++)
            armers[i].tasks[k] = (struct noted){.task.run = run_noted, .counter = &counter, .done = &done};
        assert_int_equal(pthread_create(&armers[i].thread, NULL, arm_and_cancel, &armers[i]), 0);
    }
    int left = 0;
    for (size_t i = 0; i < ARRAY_LEN(armers); i++) {
        assert_int_equal(pthread_join(armers[i].thread, NULL), 0);
        left += TASKS - armers[i].cancelled;
    }
    for (int i = 0; i < left; i++)
        wait_for(&done);
    timer_free(t);
    assert_int_equal(counter, left);
    (void)sem_destroy(&done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_run_in_the_order_they_are_due),
        cmocka_unit_test(a_task_that_is_armed_earlier_overtakes_the_one_that_is_waited_for),
        cmocka_unit_test(cancelling_tells_whether_it_was_in_time),
        cmocka_unit_test(a_cancelled_task_can_be_armed_again),
        cmocka_unit_test(a_task_may_arm_itself),
        cmocka_unit_test(a_task_may_free_itself),
        cmocka_unit_test(what_is_armed_when_the_timer_ends_never_runs),
        cmocka_unit_test(from_many_threads_each_task_runs_once_or_is_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
