/*
 * The queue and the width, with calls of the test's own. What libcurl does with an answer is tested through
 * the store (test_bucket_call.c).
 */
#include "s3/transport.h"

#include "tests/s3/talk.h"

#include <pthread.h>
#include <stdatomic.h>

/* What the calls of one test share. */
struct scene {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    unsigned done, ends[TRANSPORT_CLOSED + 1];
    unsigned order[64]; /* numbers of the calls in the order in which they were prepared */
    unsigned prepared;
    atomic_bool wait;
    char url[64];
};

struct visitor {
    struct transport_call call;
    struct scene *scene;
    unsigned number;
    unsigned rounds; /* that it still wants */
};

static struct visitor *of(struct transport_call *call)
{
    return (struct visitor *)(void *)call;
}

static enum transport_prepared prepare(struct transport_call *call)
{
    struct scene *s = of(call)->scene;
    if (atomic_load(&s->wait))
        return TRANSPORT_WAIT;

    s->order[s->prepared++] = of(call)->number;
    call->method = "GET";
    call->url = s->url;
    return TRANSPORT_GO;
}

static void head_line(struct transport_call *call, struct slice line)
{
    (void)call;
    (void)line;
}

static bool head(struct transport_call *call)
{
    return call->status == 200;
}

static bool body(struct transport_call *call, struct slice bytes)
{
    (void)call;
    (void)bytes;
    return true;
}

static bool ended(struct transport_call *call, enum transport_end end, const char *failure)
{
    (void)failure;
    struct visitor *v = of(call);
    if (end == TRANSPORT_ANSWERED && v->rounds > 0) {
        v->rounds--;
        return false;
    }
    struct scene *s = v->scene;
    (void)pthread_mutex_lock(&s->lock);
    s->done++;
    s->ends[end]++;
    (void)pthread_cond_signal(&s->moved);
    (void)pthread_mutex_unlock(&s->lock);
    return true;
}

static const struct transport_role role = {prepare, head_line, head, body, ended};

static void wait_done(struct scene *s, unsigned count)
{
    (void)pthread_mutex_lock(&s->lock);
    while (s->done < count)
        (void)pthread_cond_wait(&s->moved, &s->lock);
    (void)pthread_mutex_unlock(&s->lock);
}

static void begin(struct scene *s, struct fake_s3 *fake)
{
    *s = (struct scene){.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};
    (void)snprintf(s->url, sizeof s->url, "http://127.0.0.1:%d/", fake_s3_port(fake));
}

static void submit(struct transport *t, struct scene *s, struct visitor *visitors, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        visitors[i] = (struct visitor){.scene = s, .number = i};
        visitors[i].call.role = &role;
        visitors[i].call.deadline_ms = clock_mono_ms() + 60000;
        transport_submit(t, &visitors[i].call);
    }
}

static void end(struct transport *t, struct fake_s3 *fake)
{
    transport_stop(t);
    transport_free(t);
    char *fault = fake_s3_end(fake);
    if (fault)
        print_error("%s\n", fault);
    assert_null(fault);
}

static void calls_go_in_the_order_in_which_they_came(void **state)
{
    (void)state;
    struct fake_step steps[20];
    for (size_t i = 0; i < 20; i++)
        steps[i] = (struct fake_step){.request = "GET *", .status = "200 OK"};
    struct fake_s3 *fake = fake_s3_start(steps, 20);
    struct scene s;
    begin(&s, fake);
    struct transport *t = transport_new(&(struct transport_options){.thread_name = "test", .width = 2});
    struct visitor visitors[20];
    submit(t, &s, visitors, 20);
    wait_done(&s, 20);
    for (unsigned i = 0; i < 20; i++)
        assert_int_equal(s.order[i], i);
    assert_int_equal(s.ends[TRANSPORT_ANSWERED], 20);
    end(t, fake);
}

