/* What a view makes of locations, sample types and totals. */
#include "tests/pprof/merging.h"
#include "view/format.h"
#include "view/view.h"

#include "base/limits.h"

enum { MAIN = 1, RUN, INNER, NAMELESS };

/* main -> run -> inner, the last two inlined into one location; and one location without lines. */
static void build_small(struct build *b)
{
    build_type(b, "samples", "count");
    build_type(b, "cpu", "nanoseconds");
    build_mapping(b, (struct build_mapping){.id = 1, .start = 0x1000, .limit = 0x9000, .file = "/bin/app"});
    build_function(b, (struct build_function){MAIN, "main", "main", "/src/./main.c", 3});
    build_function(b, (struct build_function){RUN, "run", "run", "/src/run.c", 10});
    build_function(b, (struct build_function){INNER, "inner", "inner", "/src/run.c", 20});
    build_location(b,
                   (struct build_location){
                       .id = 1, .mapping = 1, .address = 0x1100, .lines = {{MAIN, 5, 2}}, .lines_count = 1});
    build_location(b, (struct build_location){.id = 2,
                                              .mapping = 1,
                                              .address = 0x1200,
                                              .lines = {{INNER, 21, 0}, {RUN, 12, 0}},
                                              .lines_count = 2});
    build_location(b, (struct build_location){.id = 3, .mapping = 1, .address = 0x1300});
    build_sample(b, (struct build_sample){
                        .locations = {2, 1}, .locations_count = 2, .values = {3, 30}, .values_count = 2});
    build_sample(b, (struct build_sample){
                        .locations = {3, 1}, .locations_count = 2, .values = {1, 10}, .values_count = 2});
}

static struct merge *merge_small(void)
{
    struct build b CLEANUP(build_release) = BUILD_INIT;
    struct merge *m = merge_new(&(struct merge_options){0});

    build_small(&b);
    add(m, build_finish(&b));
    return m;
}

static struct view *opened(struct merge *m, const struct view_options *options)
{
    struct view *v = NULL;
    struct error err = {0};
    enum status status = view_open(m, options, NULL, &v, &err);

    assert_string_equal(err.text, "");
    assert_int_equal(status, OK);
    return v;
}

/* "main>run>>inner 30": '>>' in front of what was inlined. */
static void print_sample(struct view *v, size_t sample, struct buf *out)
{
    struct view_stack stack;

    assert_true(view_stack(v, sample, &stack));
    for (size_t i = 0; i < stack.count; i++) {
        buf_append_cstr(out, i == 0 ? "" : stack.steps[i].inlined ? ">>" : ">");
        view_frame_name(v, stack.steps[i].frame, out);
    }
    buf_printf(out, " %lld;", (long long)view_value(v, sample, v->type));
}

static void assert_samples(const struct view_options *options, const char *expected)
{
    struct merge *m CLEANUP(merge_freep) = merge_small();
    struct view *v CLEANUP(view_freep) = opened(m, options);
    struct buf out CLEANUP(buf_release) = BUF_INIT(4096);

    for (size_t i = 0; i < view_samples(v); i++)
        print_sample(v, i, &out);
    assert_string_equal(buf_cstr(&out), expected);
}

static void each_granularity_keeps_its_part_of_a_location(void **state)
{
    struct view_options options = VIEW_OPTIONS_DEFAULT;

    (void)state;
    assert_samples(&options, "main>run>>inner 30;main>[app] 10;");
    options.granularity = GRANULARITY_FILEFUNCTIONS;
    assert_samples(&options,
                   "main /src/main.c>run /src/run.c>>inner /src/run.c 30;main /src/main.c>[app] 10;");
    options.granularity = GRANULARITY_FILES;
    assert_samples(&options, "/src/main.c>/src/run.c>>/src/run.c 30;/src/main.c>[app] 10;");
    options.granularity = GRANULARITY_LINES;
    assert_samples(&options, "main /src/main.c:5>run /src/run.c:12>>inner /src/run.c:21 30;"
                             "main /src/main.c:5>[app] 10;");
    options.granularity = GRANULARITY_ADDRESSES;
    assert_samples(&options, "0000000000001100 main /src/main.c:5:2>0000000000001200 run /src/run.c:12>>"
                             "0000000000001200 inner /src/run.c:21 30;"
                             "0000000000001100 main /src/main.c:5:2>0000000000001300 [app] 10;");
}

