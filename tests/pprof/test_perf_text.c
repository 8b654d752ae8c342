/* Heads and frames of perf script, in all the shapes that perf gives them. */
#include "pprof/perf_text.h"

#include "tests/pprof/fixture.h"

static void heads_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *line, *comm;
        int64_t pid, tid, time_ns, period;
        const char *event, *rest;
    } cases[] = {
        {"burn 14769 12018.311105:    5025125 cpu-clock: ", "burn", 0, 14769, 12018311105000, 5025125,
         "cpu-clock", ""},
        {"            burn 12/13 [001] 5.1:  7 cycles:uppp:  7f main+0x7 (/a)", "burn", 12, 13, 5100000000, 7,
         "cycles", "7f main+0x7 (/a)"},
        {"Web Content (3) 99 [000] 5.000000001: sched:sched_switch: prev_comm=x", "Web Content (3)", 0, 99,
         5000000001, 1, "sched:sched_switch", "prev_comm=x"},
        {"worker 1  4321 5.5: 1 cpu/mem-loads,ldlat=30/P:", "worker 1", 0, 4321, 5500000000, 1,
         "cpu/mem-loads,ldlat=30/P", ""},
        {":-1    -1 0.0: 1 dummy:HG:", ":-1", 0, -1, 0, 1, "dummy", ""},
        {"swapper     0 [000] 1.2: 1 cycles:k: ", "swapper", 0, 0, 1200000000, 1, "cycles", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct perf_head h;
        if (!perf_head_read(slice_of(cases[i].line), &h))
            fail_msg("'%s' is no head", cases[i].line);
        assert_true(slice_eq_cstr(h.comm, cases[i].comm));
        assert_int_equal(h.pid, cases[i].pid);
        assert_int_equal(h.tid, cases[i].tid);
        assert_int_equal(h.time_ns, cases[i].time_ns);
        assert_int_equal(h.period, cases[i].period);
        assert_true(slice_eq_cstr(h.event, cases[i].event));
        assert_true(slice_eq_cstr(h.rest, cases[i].rest));
    }
}

static void what_is_no_head_is_told(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "app",
        "app 12",
        "app 12 5.1:",
        "app 12 5.1: 7",
        "app 12 5.1: 7 cycles",
        "app 12 5: 7 cycles:",
        "app 12 5.: 7 cycles:",
        "app 12 .5: 7 cycles:",
        "app x 5.5: 7 cycles:",
        "app 12/ 5.5: 7 cycles:",
        "app 12 5.5: 7 :",
        "app 12 5.1234567890: 7 cycles:",
        "app 12 9999999999.5: 7 cycles:",
        "app 12 5.5: 99999999999999999999 cycles:",
        "            11d7 hash_some+0x2b (/bin/app)",
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct perf_head h;
        if (perf_head_read(slice_of(lines[i]), &h))
            fail_msg("'%s' is a head", lines[i]);
    }
}

static void frames_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        uint64_t address;
        const char *symbol, *object;
        bool inlined;
    } cases[] = {
        {"\t            11d7 hash_some+0x2b (/bin/app)", 0x11d7, "hash_some", "/bin/app", false},
        {"\tffffffff822018b1 [unknown] ([kernel.kallsyms])", 0xffffffff822018b1, "", "[kernel.kallsyms]",
         false},
        {"\t11 [unknown] ([unknown])", 0x11, "", "", false},
        {"\t11 std::f<int (*)(char)>(a, b) const+0xf (/lib/x (1).so)", 0x11,
         "std::f<int (*)(char)>(a, b) const", "/lib/x (1).so", false},
        {"\t11 operator+ (/tmp/x (deleted))", 0x11, "operator+", "/tmp/x", false},
        {"\t11 mix+0x2 (inlined)", 0x11, "mix", "", true},
        {"\t11 mix", 0x11, "mix", "", false},
        {"\t11", 0x11, "", "", false},
        {"\t11 (/bin/app)", 0x11, "", "/bin/app", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct perf_frame f;
        if (!perf_frame_read(slice_of(cases[i].line), &f))
            fail_msg("'%s' is no frame", cases[i].line);
        assert_true(f.address == cases[i].address);
        assert_true(slice_eq_cstr(f.symbol, cases[i].symbol));
        assert_true(slice_eq_cstr(f.object, cases[i].object));
        assert_int_equal(f.is_inlined, cases[i].inlined);
    }
    struct perf_frame f;
    assert_false(perf_frame_read(SLICE("\tmain (/bin/app)"), &f));
    assert_false(perf_frame_read(SLICE("\t"), &f));
    assert_false(perf_frame_read(SLICE("\t11111111111111111 a (b)"), &f));
}

static void source_lines_are_read_if_they_say_one(void **state)
{
    (void)state;
    struct perf_frame f = {.line = 0};
    perf_frame_source(SLICE("  ??:0"), &f);
    perf_frame_source(SLICE("  main+0x5"), &f);
    perf_frame_source(SLICE("  "), &f);
    assert_int_equal(f.file.len, 0);
    assert_false(f.is_inlined);
    perf_frame_source(SLICE("  a:b.c:28 (inlined)"), &f);
    assert_true(slice_eq_cstr(f.file, "a:b.c"));
    assert_int_equal(f.line, 28);
    assert_true(f.is_inlined);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads_are_read),
        cmocka_unit_test(what_is_no_head_is_told),
        cmocka_unit_test(frames_are_read),
        cmocka_unit_test(source_lines_are_read_if_they_say_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
