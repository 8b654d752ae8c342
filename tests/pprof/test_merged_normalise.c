/* Differences: what is the base's can be told, and the source can be scaled to the base's totals. */
#include "pprof/merged.h"

#include "tests/pprof/merging.h"

/* A profile of one sample a row: two values at location 1, told apart by a label. */
static struct slice rows(struct build *b, const int64_t (*values)[2], size_t count)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    build_start(b);
    for (size_t i = 0; i < count; i++)
        build_sample(b, (struct build_sample){.locations = {1},
                                              .locations_count = 1,
                                              .values = {values[i][0], values[i][1]},
                                              .values_count = 2,
                                              .labels = {{.key = "row", .text = names[i]}},
                                              .labels_count = 1});
    return build_finish(b);
}

static char *difference(const int64_t (*source)[2], size_t sources, const int64_t (*base)[2], size_t bases)
{
    struct build s CLEANUP(build_release) = BUILD_INIT;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    assert_int_equal(merge_add(m, rows(&s, source, sources), MERGE_SOURCE, NULL), OK);
    assert_int_equal(merge_add(m, rows(&b, base, bases), MERGE_BASE, NULL), OK);
    assert_int_equal(merge_normalise(m, NULL), OK);
    struct buf out CLEANUP(buf_release) = written(m);
    return meaning_of(buf_slice(&out));
}

static void assert_difference(char *meaning, const char *const *expected, size_t count)
{
    size_t lines = 0;
    for (const char *at = meaning; (at = strchr(at, '\n')); at++)
        lines++;
    for (size_t i = 0; i < count; i++)
        if (!strstr(meaning, expected[i]))
            fail_msg("no '%s' in:\n%s", expected[i], meaning);
    assert_int_equal(lines, 2 * count + 1);
    free(meaning);
}

static void totals_become_those_of_the_base(void **state)
{
    (void)state;
    const int64_t source[][2] = {{10, 100}, {30, 300}}, base[][2] = {{20, 40}};
    const char *const expected[] = {"row=a,0; 5 10\n", "row=b,0; 15 30\n", " -20 -40\n"};
    assert_difference(difference(source, 2, base, 1), expected, ARRAY_LEN(expected));
}

static void halves_are_rounded_away_from_zero(void **state)
{
    (void)state;
    const int64_t source[][2] = {{1, 3}, {-1, -5}, {2, 4}}, base[][2] = {{1, 1}};
    const char *const expected[] = {"row=a,0; 1 2\n", "row=b,0; -1 -3\n", "row=c,0; 1 2\n", " -1 -1\n"};
    assert_difference(difference(source, 3, base, 1), expected, ARRAY_LEN(expected));
}

static void a_total_of_zero_makes_the_source_vanish(void **state)
{
    (void)state;
    const int64_t source[][2] = {{5, 7}, {6, -7}}, base[][2] = {{0, 3}};
    const char *const expected[] = {" 0 -3\n"};
    assert_difference(difference(source, 2, base, 1), expected, ARRAY_LEN(expected));
}

static void equal_totals_change_nothing(void **state)
{
    (void)state;
    const int64_t source[][2] = {{5, 0}, {0, 9}}, base[][2] = {{5, 9}};
    const char *const expected[] = {"row=a,0; 5 0\n", "row=b,0; 0 9\n", " -5 -9\n"};
    assert_difference(difference(source, 2, base, 1), expected, ARRAY_LEN(expected));
}

/* As the reference does it: the type that is not scaled keeps no sample. */
static void a_sample_whose_scaled_values_are_zero_is_dropped(void **state)
{
    (void)state;
    const int64_t source[][2] = {{5, 0}, {0, 8}}, base[][2] = {{5, 4}};
    const char *const expected[] = {"row=b,0; 0 4\n", " -5 -4\n"};
    assert_difference(difference(source, 2, base, 1), expected, ARRAY_LEN(expected));
}

static void a_value_that_grows_beyond_the_range_is_its_end(void **state)
{
    (void)state;
    const int64_t source[][2] = {{INT64_MAX, 4}, {-INT64_MAX + 1, 4}}, base[][2] = {{INT64_MAX, 16}};
    const char *const expected[] = {"row=a,0; 9223372036854775807 8\n", "row=b,0; -9223372036854775808 8\n",
                                    " -9223372036854775807 -16\n"};
    assert_difference(difference(source, 2, base, 1), expected, ARRAY_LEN(expected));
}

