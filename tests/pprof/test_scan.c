/* Validation: each fault by its name, and the facts of what is right. */
#include "pprof/scan.h"

#include "tests/pprof/fixture.h"

static enum status scan(struct slice body, struct scan_result *r, struct error *err)
{
    static struct arena arena = ARENA_INIT(MIB);
    arena_reset(&arena);
    *err = (struct error){0};
    enum status status = pprof_scan(body, &SCAN_LIMITS_DEFAULT, &arena, r, err);
    if (status != OK)
        arena_release(&arena);
    return status;
}

static void assert_fault(struct slice body, enum status expected, const char *text)
{
    struct scan_result r;
    struct error err;
    enum status status = scan(body, &r, &err);
    if (status != expected || !strstr(err.text, text))
        fail_msg("expected %s '%s', got %s '%s'", status_name(expected), text, status_name(status), err.text);
}

static void real_profiles_are_valid_and_their_totals_known(void **state)
{
    (void)state;
    static const struct {
        const char *file, *type, *unit;
        size_t types, type_default;
        uint64_t samples;
    } cases[] = {
        {"go/cpu-000.pb.gz", "samples", "count", 2, 1, 1146},
        {"go/heap-000.pb.gz", "alloc_objects", "count", 4, 3, 6874},
        {"go/mutex-005.pb.gz", "contentions", "count", 2, 1, 9},
        {"go/threadcreate-005.pb.gz", "threadcreate", "count", 1, 0, 2},
        {"node/time_0.pb.gz", "sample", "count", 2, 1, 1446},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf b CLEANUP(buf_release) = read_data(cases[i].file);
        struct scan_result r;
        struct error err;
        assert_int_equal(scan(buf_slice(&b), &r, &err), OK);
        assert_true(r.format->is_pprof);
        assert_false(r.empty);
        assert_int_equal(r.types_count, cases[i].types);
        assert_int_equal(r.types_kept, cases[i].types);
        assert_int_equal(r.type_default, cases[i].type_default);
        assert_true(slice_eq_cstr(r.types[0].name, cases[i].type));
        assert_true(slice_eq_cstr(r.types[0].unit, cases[i].unit));
        assert_int_equal(r.samples, cases[i].samples);
        assert_true(r.types[0].total > 0);
        assert_true(r.time_nanos > 1500000000000000000);
        assert_true(r.inflated_bytes > b.len);
    }
}

static void header_and_totals_are_taken(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_start(&b);
    build_number(&b, 9, 1700000000000000000);
    build_number(&b, 10, 10000000000);
    for (int i = 1; i <= 3; i++)
        build_sample(&b, (struct build_sample){.locations = {1},
                                               .locations_count = 1,
                                               .values = {i, -i * 10},
                                               .values_count = 2});
    struct scan_result r;
    struct error err;
    assert_int_equal(scan(build_finish(&b), &r, &err), OK);
    assert_int_equal(r.time_nanos, 1700000000000000000);
    assert_int_equal(r.duration_nanos, 10000000000);
    assert_int_equal(r.period, 10000000);
    assert_true(slice_eq_cstr(r.period_type, "cpu"));
    assert_true(slice_eq_cstr(r.period_unit, "nanoseconds"));
    assert_int_equal(r.samples, 3);
    assert_int_equal(r.types[0].total, 6);
    assert_false(r.types[0].negative);
    assert_int_equal(r.types[1].total, -60);
    assert_true(r.types[1].negative);
    assert_int_equal(r.type_default, 1);
}

static void a_total_beyond_64_bits_is_flagged_and_one_that_comes_back_is_not(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_start(&b);
    static const int64_t values[][2] = {{INT64_MAX, INT64_MAX}, {INT64_MAX, 1}, {1, -1}};
    for (size_t i = 0; i < ARRAY_LEN(values); i++)
        build_sample(&b, (struct build_sample){.values = {values[i][0], values[i][1]}, .values_count = 2});
    struct scan_result r;
    struct error err;
    assert_int_equal(scan(build_finish(&b), &r, &err), OK);
    assert_true(r.types[0].overflow);
    assert_int_equal(r.types[0].total, INT64_MAX);
    assert_false(r.types[1].overflow);
    assert_int_equal(r.types[1].total, INT64_MAX);
}

