/* What a profile is, by its content; nothing else may pass for one. */
#include "tests/pprof/converting.h"

static void assert_format(struct slice body, const char *name)
{
    const struct format *f = format_detect(body);
    assert_string_equal(f ? f->name : "none", name);
}

static const char heap[] = "heap profile in text form (Go, gperftools)";
static const char contention[] = "contention profile in text form (Go block and mutex, gperftools)";
static const char counts[] = "Go count profile in text form (goroutine, threadcreate)";

static void real_profiles_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *file, *name;
    } cases[] = {
        {"legacy/go-heap-debug1.txt", heap},
        {"legacy/go-goroutine-debug1.txt", counts},
        {"legacy/go-threadcreate-debug1.txt", counts},
        {"legacy/go-block-debug1.txt", contention},
        {"legacy/go-mutex-debug1.txt", contention},
        {"legacy/go-goroutine-debug2.txt", "none"},
        {"gperftools/cpu.prof", "gperftools CPU profile"},
        {"gperftools/heap.txt", heap},
        {"gperftools/heap-sample.txt", heap},
        {"gperftools/heap-growth.txt", heap},
        {"jemalloc/heap.heap", "jemalloc heap profile"},
        {"jemalloc/accum.heap", "jemalloc heap profile"},
        {"perf/cpu-clock.txt", "perf script output"},
        {"perf/two-events-inlined.txt", "perf script output"},
        {"perf/no-chains.txt", "perf script output"},
        {"folded/perf.folded", "folded stacks"},
        {"folded/py-spy.folded", "folded stacks"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf b CLEANUP(buf_release) = read_data(cases[i].file);
        assert_format(buf_slice(&b), cases[i].name);
    }
}

static void other_forms_are_told(void **state)
{
    (void)state;
    static const struct {
        struct slice body;
        const char *name;
    } cases[] = {
        {{"\n# comment\n  heap profile: 1: 2 [3: 4] @ heap/2\n", 48}, heap},
        {{"--- threadz 1 ---\n", 18}, "thread profile in text form"},
        {{"--- contentionz 1 ---\n", 22}, contention},
        {{"\0\0\0\0\3\0\0\0\0\0\0\0\x10\x27\0\0\0\0\0\0", 20}, "gperftools CPU profile"},
        {{"\0\0\0\0\0\0\0\3\0\0\0\0\0\0\x10\x27\0\0\0\0", 20}, "gperftools CPU profile"},
        {{"\0\0\0\0\3\0\0\0\1\0\0\0\x10\x27\0\0\0\0\0\0", 20}, "Java CPU profile"},
        {{"\0\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\x27\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 40},
         "gperftools CPU profile"},
        {{"heap_v2/1\n", 10}, "jemalloc heap profile"},
        {{"# ========\napp 12/13 [001] 5.000001: cycles:u: \n", 47}, "perf script output"},
        {{"\nmain 1", 7}, "folded stacks"},
        {{"php;main -3\r\n", 13}, "folded stacks"}, /* 'p' could begin a pprof */
        {{"\x0a\x00", 2}, "pprof"},
        {{"\x48\x01", 2}, "pprof"},
        {{"\x6a\x01\x00", 3}, "pprof"},
        {{"\x82\x01\x00", 3}, "pprof"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_format(cases[i].body, cases[i].name);
}

static void what_is_no_profile_is_unknown(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "go 1.19 trace\0\0\0",
        "<!DOCTYPE html>",
        "{\"code\":400}",
        "--boundary",
        "goroutine profile: total",
        "goroutine profile: total x",
        "\x80",
        "goroutine 1 [running]:",
        "main;parse 1.5\n",
        "main;parse 1\nand this is a letter\n",
        "main;parse\x01 1\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        assert_format(slice_of(texts[i]), "none");
    assert_fault("<!DOCTYPE html>",
                 "unrecognized profile format, this is none of: pprof, folded stacks, perf script "
                 "output, thread profile in text form, Go count profile in text form (goroutine, "
                 "threadcreate), contention profile in text form (Go block and mutex, gperftools), "
                 "jemalloc heap profile, heap profile in text form (Go, gperftools), Java CPU "
                 "profile, gperftools CPU profile");
}

static void what_is_no_folded_stack_is_found_far_down(void **state)
{
    (void)state;
    struct buf text CLEANUP(buf_release) = BUF_INIT(ROOMY);
    for (size_t i = 0; i < 1000; i++)
        buf_append_cstr(&text, "main;parse;read 12\n");
    buf_append_cstr(&text, "main;parse\n");
    assert_format(buf_slice(&text), "folded stacks");
    assert_fault(buf_cstr(&text),
                 "malformed profile: line 1001: this is no folded stack (\"main;parse;read 12\")");
}

static void pprof_is_left_where_it_is(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_start(&b);
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct quota quota = QUOTA_INIT(0, NULL);
    struct slice body = build_finish(&b), proto;
    assert_int_equal(format_to_pprof(body, &out, &quota, &proto, NULL), OK);
    assert_ptr_equal(proto.ptr, body.ptr);
    assert_int_equal(out.len, 0);
}

static void what_is_only_kept_is_no_input_for_merges(void **state)
{
    (void)state;
    assert_false(format_merges(format_detect(SLICE("--- threadz 1 ---\n"))));
    assert_true(format_merges(format_detect(SLICE("main 1\n"))));
    assert_true(format_merges(format_detect(SLICE("\x0a\x00"))));
    assert_fault("--- threadz 1 ---\n", "a thread profile in text form cannot be merged");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_profiles_are_told),
        cmocka_unit_test(other_forms_are_told),
        cmocka_unit_test(what_is_no_profile_is_unknown),
        cmocka_unit_test(what_is_no_folded_stack_is_found_far_down),
        cmocka_unit_test(pprof_is_left_where_it_is),
        cmocka_unit_test(what_is_only_kept_is_no_input_for_merges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
