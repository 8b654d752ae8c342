/*
 * Joining: whatever the grouping, the bytes are those of one merge of all inputs. Sources and bases, damaged
 * inputs in between, sums beyond 64 bits and headers that compete for being first included.
 */
#include "tests/pprof/merging.h"

enum { MANY = 7, ROUNDS = 150, PARTS = 3 };

struct input {
    struct build build;
    struct slice body;
    enum merge_side side;
};

/* Random profiles with a header worth joining; some are bases. */
static void make_inputs(struct input inputs[MANY], struct random *r)
{
    static const char *const texts[] = {"samples", "cpu", "other"};
    for (size_t i = 0; i < MANY; i++) {
        struct build *b = &inputs[i].build;
        *b = BUILD_INIT;
        for (uint32_t field = 7; field <= 8; field++)
            build_number(b, field, (int64_t)build_string(b, texts[random_below(r, 3)]));
        for (uint64_t k = random_below(r, 3); k > 0; k--)
            build_number(b, 13, (int64_t)build_string(b, texts[random_below(r, 3)]));
        if (random_below(r, 2) == 0)
            build_number(b, 14, (int64_t)build_string(b, texts[random_below(r, 2)]));
        build_number(b, 15, (int64_t)build_string(b, texts[random_below(r, 3)]));
        inputs[i].body = random_profile(b, r);
        inputs[i].side = random_below(r, 3) == 0 ? MERGE_BASE : MERGE_SOURCE;
    }
}

static void release_inputs(struct input inputs[MANY])
{
    for (size_t i = 0; i < MANY; i++)
        build_release(&inputs[i].build);
}

static void add_input(struct merge *m, const struct input *in)
{
    assert_int_equal(merge_add(m, in->body, in->side, NULL), OK);
}

/* One that is refused in the middle of its samples leaves its symbols behind, unused. */
static void add_damaged(struct merge *m)
{
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_start(&b);
    build_function(&b, (struct build_function){.id = 2, .name = "rubbish"});
    build_mapping(&b, (struct build_mapping){.id = 9, .limit = 4096, .file = "/rubbish"});
    build_location(
        &b, (struct build_location){.id = 2, .mapping = 9, .lines = {{.function = 2}}, .lines_count = 1});
    build_sample(&b, (struct build_sample){
                         .locations = {2}, .locations_count = 1, .values = {7, 7}, .values_count = 2});
    build_sample(&b, (struct build_sample){
                         .locations = {3}, .locations_count = 1, .values = {7, 7}, .values_count = 2});
    assert_int_equal(merge_add(m, build_finish(&b), MERGE_SOURCE, NULL), E_INVALID);
}

static void joined_in_any_grouping_they_are_what_one_merge_gives(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        struct random random;
        random_seed(&random, seed);
        struct input inputs[MANY];
        make_inputs(inputs, &random);
        struct merge *all CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
        for (size_t i = 0; i < MANY; i++)
            add_input(all, &inputs[i]);
        struct buf expected CLEANUP(buf_release) = written(all);

        struct merge *parts[PARTS];
        for (size_t i = 0; i < PARTS; i++)
            parts[i] = merge_new(&(struct merge_options){0});
        for (size_t i = 0; i < MANY; i++) {
            struct merge *part = parts[random_below(&random, PARTS)];
            add_input(part, &inputs[i]);
            if (random_below(&random, 3) == 0)
                add_damaged(part);
        }
        size_t first = random_below(&random, PARTS), second = (first + 1) % PARTS;
        assert_int_equal(merge_join(parts[second], parts[(first + 2) % PARTS], NULL), OK);
        assert_int_equal(merge_join(parts[first], parts[second], NULL), OK);
        assert_int_equal(merge_stats(parts[first]).inputs, MANY);
        struct buf joined CLEANUP(buf_release) = written(parts[first]);
        assert_same_bytes(expected, joined);

        for (size_t i = 0; i < PARTS; i++)
            merge_free(parts[i]);
        release_inputs(inputs);
    }
}

static void more_may_be_added_after_joining(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 77);
    struct input inputs[MANY];
    make_inputs(inputs, &random);
    struct merge *all CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    for (size_t i = 0; i < MANY; i++) {
        struct merge *part CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
        add_input(all, &inputs[i]);
        if (i % 2 == 0) {
            add_input(m, &inputs[i]);
            continue;
        }
        add_input(part, &inputs[i]);
        assert_int_equal(merge_join(m, part, NULL), OK);
    }
    struct buf expected CLEANUP(buf_release) = written(all);
    struct buf joined CLEANUP(buf_release) = written(m);
    assert_same_bytes(expected, joined);
    release_inputs(inputs);
}