static void more_sample_types_than_are_kept_are_counted(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        build_type(&b, names[i], "count");
    build_number(&b, 14, (int64_t)build_string(&b, "c"));
    struct scan_result r;
    struct error err;
    assert_int_equal(scan(build_finish(&b), &r, &err), OK);
    assert_int_equal(r.types_count, 10);
    assert_int_equal(r.types_kept, LIMIT_SAMPLE_TYPES);
    assert_int_equal(r.type_default, 2);
    assert_true(r.empty);
}

static void a_profile_without_samples_is_valid_and_empty(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_release) = read_data("go/cpu-empty.pb.gz");
    struct scan_result r;
    struct error err;
    assert_int_equal(scan(buf_slice(&b), &r, &err), OK);
    assert_true(r.empty);
    assert_true(r.time_nanos > 0);
    assert_int_equal(r.types_count, 2);
}

static void text_forms_are_read_and_those_without_a_record_are_empty(void **state)
{
    (void)state;
    struct scan_result r;
    struct error err;
    struct buf b CLEANUP(buf_release) = read_data("legacy/go-heap-debug1.txt");
    assert_int_equal(scan(buf_slice(&b), &r, &err), OK);
    assert_non_null(strstr(r.format->name, "heap profile"));
    assert_true(r.types[3].total > 0);
    assert_false(r.empty);
    assert_int_equal(r.types_count, 4);
    assert_true(slice_eq_cstr(r.types[3].name, "inuse_space"));
    assert_int_equal(r.time_nanos, 0);

    assert_int_equal(scan(SLICE("heap profile: 0: 0 [0: 0] @ heap/524288\n\n# runtime.MemStats\n"), &r, &err),
                     OK);
    assert_true(r.empty);
    assert_int_equal(scan(SLICE("goroutine profile: total 0\n"), &r, &err), OK);
    assert_true(r.empty);
    assert_int_equal(scan(SLICE("--- threadz 1 ---\n"), &r, &err), OK);
    assert_string_equal(r.format->name, "thread profile in text form");
}

static void no_input_is_told(void **state)
{
    (void)state;
    assert_fault(SLICE_NULL, E_INVALID, "empty input file");
    struct buf nothing CLEANUP(buf_release) = BUF_INIT(ROOMY);
    assert_int_equal(gzip_deflate(SLICE(""), 6, &nothing, NULL), OK);
    assert_fault(buf_slice(&nothing), E_INVALID, "empty input file");
}

static void noise_is_unrecognized(void **state)
{
    (void)state;
    assert_fault(SLICE("go 1.19 trace\0\0\0"), E_INVALID, "unrecognized profile format");
    assert_fault(SLICE("<html>"), E_INVALID, "unrecognized profile format");
    /* These could begin as protobuf does. */
    assert_fault(SLICE("x"), E_INVALID, "unrecognized profile format");
    assert_fault(SLICE("PK\x03\x04"), E_INVALID, "unrecognized profile format");
    assert_fault(SLICE("\nhello\n"), E_INVALID, "unrecognized profile format");
    assert_fault(SLICE("HTTP/1.1 200 OK"), E_INVALID, "unrecognized profile format");
}

static void truncated_and_damaged_gzip_are_told_apart(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_release) = read_data("go/mutex-005.pb.gz");
    for (size_t len = 2; len < b.len; len += 7)
        assert_fault(slice_make(b.ptr, len), E_INVALID, "decompressing profile: unexpected EOF");
    b.ptr[b.len - 6] ^= 1;
    assert_fault(buf_slice(&b), E_INVALID, "decompressing profile: damaged");
}

static void gzip_of_several_members_is_one_profile(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_start(&b);
    build_sample(&b, (struct build_sample){.values = {1, 2}, .values_count = 2});
    struct slice whole = build_finish(&b);
    struct buf zipped CLEANUP(buf_release) = BUF_INIT(ROOMY);
    assert_int_equal(gzip_deflate(slice_sub(whole, 0, 20), 6, &zipped, NULL), OK);
    assert_int_equal(gzip_deflate(slice_from(whole, 20), 6, &zipped, NULL), OK);
    struct scan_result r;
    struct error err;
    assert_int_equal(scan(buf_slice(&zipped), &r, &err), OK);
    assert_int_equal(r.samples, 1);
}

