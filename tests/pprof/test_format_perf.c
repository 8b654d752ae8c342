/* What `perf script` prints, against what `perf report` says of the same recording. */
#include "tests/pprof/converting.h"

static void samples_have_one_column_for_each_event(void **state)
{
    (void)state;
    static const char text[] = "# captured on: today\n"
                               "app 12/13 [001] 5.000001:     250000 task-clock:u: \n"
                               "\t            11d7 read+0x7 (/bin/app (deleted))\n"
                               "\t            22d7 main+0x7 (/bin/app)\n"
                               "\n"
                               "a b 7 5.5:     99 cycles:uppp: \n"
                               "\tffffffff822018b1 [unknown] ([kernel.kallsyms])\n"
                               "\t            11d8 [unknown] ([unknown])\n"
                               "\n"
                               ":-1    -1 6.250000001: cycles: \n";
    assert_converts(text, "samples:\n"
                          "/bin/app@0/0+11d7 read(read :0):0:0\n/bin/app@0/0+22d7 main(main :0):0:0\n"
                          "| comm=app,0;pid=,12;tid=,13; 1 0 250000\n"
                          "[kernel.kallsyms]@0/0+ffffffff822018b1\n+11d8\n| comm=a b,0;tid=,7; 1 99 0\n"
                          "| comm=:-1,0;tid=,-1; 1 1 0\n");
    struct reading r CLEANUP(reading_release);
    read_back(&r, converted(slice_of(text)));
    assert_types(&r, "samples/count cycles/count task-clock/nanoseconds");
    assert_int_equal(r.profile.duration_nanos, 1249999001);
    assert_int_equal(r.profile.time_nanos, 0);
    assert_string(&r, r.profile.default_type, "cycles");
}

static void inlined_functions_share_a_location(void **state)
{
    (void)state;
    assert_converts("app 12 5.1: 1 cycles: \n"
                    "\t11d7 mix+0x1 (inlined)\n"
                    "\t11d7 hash<int, (x)0>(int, char) const+0x2 (/bin/app)\n"
                    "\t27304 lost+0x84 (inlined)\n"
                    "\t10d0 _start+0x20 (/bin/app)\n",
                    "samples:\n"
                    "/bin/app@0/0+11d7 mix(mix :0):0:0"
                    " hash<int, (x)0>(int, char) const(hash<int, (x)0>(int, char) const :0):0:0\n"
                    "+27304 lost(lost :0):0:0\n"
                    "/bin/app@0/0+10d0 _start(_start :0):0:0\n"
                    "| comm=app,0;tid=,12; 1 1\n");
}

static void source_lines_stand_below_their_frames(void **state)
{
    (void)state;
    assert_converts("app 12 5.1: 1 cycles: \n"
                    "\t11d7 mix+0x1\n"
                    "  a b.c:21 (inlined)\n"
                    "\t11d7 hash+0x2 (/bin/app)\n"
                    "  b.c:29\n"
                    "\t10d0 _start+0x20 (/bin/app)\n"
                    "  ??:0\n",
                    "samples:\n"
                    "/bin/app@0/0+11d7 mix(mix a b.c:0):21:0 hash(hash b.c:0):29:0\n"
                    "/bin/app@0/0+10d0 _start(_start :0):0:0\n"
                    "| comm=app,0;tid=,12; 1 1\n");
}

static void without_call_chains_the_frame_stands_in_the_head(void **state)
{
    (void)state;
    assert_converts("app 12 5.1: 1 cycles:  7f0f main+0x7a (/bin/app)\n"
                    "app 12 5.2: PERF_RECORD_COMM: app:12/12\n"
                    "app 12 5.2: 1 sched:sched_switch: prev_comm=app prev_pid=12\n",
                    "samples:\n"
                    "/bin/app@0/0+7f0f main(main :0):0:0\n| comm=app,0;tid=,12; 1 1 0\n"
                    "| comm=app,0;tid=,12; 1 0 1\n");
}

/* --- real ones --- */

/* Lines of the text that begin with something else than a tab, a blank or a line's end. */
static int64_t heads_of(const char *file)
{
    struct buf b CLEANUP(buf_release) = read_data(file);
    struct slice rest = buf_slice(&b), line;
    int64_t count = 0;
    while (slice_split(&rest, '\n', &line))
        count += line.len > 0 && line.ptr[0] != '\t' && !slice_starts(line, SLICE("  "));
    return count;
}

