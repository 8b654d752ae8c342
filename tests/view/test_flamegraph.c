/* The call tree as JSON, to the letter where it is small. tests/e2e/ parses large ones. */
#include "tests/view/growing.h"

static const struct stack_line SMALL[] = {{"main;run", 2, 20},
                                          {"main;run^parse", 1, 10},
                                          {"main;run^lex", 1, 9},
                                          {"idle", 5, 0}};

static void nodes_are_columns_of_numbers(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = grown(SMALL, ARRAY_LEN(SMALL));
    assert_rendered(
        m, "", flamegraph_render,
        "{\"types\":[{\"type\":\"samples\",\"unit\":\"count\"},{\"type\":\"cpu\",\"unit\":\"nanoseconds\"}],"
        "\"shown\":1,\"total\":39,\"diff\":false,\"time_nanos\":0,\"duration_nanos\":0,\"period\":0,"
        "\"period_type\":{\"type\":\"\",\"unit\":\"\"},\"pruned\":0,\"saturated\":false,\"notes\":[],"
        "\"strings\":[\"\",\"main\",\"/src/main.c\",\"/src/\",\"run\",\"/src/run.c\",\"parse\",\"/src/"
        "parse.c\","
        "\"lex\",\"/src/lex.c\",\"idle\",\"/src/idle.c\"],"
        "\"frames\":{\"name\":[1,4,6,8,10],\"file\":[2,5,7,9,11],\"line\":[3,3,3,3,3],"
        "\"module\":[0,0,0,0,0],\"package\":[3,3,3,3,3]},"
        "\"nodes\":{\"depth\":[0,1,2,3,3,1],\"frame\":[-1,0,1,2,3,4],\"inlined\":\"000110\"},"
        "\"remainders\":{\"node\":[],\"count\":[]},"
        "\"values\":[{\"self\":[0,0,2,1,1,5],\"total\":[9,4,4,1,1,5]},"
        "{\"self\":[0,0,20,10,9,0],\"total\":[39,39,39,10,9,0]}]}");
}

static void assert_part(struct merge *m, const char *words, const char *part)
{
    struct buf out CLEANUP(buf_release) = rendered(m, words, flamegraph_render);
    if (!strstr(buf_cstr(&out), part))
        fail_msg("%s is not in %s", part, buf_cstr(&out));
}

static void what_is_pruned_is_a_remainder(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = grown(SMALL, ARRAY_LEN(SMALL));
    assert_part(m, "max_nodes=5", "\"pruned\":2,");
    assert_part(m, "max_nodes=5",
                "\"nodes\":{\"depth\":[0,1,2,3,1],\"frame\":[-1,0,1,-2,2],\"inlined\":\"00000\"},"
                "\"remainders\":{\"node\":[3],\"count\":[2]},"
                "\"values\":[{\"self\":[0,0,2,2,5],\"total\":[9,4,4,2,5]},"
                "{\"self\":[0,0,20,19,0],\"total\":[39,39,39,19,0]}]}");
    assert_part(m, "min_fraction=0.99",
                "\"frame\":[-1,0,1,-2,2]"); /* idle is few lines up: alone, without children */
}

static void a_difference_has_both_sides(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = grown(SMALL, 1);
    grow(m, (const struct stack_line[]){{"main;run", 1, 5}, {"gone", 1, 6}}, 2, MERGE_BASE);
    assert_part(m, "", "\"total\":11,\"diff\":true,\"source\":20,\"base\":11,");
    assert_part(m, "",
                "\"values\":[{\"self\":[0,0,2,0],\"total\":[2,2,2,0],\"base_self\":[0,0,1,1],"
                "\"base_total\":[2,1,1,1]},{\"self\":[0,0,20,0],\"total\":[20,20,20,0],"
                "\"base_self\":[0,0,5,6],\"base_total\":[11,5,5,6]}]}");
}

static void what_filters_leave_is_shown_with_the_whole_as_total(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = grown(SMALL, ARRAY_LEN(SMALL));
    assert_part(m, "focus=lex", "\"total\":39,");
    assert_part(m, "focus=lex", "{\"self\":[0,0,0,9],\"total\":[9,9,9,9]}]}");
    assert_part(m, "focus=nowhere", "\"notes\":[\"Focus expression matched no samples\"]");
}

static void sums_that_do_not_fit_are_told(void **state)
{
    (void)state;
    static const struct stack_line lines[] = {{"a", 1, INT64_MAX}, {"b", 1, INT64_MAX}};
    struct merge *m CLEANUP(merge_freep) = grown(lines, ARRAY_LEN(lines));
    assert_part(m, "", "\"saturated\":true");
    assert_part(m, "", "\"total\":[9223372036854775807,9223372036854775807,9223372036854775807]");
}

static void an_empty_profile_has_a_root(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = merge_data("go/cpu-empty.pb.gz");
    assert_part(m, "", "\"nodes\":{\"depth\":[0],\"frame\":[-1],\"inlined\":\"0\"}");
    assert_part(m, "", "\"values\":[{\"self\":[0],\"total\":[0]},{\"self\":[0],\"total\":[0]}]}");
}

static void a_difference_from_nothing_is_one(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = grown_from_nothing(SMALL, 1);
    assert_part(m, "", "\"total\":20,\"diff\":true,\"source\":20,\"base\":0,");
    assert_part(m, "", "\"base_self\":[0,0,0],\"base_total\":[0,0,0]}]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_are_columns_of_numbers),
        cmocka_unit_test(what_is_pruned_is_a_remainder),
        cmocka_unit_test(a_difference_has_both_sides),
        cmocka_unit_test(what_filters_leave_is_shown_with_the_whole_as_total),
        cmocka_unit_test(sums_that_do_not_fit_are_told),
        cmocka_unit_test(an_empty_profile_has_a_root),
        cmocka_unit_test(a_difference_from_nothing_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
