/* The text of a profile, byte for byte what `go tool pprof -raw` prints. test_filter_oracle.c asks pprof
 * itself. */
#include "tests/view/filtering.h"

static char *raw_of(struct slice body)
{
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct view_options options = VIEW_OPTIONS_DEFAULT;
    struct view *v CLEANUP(view_freep) = NULL;
    struct buf out = BUF_INIT(ROOMY);
    assert_int_equal(merge_add(m, body, MERGE_SOURCE, NULL), OK);
    assert_int_equal(view_open(m, &options, NULL, &v, NULL), OK);
    assert_int_equal(raw_render(v, &out, NULL), OK);
    return buf_take(&out).ptr;
}

static void assert_raw(struct slice body, const char *expected)
{
    char *text = raw_of(body);
    assert_string_equal(text, expected);
    free(text);
}

static void a_profile_has_head_samples_locations_and_mappings(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_value_type(&b, 11, "cpu", "nanoseconds");
    build_number(&b, 12, 10000000);
    build_number(&b, 9, 1700000000100000000);
    build_number(&b, 10, 30100000000);
    build_number(&b, 13, (int64_t)build_string(&b, "second"));
    build_number(&b, 13, (int64_t)build_string(&b, "first"));
    build_number(&b, 14, (int64_t)build_string(&b, "samples"));
    build_number(&b, 15, (int64_t)build_string(&b, "http://doc"));
    assert_raw(program(&b), "Comment: first\n"
                            "Comment: second\n"
                            "Doc: http://doc\n"
                            "PeriodType: cpu nanoseconds\n"
                            "Period: 10000000\n"
                            "Time: 2023-11-14 22:13:20.1 +0000 UTC\n"
                            "Duration: 30.1\n"
                            "Samples:\n"
                            "samples/count[dflt]\n"
                            "         16: \n"
                            "          4: 2 1 \n"
                            "          2: 3 2 1 \n"
                            "          1: 4 3 2 1 \n"
                            "          8: 5 1 \n"
                            "Locations\n"
                            "     1: 0x1100 M=1 main main.go:10:0 s=0\n"
                            "     2: 0x1200 M=1 run run.go:20:0 s=0\n"
                            "     3: 0x1300 M=1 scan scan.go:40:0 s=0\n"
                            "             parse parse.go:30:0 s=0\n"
                            "     4: 0x8100 M=2 malloc malloc.c:50:0 s=0\n"
                            "     5: 0x8200 M=2 \n"
                            "Mappings\n"
                            "1: 0x1000/0x2000/0x0 /bin/app  [FN]\n"
                            "2: 0x8000/0x9000/0x0 /lib/libc.so  [FN]\n");
}

static void labels_are_sorted_by_their_text_and_numbers_have_units(void **state)
{
    (void)state;
    static const struct build_sample samples[] = {
        {{1}, 1, {1, 10}, 2, {{"b", "x", 0, NULL}, {"a", "y", 0, NULL}, {"a", "z", 0, NULL}}, 3},
        {{1}, 1, {2, 20}, 2, {{"n", NULL, 5, NULL}, {"n", NULL, -6, "ms"}, {"m", NULL, 7, NULL}}, 3},
        {{1}, 1, {3, 30}, 2, {{"a", "x", 0, NULL}, {"a!", "x", 0, NULL}, {"a", NULL, 8, NULL}}, 3},
    };
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_start(&b);
    for (size_t i = 0; i < ARRAY_LEN(samples); i++)
        build_sample(&b, samples[i]);
    /* "a!:[x]" stands before "a:[x]". */
    assert_raw(build_finish(&b), "PeriodType: cpu nanoseconds\n"
                                 "Period: 10000000\n"
                                 "Samples:\n"
                                 "samples/count cpu/nanoseconds\n"
                                 "          3         30: 1 \n"
                                 "                a!:[x] a:[x]\n"
                                 "                a:[8]\n"
                                 "          1         10: 1 \n"
                                 "                a:[y z] b:[x]\n"
                                 "          2         20: 1 \n"
                                 "                m:[7] n:[5  -6 ms]\n"
                                 "Locations\n"
                                 "     1: 0x0 M=1 main :7:0 s=0\n"
                                 "Mappings\n"
                                 "1: 0x0/0x0/0x0   \n");
}

static void durations_are_cut_to_four_characters(void **state)
{
    (void)state;
    static const struct {
        int64_t nanos;
        const char *text;
    } rows[] = {{1, "1ns"},
                {999, "999n"},
                {1000, "1\xc2\xb5s"},
                {1500, "1.5\xc2\xb5"},
                {12000000, "12ms"},
                {12345678, "12.3"},
                {999999999, "999."},
                {1000000000, "1s"},
                {90000000000, "1m30"},
                {3600000000000, "1h0m"},
                {-1500000000, "-1.5"},
                {INT64_MAX, "2562"},
                {INT64_MIN, "-256"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct build b CLEANUP(build_release) = BUILD_INIT;
        char expected[64];
        build_number(&b, 10, rows[i].nanos);
        build_start(&b);
        char *text = raw_of(build_finish(&b));
        (void)snprintf(expected, sizeof expected, "Duration: %s\n", rows[i].text);
        assert_non_null(strstr(text, expected));
        free(text);
    }
}

static void times_are_in_utc_to_the_nanosecond(void **state)
{
    (void)state;
    static const struct {
        int64_t nanos;
        const char *text;
    } rows[] = {{1, "1970-01-01 00:00:00.000000001"},
                {-1, "1969-12-31 23:59:59.999999999"},
                {1700000000000000000, "2023-11-14 22:13:20"},
                {1700000000123456789, "2023-11-14 22:13:20.123456789"},
                {INT64_MIN, "1677-09-21 00:12:43.145224192"},
                {INT64_MAX, "2262-04-11 23:47:16.854775807"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct build b CLEANUP(build_release) = BUILD_INIT;
        char expected[64];
        build_number(&b, 9, rows[i].nanos);
        build_start(&b);
        char *text = raw_of(build_finish(&b));
        (void)snprintf(expected, sizeof expected, "Time: %s +0000 UTC\n", rows[i].text);
        assert_non_null(strstr(text, expected));
        free(text);
    }
}

static void a_sum_that_does_not_fit_is_declared(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_start(&b);
    for (int i = 0; i < 2; i++)
        build_sample(&b, (struct build_sample){{1}, 1, {INT64_MAX, 1}, 2, {{0}}, 0});
    char *text = raw_of(build_finish(&b));
    assert_non_null(strstr(text, "Comment: " MERGED_SATURATED "\nPeriodType"));
    assert_non_null(strstr(text, " 9223372036854775807          2: 1 \n"));
    free(text);
}

static void an_answer_over_its_bound_is_refused(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct view_options options = VIEW_OPTIONS_DEFAULT;
    struct view *v CLEANUP(view_freep) = NULL;
    struct buf out CLEANUP(buf_release) = BUF_INIT(100);
    assert_int_equal(merge_add(m, program(&b), MERGE_SOURCE, NULL), OK);
    assert_int_equal(view_open(m, &options, NULL, &v, NULL), OK);
    assert_int_equal(raw_render(v, &out, NULL), E_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_profile_has_head_samples_locations_and_mappings),
        cmocka_unit_test(labels_are_sorted_by_their_text_and_numbers_have_units),
        cmocka_unit_test(durations_are_cut_to_four_characters),
        cmocka_unit_test(times_are_in_utc_to_the_nanosecond),
        cmocka_unit_test(a_sum_that_does_not_fit_is_declared),
        cmocka_unit_test(an_answer_over_its_bound_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