static void real_profiles_are_joined_to_the_same_bytes(void **state)
{
    (void)state;
    static const char *const files[] = {"go/cpu-000.pb.gz", "go/cpu-009.pb.gz", "go/compile-1.pb.gz",
                                        "go/compile-5.pb.gz"};
    struct merge *all CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct merge *part = NULL;
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct buf b CLEANUP(buf_release) = read_data(files[i]);
        enum merge_side side = i == 2 ? MERGE_BASE : MERGE_SOURCE;
        assert_int_equal(merge_add(all, buf_slice(&b), side, NULL), OK);
        assert_int_equal(merge_add(i % 2 ? part : m, buf_slice(&b), side, NULL), OK);
        if (i == 0)
            part = merge_new_partial(m);
    }
    assert_int_equal(merge_join(m, part, NULL), OK);
    merge_free(part);
    struct buf expected CLEANUP(buf_release) = written(all);
    struct buf joined CLEANUP(buf_release) = written(m);
    assert_same_bytes(expected, joined);
}

/* --- sums ----------------------------------------------------------------- */

static struct merge *merge_of_values(const int64_t *values, size_t count)
{
    struct merge *m = merge_new(&(struct merge_options){0});
    for (size_t i = 0; i < count; i++) {
        struct build b CLEANUP(build_release) = BUILD_INIT;
        build_start(&b);
        build_sample(&b, (struct build_sample){.values = {values[i], 1}, .values_count = 2});
        add(m, build_finish(&b));
    }
    return m;
}

static void a_sum_that_left_64_bits_in_one_part_comes_back_with_another(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = merge_of_values((int64_t[]){INT64_MAX, INT64_MAX, 7}, 3);
    struct merge *part CLEANUP(merge_freep) = merge_of_values((int64_t[]){INT64_MIN, INT64_MIN}, 2);
    assert_int_equal(merge_join(m, part, NULL), OK);
    struct buf out CLEANUP(buf_release) = written(m);
    char *meaning = meaning_of(buf_slice(&out));
    assert_string_equal(meaning, "samples:\n|  5 5\n");
    free(meaning);
    assert_false(merge_stats(m).saturated);
}

static void what_two_parts_have_of_one_sum_beyond_the_range_is_declared(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = merge_of_values((int64_t[]){INT64_MAX}, 1);
    struct merge *part CLEANUP(merge_freep) = merge_of_values((int64_t[]){1}, 1);
    assert_int_equal(merge_join(m, part, NULL), OK);
    struct buf out CLEANUP(buf_release) = written(m);
    assert_true(merge_stats(m).saturated);
    assert_non_null(memmem(out.ptr, out.len, "did not fit in 64 bits", 22));
}

/* --- what cannot be joined ------------------------------------------------ */

static void parts_of_unlike_types_are_refused_naming_both_and_nothing_is_changed(void **state)
{
    (void)state;
    struct buf cpu CLEANUP(buf_release) = read_data("go/cpu-009.pb.gz");
    struct buf heap CLEANUP(buf_release) = read_data("go/heap-000.pb.gz");
    struct slice body = buf_slice(&cpu);
    struct buf expected CLEANUP(buf_release) = merged_of(&body, 1);
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct merge *part CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct error err;
    add(m, body);
    add(part, buf_slice(&heap));
    assert_int_equal(merge_join(m, part, &err), E_INVALID);
    assert_non_null(strstr(err.text, "alloc_objects/count"));
    assert_non_null(strstr(err.text, "samples/count, cpu/nanoseconds"));
    struct buf out CLEANUP(buf_release) = written(m);
    assert_same_bytes(expected, out);
}

