/* Several threads or one: the same bytes, the same error, and no more threads than there are processors. */
#include "collector/crew.h"

#include "base/clock.h"
#include "base/random.h"
#include "tests/collector/stage.c" /* NOLINT(bugprone-suspicious-include): one program */

#include <pthread.h>

enum { MANY = 60, THREADS = 4 };

static const char *const files[] = {"go/cpu-000.pb.gz", "go/cpu-009.pb.gz", "go/compile-1.pb.gz"};

static int setup(void **state)
{
    struct stage *s = calloc(1, sizeof(*s));

    stage_init(s);
    stage_open(s);
    *state = s;
    return 0;
}

/* Some are left out, as objects that are gone are. */
struct job {
    struct crew *crew;
    struct store *store;
    struct slice keys[MANY];
    size_t count;
    size_t max_bytes;
    bool alone;
    /* of a run */
    struct buf out;
    struct error error;
    enum status status;
    size_t threads;
    bool seen[MANY];
};

static enum status add(void *user, const struct prefetch_object *input, struct merge *merge,
                       struct error *err)
{
    struct job *j = user;

    assert_false(j->seen[input->index]);
    j->seen[input->index] = true;
    if (input->op->error.code == E_NOT_FOUND)
        return OK;
    if (input->op->error.code != OK) {
        *err = input->op->error;
        return error_wrap(err, "input %zu", input->index);
    }
    if (merge_add(merge, buf_slice(&input->op->object), input->index % 5 == 4 ? MERGE_BASE : MERGE_SOURCE,
                  err) != OK)
        return error_wrap(err, "input %zu", input->index);
    return OK;
}

static void run(struct job *j)
{
    const struct prefetch_options fetching = {.store = j->store,
                                              .keys = j->keys,
                                              .count = j->count,
                                              .max_bytes = LIMIT_BODY_BYTES,
                                              .deadline_ms = clock_mono_ms() + 60000};
    struct prefetch *fetch CLEANUP(prefetch_freep) = prefetch_new(&fetching);
    struct merge *merge CLEANUP(merge_freep) = merge_new(&(struct merge_options){.max_bytes = j->max_bytes});
    const struct crew_work work = {
        .inputs = fetch, .count = j->count, .add = add, .user = j, .alone = j->alone};

    j->out = BUF_INIT(64 * MIB);
    j->error = (struct error){0};
    memset(j->seen, 0, sizeof(j->seen));
    j->status = crew_merge(j->crew, &work, merge, &j->threads, &j->error);
    if (j->status == OK)
        assert_int_equal(merge_write_raw(merge, &j->out, NULL), OK);
}

static void put_inputs(struct stage *s, struct job *j, size_t count)
{
    *j = (struct job){.store = s->app->store, .count = count};
    for (size_t i = 0; i < count; i++) {
        char key[32];

        snprintf(key, sizeof(key), "k%03zu", i);
        j->keys[i] = arena_copy(&s->arena, slice_of(key));
        stage_put_key(s, j->keys[i].ptr, stage_file(s, files[i % 3]));
    }
}

static void many_threads_give_the_bytes_of_one(void **state)
{
    struct job one, many;

    put_inputs(*state, &one, MANY);
    one.keys[0] = one.keys[17] = SLICE("nowhere");
    one.crew = crew_new(1);
    run(&one);
    assert_int_equal(one.status, OK);
    assert_int_equal(one.threads, 1);
    for (int threads = 2; threads <= THREADS; threads++) {
        many = one;
        many.crew = crew_new(threads);
        run(&many);
        assert_int_equal(many.status, OK);
        assert_in_range(many.threads, 2, THREADS);
        assert_true(slice_eq(buf_slice(&one.out), buf_slice(&many.out)));
        buf_release(&many.out);
        crew_free(many.crew);
    }
    buf_release(&one.out);
    crew_free(one.crew);
}