static void a_profile_cut_anywhere_is_malformed_or_says_less(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_start(&b);
    for (int i = 0; i < 3; i++)
        build_sample(&b, (struct build_sample){.locations = {1, 1},
                                               .locations_count = 2,
                                               .values = {1, 300},
                                               .values_count = 2});
    struct slice whole = build_finish(&b);
    for (size_t len = 1; len < whole.len; len++) {
        char *copy = mem_copy(whole.ptr, len);
        struct scan_result r;
        struct error err;
        enum status status = scan(slice_make(copy, len), &r, &err);
        /* Without its last strings it refers to some that are gone. */
        assert_int_equal(status, E_INVALID);
        assert_non_null(strstr(err.text, len < 6 ? "unrecognized profile" : "malformed profile: "));
        free(copy);
    }
}

static void two_profiles_in_one_are_told(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_start(&b);
    build_number(&b, 9, 5);
    struct slice one = build_finish(&b);
    struct buf two CLEANUP(buf_release) = BUF_INIT(ROOMY);
    buf_append(&two, one);
    buf_append(&two, one);
    assert_fault(buf_slice(&two), E_INVALID, "concatenated profiles detected");
}

/* What makes a profile wrong, put into one that is right but for it. */
enum wrong {
    SAMPLE_DANGLES,
    SAMPLE_ZERO,
    FEW_VALUES,
    MANY_VALUES,
    LABEL_KEY,
    LABEL_TEXT,
    LABEL_UNIT,
    LOCATION_TWICE,
    LOCATION_ZERO,
    FUNCTION_TWICE,
    FUNCTION_ZERO,
    MAPPING_TWICE,
    MAPPING_ZERO,
    LINE_DANGLES,
    LINE_ZERO,
    MAPPING_DANGLES,
    NAME_BEYOND,
    NAME_NEGATIVE,
    TYPE_BEYOND,
    COMMENT_BEYOND,
    DOC_BEYOND,
    PERIOD_TYPE_BEYOND,
    TIME_WIRE_TYPE,
    SAMPLE_WIRE_TYPE,
    LOCATION_WIRE_TYPE,
    GROUP,
    TRUNCATED_SAMPLE,
};

static void build_raw(struct build *b, struct slice bytes)
{
    buf_append(&b->out, bytes);
}