static void comments_are_bounded_over_all_parts(void **state)
{
    (void)state;
    struct merge *parts[2];
    for (int i = 0; i < 2; i++) {
        struct build b CLEANUP(build_release) = BUILD_INIT;
        build_start(&b);
        struct buf *out = &b.out;
        uint64_t strings = 200; /* more than the builder has */
        for (uint64_t k = 0; k < LIMIT_PPROF_COMMENTS / 2 + 1; k++)
            wire_out_number(out, 13, strings + k);
        (void)build_finish(&b);
        for (size_t k = b.strings_count; k < strings; k++)
            wire_out_bytes(out, 6, SLICE("unused"));
        for (uint64_t k = 0; k < LIMIT_PPROF_COMMENTS / 2 + 1; k++) {
            char text[32];
            (void)snprintf(text, sizeof text, "%d-%lu", i, k);
            wire_out_bytes(out, 6, slice_of(text));
        }
        parts[i] = merge_new(&(struct merge_options){0});
        add(parts[i], buf_slice(out));
    }
    struct error err;
    assert_int_equal(merge_join(parts[0], parts[1], &err), E_TOO_LARGE);
    assert_non_null(strstr(err.text, "comments"));
    merge_free(parts[0]);
    merge_free(parts[1]);
}

static void an_empty_part_changes_nothing_and_takes_everything(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_release) = read_data("go/cpu-009.pb.gz");
    struct slice body = buf_slice(&b);
    struct buf expected CLEANUP(buf_release) = merged_of(&body, 1);
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct merge *empty CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct merge *full CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    add(full, body);
    assert_int_equal(merge_join(m, empty, NULL), OK);
    assert_int_equal(merge_join(m, full, NULL), OK);
    struct merge *idle CLEANUP(merge_freep) = merge_new_partial(m);
    assert_int_equal(merge_join(m, idle, NULL), OK);
    assert_int_equal(merge_stats(m).inputs, 1);
    struct buf out CLEANUP(buf_release) = written(m);
    assert_same_bytes(expected, out);
}

static void a_partial_merge_refuses_what_its_whole_would(void **state)
{
    (void)state;
    struct buf cpu CLEANUP(buf_release) = read_data("go/cpu-009.pb.gz");
    struct buf heap CLEANUP(buf_release) = read_data("go/heap-000.pb.gz");
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    add(m, buf_slice(&cpu));
    struct merge *part CLEANUP(merge_freep) = merge_new_partial(m);
    struct error whole, partial;
    assert_int_equal(merge_add(m, buf_slice(&heap), MERGE_SOURCE, &whole), E_INVALID);
    assert_int_equal(merge_add(part, buf_slice(&heap), MERGE_SOURCE, &partial), E_INVALID);
    assert_string_equal(whole.text, partial.text);
}

static void partial_merges_share_one_bound_and_give_all_back(void **state)
{
    (void)state;
    struct buf heap CLEANUP(buf_release) = read_data("go/heap-000.pb.gz");
    size_t refused = 0;
    for (size_t max = 512 * KIB; max <= 64 * MIB; max += max / 4) {
        struct budget budget;
        budget_init(&budget, SIZE_MAX);
        struct merge *m = merge_new(&(struct merge_options){.max_bytes = max, .budget = &budget});
        struct merge *part = NULL;
        enum status status = merge_add(m, buf_slice(&heap), MERGE_SOURCE, NULL);
        if (status == OK) {
            part = merge_new_partial(m);
            status = merge_add(part, buf_slice(&heap), MERGE_BASE, NULL);
        }
        if (status == OK)
            status = merge_join(m, part, NULL);
        assert_true(budget_used(&budget) <= max);
        if (status != OK) {
            refused++;
            assert_int_equal(status, E_TOO_LARGE);
        }
        merge_free(part);
        merge_free(m);
        assert_int_equal(budget_used(&budget), 0);
    }
    assert_in_range(refused, 3, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joined_in_any_grouping_they_are_what_one_merge_gives),
        cmocka_unit_test(more_may_be_added_after_joining),
        cmocka_unit_test(real_profiles_are_joined_to_the_same_bytes),
        cmocka_unit_test(a_sum_that_left_64_bits_in_one_part_comes_back_with_another),
        cmocka_unit_test(what_two_parts_have_of_one_sum_beyond_the_range_is_declared),
        cmocka_unit_test(parts_of_unlike_types_are_refused_naming_both_and_nothing_is_changed),
        cmocka_unit_test(comments_are_bounded_over_all_parts),
        cmocka_unit_test(an_empty_part_changes_nothing_and_takes_everything),
        cmocka_unit_test(a_partial_merge_refuses_what_its_whole_would),
        cmocka_unit_test(partial_merges_share_one_bound_and_give_all_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
