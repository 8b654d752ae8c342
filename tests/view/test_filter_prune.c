/* drop_frames and keep_frames: what leaves a stack with all that it calls, and what does not. */
#include "tests/view/filtering.h"

#define ALL                                                                                                  \
    "main 200 | = 8\n"                                                                                       \
    "main run parse<scan malloc | = 1\n"                                                                     \
    "main run parse<scan | = 2\n"                                                                            \
    "main run | = 4\n"                                                                                       \
    "| = 16\n"

static void expect(const char *drop, const char *preserve, const char *text)
{
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_number(&b, 7, (int64_t)build_string(&b, drop));
    if (preserve)
        build_number(&b, 8, (int64_t)build_string(&b, preserve));
    assert_left(program(&b), OPTIONS("tagignore", ""), text, "");
}

static void a_frame_leaves_with_what_it_calls(void **state)
{
    (void)state;
    expect("malloc", NULL, "main 200 | = 8\nmain run parse<scan | = 3\nmain run | = 4\n| = 16\n");
    expect("run", NULL, "main 200 | = 8\nmain | = 7\n| = 16\n");
}

static void names_must_match_as_a_whole(void **state)
{
    (void)state;
    expect("mallo", NULL, ALL);
    expect("ma.*c|ru", NULL, "main 200 | = 8\nmain run parse<scan | = 3\nmain run | = 4\n| = 16\n");
}

static void what_is_to_be_kept_stays(void **state)
{
    (void)state;
    expect("run|malloc", "run", "main 200 | = 8\nmain run parse<scan | = 3\nmain run | = 4\n| = 16\n");
    expect("malloc", ".*", ALL);
}

static void what_is_inlined_into_a_frame_leaves_with_it(void **state)
{
    (void)state;
    expect("parse", NULL, "main 200 | = 8\nmain run | = 7\n| = 16\n");
    /* The callee leaves, the function that it is inlined into stays. */
    expect("scan", NULL, "main 200 | = 8\nmain run parse | = 3\nmain run | = 4\n| = 16\n");
}

static void frames_at_the_root_stay_so_that_not_all_is_lost(void **state)
{
    (void)state;
    expect("main", NULL, ALL);
    expect("main|run", NULL, ALL);
    expect("main|malloc", NULL, "main 200 | = 8\nmain run parse<scan | = 3\nmain run | = 4\n| = 16\n");
}

static void an_expression_that_is_none_drops_nothing(void **state)
{
    (void)state;
    expect("mall(oc", NULL, ALL);
    expect("malloc", "(", ALL);
    expect("(x{1000}){10}|malloc", NULL, ALL);
}

static void parameters_are_no_part_of_a_name(void **state)
{
    (void)state;
    static const struct {
        const char *name, *drop;
        bool matches;
    } rows[] = {{"f(int)", "f", true},
                {".f", "f", true},
                {"f(int)", "f\\(int\\)", false},
                {"(anonymous namespace)::g(int, (x))", "\\(anonymous namespace\\)::g", true},
                {"T::operator()(int)", "T::operator\\(\\)", true},
                {"T::operator()() const", "T::operator\\(\\)", true},
                {"net.(*Conn).Read", "net\\.", true},
                {"(", "", true},
                {"operator(", "operator", true}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct build b CLEANUP(build_release) = BUILD_INIT;
        char text[64];
        /* An expression must be there at all. */
        build_number(&b, 7, (int64_t)build_string(&b, rows[i].drop[0] ? rows[i].drop : "x?"));
        build_start(&b);
        build_function(&b, (struct build_function){.id = 2, .name = rows[i].name});
        build_location(&b, (struct build_location){.id = 2, .lines = {{2, 1, 0}}, .lines_count = 1});
        build_sample(&b, (struct build_sample){{2, 1}, 2, {3, 3}, 2, {{0}}, 0});
        (void)snprintf(text, sizeof text, "main %s%s| = 3\n", rows[i].matches ? "" : rows[i].name,
                       rows[i].matches ? "" : " ");
        assert_left(build_finish(&b), OPTIONS("focus", "main"), text, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_leaves_with_what_it_calls),
        cmocka_unit_test(names_must_match_as_a_whole),
        cmocka_unit_test(what_is_to_be_kept_stays),
        cmocka_unit_test(what_is_inlined_into_a_frame_leaves_with_it),
        cmocka_unit_test(frames_at_the_root_stay_so_that_not_all_is_lost),
        cmocka_unit_test(an_expression_that_is_none_drops_nothing),
        cmocka_unit_test(parameters_are_no_part_of_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
