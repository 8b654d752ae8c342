/* The table of `go tool pprof -tree`. */
#include "tests/view/stacked.h"

static void callers_stand_above_a_node_and_callees_below(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = stacked_merge("main;run;step 30\nmain;run 10\nmain;step 5", NULL);
    assert_rendered(m, "", calls_render,
                    "File: app\n"
                    "Type: cpu\n"
                    "Showing nodes accounting for 45ns, 100% of 45ns total\n"
                    "----------------------------------------------------------+-------------\n"
                    "      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t \n"
                    "----------------------------------------------------------+-------------\n"
                    "                                              30ns 85.71% |   run\n"
                    "                                               5ns 14.29% |   main\n"
                    "      35ns 77.78% 77.78%       35ns 77.78%                | step\n"
                    "----------------------------------------------------------+-------------\n"
                    "                                              40ns   100% |   main\n"
                    "      10ns 22.22%   100%       40ns 88.89%                | run\n"
                    "                                              30ns 75.00% |   step\n"
                    "----------------------------------------------------------+-------------\n"
                    "         0     0%   100%       45ns   100%                | main\n"
                    "                                              40ns 88.89% |   run\n"
                    "                                               5ns 11.11% |   step\n"
                    "----------------------------------------------------------+-------------\n");
}

static void a_call_to_what_did_not_change_is_shown_in_a_difference(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = stacked_merge("main;same 30\nmain 9", "main;same 30\nmain 4");
    struct buf out CLEANUP(buf_release) = rendered(m, "trim=0", calls_render);
    assert_non_null(strstr(buf_cstr(&out),
                           "| main\n                                                 0     0% |   "
                           "same\n"));
}

static void an_empty_profile_has_a_legend_only(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = stacked_merge("", NULL);
    assert_rendered(m, "", calls_render,
                    "File: app\n"
                    "Type: cpu\n"
                    "Showing nodes accounting for 0, 0% of 0 total\n"
                    "----------------------------------------------------------+-------------\n"
                    "      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t \n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(callers_stand_above_a_node_and_callees_below),
        cmocka_unit_test(a_call_to_what_did_not_change_is_shown_in_a_difference),
        cmocka_unit_test(an_empty_profile_has_a_legend_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