static void the_first_input_that_fails_is_told_whoever_read_it(void **state)
{
    struct stage *s = *state;
    struct job j;
    struct slice body = stage_file(s, files[0]);
    struct random random;

    put_inputs(s, &j, MANY);
    stage_put_key(s, "half", slice_sub(body, 0, body.len / 2));
    stage_put_key(s, "other", stage_file(s, "go/heap-000.pb.gz"));
    stage_put_key(s, "noise", SLICE("no profile at all"));
    j.crew = crew_new(THREADS);
    random_seed(&random, 1);
    for (int round = 0; round < 10; round++) {
        struct job bad = j;
        size_t first = MANY;
        char expected[32];

        for (int i = 0; i < 3; i++) {
            size_t at = 1 + random_below(&random, MANY - 1);

            bad.keys[at] = i == 0 ? SLICE("half") : i == 1 ? SLICE("other") : SLICE("noise");
            first = at < first ? at : first;
        }
        run(&bad);
        snprintf(expected, sizeof(expected), "input %zu: ", first);
        assert_int_equal(bad.status, E_INVALID);
        assert_memory_equal(bad.error.text, expected, strlen(expected));
        for (size_t i = 0; i <= first; i++)
            assert_true(bad.seen[i]);
    }
    crew_free(j.crew);
}

static void damage_gives_the_same_words_as_one_thread_alone(void **state)
{
    struct stage *s = *state;
    struct job j;
    struct slice body = stage_file(s, files[1]);
    struct random random;

    put_inputs(s, &j, MANY);
    j.crew = crew_new(THREADS);
    random_seed(&random, 2);
    for (int round = 0; round < 15; round++) {
        struct job alone, together;
        char key[32];

        for (int i = 0; i < 2; i++) {
            char *damaged = mem_copy(body.ptr, body.len);

            damaged[random_below(&random, body.len)] ^= (char)(1 + random_below(&random, 255));
            snprintf(key, sizeof(key), "k%03zu", (size_t)random_below(&random, MANY));
            stage_put_key(s, key, slice_make(damaged, body.len));
            mem_freep(&damaged);
        }
        alone = together = j;
        alone.alone = true;
        run(&alone);
        run(&together);
        assert_int_equal(alone.threads, 1);
        assert_int_equal(alone.status, together.status);
        assert_string_equal(alone.error.text, together.error.text);
        assert_true(slice_eq(buf_slice(&alone.out), buf_slice(&together.out)));
        buf_release(&alone.out);
        buf_release(&together.out);
    }
    crew_free(j.crew);
}

static void small_merges_stay_on_one_thread(void **state)
{
    struct job j;

    put_inputs(*state, &j, 6);
    j.crew = crew_new(THREADS);
    run(&j);
    assert_int_equal(j.status, OK);
    assert_int_equal(j.threads, 1);
    buf_release(&j.out);
    crew_free(j.crew);
}

static void without_memory_it_says_so_and_one_thread_alone_may_have_enough(void **state)
{
    struct job j;
    size_t refused = 0, rescued = 0;

    put_inputs(*state, &j, MANY);
    j.crew = crew_new(THREADS);
    for (j.max_bytes = 64 * KIB; j.max_bytes < 64 * MIB; j.max_bytes += j.max_bytes / 2) {
        j.alone = false;
        run(&j);
        buf_release(&j.out);
        if (j.status == OK)
            continue;
        refused++;
        assert_int_equal(j.status, E_TOO_LARGE);
        j.alone = true;
        run(&j);
        buf_release(&j.out);
        rescued += j.status == OK;
    }
    assert_in_range(refused, 2, 15);
    assert_in_range(rescued, 1, refused);
    crew_free(j.crew);
}

static void *run_on_a_thread(void *arg)
{
    for (int i = 0; i < 3; i++) {
        buf_release(&((struct job *)arg)->out);
        run(arg);
    }
    return NULL;
}

static void questions_share_one_crew(void **state)
{
    struct job jobs[3];
    pthread_t ids[3];

    put_inputs(*state, &jobs[0], MANY);
    jobs[0].crew = crew_new(3);
    jobs[1] = jobs[2] = jobs[0];
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&ids[i], NULL, run_on_a_thread, &jobs[i]), 0);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(pthread_join(ids[i], NULL), 0);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(jobs[i].status, OK);
        assert_true(slice_eq(buf_slice(&jobs[i].out), buf_slice(&jobs[0].out)));
    }
    for (size_t i = 0; i < 3; i++)
        buf_release(&jobs[i].out);
    crew_free(jobs[0].crew);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(many_threads_give_the_bytes_of_one),
        TEST(the_first_input_that_fails_is_told_whoever_read_it),
        TEST(damage_gives_the_same_words_as_one_thread_alone),
        TEST(small_merges_stay_on_one_thread),
        TEST(without_memory_it_says_so_and_one_thread_alone_may_have_enough),
        TEST(questions_share_one_crew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
