/* The quick reader: it knows the profiles that there are, and never says other than the exact one. */
#include "tests/pprof/readers.h"

#include "tests/pprof/fixture.h"

static enum readers compare(struct slice proto)
{
    /* A copy without a byte to spare, so that a sanitizer sees what is read behind the end. */
    char *copy = mem_copy(proto.ptr, proto.len);
    enum readers answer = readers_compare(slice_make(copy, proto.len), LIMIT_PPROF_SCRATCH_BYTES);
    free(copy);
    return answer;
}

static struct buf read_proto(const char *file)
{
    struct buf zipped CLEANUP(buf_release) = read_data(file);
    struct buf proto = BUF_INIT(ROOMY);
    assert_int_equal(gzip_inflate(buf_slice(&zipped), ROOMY, 1000, &proto, NULL), OK);
    return proto;
}

static void real_profiles_are_known(void **state)
{
    (void)state;
    static const char *const files[] = {
        "go/block-005.pb.gz",     "go/compile-1.pb.gz", "go/compile-5.pb.gz",        "go/cpu-000.pb.gz",
        "go/goroutine-005.pb.gz", "go/heap-000.pb.gz",  "go/cpu-009.pb.gz",          "go/mutex-005.pb.gz",
        "node/time_0.pb.gz",      "go/compile-2.pb.gz", "go/threadcreate-005.pb.gz",
    };
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct buf proto CLEANUP(buf_release) = read_proto(files[i]);
        if (compare(buf_slice(&proto)) != READERS_AGREE)
            fail_msg("%s: %d", files[i], compare(buf_slice(&proto)));
    }
}

static void damaged_profiles_are_read_alike(void **state)
{
    (void)state;
    static const char *const files[] = {"go/mutex-005.pb.gz", "go/threadcreate-005.pb.gz",
                                        "go/compile-2.pb.gz", "go/goroutine-005.pb.gz"};
    struct random r;
    size_t answers[READERS_REFUSE + 1] = {0};
    random_seed(&r, 11);
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct buf proto CLEANUP(buf_release) = read_proto(files[i]);
        for (int round = 0; round < 2500; round++) {
            struct buf wrong CLEANUP(buf_release) = BUF_INIT(ROOMY);
            buf_append(&wrong, buf_slice(&proto));
            for (uint64_t n = random_below(&r, 3); n < 3; n++) {
                char *byte = &wrong.ptr[random_below(&r, wrong.len)];
                *byte = (char)(random_below(&r, 2) ? *byte ^ 1 << random_below(&r, 8) : (int)random_u64(&r));
            }
            if (random_below(&r, 8) == 0)
                wrong.len = 1 + random_below(&r, wrong.len);
            enum readers answer = compare(buf_slice(&wrong));
            answers[answer]++;
            if (answer == READERS_DIFFER)
                fail_msg("%s differs in round %d", files[i], round);
        }
    }
    assert_true(answers[READERS_AGREE] > 100);
    assert_true(answers[READERS_ONLY_EXACT] > 10);
    assert_true(answers[READERS_REFUSE] > 100);
}

/* Now and then one more than there is of what is named. */
static uint64_t pick(struct random *r, uint64_t count)
{
    return random_below(r, 200) == 0 ? count + 1 : 1 + random_below(r, count);
}

static void plain_sample(struct build *b, struct random *r, uint64_t locations)
{
    struct build_sample s = {.locations_count = random_below(r, 9),
                             .values_count = 2 + (random_below(r, 300) == 0),
                             .labels_count = random_below(r, 3)};
    for (size_t k = 0; k < s.locations_count; k++)
        s.locations[k] = pick(r, locations);
    for (size_t k = 0; k < s.values_count; k++)
        s.values[k] = (int64_t)(random_u64(r) >> random_below(r, 64));
    for (size_t k = 0; k < s.labels_count; k++)
        s.labels[k] = random_label(r);
    build_sample(b, s);
}