static void equal_frames_are_one(void **state)
{
    struct merge *m CLEANUP(merge_freep) = merge_small();
    struct view_options options = VIEW_OPTIONS_DEFAULT;
    struct view *v CLEANUP(view_freep) = opened(m, &options);

    (void)state;
    assert_int_equal(v->frames.count, 4); /* main, run, inner, [app] */
}

static void the_last_sample_type_is_shown_unless_another_is_named(void **state)
{
    struct view_options options = VIEW_OPTIONS_DEFAULT;

    (void)state;
    options.sample_index = SLICE("samples");
    assert_samples(&options, "main>run>>inner 3;main>[app] 1;");
    options.sample_index = SLICE("0");
    assert_samples(&options, "main>run>>inner 3;main>[app] 1;");
    options.sample_index = SLICE("inuse_cpu");
    assert_samples(&options, "main>run>>inner 30;main>[app] 10;");
}

static void assert_refused(const char *sample_index, const char *expected)
{
    struct merge *m CLEANUP(merge_freep) = merge_small();
    struct view_options options = VIEW_OPTIONS_DEFAULT;
    struct view *v = NULL;
    struct error err = {0};

    options.sample_index = slice_of(sample_index);
    assert_int_equal(view_open(m, &options, NULL, &v, &err), E_INVALID);
    assert_null(v);
    assert_string_equal(err.text, expected);
}

static void a_sample_type_that_is_not_there_is_refused_by_name(void **state)
{
    (void)state;
    assert_refused("wall", "bad \"sample_index\" \"wall\": it must be one of samples, cpu");
    assert_refused("2", "bad \"sample_index\" 2: it must be 0 to 1");
}

static void totals_are_of_what_is_shown(void **state)
{
    struct merge *m CLEANUP(merge_freep) = merge_small();
    struct view_options options = VIEW_OPTIONS_DEFAULT;
    struct view *v CLEANUP(view_freep) = opened(m, &options);

    (void)state;
    assert_int_equal(v->total, 40);
    assert_int_equal(v->source, 40);
    assert_int_equal(v->base, 0);
    assert_false(v->is_diff);
}

static void a_difference_knows_both_sides(void **state)
{
    struct build b CLEANUP(build_release) = BUILD_INIT, half CLEANUP(build_release) = BUILD_INIT;
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct view_options options = VIEW_OPTIONS_DEFAULT;
    struct error err = {0};

    (void)state;
    build_small(&b);
    add(m, build_finish(&b));
    build_small(&half);
    build_sample(&half, (struct build_sample){
                            .locations = {1}, .locations_count = 1, .values = {2, 20}, .values_count = 2});
    assert_int_equal(merge_add(m, build_finish(&half), MERGE_BASE, &err), OK);

    struct view *v CLEANUP(view_freep) = opened(m, &options);
    int64_t source = 0, base = 0;
    assert_true(v->is_diff);
    assert_int_equal(v->source, 40);
    assert_int_equal(v->base, 60);
    assert_int_equal(v->total, 60);
    for (size_t i = 0; i < view_samples(v); i++)
        *(view_is_base(v, i) ? &base : &source) += view_value(v, i, v->type);
    assert_int_equal(source, 40);
    assert_int_equal(base, -60);
}

