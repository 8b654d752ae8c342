/* What merging means, rule by rule. */
#include "tests/pprof/merging.h"

static void headers_are_combined(void **state)
{
    (void)state;
    struct build a CLEANUP(build_release) = BUILD_INIT;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    struct build c CLEANUP(build_release) = BUILD_INIT;
    struct build *all[] = {&a, &b, &c};
    static const int64_t times[] = {3000, 1000, 0};
    static const char *const defaults[] = {"late", "early", "never"};
    static const char *const comments[] = {"x", "y", "x"};
    struct slice bodies[3];
    for (size_t i = 0; i < 3; i++) {
        build_start(all[i]);
        build_number(all[i], 9, times[i]);
        build_number(all[i], 10, (int64_t)i + 1);
        build_number(all[i], 12, 10000000 + (int64_t)i);
        build_number(all[i], 13, (int64_t)build_string(all[i], comments[i]));
        build_number(all[i], 14, (int64_t)build_string(all[i], defaults[i]));
        build_number(all[i], 7, (int64_t)build_string(all[i], i == 0 ? "drop" : ""));
        bodies[i] = build_finish(all[i]);
    }
    struct reading r CLEANUP(reading_release);
    read_back(&r, merged_of(bodies, 3));
    assert_int_equal(r.profile.time_nanos, 1000);
    assert_int_equal(r.profile.duration_nanos, 6);
    assert_int_equal(r.profile.period, 10000002);
    assert_string(&r, r.profile.default_type, "early");
    assert_string(&r, r.profile.drop_frames, "drop");
    assert_string(&r, r.profile.keep_frames, "");
    assert_int_equal(r.profile.comments.count, 2);
    assert_string(&r, COLUMN_AT(r.profile.comments, uint32_t)[0], "x");
    assert_string(&r, COLUMN_AT(r.profile.comments, uint32_t)[1], "y");
}

static void comments_are_bounded_together_too(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct error err;
    for (size_t nth = 0; nth < 3; nth++) {
        struct build b CLEANUP(build_release) = BUILD_INIT;
        build_start(&b);
        (void)build_finish(&b);
        for (size_t i = 0; i < LIMIT_PPROF_COMMENTS / 2; i++) {
            char text[32];
            (void)snprintf(text, sizeof text, "comment %zu of %zu", i, nth);
            wire_out_bytes(&b.out, 6, slice_of(text));
            build_number(&b, 13, (int64_t)(b.strings_count + i));
        }
        if (nth < 2)
            add(m, buf_slice(&b.out));
        else
            assert_int_equal(merge_add(m, buf_slice(&b.out), MERGE_SOURCE, &err), E_TOO_LARGE);
    }
    assert_int_equal(merge_stats(m).inputs, 2);
    struct reading r CLEANUP(reading_release);
    read_back(&r, written(m));
    assert_int_equal(r.profile.comments.count, LIMIT_PPROF_COMMENTS);
}

static void unlike_sample_types_are_refused_naming_both(void **state)
{
    (void)state;
    struct build a CLEANUP(build_release) = BUILD_INIT;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    struct build c CLEANUP(build_release) = BUILD_INIT;
    build_start(&a);
    build_type(&b, "inuse_space", "bytes");
    build_type(&c, "samples", "count");
    build_type(&c, "cpu", "nanoseconds");
    build_value_type(&c, 11, "wall", "nanoseconds");
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct error err;
    add(m, build_finish(&a));
    assert_int_equal(merge_add(m, build_finish(&b), MERGE_SOURCE, &err), E_INVALID);
    assert_non_null(strstr(err.text, "'inuse_space/bytes'"));
    assert_non_null(strstr(err.text, "'samples/count, cpu/nanoseconds'"));
    assert_int_equal(merge_add(m, build_finish(&c), MERGE_SOURCE, &err), E_INVALID);
    assert_non_null(strstr(err.text, "'wall/nanoseconds'"));
    assert_non_null(strstr(err.text, "'cpu/nanoseconds'"));
    assert_int_equal(merge_stats(m).inputs, 1);
}