/* Numbered 1, 2, 3..., the parts in any order but for the types. */
static struct slice plain_profile(struct build *b, struct random *r)
{
    static const char *const names[] = {"cpu", "main", "alloc_space", ""};
    enum { LOCATIONS = 9, FUNCTIONS = 4, MAPPINGS = 2 };
    uint64_t locations = 0, functions = 0, mappings = 0;
    b->is_unpacked = random_below(r, 2) == 0;
    build_type(b, names[random_below(r, 4)], "count");
    build_type(b, "cpu", names[random_below(r, 4)]);
    while (locations + functions + mappings < LOCATIONS + FUNCTIONS + MAPPINGS || random_below(r, 8) > 0) {
        uint64_t what = random_below(r, 8);
        if (what == 0 && mappings < MAPPINGS) {
            build_mapping(b, (struct build_mapping){.id = ++mappings, .limit = random_u64(r), .file = "app"});
        } else if (what == 1 && functions < FUNCTIONS) {
            build_function(b, (struct build_function){.id = ++functions, .name = names[random_below(r, 4)]});
        } else if (what == 2 && locations < LOCATIONS) {
            build_location(b, (struct build_location){.id = ++locations,
                                                      .mapping = random_below(r, 2) * pick(r, MAPPINGS),
                                                      .address = random_u64(r) >> random_below(r, 64),
                                                      .lines = {{.function = pick(r, FUNCTIONS), .line = -1},
                                                                {.function = pick(r, FUNCTIONS)}},
                                                      .lines_count = random_below(r, 3)});
        } else if (what > 2) {
            plain_sample(b, r, LOCATIONS);
        }
    }
    static const uint32_t numbers[] = {7, 8, 9, 10, 12, 13, 14, 15};
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        if (random_below(r, 2) == 0)
            build_number(b, numbers[i], (int64_t)random_below(r, 5));
    if (random_below(r, 2) == 0)
        build_value_type(b, 11, names[random_below(r, 4)], "count");
    return build_finish(b);
}

static void random_profiles_are_read_alike(void **state)
{
    (void)state;
    struct random r;
    size_t plain[READERS_REFUSE + 1] = {0}, any[READERS_REFUSE + 1] = {0};
    random_seed(&r, 12);
    for (int round = 0; round < 3000; round++) {
        struct build b CLEANUP(build_release) = BUILD_INIT;
        plain[compare(plain_profile(&b, &r))]++;
        struct build other CLEANUP(build_release) = BUILD_INIT;
        any[compare(random_profile(&other, &r))]++;
    }
    /* Every one that is plain and right is known. */
    assert_int_equal(plain[READERS_DIFFER] + plain[READERS_ONLY_EXACT], 0);
    assert_true(plain[READERS_AGREE] > 300 && plain[READERS_REFUSE] > 300);
    assert_int_equal(any[READERS_DIFFER] + any[READERS_REFUSE], 0);
}

/* `locations` numbered from 1, and one sample with these bytes as its packed location ids. */
static enum readers compare_stack(uint64_t locations, struct slice ids)
{
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_type(&b, "cpu", "nanoseconds");
    size_t begun = wire_out_begin(&b.out, 2);
    wire_out_bytes(&b.out, 1, ids);
    wire_out_number(&b.out, 2, 1);
    wire_out_end(&b.out, begun);
    for (uint64_t i = 1; i <= locations; i++)
        build_location(&b, (struct build_location){.id = i});
    return compare(build_finish(&b));
}

/* Stacks of every length around a block or two, and in each place the id that decides. */
static void every_place_of_a_stack_counts(void **state)
{
    (void)state;
    enum { LOCATIONS = 300 };
    const struct {
        struct slice id;
        enum readers expected;
    } cases[] = {
        {SLICE("\x01"), READERS_AGREE},          {SLICE("\x7f"), READERS_AGREE},
        {SLICE("\xac\x02"), READERS_AGREE},      {SLICE("\xad\x02"), READERS_REFUSE},
        {SLICE("\x00"), READERS_REFUSE},         {SLICE("\x80\x00"), READERS_REFUSE},
        {SLICE("\x81\x80\x00"), READERS_AGREE},  {SLICE("\x80\x80\x00"), READERS_REFUSE},
        {SLICE("\x81\x80\x01"), READERS_REFUSE}, {SLICE("\xff\x7f"), READERS_REFUSE},
    };
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        for (size_t ids = 1; ids <= 40; ids++) {
            for (size_t place = 0; place < ids; place += 1 + (ids > 20) * 2) {
                struct buf packed CLEANUP(buf_release) = BUF_INIT(ROOMY);
                for (size_t i = 0; i < ids; i++) {
                    if (i == place)
                        buf_append(&packed, cases[k].id);
                    else
                        wire_out_varint(&packed, i % 3 ? 1 + i : 200 + i);
                }
                enum readers answer = compare_stack(LOCATIONS, buf_slice(&packed));
                if (answer != cases[k].expected)
                    fail_msg("id %zu at %zu of %zu: %d", k, place, ids, answer);
            }
        }
    }
}

static void a_stack_that_ends_within_an_id_is_refused(void **state)
{
    (void)state;
    for (size_t len = 1; len <= 40; len++) {
        char bytes[40];
        memset(bytes, 1, sizeof bytes);
        assert_int_equal(compare_stack(2, slice_make(bytes, len)), READERS_AGREE);
        bytes[len - 1] = (char)0x81;
        assert_int_equal(compare_stack(2, slice_make(bytes, len)), READERS_REFUSE);
    }
}

