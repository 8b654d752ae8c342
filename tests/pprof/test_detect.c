/* What a profile is, by its first bytes; nothing else may pass for one. */
#include "pprof/detect.h"

#include "tests/pprof/fixture.h"

static void real_profiles_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        enum pprof_format format;
    } cases[] = {
        {"legacy/go-heap-debug1.txt", PPROF_GO_HEAP_TEXT},
        {"legacy/go-goroutine-debug1.txt", PPROF_GO_COUNT_TEXT},
        {"legacy/go-threadcreate-debug1.txt", PPROF_GO_COUNT_TEXT},
        {"legacy/go-block-debug1.txt", PPROF_GO_CONTENTION_TEXT},
        {"legacy/go-mutex-debug1.txt", PPROF_GO_CONTENTION_TEXT},
        {"legacy/go-goroutine-debug2.txt", PPROF_UNKNOWN},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf b CLEANUP(buf_release) = read_data(cases[i].file);
        assert_int_equal(pprof_detect(buf_slice(&b)), cases[i].format);
    }
}

static void other_forms_are_told(void **state)
{
    (void)state;
    static const struct {
        struct slice text;
        enum pprof_format format;
    } cases[] = {
        {{"\n# comment\n  heap profile: 1: 2 [3: 4] @ heap/2\n", 48}, PPROF_GO_HEAP_TEXT},
        {{"heap profile: 1: 2 [3: 4] @ heapprofile\n\nMAPPED_LIBRARIES:\n", 60}, PPROF_MAPPED_HEAP_TEXT},
        {{"--- threadz 1 ---\n", 18}, PPROF_THREAD_TEXT},
        {{"--- contentionz 1 ---\n", 22}, PPROF_CONTENTIONZ_TEXT},
        {{"\0\0\0\0\3\0\0\0\0\0\0\0\x10\x27\0\0\0\0\0\0", 20}, PPROF_GPERFTOOLS_CPU},
        {{"\0\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\x27\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 40},
         PPROF_GPERFTOOLS_CPU},
        {{"\x0a\x00", 2}, PPROF_PROTO},
        {{"\x48\x01", 2}, PPROF_PROTO},
        {{"\x6a\x01\x00", 3}, PPROF_PROTO},
        {{"\x82\x01\x00", 3}, PPROF_PROTO},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(pprof_detect(cases[i].text), cases[i].format);
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
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        assert_int_equal(pprof_detect(slice_of(texts[i])), PPROF_UNKNOWN);
}

static void every_format_has_a_name_and_only_those_that_are_read_merge(void **state)
{
    (void)state;
    assert_string_equal(pprof_format_name(PPROF_PROTO), "pprof");
    assert_string_equal(pprof_format_name(PPROF_UNKNOWN), "unknown");
    assert_true(pprof_format_merges(PPROF_PROTO));
    assert_true(pprof_format_merges(PPROF_GO_HEAP_TEXT));
    assert_true(pprof_format_merges(PPROF_GO_COUNT_TEXT));
    assert_true(pprof_format_merges(PPROF_GO_CONTENTION_TEXT));
    assert_false(pprof_format_merges(PPROF_UNKNOWN));
    assert_false(pprof_format_merges(PPROF_GPERFTOOLS_CPU));
    assert_false(pprof_format_merges(PPROF_MAPPED_HEAP_TEXT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_profiles_are_told),
        cmocka_unit_test(other_forms_are_told),
        cmocka_unit_test(what_is_no_profile_is_unknown),
        cmocka_unit_test(every_format_has_a_name_and_only_those_that_are_read_merge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
