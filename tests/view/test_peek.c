/* Who calls a function and whom it calls. */
#include "tests/view/stacked.h"

static const char stacks[] = "main;run;~step 30\nmain;tiny;run;~step 1\nmain;run;other 5\nmain;run 4";

static void the_text_is_that_of_pprof(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = stacked_merge(stacks, NULL);
    assert_rendered(m, "function=^run$", peek_text_render,
                    "File: app\n"
                    "Type: cpu\n"
                    "Showing nodes accounting for 40ns, 100% of 40ns total\n"
                    "----------------------------------------------------------+-------------\n"
                    "      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t \n"
                    "----------------------------------------------------------+-------------\n"
                    "                                              39ns 97.50% |   main\n"
                    "                                               1ns  2.50% |   tiny\n"
                    "       4ns 10.00% 10.00%       40ns   100%                | run\n"
                    "                                              31ns 77.50% |   step (inline)\n"
                    "                                               5ns 12.50% |   other\n"
                    "----------------------------------------------------------+-------------\n");
}

static void nothing_is_trimmed(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = stacked_merge(stacks, NULL);
    struct buf out CLEANUP(buf_release) =
        rendered(m, "function=tiny nodefraction=0.5 edgefraction=0.5 nodecount=1", peek_text_render);
    assert_non_null(strstr(buf_cstr(&out), "|   main\n"));
    assert_non_null(strstr(buf_cstr(&out), "| tiny\n"));
    assert_non_null(strstr(buf_cstr(&out), "|   run\n"));
}

static void json_has_callers_and_callees_the_heaviest_first(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = stacked_merge(stacks, NULL);
    assert_rendered(
        m, "function=run", peek_render,
        "{\"program\":\"app\",\"type\":\"cpu\",\"unit\":\"nanoseconds\",\"total\":40,\"shown\":40,"
        "\"samples\":4,\"nodes_in_all\":5,\"dropped\":0,\"items\":[{\"name\":\"run\",\"flat\":4,"
        "\"cum\":40,\"callers\":[{\"name\":\"main\",\"weight\":39},{\"name\":\"tiny\",\"weight\":1}],"
        "\"callees\":[{\"name\":\"step\",\"inlined\":true,\"weight\":31},"
        "{\"name\":\"other\",\"weight\":5}]}]}");
}

static void json_of_a_difference_has_both_sides_of_each_call(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = stacked_merge("main;a 30", "main;a 20\nmain;b 1");
    struct buf out CLEANUP(buf_release) = rendered(m, "function=main", peek_render);
    assert_non_null(strstr(buf_cstr(&out), "\"callees\":[{\"name\":\"a\",\"weight\":10,\"weight_source\":30,"
                                           "\"weight_base\":20},{\"name\":\"b\",\"weight\":-1,"
                                           "\"weight_source\":0,\"weight_base\":1}]"));
}

static void assert_refused(const char *words, enum status expected, const char *text)
{
    static const render_fn both[] = {peek_render, peek_text_render};
    struct merge *m CLEANUP(merge_freep) = stacked_merge(stacks, NULL);
    for (size_t i = 0; i < ARRAY_LEN(both); i++) {
        struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
        struct error err = {0};
        assert_int_equal(try_render(m, words, both[i], &out, &err), expected);
        assert_non_null(strstr(err.text, text));
    }
}

static void which_function_must_be_said(void **state)
{
    (void)state;
    assert_refused("", E_INVALID, "function=");
    assert_refused("function=(", E_INVALID, "function");
}

static void a_function_that_is_not_there_is_not_found(void **state)
{
    (void)state;
    assert_refused("function=nobody", E_NOT_FOUND, "no function matches \"nobody\"");
    assert_refused("function=run focus=nobody", E_NOT_FOUND, "no function matches \"run\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_is_that_of_pprof),
        cmocka_unit_test(nothing_is_trimmed),
        cmocka_unit_test(json_has_callers_and_callees_the_heaviest_first),
        cmocka_unit_test(json_of_a_difference_has_both_sides_of_each_call),
        cmocka_unit_test(which_function_must_be_said),
        cmocka_unit_test(a_function_that_is_not_there_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