static void ids_of_three_bytes_are_known(void **state)
{
    (void)state;
    enum { LOCATIONS = 16390 };
    for (uint64_t top = LOCATIONS - 1; top <= LOCATIONS + 1; top++) {
        struct buf packed CLEANUP(buf_release) = BUF_INIT(ROOMY);
        for (uint64_t i = 0; i < 20; i++)
            wire_out_varint(&packed, i == 9 ? top : 16380);
        assert_int_equal(compare_stack(LOCATIONS, buf_slice(&packed)),
                         top <= LOCATIONS ? READERS_AGREE : READERS_REFUSE);
    }
    /* 0 stays forbidden where there are more than 32767. */
    char zero[20];
    memset(zero, 1, sizeof zero);
    assert_int_equal(compare_stack(40000, slice_make(zero, sizeof zero)), READERS_AGREE);
    zero[9] = 0;
    assert_int_equal(compare_stack(40000, slice_make(zero, sizeof zero)), READERS_REFUSE);
}

static void values_of_every_length_are_summed_alike(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits <= 64; bits++) {
        for (int unpacked = 0; unpacked < 2; unpacked++) {
            struct build b CLEANUP(build_release) = BUILD_INIT;
            int64_t value = (int64_t)(bits == 0 ? 0 : UINT64_MAX >> (64 - bits));
            b.is_unpacked = unpacked;
            build_start(&b);
            for (int i = 0; i < 3; i++)
                build_sample(&b, (struct build_sample){.values = {value, -value}, .values_count = 2});
            assert_int_equal(compare(build_finish(&b)), READERS_AGREE);
        }
    }
}

static void what_is_out_of_the_plain_order_is_left_to_the_exact_reader(void **state)
{
    (void)state;
    struct build late CLEANUP(build_release) = BUILD_INIT;
    build_type(&late, "samples", "count");
    build_sample(&late, (struct build_sample){.values = {1, 2}, .values_count = 2});
    build_type(&late, "cpu", "nanoseconds");
    assert_int_equal(compare(build_finish(&late)), READERS_ONLY_EXACT);

    struct build wide CLEANUP(build_release) = BUILD_INIT;
    for (size_t i = 0; i <= LIMIT_SAMPLE_TYPES; i++)
        build_type(&wide, "cpu", "count");
    assert_int_equal(compare(build_finish(&wide)), READERS_ONLY_EXACT);

    struct build far CLEANUP(build_release) = BUILD_INIT;
    build_start(&far);
    build_location(&far, (struct build_location){.id = 7});
    assert_int_equal(compare(build_finish(&far)), READERS_ONLY_EXACT);

    struct build newer CLEANUP(build_release) = BUILD_INIT;
    build_start(&newer);
    build_number(&newer, 99, 1);
    assert_int_equal(compare(build_finish(&newer)), READERS_ONLY_EXACT);
}

static void names_beyond_the_table_are_refused_wherever_they_stand(void **state)
{
    (void)state;
    const struct slice parts[] = {
        SLICE("\x0a\x02\x08\x20"),
        SLICE("\x0a\x02\x10\x20"),
        SLICE("\x1a\x04\x08\x01\x28\x20"),
        SLICE("\x1a\x04\x08\x01\x30\x20"),
        SLICE("\x2a\x04\x08\x02\x10\x20"),
        SLICE("\x2a\x04\x08\x02\x18\x20"),
        SLICE("\x2a\x04\x08\x02\x20\x20"),
        SLICE("\x38\x20"),
        SLICE("\x40\x20"),
        SLICE("\x5a\x02\x08\x20"),
        SLICE("\x5a\x02\x10\x20"),
        SLICE("\x68\x20"),
        SLICE("\x6a\x02\x00\x20"),
        SLICE("\x70\x20"),
        SLICE("\x78\x20"),
        SLICE("\x22\x04\x08\x02\x10\x09"),
        SLICE("\x12\x08\x10\x01\x10\x01\x1a\x02\x08\x20"),
        SLICE("\x12\x08\x10\x01\x10\x01\x1a\x02\x10\x20"),
        SLICE("\x12\x08\x10\x01\x10\x01\x1a\x02\x20\x20"),
        SLICE("\x22\x06\x08\x02\x22\x02\x08\x09"),
        SLICE("\x22\x06\x08\x02\x22\x02\x10\x01"),
    };
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        struct build b CLEANUP(build_release) = BUILD_INIT;
        build_start(&b);
        buf_append(&b.out, parts[i]);
        enum readers answer = compare(build_finish(&b));
        if (answer != READERS_REFUSE)
            fail_msg("part %zu: %d", i, answer);
    }
}