static void samples_with_the_same_key_add_up(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_start(&b);
    struct build_sample s = {.locations = {1},
                             .locations_count = 1,
                             .values = {1, -10},
                             .values_count = 2,
                             .labels = {{"b", "2", 0, NULL}, {"a", NULL, 7, "ms"}, {"a", "1", 0, NULL}},
                             .labels_count = 3};
    build_sample(&b, s);
    s.labels[0] = (struct build_label){"a", "1", 0, NULL};
    s.labels[2] = (struct build_label){"b", "2", 0, NULL};
    build_sample(&b, s);
    s.labels[1].unit = "s";
    build_sample(&b, s);
    struct slice body = build_finish(&b);
    struct buf out CLEANUP(buf_release) = merged_of(&body, 1);
    char *meaning = meaning_of(buf_slice(&out));
    assert_string_equal(meaning, "samples:\n"
                                 "+0 main(main :0):7:0\n| a=1,0;b=2,0;a=,7ms; 2 -20\n"
                                 "+0 main(main :0):7:0\n| a=1,0;b=2,0;a=,7s; 1 -10\n");
    free(meaning);
}

static void labels_with_the_same_key_keep_their_order(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_start(&b);
    struct build_sample s = {.values = {1, 1},
                             .values_count = 2,
                             .labels = {{"k", "z", 0, NULL}, {"k", "a", 0, NULL}},
                             .labels_count = 2};
    build_sample(&b, s);
    struct build_label kept = s.labels[0];
    s.labels[0] = s.labels[1];
    s.labels[1] = kept;
    build_sample(&b, s);
    struct slice body = build_finish(&b);
    struct buf out CLEANUP(buf_release) = merged_of(&body, 1);
    char *meaning = meaning_of(buf_slice(&out));
    assert_string_equal(meaning, "samples:\n| k=a,0;k=z,0; 1 1\n| k=z,0;k=a,0; 1 1\n");
    free(meaning);
}

static void what_adds_up_to_zero_vanishes_with_all_it_reached(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_start(&b);
    build_function(&b, (struct build_function){.id = 2, .name = "secret", .file = "secret.go"});
    build_mapping(&b, (struct build_mapping){.id = 1, .limit = 4096, .file = "/bin/app"});
    build_mapping(&b, (struct build_mapping){.id = 2, .limit = 4096, .file = "/lib/secret"});
    build_location(
        &b, (struct build_location){.id = 2, .mapping = 2, .lines = {{.function = 2}}, .lines_count = 1});
    build_sample(&b, (struct build_sample){
                         .locations = {1}, .locations_count = 1, .values = {1, 1}, .values_count = 2});
    struct build_sample s = {.locations = {2, 1},
                             .locations_count = 2,
                             .values = {5, -5},
                             .values_count = 2,
                             .labels = {{"secret", "secret", 0, NULL}},
                             .labels_count = 1};
    build_sample(&b, s);
    s.values[0] = -5, s.values[1] = 5;
    build_sample(&b, s);
    s.values[0] = 0, s.values[1] = 0;
    s.labels_count = 0;
    build_sample(&b, s);
    struct slice body = build_finish(&b);
    struct reading r CLEANUP(reading_release);
    read_back(&r, merged_of(&body, 1));
    assert_int_equal(r.profile.samples_count, 1);
    assert_int_equal(r.profile.locations.count, 1);
    assert_int_equal(r.profile.functions.count, 1);
    assert_int_equal(r.profile.mappings.count, 1);
    assert_null(memmem(r.bytes.ptr, r.bytes.len, "secret", 6));
}

/* A profile with one mapping at `start` and one sample in it. */
static struct slice mapped(struct build *b, struct build_mapping m, uint64_t address, int64_t time)
{
    build_start(b);
    m.id = 3;
    build_mapping(b, m);
    build_location(b, (struct build_location){.id = 2, .mapping = 3, .address = address});
    build_sample(b, (struct build_sample){
                        .locations = {2}, .locations_count = 1, .values = {1, 1}, .values_count = 2});
    build_number(b, 9, time);
    return build_finish(b);
}

static void a_file_that_is_loaded_elsewhere_folds_in_with_its_addresses(void **state)
{
    (void)state;
    struct build a CLEANUP(build_release) = BUILD_INIT;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    struct slice bodies[] = {
        mapped(
            &a,
            (struct build_mapping){.start = 0x7000, .limit = 0x8001, .file = "/lib/new", .build_id = "abc"},
            0x7123, 1),
        mapped(
            &b,
            (struct build_mapping){.start = 0x5000, .limit = 0x7000, .file = "/lib/old", .build_id = "abc"},
            0x5123, 2)};
    struct reading r CLEANUP(reading_release);
    read_back(&r, merged_of(bodies, 2));
    assert_int_equal(r.profile.mappings.count, 1);
    assert_int_equal(r.profile.samples_count, 1);
    const struct profile_mapping *m = &COLUMN_AT(r.profile.mappings, struct profile_mapping)[0];
    assert_int_equal(m->start, 0x5000);
    assert_string(&r, m->filename, "/lib/old");
    assert_int_equal(COLUMN_AT(r.profile.locations, struct profile_location)[0].address, 0x5123);
}

