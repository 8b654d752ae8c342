/* The table of `go tool pprof -top`, and its JSON. */
#include "tests/view/stacked.h"

static const char stacks[] = "main;run;~step 30000000 user=ann\nmain;run 5000000\nmain;stop 2000000";

static void the_table_is_that_of_pprof(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = stacked_merge(stacks, NULL);
    assert_rendered(m, "", top_text_render,
                    "File: app\n"
                    "Type: cpu\n"
                    "Showing nodes accounting for 37ms, 100% of 37ms total\n"
                    "      flat  flat%   sum%        cum   cum%\n"
                    "      30ms 81.08% 81.08%       30ms 81.08%  step (inline)\n"
                    "       5ms 13.51% 94.59%       35ms 94.59%  run\n"
                    "       2ms  5.41%   100%        2ms  5.41%  stop\n"
                    "         0     0%   100%       37ms   100%  main\n");
}

static void what_is_left_out_and_looked_for_is_said(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = stacked_merge(stacks, NULL);
    assert_rendered(m, "nodefraction=0.1 nodecount=2 focus=main sort=cum", top_text_render,
                    "File: app\n"
                    "Type: cpu\n"
                    "Active filters:\n"
                    "   focus=main\n"
                    "Showing nodes accounting for 5ms, 13.51% of 37ms total\n"
                    "Dropped 1 node (cum <= 3.70ms)\n"
                    "Showing top 2 nodes out of 3\n"
                    "      flat  flat%   sum%        cum   cum%\n"
                    "         0     0%     0%       37ms   100%  main\n"
                    "       5ms 13.51% 13.51%       35ms 94.59%  run\n");
}

static void a_legend_tells_what_the_profile_is(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    build_type(&b, "cpu", "nanoseconds");
    build_mapping(&b, (struct build_mapping){
                          .id = 1, .start = 0x1000, .limit = 0x2000, .file = "/opt/web/", .build_id = "abc"});
    build_sample(&b, (struct build_sample){.values = {25}, .values_count = 1});
    build_number(&b, 9, 1700000000123456789);
    build_number(&b, 10, 100);
    build_number(&b, 13, (int64_t)build_string(&b, "zebra"));
    build_number(&b, 13, (int64_t)build_string(&b, "#not shown"));
    build_number(&b, 13, (int64_t)build_string(&b, "a note"));
    build_number(&b, 15, (int64_t)build_string(&b, "https://web.example/doc"));
    add(m, build_finish(&b));
    assert_rendered(m, "", top_text_render,
                    "File: web\n"
                    "Build ID: abc\n"
                    "a note\n"
                    "zebra\n"
                    "Type: cpu\n"
                    "Doc: https://web.example/doc\n"
                    "Time: 2023-11-14 22:13:20 UTC\n"
                    "Duration: 100ns, Total samples = 25ns (25.00%)\n"
                    "Showing nodes accounting for 0, 0% of 25ns total\n"
                    "      flat  flat%   sum%        cum   cum%\n");
}

static void values_without_a_unit_of_time_have_no_share_of_the_duration(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    stacked_add(m, "a 3", "count", MERGE_SOURCE);
    struct buf out CLEANUP(buf_release) = rendered(m, "", top_text_render);
    assert_null(strstr(buf_cstr(&out), "Duration"));
    assert_non_null(strstr(buf_cstr(&out), "\n         3   100%   100%          3   100%  a\n"));
}

static void long_filters_are_cut_and_wide_units_aligned(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    stacked_add(m, "a 3", "\xc3\xa9t\xc3\xa9s", MERGE_SOURCE);
    char words[256], expected[256];
    (void)snprintf(words, sizeof words, "focus=a|%s",
                   "12345678901234567890123456789012345678901234567890"
                   "12345678901234567890123456789012345678901234567890");
    (void)snprintf(expected, sizeof expected, "   %.80s\xe2\x80\xa6\n", words);
    struct buf out CLEANUP(buf_release) = rendered(m, words, top_text_render);
    assert_non_null(strstr(buf_cstr(&out), expected));
    assert_non_null(strstr(buf_cstr(&out),
                           "\n     3\xc3\xa9t\xc3\xa9s   100%   100%      3\xc3\xa9t\xc3\xa9s   100%  a\n"));
}

static void json_has_whole_numbers_and_what_is_known_of_a_frame(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = stacked_merge(stacks, NULL);
    assert_rendered(
        m, "granularity=lines nodecount=2", top_render,
        "{\"program\":\"app\",\"type\":\"cpu\",\"unit\":\"nanoseconds\",\"total\":37000000,"
        "\"shown\":35000000,\"samples\":3,\"nodes_in_all\":5,\"dropped\":0,\"items\":["
        "{\"name\":\"step\",\"file\":\"/src/all.c\",\"line\":20,\"flat\":30000000,"
        "\"cum\":30000000},"
        "{\"name\":\"run\",\"file\":\"/src/all.c\",\"line\":30,\"flat\":5000000,\"cum\":5000000}]}");
}

