/* Go's text forms: values as google/pprof unsamples them, faults by their line. test_oracle.c compares real
 * ones. */
#include "pprof/text.h"

#include "tests/pprof/merging.h"

static char *convert(enum pprof_format format, const char *text)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct slice proto;
    struct error err = {0};
    enum status status = text_convert(format, slice_of(text), &out, &proto, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(status, OK);
    return meaning_of(proto);
}

static void assert_converts(enum pprof_format format, const char *text, const char *expected)
{
    char *meaning = convert(format, text);
    assert_string_equal(meaning, expected);
    free(meaning);
}

static void assert_fault(enum pprof_format format, const char *text, const char *expected)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct slice proto;
    struct error err = {0};
    assert_int_equal(text_convert(format, slice_of(text), &out, &proto, &err), E_INVALID);
    assert_string_equal(err.text, expected);
}

static void a_heap_profile_is_unsampled(void **state)
{
    (void)state;
    /* 1 / (1 - exp(-1024 / 512)) = 1.1565 */
    assert_converts(PPROF_GO_HEAP_TEXT,
                    "heap profile: 1: 1024 [3: 3072] @ heap/1024\n"
                    "1: 1024 [3: 3072] @ 0x401 0x501\n"
                    "#\t0x400\tmain.main+0x1\t/src/main.go:1\n"
                    "\n"
                    "# runtime.MemStats\n# Alloc = 5\n",
                    "samples:\n@0/0+400\n@0/0+500\n| bytes=,1024; 3 3552 1 1184\n");
}

static void a_heap_profile_without_allocations_has_two_types(void **state)
{
    (void)state;
    assert_converts(PPROF_GO_HEAP_TEXT,
                    "heap profile: 2: 64 [2: 64] @ heapprofile\n"
                    "2: 64 [2: 64] @ 0x401\n"
                    "0: 0 [0: 0] @ 0x501\n",
                    "samples:\n@0/0+400\n| bytes=,32; 2 64\n");
}

static void a_count_profile_has_its_name_as_type(void **state)
{
    (void)state;
    static const char text[] = "\n# comment\nthreadcreate profile: total 9\n8 @\n1 @ 0x0 0x2\n#\t0x0\n";
    assert_converts(PPROF_GO_COUNT_TEXT, text, "samples:\n@0/0+ffffffffffffffff\n@0/0+1\n|  1\n|  8\n");
}

static void contention_is_turned_into_nanoseconds(void **state)
{
    (void)state;
    assert_converts(PPROF_GO_CONTENTION_TEXT,
                    "--- mutex:\ncycles/second=2000000000\nsampling period=5\n"
                    "4000 3 @ 0x401\n",
                    "samples:\n@0/0+400\n|  15 10000\n");
}

static void faults_name_their_line(void **state)
{
    (void)state;
    assert_fault(PPROF_GO_HEAP_TEXT, "heap profile: 1: 1 [1] @ heap/2\n",
                 "malformed profile: line 1: this is no header of a heap profile");
    assert_fault(PPROF_GO_HEAP_TEXT, "heap profile: 1: 1 [1: 1] @ heap/2\n\n1: 2 [3: 4]\n",
                 "malformed profile: line 3: this is no sample of a heap profile");
    assert_fault(PPROF_GO_HEAP_TEXT, "heap profile: 1: 1 [1: 1] @ heap/2\n0: 2 [3: 4] @ 0x1\n",
                 "malformed profile: line 2: this is no sample of a heap profile");
    assert_fault(PPROF_GO_HEAP_TEXT,
                 "heap profile: 1: 1 [1: 1] @ heap/2\n99999999999999999999: 2 [3: 4] @ 0x1\n",
                 "malformed profile: line 2: this is no sample of a heap profile");
    assert_fault(PPROF_GO_COUNT_TEXT, "x profile: total 1\n1 @ 0x1 0xg\n",
                 "malformed profile: line 2: what stands behind '@' is no list of addresses");
    assert_fault(PPROF_GO_COUNT_TEXT, "x profile: total 1\n1 @ 0x11112222333344445\n",
                 "malformed profile: line 2: what stands behind '@' is no list of addresses");
    assert_fault(PPROF_GO_COUNT_TEXT, "x profile: total 1\n-1 @ 0x1\n",
                 "malformed profile: line 2: this is no sample of a count profile");
    assert_fault(PPROF_GO_CONTENTION_TEXT, "--- mutex:\nformat=java\n",
                 "malformed profile: line 2: this is no sample of a contention profile");
}

static void a_text_that_grows_over_the_bound_is_too_large(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_release) = read_data("legacy/go-heap-debug1.txt");
    struct buf out CLEANUP(buf_release) = BUF_INIT(500);
    struct slice proto;
    assert_int_equal(text_convert(PPROF_GO_HEAP_TEXT, buf_slice(&b), &out, &proto, NULL), E_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_heap_profile_is_unsampled),
        cmocka_unit_test(a_heap_profile_without_allocations_has_two_types),
        cmocka_unit_test(a_count_profile_has_its_name_as_type),
        cmocka_unit_test(contention_is_turned_into_nanoseconds),
        cmocka_unit_test(faults_name_their_line),
        cmocka_unit_test(a_text_that_grows_over_the_bound_is_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
