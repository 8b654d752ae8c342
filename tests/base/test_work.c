/* The pool. Items wait at gates (semaphores), so every order of events is made, not hoped for. */
#include "base/work.h"

#include "base/attribute.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void wait_for(sem_t *sem)
{
    while (sem_wait(sem) != 0)
        ;
}

/* An item that says when it starts and does not end before it is let go. */
struct gate {
    struct work_item item;
    sem_t started;
    sem_t go;
};

static void run_gate(struct work_item *item)
{
    struct gate *g = (struct gate *)item;
    (void)sem_post(&g->started);
    wait_for(&g->go);
}

static void gate_init(struct gate *g)
{
    g->item = (struct work_item){.run = run_gate};
    (void)sem_init(&g->started, 0, 0);
    (void)sem_init(&g->go, 0, 0);
}

static void gate_release(struct gate *g)
{
    (void)sem_destroy(&g->started);
    (void)sem_destroy(&g->go);
}

/* An item that notes its turn. */
struct turn {
    struct work_item item;
    atomic_int *counter;
    int turn; /* 1, 2, ...; 0: not run */
};

static void run_turn(struct work_item *item)
{
    struct turn *t = (struct turn *)item;
    t->turn = atomic_fetch_add(t->counter, 1) + 1;
}

static void items_run_in_the_order_they_came(void **state)
{
    (void)state;
    struct work_pool *p = work_pool_new("w", 1, 100);
    atomic_int counter = 0;
    struct turn turns[50];
    struct gate gate;
    gate_init(&gate);
    assert_int_equal(work_submit(p, &gate.item, NULL), OK);
    for (size_t i = 0; i < ARRAY_LEN(turns); i++) {
        turns[i] = (struct turn){.item.run = run_turn, .counter = &counter};
        assert_int_equal(work_submit(p, &turns[i].item, NULL), OK);
    }
    (void)sem_post(&gate.go);
    work_pool_free(p);
    for (size_t i = 0; i < ARRAY_LEN(turns); i++)
        assert_int_equal(turns[i].turn, i + 1);
    gate_release(&gate);
}

static void a_full_queue_is_busy_and_leaves_the_item_alone(void **state)
{
    (void)state;
    struct work_pool *p = work_pool_new("w", 1, 2);
    atomic_int counter = 0;
    struct turn turns[3];
    struct gate gate;
    struct error err;
    gate_init(&gate);
    assert_int_equal(work_submit(p, &gate.item, NULL), OK);
    wait_for(&gate.started);
    assert_int_equal(work_queued(p), 0);

    for (size_t i = 0; i < ARRAY_LEN(turns); i++)
        turns[i] = (struct turn){.item.run = run_turn, .counter = &counter};
    assert_int_equal(work_submit(p, &turns[0].item, NULL), OK);
    assert_int_equal(work_submit(p, &turns[1].item, NULL), OK);
    assert_int_equal(work_submit(p, &turns[2].item, &err), E_BUSY);
    assert_string_equal(err.text, "2 requests are waiting for a worker already");
    assert_int_equal(work_queued(p), 2);

    (void)sem_post(&gate.go);
    work_pool_free(p);
    assert_int_equal(turns[1].turn, 2);
    assert_int_equal(turns[2].turn, 0);
    gate_release(&gate);
}

static void all_threads_work_at_once(void **state)
{
    (void)state;
    struct work_pool *p = work_pool_new("w", 4, 4);
    struct gate gates[4];
    for (size_t i = 0; i < ARRAY_LEN(gates); i++) {
        gate_init(&gates[i]);
        assert_int_equal(work_submit(p, &gates[i].item, NULL), OK);
    }
    /* None ends before all have started. */
    for (size_t i = 0; i < ARRAY_LEN(gates); i++)
        wait_for(&gates[i].started);
    for (size_t i = 0; i < ARRAY_LEN(gates); i++)
        (void)sem_post(&gates[i].go);
    work_pool_free(p);
    for (size_t i = 0; i < ARRAY_LEN(gates); i++)
        gate_release(&gates[i]);
}

struct freed {
    struct work_item item;
    atomic_int *counter;
};

static void run_and_free(struct work_item *item)
{
    struct freed *f = (struct freed *)item;
    atomic_fetch_add(f->counter, 1);
    free(f);
}

static void items_may_free_themselves_and_all_are_run_before_the_end(void **state)
{
    (void)state;
    struct work_pool *p = work_pool_new("w", 3, 10000);
    atomic_int counter = 0;
    for (int i = 0; i < 5000; i++) {
        struct freed *f = malloc(sizeof *f);
        assert_non_null(f);
        *f = (struct freed){.item.run = run_and_free, .counter = &counter};
        assert_int_equal(work_submit(p, &f->item, NULL), OK);
    }
    work_pool_free(p);
    assert_int_equal(counter, 5000);
}

struct chain {
    struct work_item item;
    struct work_pool *pool;
    int left;
};

static void run_chain(struct work_item *item)
{
    struct chain *c = (struct chain *)item;
    if (c->left == 0)
        return;

    c->left--;
    if (work_submit(c->pool, item, NULL) != OK)
        c->left = -1;
}

static void an_item_may_submit_itself_again_even_while_the_pool_ends(void **state)
{
    (void)state;
    struct work_pool *p = work_pool_new("w", 2, 10);
    struct chain c = {.item.run = run_chain, .pool = p, .left = 1000};
    assert_int_equal(work_submit(p, &c.item, NULL), OK);
    work_pool_free(p);
    assert_int_equal(c.left, 0);
}

static void a_pool_without_work_ends(void **state)
{
    (void)state;
    work_pool_free(work_pool_new("idle", 3, 1));
    work_pool_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_run_in_the_order_they_came),
        cmocka_unit_test(a_full_queue_is_busy_and_leaves_the_item_alone),
        cmocka_unit_test(all_threads_work_at_once),
        cmocka_unit_test(items_may_free_themselves_and_all_are_run_before_the_end),
        cmocka_unit_test(an_item_may_submit_itself_again_even_while_the_pool_ends),
        cmocka_unit_test(a_pool_without_work_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