static void real_ones_have_all_samples(void **state)
{
    (void)state;
    static const struct {
        const char *file, *types;
    } cases[] = {
        {"perf/cpu-clock.txt", "samples/count cpu-clock/nanoseconds"},
        {"perf/two-events-inlined.txt", "samples/count cpu-clock/nanoseconds task-clock/nanoseconds"},
        {"perf/two-events-srcline.txt", "samples/count cpu-clock/nanoseconds task-clock/nanoseconds"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct reading r CLEANUP(reading_release);
        read_converted(&r, cases[i].file);
        assert_types(&r, cases[i].types);
        assert_int_equal(total_of(&r, 0), heads_of(cases[i].file));
        assert_true(total_of(&r, 1) > 0);
        assert_string(&r, COLUMN_AT(r.profile.mappings, struct profile_mapping)->filename, "/tmp/burn/burn");
        assert_true(r.profile.duration_nanos > 10000000);
        assert_bounded(cases[i].file);
    }
}

/* Samples with this function as leaf. */
static int64_t leaves_of(struct reading *r, struct slice name)
{
    struct sample_reader reader;
    int64_t total = 0;
    sample_reader_init(&reader);
    sample_reader_start(&reader, &r->profile);
    for (bool more = true;;) {
        assert_int_equal(sample_next(&reader, &more, NULL), OK);
        if (!more)
            break;
        assert_true(reader.locations.count > 0);
        uint32_t leaf = COLUMN_AT(reader.locations, uint32_t)[0];
        const struct profile_location *l = &COLUMN_AT(r->profile.locations, struct profile_location)[leaf];
        assert_true(l->lines_count > 0);
        uint64_t function = profile_lines(&r->profile, l)->function;
        uint32_t text = COLUMN_AT(r->profile.functions, struct profile_function)[function].name;
        if (slice_eq(profile_string(&r->profile, text), name))
            total += COLUMN_AT(reader.values, int64_t)[0];
    }
    sample_reader_release(&reader, &r->quota);
    return total;
}

static void perf_report_says_the_same(void **state)
{
    (void)state;
    struct reading r CLEANUP(reading_release);
    struct buf said CLEANUP(buf_release) = read_data("perf/cpu-clock.leaves");
    struct slice rest = buf_slice(&said), line;
    int64_t functions = 0;
    read_converted(&r, "perf/cpu-clock.txt");
    while (slice_split(&rest, '\n', &line)) {
        int64_t samples;
        size_t blank = slice_find(line, ' ');
        if (line.len == 0)
            continue;
        assert_true(slice_to_i64(slice_sub(line, 0, blank), &samples));
        assert_int_equal(leaves_of(&r, slice_from(line, blank + 1)), samples);
        functions++;
    }
    assert_true(functions > 3);
}

static void faults_name_their_line(void **state)
{
    (void)state;
    assert_fault(
        "app 12 5.1: 1 cycles: \n\tmain\n",
        "malformed profile: line 2: this is no frame of perf script (\"7f3a12 main+0x1f (/bin/app)\")");
    assert_fault(
        "app 12 5.1: 1 cycles: \n\nand then?\n",
        "malformed profile: line 3: this is no sample of perf script (\"app 12 34.5: 250000 cycles:\")");
}

static void events_and_frames_are_bounded(void **state)
{
    (void)state;
    struct buf text CLEANUP(buf_release) = BUF_INIT(ROOMY), out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct quota quota = QUOTA_INIT(ROOMY, NULL);
    struct slice proto;
    struct error err;
    for (size_t i = 0; i < LIMIT_PPROF_TYPES; i++)
        buf_printf(&text, "app 12 5.1: 1 event%zu:\n", i);
    assert_int_equal(format_to_pprof(buf_slice(&text), &out, &quota, &proto, &err), E_TOO_LARGE);
    assert_string_equal(err.text, "the profile has more than 63 events");
    buf_reset(&text);
    buf_append_cstr(&text, "app 12 5.1: 1 cycles:\n");
    for (size_t i = 0; i < 5 * LIMIT_PPROF_DEPTH; i++)
        buf_append_cstr(&text, "\t1 a (inlined)\n");
    assert_int_equal(format_to_pprof(buf_slice(&text), &out, &quota, &proto, &err), E_TOO_LARGE);
    assert_string_equal(err.text, "the profile has more than 16384 frames at a sample");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_have_one_column_for_each_event),
        cmocka_unit_test(inlined_functions_share_a_location),
        cmocka_unit_test(source_lines_stand_below_their_frames),
        cmocka_unit_test(without_call_chains_the_frame_stands_in_the_head),
        cmocka_unit_test(real_ones_have_all_samples),
        cmocka_unit_test(perf_report_says_the_same),
        cmocka_unit_test(faults_name_their_line),
        cmocka_unit_test(events_and_frames_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