static void a_node_tells_whether_it_was_inlined(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) =
        stacked_merge("main;run;~step 3\nmain;wait;~sleep 2\nsleep 9\nmain;sleep 1", NULL);
    struct buf text CLEANUP(buf_release) = rendered(m, "", top_text_render);
    assert_non_null(strstr(buf_cstr(&text), "  step (inline)\n"));
    assert_non_null(strstr(buf_cstr(&text), "  sleep (partial-inline)\n"));
    assert_non_null(strstr(buf_cstr(&text), "  main\n"));
    struct buf json CLEANUP(buf_release) = rendered(m, "", top_render);
    assert_non_null(strstr(buf_cstr(&json), "{\"name\":\"step\",\"inlined\":true,"));
    assert_non_null(strstr(buf_cstr(&json), "{\"name\":\"sleep\",\"inlined\":\"partly\","));
    assert_non_null(strstr(buf_cstr(&json), "{\"name\":\"main\",\"flat\""));
}

static void json_of_nameless_frames_says_where_they_are(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    build_type(&b, "cpu", "nanoseconds");
    build_mapping(
        &b, (struct build_mapping){.id = 1, .start = 0x401000, .limit = 0x501000, .file = "/lib/libc.so.6"});
    build_location(&b, (struct build_location){.id = 1, .mapping = 1, .address = 0x401234});
    build_sample(
        &b, (struct build_sample){.locations = {1}, .locations_count = 1, .values = {25}, .values_count = 1});
    add(m, build_finish(&b));
    struct buf out CLEANUP(buf_release) = rendered(m, "granularity=addresses", top_render);
    assert_non_null(strstr(buf_cstr(&out), "{\"name\":\"[libc.so.6]\",\"address\":\"0x401234\","
                                           "\"module\":\"/lib/libc.so.6\",\"flat\":25,\"cum\":25}"));
}

static void a_difference_shows_shares_of_the_base(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = stacked_merge("main;a 30\nmain;b 10", "main;a 20");
    assert_rendered(m, "", top_text_render,
                    "File: app\n"
                    "Type: cpu\n"
                    "Showing nodes accounting for 20ns, 100% of 20ns total\n"
                    "      flat  flat%   sum%        cum   cum%\n"
                    "      10ns 50.00% 50.00%       10ns 50.00%  a\n"
                    "      10ns 50.00%   100%       10ns 50.00%  b\n"
                    "         0     0%   100%       20ns   100%  main\n");
    assert_rendered(
        m, "nodecount=1", top_render,
        "{\"program\":\"app\",\"type\":\"cpu\",\"unit\":\"nanoseconds\",\"total\":20,"
        "\"total_source\":40,\"total_base\":20,\"shown\":10,\"samples\":3,\"nodes_in_all\":3,"
        "\"dropped\":0,\"items\":[{\"name\":\"a\",\"flat\":10,\"flat_source\":30,\"flat_base\":20,"
        "\"cum\":10,\"cum_source\":30,\"cum_base\":20}]}");
}

static void a_normalised_difference_compares_shares(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = stacked_merge("a 30\nb 10", "a 10\nb 10");
    assert_int_equal(merge_normalise(m, NULL), OK);
    struct buf out CLEANUP(buf_release) = rendered(m, "", top_text_render);
    assert_non_null(strstr(buf_cstr(&out), "       5ns 25.00% 25.00%        5ns 25.00%  a\n"
                                           "      -5ns 25.00%     0%       -5ns 25.00%  b\n"));
}

static void json_tells_which_filters_matched_nothing(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = stacked_merge("a 30", NULL);
    struct buf out CLEANUP(buf_release) = rendered(m, "focus=no.such", top_render);
    assert_non_null(
        strstr(buf_cstr(&out), "\"notes\":[\"Focus expression matched no samples\"],\"items\":[]}"));
}

static void a_table_over_its_bound_is_refused(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = stacked_merge(stacks, NULL);
    static const render_fn all[] = {top_render, top_text_render, calls_render, dot_render};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct buf out CLEANUP(buf_release) = BUF_INIT(100);
        struct error err;
        assert_int_equal(try_render(m, "", all[i], &out, &err), E_TOO_LARGE);
    }
}

static void a_difference_from_nothing_is_one(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = stacked_merge("main;a 30", "main;a 0");
    assert_rendered(m, "nodecount=1", top_render,
                    "{\"program\":\"app\",\"type\":\"cpu\",\"unit\":\"nanoseconds\",\"total\":30,"
                    "\"total_source\":30,\"total_base\":0,\"shown\":30,\"samples\":1,\"nodes_in_all\":2,"
                    "\"dropped\":0,\"items\":[{\"name\":\"a\",\"flat\":30,\"flat_source\":30,\"flat_base\":0,"
                    "\"cum\":30,\"cum_source\":30,\"cum_base\":0}]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_that_of_pprof),
        cmocka_unit_test(what_is_left_out_and_looked_for_is_said),
        cmocka_unit_test(a_legend_tells_what_the_profile_is),
        cmocka_unit_test(values_without_a_unit_of_time_have_no_share_of_the_duration),
        cmocka_unit_test(long_filters_are_cut_and_wide_units_aligned),
        cmocka_unit_test(json_has_whole_numbers_and_what_is_known_of_a_frame),
        cmocka_unit_test(a_node_tells_whether_it_was_inlined),
        cmocka_unit_test(json_of_nameless_frames_says_where_they_are),
        cmocka_unit_test(a_difference_shows_shares_of_the_base),
        cmocka_unit_test(a_normalised_difference_compares_shares),
        cmocka_unit_test(json_tells_which_filters_matched_nothing),
        cmocka_unit_test(a_table_over_its_bound_is_refused),
        cmocka_unit_test(a_difference_from_nothing_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