static void without_a_base_there_is_nothing_to_scale_by(void **state)
{
    (void)state;
    struct build s CLEANUP(build_release) = BUILD_INIT;
    const int64_t source[][2] = {{5, 7}};
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    assert_int_equal(merge_add(m, rows(&s, source, 1), MERGE_SOURCE, NULL), OK);
    assert_int_equal(merge_normalise(m, NULL), E_INVALID);
    assert_int_equal(merged_base(merge_result(m)).key, INTERN_NONE);
}

static void base_samples_never_fold_with_those_of_the_source(void **state)
{
    (void)state;
    struct build s CLEANUP(build_release) = BUILD_INIT;
    const int64_t values[][2] = {{5, 7}};
    struct slice body = rows(&s, values, 1);
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    assert_int_equal(merge_add(m, body, MERGE_BASE, NULL), OK);
    assert_int_equal(merge_add(m, body, MERGE_SOURCE, NULL), OK);
    assert_int_equal(merge_add(m, body, MERGE_BASE, NULL), OK);
    const struct merged *result = merge_result(m);
    struct merged_base base = merged_base(result);
    bool saturated = false;
    assert_int_equal(result->stacks.samples.count, 2);
    assert_true(merged_is_base(result, base, 0));
    assert_int_equal(stacks_sum(&result->stacks, 0, 1, &saturated), -14);
    assert_false(merged_is_base(result, base, 1));
    assert_int_equal(stacks_sum(&result->stacks, 1, 1, &saturated), 7);
}

static void a_label_of_that_name_is_replaced_in_the_base(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_start(&b);
    build_sample(&b, (struct build_sample){.locations = {1},
                                           .locations_count = 1,
                                           .values = {1, 2},
                                           .values_count = 2,
                                           .labels = {{.key = "pprof::base", .text = "maybe"},
                                                      {.key = "zone", .text = "x"},
                                                      {.key = "pprof::base", .number = 3}},
                                           .labels_count = 3});
    struct slice body = build_finish(&b);
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    assert_int_equal(merge_add(m, body, MERGE_BASE, NULL), OK);
    struct buf out CLEANUP(buf_release) = written(m);
    char *meaning = meaning_of(buf_slice(&out));
    assert_null(strstr(meaning, "maybe"));
    assert_non_null(strstr(meaning, "pprof::base=true"));
    assert_non_null(strstr(meaning, "zone=x"));
    assert_non_null(strstr(meaning, " -1 -2\n"));
    free(meaning);
}

static void the_source_leads_even_if_the_base_is_older(void **state)
{
    (void)state;
    struct build s CLEANUP(build_release) = BUILD_INIT;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_number(&s, 9, 2000);
    build_number(&s, 14, (int64_t)build_string(&s, "samples"));
    build_number(&b, 9, 1000);
    build_number(&b, 14, (int64_t)build_string(&b, "cpu"));
    build_number(&b, 15, (int64_t)build_string(&b, "https://base"));
    const int64_t values[][2] = {{5, 7}};
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    assert_int_equal(merge_add(m, rows(&b, values, 1), MERGE_BASE, NULL), OK);
    assert_int_equal(merge_add(m, rows(&s, values, 1), MERGE_SOURCE, NULL), OK);
    struct reading r CLEANUP(reading_release);
    read_back(&r, written(m));
    assert_string(&r, r.profile.default_type, "samples");
    assert_string(&r, r.profile.doc_url, "https://base");
    assert_int_equal(r.profile.time_nanos, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_become_those_of_the_base),
        cmocka_unit_test(halves_are_rounded_away_from_zero),
        cmocka_unit_test(a_total_of_zero_makes_the_source_vanish),
        cmocka_unit_test(equal_totals_change_nothing),
        cmocka_unit_test(a_sample_whose_scaled_values_are_zero_is_dropped),
        cmocka_unit_test(a_value_that_grows_beyond_the_range_is_its_end),
        cmocka_unit_test(without_a_base_there_is_nothing_to_scale_by),
        cmocka_unit_test(base_samples_never_fold_with_those_of_the_source),
        cmocka_unit_test(a_label_of_that_name_is_replaced_in_the_base),
        cmocka_unit_test(the_source_leads_even_if_the_base_is_older),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