static void who_goes_once_more_goes_before_all_others(void **state)
{
    (void)state;
    struct fake_step steps[4];
    for (size_t i = 0; i < 4; i++)
        steps[i] = (struct fake_step){.request = "GET *", .status = "200 OK"};
    struct fake_s3 *fake = fake_s3_start(steps, 4);
    struct scene s;
    begin(&s, fake);
    struct transport *t = transport_new(&(struct transport_options){.thread_name = "test", .width = 1});
    struct visitor visitors[3];
    atomic_store(&s.wait, true);
    submit(t, &s, visitors, 3);
    visitors[0].rounds = 1;
    atomic_store(&s.wait, false);
    transport_wake(t);
    wait_done(&s, 3);
    const unsigned wanted[] = {0, 0, 1, 2};
    assert_memory_equal(s.order, wanted, sizeof wanted);
    end(t, fake);
}

static void nobody_waits_beyond_the_deadline(void **state)
{
    (void)state;
    struct fake_s3 *fake = fake_s3_start(NULL, 0);
    struct scene s;
    begin(&s, fake);
    struct transport *t = transport_new(&(struct transport_options){.thread_name = "test", .width = 1});
    atomic_store(&s.wait, true);
    struct visitor visitors[2];
    for (unsigned i = 0; i < 2; i++) {
        visitors[i] = (struct visitor){.scene = &s};
        visitors[i].call.role = &role;
        visitors[i].call.deadline_ms = clock_mono_ms() + 20;
        transport_submit(t, &visitors[i].call);
    }
    wait_done(&s, 2);
    assert_int_equal(s.ends[TRANSPORT_LATE], 2);
    assert_int_equal(s.prepared, 0);
    end(t, fake);
}

static void an_answer_that_is_not_wanted_is_stopped_at_its_head(void **state)
{
    (void)state;
    const struct fake_step steps[] = {{.raw = "HTTP/1.1 404 Not Found\r\nContent-Length: 99999999\r\n\r\n"}};
    struct fake_s3 *fake = fake_s3_start(steps, 1);
    struct scene s;
    begin(&s, fake);
    struct transport *t = transport_new(&(struct transport_options){.thread_name = "test", .width = 1});
    struct visitor visitors[1];
    submit(t, &s, visitors, 1);
    wait_done(&s, 1);
    assert_int_equal(s.ends[TRANSPORT_STOPPED], 1);
    end(t, fake);
}

static void stopping_ends_all_and_what_comes_later_at_once(void **state)
{
    (void)state;
    const struct fake_step steps[] = {{.request = "GET *"}};
    struct fake_s3 *fake = fake_s3_start(steps, 1);
    struct scene s;
    begin(&s, fake);
    struct transport *t = transport_new(&(struct transport_options){.thread_name = "test", .width = 1});
    struct visitor visitors[5], late[1];
    submit(t, &s, visitors, 5);
    transport_stop(t);
    assert_int_equal(s.ends[TRANSPORT_CLOSED], 5);
    submit(t, &s, late, 1);
    assert_int_equal(s.ends[TRANSPORT_CLOSED], 6);
    transport_free(t);
    free(fake_s3_end(fake));
}

static void the_numbers_add_up(void **state)
{
    (void)state;
    const struct fake_step steps[] = {{.status = "200 OK"}};
    struct fake_s3 *fake = fake_s3_start(steps, 1);
    struct scene s;
    begin(&s, fake);
    struct transport *t = transport_new(&(struct transport_options){.thread_name = "test", .width = 8});
    struct visitor visitors[1];
    submit(t, &s, visitors, 1);
    wait_done(&s, 1);
    struct transport_stats stats;
    transport_stats(t, &stats);
    assert_int_equal(stats.queued, 0);
    assert_int_equal(stats.width, 8);
    assert_int_equal(stats.requests, 1);
    end(t, fake);
}

static int bare_environment(void **state)
{
    (void)state;
    talk_environment();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_go_in_the_order_in_which_they_came),
        cmocka_unit_test(who_goes_once_more_goes_before_all_others),
        cmocka_unit_test(nobody_waits_beyond_the_deadline),
        cmocka_unit_test(an_answer_that_is_not_wanted_is_stopped_at_its_head),
        cmocka_unit_test(stopping_ends_all_and_what_comes_later_at_once),
        cmocka_unit_test(the_numbers_add_up),
    };
    return cmocka_run_group_tests(tests, bare_environment, NULL);
}