static void memory_that_others_hold_is_busy_and_what_there_is_not_is_too_large(void **state)
{
    const enum status alone[] = {E_BUSY, E_TOO_LARGE};
    struct merge *m CLEANUP(merge_freep) = merge_small();
    struct view_options options = VIEW_OPTIONS_DEFAULT;
    struct budget budget;
    struct view *v = NULL;
    struct error err = {0};

    (void)state;
    for (size_t i = 0, bytes = 0; bytes < 4096; bytes += 32, i = !i) {
        size_t others = i == 0 ? 64 * MIB : 0;
        budget_init(&budget, bytes + others);
        budget_add(&budget, others);
        enum status status = view_open(m, &options, &budget, &v, &err);
        if (status == OK)
            view_free(v);
        else
            assert_int_equal(status, alone[i]);
        assert_int_equal(budget_used(&budget), others);
    }
}

static void a_base_without_samples_makes_a_difference(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT, empty CLEANUP(build_release) = BUILD_INIT;
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct merge *n CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct view_options options = VIEW_OPTIONS_DEFAULT;

    build_small(&b);
    add(m, build_finish(&b));
    build_type(&empty, "samples", "count");
    build_type(&empty, "cpu", "nanoseconds");
    assert_int_equal(merge_add(n, build_finish(&empty), MERGE_BASE, NULL), OK);
    assert_int_equal(merge_join(m, n, NULL), OK);

    struct view *v CLEANUP(view_freep) = opened(m, &options);
    assert_true(v->is_diff);
    assert_int_equal(v->source, 40);
    assert_int_equal(v->base, 0);
    assert_int_equal(v->total, 40);
    for (size_t i = 0; i < view_samples(v); i++)
        assert_false(view_is_base(v, i));
}

/* Not billions of frames here: those that went before are made up. */
static void stacks_without_end_are_too_large(void **state)
{
    (void)state;
    enum status (*const renders[])(struct view *, struct buf *, struct error *) = {top_render, folded_render,
                                                                                   dot_render};
    struct build b CLEANUP(build_release) = BUILD_INIT;
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct view_options options = VIEW_OPTIONS_DEFAULT;
    build_small(&b);
    add(m, build_finish(&b));
    for (size_t i = 0; i < ARRAY_LEN(renders); i++) {
        struct view *v CLEANUP(view_freep) = opened(m, &options);
        struct buf out CLEANUP(buf_release) = BUF_INIT(MIB);
        struct error err;
        v->steps_taken = LIMIT_VIEW_STEPS - 1;
        assert_int_equal(renders[i](v, &out, &err), E_TOO_LARGE);
        assert_non_null(strstr(err.text, "more than 300000000 frames in all"));
        assert_non_null(strstr(err.text, "ask for a shorter time range"));
    }
}

static void a_view_has_the_memory_that_its_merge_leaves(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){.max_bytes = 1024 * MIB});
    struct budget budget;

    build_small(&b);
    add(m, build_finish(&b));
    budget_init(&budget, 1024 * MIB);
    struct view *alone CLEANUP(view_freep) = opened(m, &VIEW_OPTIONS_DEFAULT), *v CLEANUP(view_freep) = NULL;
    assert_int_equal(alone->quota.max, 1024 * MIB - merge_stats(m).bytes);
    assert_int_equal(view_open(m, &VIEW_OPTIONS_DEFAULT, &budget, &v, NULL), OK);
    assert_int_equal(v->quota.max, LIMIT_MERGE_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_granularity_keeps_its_part_of_a_location),
        cmocka_unit_test(equal_frames_are_one),
        cmocka_unit_test(the_last_sample_type_is_shown_unless_another_is_named),
        cmocka_unit_test(a_sample_type_that_is_not_there_is_refused_by_name),
        cmocka_unit_test(totals_are_of_what_is_shown),
        cmocka_unit_test(a_difference_knows_both_sides),
        cmocka_unit_test(memory_that_others_hold_is_busy_and_what_there_is_not_is_too_large),
        cmocka_unit_test(a_view_has_the_memory_that_its_merge_leaves),
        cmocka_unit_test(stacks_without_end_are_too_large),
        cmocka_unit_test(a_base_without_samples_makes_a_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
