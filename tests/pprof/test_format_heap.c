/* Heap profiles of Go and gperftools: values as google/pprof unsamples them, faults by their line.
 * test_oracle.c compares real ones. */
#include "tests/pprof/converting.h"

static void a_sampled_profile_is_unsampled(void **state)
{
    (void)state;
    /* 1 / (1 - exp(-1024 / 512)) = 1.1565 */
    assert_converts("heap profile: 1: 1024 [3: 3072] @ heap/1024\n"
                    "1: 1024 [3: 3072] @ 0x401 0x501\n"
                    "#\t0x400\tmain.main+0x1\t/src/main.go:1\n"
                    "\n"
                    "# runtime.MemStats\n# Alloc = 5\n",
                    "samples:\n@0/0+400\n@0/0+500\n| bytes=,1024; 3 3552 1 1184\n");
    assert_converts("heap profile: 1: 1024 [1: 1024] @ heap_v2/512\n"
                    "1: 1024 [1: 1024] @ 0x401 0x501\n",
                    "samples:\n@0/0+400\n@0/0+500\n| bytes=,1024; 1 1184\n");
}

static void a_profile_without_allocations_has_two_types(void **state)
{
    (void)state;
    assert_converts("heap profile: 2: 64 [2: 64] @ heapprofile\n"
                    "2: 64 [2: 64] @ 0x401\n"
                    "0: 0 [0: 0] @ 0x501\n",
                    "samples:\n@0/0+400\n| bytes=,32; 2 64\n");
    assert_converts("heap profile: 2: 64 [9: 99] @ growthz\n"
                    "2: 64 [9: 99] @ 0x401\n",
                    "samples:\n@0/0+400\n| bytes=,32; 2 64\n");
}

static void real_ones_have_the_totals_of_their_headers(void **state)
{
    (void)state;
    struct reading r CLEANUP(reading_release);
    read_converted(&r, "gperftools/heap.txt");
    assert_types(&r, "alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes");
    struct buf b CLEANUP(buf_release) = read_data("gperftools/heap.txt");
    long n[4];
    /* NOLINTNEXTLINE(cert-err34-c): sums that our own code wrote */
    assert_int_equal(sscanf(b.ptr, "heap profile: %ld: %ld [ %ld: %ld] @", &n[0], &n[1], &n[2], &n[3]), 4);
    for (size_t i = 0; i < ARRAY_LEN(n); i++)
        assert_int_equal(total_of(&r, i), n[(i + 2) % 4]);
    const struct profile_mapping *m = COLUMN_AT(r.profile.mappings, struct profile_mapping);
    assert_string(&r, m->filename, "/tmp/burn/burn");
    assert_string(&r, r.profile.keep_frames, "runtime\\.(panic|reflectcall|call[0-9]*)");
}

static void growth_is_taken_as_it_is(void **state)
{
    (void)state;
    struct reading r CLEANUP(reading_release);
    read_converted(&r, "gperftools/heap-growth.txt");
    assert_types(&r, "objects/count space/bytes");
    assert_int_equal(total_of(&r, 0), 20);
    assert_int_equal(total_of(&r, 1), 20 << 20);
}

static void faults_name_their_line(void **state)
{
    (void)state;
    assert_fault("heap profile: 1: 1 [1] @ heap/2\n",
                 "malformed profile: line 1: this is no header of a heap profile");
    assert_fault("heap profile: 1: 1 [1: 1] @ heapz/2\n",
                 "malformed profile: line 1: this is no header of a heap profile");
    assert_fault("heap profile: 1: 1 [1: 1] @ heap/-2\n",
                 "malformed profile: line 1: this is no header of a heap profile");
    static const char *const samples[] = {
        "1: 2 [3: 4]",       "0: 2 [3: 4] @ 0x1", "99999999999999999999: 2 [3: 4] @ 0x1",
        "1: 2 [3: 4] @ 0xg", "1: 2 [3: 4] @ 1",   "1: 2 [3: 4] @ 0x11112222333344445",
    };
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        struct buf text CLEANUP(buf_release) = BUF_INIT(ROOMY);
        buf_printf(&text, "heap profile: 1: 1 [1: 1] @ heap/2\n\n%s\n", samples[i]);
        assert_fault(buf_cstr(&text), "malformed profile: line 3: this is no sample of a heap profile");
    }
}

static void memory_is_bounded(void **state)
{
    (void)state;
    assert_bounded("legacy/go-heap-debug1.txt");
    assert_bounded("gperftools/heap.txt");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sampled_profile_is_unsampled),
        cmocka_unit_test(a_profile_without_allocations_has_two_types),
        cmocka_unit_test(real_ones_have_the_totals_of_their_headers),
        cmocka_unit_test(growth_is_taken_as_it_is),
        cmocka_unit_test(faults_name_their_line),
        cmocka_unit_test(memory_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
