/* Where frames are, also where the granularity leaves it out, and how they are labelled. */
#include "tests/view/growing.h"
#include "view/places.h"

/* main.c has run at line 3 in one file; twice is in two files; the third location has no lines. */
static struct merge *merge_places(void)
{
    struct build b CLEANUP(build_release) = BUILD_INIT;
    struct merge *m = merge_new(&(struct merge_options){0});
    build_type(&b, "cpu", "nanoseconds");
    build_mapping(&b, (struct build_mapping){.id = 1, .start = 0x1000, .limit = 0x9000, .file = "/bin/app"});
    build_function(&b, (struct build_function){1, "run", "run", "/src/./main.c", 3});
    build_function(&b, (struct build_function){2, "twice", "twice", "/src/a.c", 4});
    build_function(&b, (struct build_function){3, "twice", "twice", "/src/b.c", 4});
    for (uint64_t i = 1; i <= 3; i++)
        build_location(&b, (struct build_location){.id = i,
                                                   .mapping = 1,
                                                   .address = 0x1100 * i,
                                                   .lines = {{i, 10 + (int64_t)i, 0}},
                                                   .lines_count = 1});
    build_location(&b, (struct build_location){.id = 4, .mapping = 1, .address = 0x1500});
    build_location(&b, (struct build_location){.id = 5, .address = 0x77});
    build_sample(&b, (struct build_sample){{1, 2, 3, 4, 5}, 5, {1}, 1, {{0}}, 0});
    add(m, build_finish(&b));
    return m;
}

static void assert_places(const char *words, const char *expected)
{
    struct merge *m CLEANUP(merge_freep) = merge_places();
    struct view_options options = options_of(words);
    struct view *v CLEANUP(view_freep) = NULL;
    struct places p CLEANUP(places_release) = {0};
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    assert_int_equal(view_open(m, &options, NULL, &v, NULL), OK);
    assert_int_equal(places_find(&p, v, NULL), OK);
    for (uint32_t i = 0; i < v->frames.count; i++) {
        const struct place *place = places_of(&p, i);
        place_label(v, i, &out);
        buf_printf(&out, " = %.*s|%ld|%.*s\n", SLICE_ARG(places_string(&p, place->file)), place->line,
                   SLICE_ARG(places_string(&p, place->module)));
    }
    assert_string_equal(buf_cstr(&out), expected);
}

static void a_function_is_in_the_file_that_all_its_calls_name(void **state)
{
    (void)state;
    assert_places("", "run = /src/main.c|3|/bin/app\n"
                      "twice = |0|/bin/app\n"
                      "[app] = |0|/bin/app\n"
                      "<unknown> = |0|\n");
}

static void a_finer_granularity_knows_more(void **state)
{
    (void)state;
    assert_places("granularity=files", "/src/main.c = /src/main.c|0|/bin/app\n"
                                       "/src/a.c = /src/a.c|0|/bin/app\n"
                                       "/src/b.c = /src/b.c|0|/bin/app\n"
                                       "[app] = |0|/bin/app\n"
                                       "<unknown> = |0|\n");
    assert_places("granularity=lines", "run:11 = /src/main.c|11|/bin/app\n"
                                       "twice:12 = /src/a.c|12|/bin/app\n"
                                       "twice:13 = /src/b.c|13|/bin/app\n"
                                       "[app] = |0|/bin/app\n"
                                       "<unknown> = |0|\n");
    assert_places("granularity=addresses", "0x1100 run:11 = /src/main.c|11|/bin/app\n"
                                           "0x2200 twice:12 = /src/a.c|12|/bin/app\n"
                                           "0x3300 twice:13 = /src/b.c|13|/bin/app\n"
                                           "0x1500 [app] = |0|/bin/app\n"
                                           "0x77 <unknown> = |0|\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_is_in_the_file_that_all_its_calls_name),
        cmocka_unit_test(a_finer_granularity_knows_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
