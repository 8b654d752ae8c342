/* Go's count profiles with debug=1. test_oracle.c compares real ones. */
#include "tests/pprof/converting.h"

static void the_name_is_the_type(void **state)
{
    (void)state;
    static const char text[] = "\n# comment\nthreadcreate profile: total 9\n8 @\n1 @ 0x0 0x2\n#\t0x0\n";
    assert_converts(text, "samples:\n@0/0+ffffffffffffffff\n@0/0+1\n|  1\n|  8\n");
    struct reading r CLEANUP(reading_release);
    read_back(&r, converted(slice_of(text)));
    assert_types(&r, "threadcreate/count");
}

static void a_memory_map_behind_it_is_read(void **state)
{
    (void)state;
    assert_converts("x profile: total 1\n2 @ 0x401001\n--- notes ---\nwhatever\n--- Memory map: ---\n"
                    "400000-402000 r-xp 00000000 08:01 7 /bin/app\n",
                    "samples:\n/bin/app@0/2+1000\n|  2\n");
}

static void faults_name_their_line(void **state)
{
    (void)state;
    static const char stack[] = "malformed profile: line 2: what stands behind '@' is no list of addresses";
    assert_fault("x profile: total 1\n1 @ 0x1 0xg\n", stack);
    assert_fault("x profile: total 1\n1 @ 0x11112222333344445\n", stack);
    assert_fault("x profile: total 1\n-1 @ 0x1\n",
                 "malformed profile: line 2: this is no sample of a count profile");
}

static void memory_is_bounded(void **state)
{
    (void)state;
    struct buf text CLEANUP(buf_release) = BUF_INIT(ROOMY), out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct quota quota = QUOTA_INIT(ROOMY, NULL);
    struct slice proto;
    struct error err;
    buf_append_cstr(&text, "x profile: total 1\n1 @");
    for (size_t i = 0; i <= LIMIT_PPROF_DEPTH; i++)
        buf_append_cstr(&text, " 0x9");
    assert_int_equal(format_to_pprof(buf_slice(&text), &out, &quota, &proto, &err), E_TOO_LARGE);
    assert_string_equal(err.text, "a sample has more than 4096 locations");
    buf_reset(&text);
    buf_append_cstr(&text, "x profile: total 1\n");
    for (size_t i = 0; i < 5000; i++)
        buf_printf(&text, "1 @ 0x%zx\n", i + 77);
    struct buf small CLEANUP(buf_release) = BUF_INIT(20000);
    assert_int_equal(format_to_pprof(buf_slice(&text), &small, &quota, &proto, &err), E_TOO_LARGE);
    assert_string_equal(err.text, "the profile as pprof is over 20000 bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_name_is_the_type),
        cmocka_unit_test(a_memory_map_behind_it_is_read),
        cmocka_unit_test(faults_name_their_line),
        cmocka_unit_test(memory_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
