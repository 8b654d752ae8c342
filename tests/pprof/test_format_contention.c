/* Waiting for locks. test_oracle.c compares real ones. */
#include "tests/pprof/converting.h"

static void cycles_become_nanoseconds(void **state)
{
    (void)state;
    assert_converts("--- mutex:\ncycles/second=2000000000\nsampling period=5\n4000 3 @ 0x401\n",
                    "samples:\n@0/0+400\n|  15 10000\n");
}

static void contentionz_may_say_more_and_have_a_map(void **state)
{
    (void)state;
    struct reading r CLEANUP(reading_release);
    static const char text[] = "--- contentionz 1 ---\ncycles/second = 1000000000\nsampling period = 1\n"
                               "ms since reset = 2500\ndiscarded samples = 0\n"
                               "  19490304       27 @ 0xbccc97 0xc61202\n"
                               "MAPPED_LIBRARIES:\n00400000-01000000 r-xp 00000000 00:00 0 /bin/app\n";
    assert_converts(text, "samples:\n/bin/app@0/c00+7ccc96\n/bin/app@0/c00+861201\n|  27 19490304\n");
    read_back(&r, converted(slice_of(text)));
    assert_int_equal(r.profile.duration_nanos, 2500000000);
    assert_types(&r, "contentions/count delay/nanoseconds");
}

static void faults_name_their_line(void **state)
{
    (void)state;
    static const char fault[] = "malformed profile: line 2: this is no sample of a contention profile";
    assert_fault("--- mutex:\nformat=java\n", fault);
    assert_fault("--- mutex:\nsampling period=0x5\n", fault);
    assert_fault("--- contention:\n1 @ 0x1\n", fault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cycles_become_nanoseconds),
        cmocka_unit_test(contentionz_may_say_more_and_have_a_map),
        cmocka_unit_test(faults_name_their_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
