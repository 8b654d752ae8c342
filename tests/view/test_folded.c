/* Folded stacks: names that can be told apart again, one line a stack, in order, and no sum lost. */
#include "tests/view/growing.h"

static void assert_folded(struct merge *m, const char *words, const char *expected)
{
    assert_rendered(m, words, folded_render, expected);
}

static void a_line_is_a_stack_and_its_value(void **state)
{
    (void)state;
    static const struct stack_line lines[] = {{"main;run;parse", 1, 10},
                                              {"main;run", 2, 20},
                                              {"", 1, 3},
                                              {"main;run^lex", 1, 7},
                                              {"main;none", 4, 0}};
    struct merge *m CLEANUP(merge_freep) = grown(lines, ARRAY_LEN(lines));
    assert_folded(m, "", "[no stack] 3\nmain;run 20\nmain;run;lex 7\nmain;run;parse 10\n");
    assert_folded(m, "sample_index=samples",
                  "[no stack] 1\nmain;none 4\nmain;run 2\nmain;run;lex 1\nmain;run;parse 1\n");
}

static void names_are_escaped(void **state)
{
    (void)state;
    static const struct stack_line lines[] = {{"a\\b", 1, 1},
                                              {"new\nline", 1, 2},
                                              {"car\rriage", 1, 3},
                                              {"b c", 1, 4}};
    struct merge *m CLEANUP(merge_freep) = grown(lines, ARRAY_LEN(lines));
    assert_folded(m, "", "a\\\\b 1\nb c 4\ncar\\rriage 3\nnew\\nline 2\n");

    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_type(&b, "cpu", "nanoseconds");
    build_function(&b, (struct build_function){.id = 1, .name = "oper;ator\\;"});
    build_location(&b, (struct build_location){.id = 1, .lines = {{.function = 1}}, .lines_count = 1});
    build_sample(&b, (struct build_sample){{1, 1}, 2, {5}, 1, {{0}}, 0});
    struct merge *n CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    add(n, build_finish(&b));
    assert_folded(n, "", "oper\\;ator\\\\\\;;oper\\;ator\\\\\\; 5\n");
}

/* By the bytes of the stack: "a!" stands between "a" and "a;b". */
static void lines_are_sorted_by_stack(void **state)
{
    (void)state;
    static const struct stack_line lines[] = {{"b", 1, 1}, {"a;c;d", 1, 1}, {"a!", 1, 1},   {"a;b", 1, 1},
                                              {"a", 1, 1}, {"a<;c", 1, 1},  {"a!;z", 1, 1}, {"a;c", 1, 1},
                                              {"A", 1, 1}, {"a b;x", 1, 1}};
    struct merge *m CLEANUP(merge_freep) = grown(lines, ARRAY_LEN(lines));
    assert_folded(m, "", "A 1\na 1\na b;x 1\na! 1\na!;z 1\na;b 1\na;c 1\na;c;d 1\na<;c 1\nb 1\n");
}

static void a_difference_has_both_sides(void **state)
{
    (void)state;
    static const struct stack_line base[] = {{"main;run", 1, 10}, {"main;gone", 1, 4}};
    static const struct stack_line source[] = {{"main;run", 1, 12}, {"main;new", 1, 7}};
    struct merge *m CLEANUP(merge_freep) = grown(source, ARRAY_LEN(source));
    grow(m, base, ARRAY_LEN(base), MERGE_BASE);
    assert_folded(m, "", "main;gone 4 0\nmain;new 0 7\nmain;run 10 12\n");
}

static void an_empty_profile_has_no_lines(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = merge_data("go/cpu-empty.pb.gz");
    assert_folded(m, "", "");
}

/* Functions of the same name in two files are written alike. */
static void no_line_comes_twice(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_type(&b, "cpu", "nanoseconds");
    build_function(&b, (struct build_function){.id = 1, .name = "a b"});
    build_function(&b, (struct build_function){.id = 2, .name = "a", .file = "b"});
    for (uint64_t i = 1; i <= 2; i++) {
        build_location(&b, (struct build_location){.id = i, .lines = {{.function = i}}, .lines_count = 1});
        build_sample(&b, (struct build_sample){{i, 3 - i}, 2, {5}, 1, {{0}}, 0});
    }
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    add(m, build_finish(&b));
    assert_folded(m, "granularity=filefunctions", "a b;a b 10\n");
}

static int64_t sum_of(struct slice lines, size_t *ret_count)
{
    struct slice line, column;
    int64_t sum = 0, value;
    *ret_count = 0;
    while (slice_split(&lines, '\n', &line) && line.len > 0) {
        struct slice rest = line;
        while (slice_split(&rest, ' ', &column))
            continue;
        assert_true(slice_to_i64(column, &value));
        sum += value;
        ++*ret_count;
    }
    return sum;
}

static void real_profiles_lose_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {"go/cpu-000.pb.gz", "go/heap-000.pb.gz", "go/mutex-005.pb.gz",
                                        "go/goroutine-005.pb.gz"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct merge *m CLEANUP(merge_freep) = merge_data(names[i]);
        struct buf out CLEANUP(buf_release) = rendered(m, "", folded_render);
        const struct view_options options = VIEW_OPTIONS_DEFAULT;
        struct view *v CLEANUP(view_freep) = NULL;
        size_t count;
        assert_int_equal(view_open(m, &options, NULL, &v, NULL), OK);
        assert_int_equal(sum_of(buf_slice(&out), &count), v->source);
        assert_true(count > 5);
    }
}

static void an_answer_over_its_bound_is_refused(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = merge_data("go/cpu-000.pb.gz");
    struct buf out CLEANUP(buf_release) = BUF_INIT(1000);
    struct error err = {0};
    assert_int_equal(try_render(m, "", folded_render, &out, &err), E_TOO_LARGE);
    assert_string_equal(err.text, "folded stacks is over 1000 bytes");
}

static void a_difference_from_nothing_is_one(void **state)
{
    (void)state;
    static const struct stack_line lines[] = {{"main;new", 1, 7}};
    struct merge *m CLEANUP(merge_freep) = grown_from_nothing(lines, ARRAY_LEN(lines));
    assert_folded(m, "", "main;new 0 7\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_a_stack_and_its_value),
        cmocka_unit_test(names_are_escaped),
        cmocka_unit_test(lines_are_sorted_by_stack),
        cmocka_unit_test(a_difference_has_both_sides),
        cmocka_unit_test(an_empty_profile_has_no_lines),
        cmocka_unit_test(no_line_comes_twice),
        cmocka_unit_test(real_profiles_lose_nothing),
        cmocka_unit_test(an_answer_over_its_bound_is_refused),
        cmocka_unit_test(a_difference_from_nothing_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