/* Each ends within a number, whose end the bytes behind it could be. */
static void a_message_that_ends_within_a_number_is_refused(void **state)
{
    (void)state;
    const struct slice parts[] = {
        SLICE("\x0a\x03\x08\x01\x10"),
        SLICE("\x12\x05\x10\x01\x10\x01\x08"),
        SLICE("\x12\x05\x10\x01\x12\x01\x81"),
        SLICE("\x12\x07\x12\x02\x01\x81\x05\x08\x01"),
        SLICE("\x12\x07\x10\x01\x10\x01\x1a\x01\x08"),
        SLICE("\x1a\x03\x08\x01\x10"),
        SLICE("\x22\x03\x08\x02\x18"),
        SLICE("\x22\x07\x08\x02\x22\x03\x08\x01\x10"),
        SLICE("\x2a\x03\x08\x02\x28"),
        SLICE("\x5a\x03\x08\x01\x10"),
        SLICE("\x6a\x01\x80"),
    };
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        struct build b CLEANUP(build_release) = BUILD_INIT;
        build_start(&b);
        buf_append(&b.out, parts[i]);
        build_number(&b, 9, 1);
        build_number(&b, 10, 1);
        enum readers answer = compare(build_finish(&b));
        if (answer != READERS_REFUSE)
            fail_msg("part %zu: %d", i, answer);
    }
}

static void a_sample_has_a_value_for_each_type(void **state)
{
    (void)state;
    for (size_t values = 0; values <= LIMIT_SAMPLE_TYPES + 2; values++) {
        struct build b CLEANUP(build_release) = BUILD_INIT;
        for (size_t i = 0; i < LIMIT_SAMPLE_TYPES; i++)
            build_type(&b, "cpu", "count");
        size_t begun = wire_out_begin(&b.out, 2);
        for (size_t i = 0; i < values; i++)
            wire_out_number(&b.out, 2, i + 1);
        wire_out_end(&b.out, begun);
        assert_int_equal(compare(build_finish(&b)),
                         values == LIMIT_SAMPLE_TYPES ? READERS_AGREE : READERS_REFUSE);
    }

    struct build late CLEANUP(build_release) = BUILD_INIT;
    build_type(&late, "samples", "count");
    build_sample(&late, (struct build_sample){.values = {1}, .values_count = 1});
    build_type(&late, "cpu", "nanoseconds");
    assert_int_equal(compare(build_finish(&late)), READERS_REFUSE);
}

static void a_second_time_is_refused(void **state)
{
    (void)state;
    for (int first = 0; first < 2; first++) {
        struct build b CLEANUP(build_release) = BUILD_INIT;
        build_start(&b);
        wire_out_varint(&b.out, 9 << 3);
        wire_out_varint(&b.out, (uint64_t)first);
        build_number(&b, 9, 2);
        assert_int_equal(compare(build_finish(&b)), first ? READERS_REFUSE : READERS_AGREE);
    }
}

static void little_memory_is_judged_alike(void **state)
{
    (void)state;
    size_t agreed = 0, only_exact = 0;
    struct buf proto CLEANUP(buf_release) = read_proto("go/goroutine-005.pb.gz");
    for (size_t scratch = KIB; scratch <= 256 * KIB; scratch += KIB) {
        enum readers answer = readers_compare(buf_slice(&proto), scratch);
        assert_int_not_equal(answer, READERS_DIFFER);
        agreed += answer == READERS_AGREE;
        only_exact += answer == READERS_ONLY_EXACT;
    }
    assert_true(agreed > 0 && only_exact > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_profiles_are_known),
        cmocka_unit_test(damaged_profiles_are_read_alike),
        cmocka_unit_test(random_profiles_are_read_alike),
        cmocka_unit_test(every_place_of_a_stack_counts),
        cmocka_unit_test(a_stack_that_ends_within_an_id_is_refused),
        cmocka_unit_test(ids_of_three_bytes_are_known),
        cmocka_unit_test(values_of_every_length_are_summed_alike),
        cmocka_unit_test(what_is_out_of_the_plain_order_is_left_to_the_exact_reader),
        cmocka_unit_test(names_beyond_the_table_are_refused_wherever_they_stand),
        cmocka_unit_test(a_message_that_ends_within_a_number_is_refused),
        cmocka_unit_test(a_sample_has_a_value_for_each_type),
        cmocka_unit_test(a_second_time_is_refused),
        cmocka_unit_test(little_memory_is_judged_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