static void add_wrong_symbol(struct build *b, enum wrong wrong)
{
    switch (wrong) {
    case LOCATION_TWICE: build_location(b, (struct build_location){.id = 1}); break;
    case LOCATION_ZERO: build_location(b, (struct build_location){.address = 5}); break;
    case FUNCTION_TWICE: build_function(b, (struct build_function){.id = 1, .name = "x"}); break;
    case FUNCTION_ZERO: build_function(b, (struct build_function){.name = "x"}); break;
    case MAPPING_TWICE:
        build_mapping(b, (struct build_mapping){.id = 4});
        build_mapping(b, (struct build_mapping){.id = 4});
        break;
    case MAPPING_ZERO: build_mapping(b, (struct build_mapping){.start = 5}); break;
    case LINE_DANGLES:
        build_location(b, (struct build_location){.id = 2, .lines = {{.function = 77}}, .lines_count = 1});
        break;
    case LINE_ZERO:
        build_location(b, (struct build_location){.id = 2, .lines = {{.line = 3}}, .lines_count = 1});
        break;
    case MAPPING_DANGLES: build_location(b, (struct build_location){.id = 2, .mapping = 9}); break;
    case NAME_BEYOND: build_raw(b, SLICE("\x2a\x05\x08\x02\x10\xe8\x07")); break;
    case NAME_NEGATIVE:
        build_raw(b, SLICE("\x2a\x0d\x08\x02\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
        break;
    case TYPE_BEYOND: build_raw(b, SLICE("\x0a\x02\x08\x63")); break;
    case COMMENT_BEYOND: build_raw(b, SLICE("\x6a\x02\x00\x63")); break;
    case DOC_BEYOND: build_raw(b, SLICE("\x78\x63")); break;
    case PERIOD_TYPE_BEYOND: build_raw(b, SLICE("\x5a\x02\x08\x63")); break;
    case TIME_WIRE_TYPE: build_raw(b, SLICE("\x4a\x00")); break;
    case SAMPLE_WIRE_TYPE: build_raw(b, SLICE("\x12\x02\x18\x01")); break;
    case LOCATION_WIRE_TYPE: build_raw(b, SLICE("\x22\x02\x0a\x00")); break;
    case GROUP: build_raw(b, SLICE("\x83\x01\x84\x01")); break;
    case TRUNCATED_SAMPLE: build_raw(b, SLICE("\x12\x03\x0a\x05\x01")); break;
    default: break;
    }
}

static void add_wrong_sample(struct build *b, enum wrong wrong)
{
    struct build_sample s = {.locations = {1}, .locations_count = 1, .values = {1, 2, 3}, .values_count = 2};
    switch (wrong) {
    case SAMPLE_DANGLES: s.locations[0] = 99; break;
    case SAMPLE_ZERO: s.locations[0] = 0; break;
    case FEW_VALUES: s.values_count = 1; break;
    case MANY_VALUES: s.values_count = 3; break;
    default:
        build_raw(b, wrong == LABEL_KEY ? SLICE("\x12\x0a\x0a\x01\x01\x12\x02\x01\x01\x1a\x01\x08")
                     : wrong == LABEL_TEXT
                         ? SLICE("\x12\x0c\x0a\x01\x01\x12\x02\x01\x01\x1a\x03\x10\xe8\x07")
                         : SLICE("\x12\x0c\x0a\x01\x01\x12\x02\x01\x01\x1a\x03\x20\xe8\x07"));
        return;
    }
    build_sample(b, s);
}

static void every_fault_is_named(void **state)
{
    (void)state;
    static const struct {
        enum wrong wrong;
        const char *text;
    } cases[] = {
        {SAMPLE_DANGLES, "malformed profile: sample 2 refers to location 99, which does not exist"},
        {SAMPLE_ZERO, "malformed profile: sample 2 refers to location 0, which does not exist"},
        {FEW_VALUES, "malformed profile: sample 2 has fewer values than the 2 sample types"},
        {MANY_VALUES, "malformed profile: sample 2 has more values than the 2 sample types"},
        {LABEL_KEY, "malformed profile: sample 2 has a truncated varint"},
        {LABEL_TEXT, "malformed profile: a label of sample 2 refers to a string beyond the table of"},
        {LABEL_UNIT, "malformed profile: a label of sample 2 refers to a string beyond the table of"},
        {LOCATION_TWICE, "malformed profile: two locations have the id 1"},
        {LOCATION_ZERO, "malformed profile: a location has the id 0"},
        {FUNCTION_TWICE, "malformed profile: two functions have the id 1"},
        {FUNCTION_ZERO, "malformed profile: a function has the id 0"},
        {MAPPING_TWICE, "malformed profile: two mappings have the id 4"},
        {MAPPING_ZERO, "malformed profile: a mapping has the id 0"},
        {LINE_DANGLES, "malformed profile: location 2 refers to function 77, which does not exist"},
        {LINE_ZERO, "malformed profile: location 2 refers to function 0, which does not exist"},
        {MAPPING_DANGLES, "malformed profile: location 2 refers to mapping 9, which does not exist"},
        {NAME_BEYOND, "malformed profile: function 2 refers to a string beyond the table of"},
        {NAME_NEGATIVE, "malformed profile: function 2 refers to a string beyond the table of"},
        {TYPE_BEYOND, "malformed profile: sample type 3 refers to a string beyond the table of"},
        {COMMENT_BEYOND, "malformed profile: comment 2 refers to a string beyond the table of"},
        {DOC_BEYOND, "malformed profile: a header field refers to a string beyond the table of"},
        {PERIOD_TYPE_BEYOND, "malformed profile: the period type refers to a string beyond the table of"},
        {TIME_WIRE_TYPE, "malformed profile: field 9 has the wrong wire type"},
        {SAMPLE_WIRE_TYPE, "malformed profile: field 3 of sample 2 has the wrong wire type"},
        {LOCATION_WIRE_TYPE, "malformed profile: field 1 of a location has the wrong wire type"},
        {GROUP, "malformed profile: unknown wire type after"},
        {TRUNCATED_SAMPLE, "malformed profile: sample 2 has a length beyond the end of the data"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (int symbols_last = 0; symbols_last < 2; symbols_last++) {
            struct build b CLEANUP(build_release) = BUILD_INIT;
            if (!symbols_last)
                build_start(&b);
            build_sample(&b, (struct build_sample){.values = {1, 2}, .values_count = 2});
            if (cases[i].wrong <= LABEL_UNIT)
                add_wrong_sample(&b, cases[i].wrong);
            if (symbols_last)
                build_start(&b);
            add_wrong_symbol(&b, cases[i].wrong);
            assert_fault(build_finish(&b), E_INVALID, cases[i].text);
        }
    }
}

static void the_first_string_must_be_empty_and_there_must_be_one(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_start(&b);
    b.strings[0] = "x";
    assert_fault(build_finish(&b), E_INVALID, "malformed profile: string_table[0] is not empty");
    assert_fault(SLICE("\x48\x01"), E_INVALID, "malformed profile: there is no string table");
}

static void samples_without_types_are_refused(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_location(&b, (struct build_location){.id = 1});
    build_sample(&b, (struct build_sample){.locations = {1}, .locations_count = 1});
    assert_fault(build_finish(&b), E_INVALID, "malformed profile: there are samples but no sample types");
}

static void bounds_have_names(void **state)
{
    (void)state;
    struct build deep CLEANUP(build_release) = BUILD_INIT;
    build_start(&deep);
    size_t begun = wire_out_begin(&deep.out, 2);
    size_t packed = wire_out_begin(&deep.out, 1);
    for (size_t i = 0; i <= LIMIT_PPROF_DEPTH; i++)
        wire_out_varint(&deep.out, 1);
    wire_out_end(&deep.out, packed);
    wire_out_end(&deep.out, begun);
    assert_fault(build_finish(&deep), E_TOO_LARGE, "sample 1 has more than 4096 locations");

    struct build wide CLEANUP(build_release) = BUILD_INIT;
    for (size_t i = 0; i <= LIMIT_PPROF_TYPES; i++)
        build_type(&wide, "a", "b");
    assert_fault(build_finish(&wide), E_TOO_LARGE, "more than 64 sample types");

    struct build lines CLEANUP(build_release) = BUILD_INIT;
    build_start(&lines);
    begun = wire_out_begin(&lines.out, 4);
    for (size_t i = 0; i <= LIMIT_PPROF_LINES; i++)
        wire_out_bytes(&lines.out, 4, SLICE("\x08\x01"));
    wire_out_end(&lines.out, begun);
    assert_fault(build_finish(&lines), E_TOO_LARGE, "more than 1024 lines");
}

static void a_bomb_is_stopped(void **state)
{
    (void)state;
    struct buf zeros CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct buf bomb CLEANUP(buf_release) = BUF_INIT(ROOMY);
    assert_true(buf_reserve(&zeros, 32 * MIB));
    memset(zeros.ptr, 0, 32 * MIB);
    zeros.len = 32 * MIB;
    assert_int_equal(gzip_deflate(buf_slice(&zeros), 6, &bomb, NULL), OK);
    assert_fault(buf_slice(&bomb), E_TOO_LARGE, "decompressing profile: ");
}

static void numbers_alone_do_not_allocate(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_start(&b);
    build_location(&b, (struct build_location){.id = 4000000000, .address = UINT64_MAX});
    build_location(&b, (struct build_location){.id = 1 << 22});
    struct scan_limits limits = SCAN_LIMITS_DEFAULT;
    limits.scratch_bytes = 128 * KIB;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(MIB);
    struct scan_result r;
    assert_int_equal(pprof_scan(build_finish(&b), &limits, &arena, &r, NULL), OK);

    struct buf heap CLEANUP(buf_release) = read_data("go/heap-000.pb.gz");
    struct error err;
    assert_int_equal(pprof_scan(buf_slice(&heap), &limits, &arena, &r, &err), E_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_profiles_are_valid_and_their_totals_known),
        cmocka_unit_test(header_and_totals_are_taken),
        cmocka_unit_test(a_total_beyond_64_bits_is_flagged_and_one_that_comes_back_is_not),
        cmocka_unit_test(more_sample_types_than_are_kept_are_counted),
        cmocka_unit_test(a_profile_without_samples_is_valid_and_empty),
        cmocka_unit_test(text_forms_are_read_and_those_without_a_record_are_empty),
        cmocka_unit_test(no_input_is_told),
        cmocka_unit_test(noise_is_unrecognized),
        cmocka_unit_test(truncated_and_damaged_gzip_are_told_apart),
        cmocka_unit_test(gzip_of_several_members_is_one_profile),
        cmocka_unit_test(a_profile_cut_anywhere_is_malformed_or_says_less),
        cmocka_unit_test(two_profiles_in_one_are_told),
        cmocka_unit_test(every_fault_is_named),
        cmocka_unit_test(the_first_string_must_be_empty_and_there_must_be_one),
        cmocka_unit_test(samples_without_types_are_refused),
        cmocka_unit_test(bounds_have_names),
        cmocka_unit_test(a_bomb_is_stopped),
        cmocka_unit_test(numbers_alone_do_not_allocate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