static void mappings_of_other_size_offset_or_name_stay_apart(void **state)
{
    (void)state;
    static const struct build_mapping others[] = {
        {.start = 0x5000, .limit = 0x7001, .file = "/lib/a"},
        {.start = 0x5000, .limit = 0x7000, .offset = 1, .file = "/lib/a"},
        {.start = 0x5000, .limit = 0x7000, .file = "/lib/b"},
        {.start = 0x5000, .limit = 0x7000},
    };
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        struct build a CLEANUP(build_release) = BUILD_INIT;
        struct build b CLEANUP(build_release) = BUILD_INIT;
        struct slice bodies[] = {
            mapped(&a, (struct build_mapping){.start = 0x5000, .limit = 0x7000, .file = "/lib/a"}, 0x5123, 1),
            mapped(&b, others[i], 0x5123, 2)};
        struct reading r CLEANUP(reading_release);
        read_back(&r, merged_of(bodies, 2));
        assert_int_equal(r.profile.mappings.count, 2);
        assert_int_equal(r.profile.samples_count, 2);
    }
}

static void the_first_mapping_of_the_earliest_profile_comes_first(void **state)
{
    (void)state;
    for (int order = 0; order < 2; order++) {
        struct build a CLEANUP(build_release) = BUILD_INIT;
        struct build b CLEANUP(build_release) = BUILD_INIT;
        struct slice bodies[] = {
            mapped(&a, (struct build_mapping){.start = 0x1000, .limit = 0x2000, .file = "/late"}, 0x1001, 2),
            mapped(&b, (struct build_mapping){.start = 0x5000, .limit = 0x6000, .file = "/early"}, 0x5001,
                   1)};
        struct slice turned[] = {bodies[order], bodies[1 - order]};
        struct reading r CLEANUP(reading_release);
        read_back(&r, merged_of(turned, 2));
        assert_string(&r, COLUMN_AT(r.profile.mappings, struct profile_mapping)[0].filename, "/early");
    }
}

static void a_mapping_has_symbols_only_if_it_has_them_in_every_profile(void **state)
{
    (void)state;
    struct build a CLEANUP(build_release) = BUILD_INIT;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    struct build_mapping m = {.limit = 0x2000, .file = "/a", .has_functions = true};
    struct slice bodies[2] = {mapped(&a, m, 1, 1)};
    m.has_functions = false;
    bodies[1] = mapped(&b, m, 2, 2);
    struct reading one CLEANUP(reading_release);
    read_back(&one, merged_of(bodies, 1));
    assert_int_equal(COLUMN_AT(one.profile.mappings, struct profile_mapping)[0].flags, MAPPING_HAS_FUNCTIONS);
    struct reading both CLEANUP(reading_release);
    read_back(&both, merged_of(bodies, 2));
    assert_int_equal(COLUMN_AT(both.profile.mappings, struct profile_mapping)[0].flags, 0);
}

static void a_sum_that_does_not_fit_is_declared(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_start(&b);
    build_sample(&b, (struct build_sample){.values = {INT64_MAX, 1}, .values_count = 2});
    struct slice body = build_finish(&b);
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    add(m, body);
    struct buf one = written(m);
    buf_release(&one);
    assert_false(merge_stats(m).saturated);
    add(m, body);
    struct reading r CLEANUP(reading_release);
    read_back(&r, written(m));
    assert_true(merge_stats(m).saturated);
    assert_int_equal(r.profile.comments.count, 1);
    assert_non_null(memmem(r.bytes.ptr, r.bytes.len, "did not fit in 64 bits", 22));
    char *meaning = meaning_of(buf_slice(&r.bytes));
    assert_string_equal(meaning, "samples:\n|  9223372036854775807 2\n");
    free(meaning);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_combined),
        cmocka_unit_test(comments_are_bounded_together_too),
        cmocka_unit_test(unlike_sample_types_are_refused_naming_both),
        cmocka_unit_test(samples_with_the_same_key_add_up),
        cmocka_unit_test(labels_with_the_same_key_keep_their_order),
        cmocka_unit_test(what_adds_up_to_zero_vanishes_with_all_it_reached),
        cmocka_unit_test(a_file_that_is_loaded_elsewhere_folds_in_with_its_addresses),
        cmocka_unit_test(mappings_of_other_size_offset_or_name_stay_apart),
        cmocka_unit_test(the_first_mapping_of_the_earliest_profile_comes_first),
        cmocka_unit_test(a_mapping_has_symbols_only_if_it_has_them_in_every_profile),
        cmocka_unit_test(a_sum_that_does_not_fit_is_declared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
