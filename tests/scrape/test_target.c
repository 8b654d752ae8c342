/* From attributes to a target: what counts, what becomes a label, what is refused. */
#include "scrape/target.h"

#include "tests/scrape/fixture.h"

struct given {
    const char *name, *value;
};

static enum status make(const struct job *job, const struct given *given, size_t count,
                        struct target **ret_target, struct error *err)
{
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(ROOMY);
    struct attributes a;

    attributes_init(&a, &arena);
    for (size_t i = 0; i < count; i++)
        attributes_set(&a, slice_of(given[i].name), slice_of(given[i].value));
    return target_new(job, &a, ret_target, err);
}

static struct job a_job(void)
{
    struct job job;

    job_init(&job);
    job.name = SLICE("shop");
    job.is_named = true;
    return job;
}

static char *labels_of(const struct target *t)
{
    struct buf out = BUF_INIT(ROOMY);

    labels_format(&t->labels, &out);
    return out.ptr;
}

static void defaults_are_the_jobs(void **state)
{
    struct job job = a_job();
    struct target *t;
    struct error err = {0};

    (void)state;
    assert_int_equal(make(&job, (struct given[]){{"__address__", "h:1"}, {"dc", "fra"}}, 2, &t, &err), OK);
    assert_true(slice_eq(t->url, SLICE("http://h:1")));
    assert_true(slice_eq(t->base, SLICE("/debug/pprof")));
    assert_true(slice_eq(t->service, SLICE("shop")));
    char *labels = labels_of(t);
    assert_string_equal(labels, "dc=fra,instance=h%3A1,job=shop");
    free(labels);
    target_free(t);
}

static void what_was_found_wins_over_the_job(void **state)
{
    struct job job = a_job();
    struct target *t;
    struct error err = {0};
    const struct given given[] = {
        {"__address__", "h:1"}, {"__scheme__", "https"}, {"__pprof_path__", "x/pprof//"},
        {"service", "cart"},    {"instance", "me"},      {"__meta_x", "1"}};

    (void)state;
    assert_int_equal(make(&job, given, ARRAY_LEN(given), &t, &err), OK);
    assert_true(slice_eq(t->url, SLICE("https://h:1")));
    assert_true(slice_eq(t->base, SLICE("/x/pprof")));
    assert_true(slice_eq(t->service, SLICE("cart")));
    char *labels = labels_of(t);
    assert_string_equal(labels, "instance=me,job=shop");
    free(labels);
    target_free(t);
}

static void the_same_target_has_the_same_turn_and_others_are_spread(void **state)
{
    enum { TARGETS = 200, QUARTERS = 4 };
    struct job job = a_job();
    size_t quarters[QUARTERS] = {0};
    struct target *one, *again;
    struct error err;

    (void)state;
    for (int i = 0; i < TARGETS; i++) {
        char address[32];
        (void)snprintf(address, sizeof address, "10.0.0.%d:6060", i);
        assert_int_equal(make(&job, (struct given[]){{"__address__", address}}, 1, &one, &err), OK);
        assert_int_equal(make(&job, (struct given[]){{"__address__", address}}, 1, &again, &err), OK);
        assert_true(slice_eq(one->key, again->key));
        assert_int_equal(one->offset_ms, again->offset_ms);
        assert_true(one->offset_ms < (uint64_t)job.interval_ms);
        quarters[one->offset_ms * QUARTERS / (uint64_t)job.interval_ms]++;
        target_free(one);
        target_free(again);
    }
    for (size_t i = 0; i < QUARTERS; i++)
        assert_in_range(quarters[i], TARGETS / QUARTERS / 2, TARGETS / QUARTERS * 2);
}

static void rules_may_drop_it(void **state)
{
    struct job job = a_job();
    struct target *t = (struct target *)state;
    struct error err = {0};

    job.rules[0] = (struct relabel){.action = RELABEL_DROP, .sources = {SLICE("job")}, .source_count = 1};
    assert_int_equal(relabel_open(&job.rules[0], SLICE("shop"), &err), OK);
    job.rule_count = 1;
    assert_int_equal(make(&job, (struct given[]){{"__address__", "h:1"}}, 1, &t, &err), OK);
    assert_null(t);
    job_release(&job);
}

static void what_makes_no_target_is_told(void **state)
{
    static const struct {
        struct given given[2];
        const char *part;
    } cases[] = {
        {{{"x", "y"}}, "has no __address__"},
        {{{"__address__", "http://h:1"}}, "is not HOST:PORT"},
        {{{"__address__", "h:1"}, {"__scheme__", "ftp"}}, "say http or https"},
        {{{"__address__", "h:1"}, {"", "empty key"}}, "target http://h:1"},
    };
    struct job job = a_job();

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct target *t;
        struct error err = {0};
        assert_int_equal(make(&job, cases[i].given, cases[i].given[1].name ? 2 : 1, &t, &err), E_INVALID);
        says(&err, cases[i].part);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_the_jobs),
        cmocka_unit_test(what_was_found_wins_over_the_job),
        cmocka_unit_test(the_same_target_has_the_same_turn_and_others_are_spread),
        cmocka_unit_test(rules_may_drop_it),
        cmocka_unit_test(what_makes_no_target_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
