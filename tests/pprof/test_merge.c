/*
 * Merging has an algebra, on random and on real profiles: merging one is itself, order and grouping do not
 * matter, every total is kept, damage changes nothing. And it has bounds.
 */
#include "tests/pprof/merging.h"

/* --- the algebra ---------------------------------------------------------- */

enum { MANY = 6, ROUNDS = 150 };

static void random_profiles_merge_to_their_sum_in_any_order_and_grouping(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        struct random random;
        random_seed(&random, seed);
        struct build builds[MANY];
        struct slice bodies[MANY];
        struct meaning sum CLEANUP(meaning_release) = MEANING_INIT;
        for (size_t i = 0; i < MANY; i++) {
            builds[i] = BUILD_INIT;
            bodies[i] = random_profile(&builds[i], &random);
            meaning_add(&sum, bodies[i], 1);
        }
        struct buf all CLEANUP(buf_release) = merged_of(bodies, MANY);
        char *expected = meaning_text(&sum);
        char *meaning = meaning_of(buf_slice(&all));
        assert_string_equal(meaning, expected);

        struct slice shuffled[MANY];
        memcpy(shuffled, bodies, sizeof bodies);
        for (size_t i = MANY - 1; i > 0; i--) {
            size_t k = random_below(&random, i + 1);
            struct slice kept = shuffled[i];
            shuffled[i] = shuffled[k];
            shuffled[k] = kept;
        }
        struct buf again CLEANUP(buf_release) = merged_of(shuffled, MANY);
        assert_same_bytes(all, again);

        size_t cut = 1 + random_below(&random, MANY - 1);
        struct buf left CLEANUP(buf_release) = merged_of(bodies, cut);
        struct buf right CLEANUP(buf_release) = merged_of(bodies + cut, MANY - cut);
        struct buf grouped CLEANUP(buf_release) =
            merged_of((struct slice[]){buf_slice(&left), buf_slice(&right)}, 2);
        char *grouped_meaning = meaning_of(buf_slice(&grouped));
        assert_string_equal(grouped_meaning, expected);

        struct slice itself = buf_slice(&all);
        struct buf twice CLEANUP(buf_release) = merged_of(&itself, 1);
        assert_same_bytes(all, twice);

        free(expected);
        free(meaning);
        free(grouped_meaning);
        for (size_t i = 0; i < MANY; i++)
            build_release(&builds[i]);
    }
}

static void a_profile_compared_with_itself_has_a_total_of_zero(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_release) = read_data("go/cpu-000.pb.gz");
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    add(m, buf_slice(&b));
    size_t samples = merge_stats(m).samples;
    assert_int_equal(merge_add(m, buf_slice(&b), MERGE_BASE, NULL), OK);
    assert_int_equal(merge_stats(m).samples, 2 * samples);
    struct reading r CLEANUP(reading_release);
    read_back(&r, written(m));
    struct sample_reader reader;
    sample_reader_init(&reader);
    sample_reader_start(&reader, &r.profile);
    int64_t total = 0, base = 0;
    for (bool more = true; sample_next(&reader, &more, NULL) == OK && more;) {
        int64_t value = COLUMN_AT(reader.values, int64_t)[1];
        total += value;
        base += value < 0;
        assert_true(reader.labels.count > 0 || value > 0);
    }
    assert_int_equal(total, 0);
    assert_int_equal(base, samples);
    sample_reader_release(&reader, &r.quota);
}

static void damaged_inputs_change_nothing(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        struct random random;
        random_seed(&random, seed);
        struct build builds[3] = {BUILD_INIT, BUILD_INIT, BUILD_INIT};
        struct slice bodies[3];
        for (size_t i = 0; i < 3; i++)
            bodies[i] = random_profile(&builds[i], &random);
        struct buf clean CLEANUP(buf_release) = merged_of(bodies, 2);

        struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
        for (size_t i = 0; i < 2; i++) {
            for (int tries = 0; tries < 20; tries++) {
                char *damaged = mem_copy(bodies[2].ptr, bodies[2].len);
                damaged[random_below(&random, bodies[2].len)] ^= (char)(1 + random_below(&random, 255));
                struct merge *alone CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
                /* Some damage leaves a valid profile: only what is refused is added to the other one. */
                if (merge_add(alone, slice_make(damaged, bodies[2].len), MERGE_SOURCE, NULL) != OK)
                    assert_int_not_equal(merge_add(m, slice_make(damaged, bodies[2].len), MERGE_SOURCE, NULL),
                                         OK);
                free(damaged);
            }
            add(m, bodies[i]);
        }
        struct buf out CLEANUP(buf_release) = written(m);
        assert_same_bytes(clean, out);
        for (size_t i = 0; i < 3; i++)
            build_release(&builds[i]);
    }
}

static void a_damaged_first_input_does_not_fix_the_number_of_types(void **state)
{
    (void)state;
    struct build bad CLEANUP(build_release) = BUILD_INIT;
    build_type(&bad, "a", "count");
    build_mapping(&bad, (struct build_mapping){.id = 1, .limit = 4096, .file = "/bad"});
    build_location(&bad, (struct build_location){.id = 1, .mapping = 1});
    build_sample(&bad, (struct build_sample){
                           .locations = {1}, .locations_count = 1, .values = {7}, .values_count = 1});
    build_sample(&bad, (struct build_sample){
                           .locations = {2}, .locations_count = 1, .values = {7}, .values_count = 1});
    struct build good CLEANUP(build_release) = BUILD_INIT;
    build_start(&good);
    build_sample(&good, (struct build_sample){
                            .locations = {1}, .locations_count = 1, .values = {1, 2}, .values_count = 2});
    struct slice body = build_finish(&good);
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    assert_int_equal(merge_add(m, build_finish(&bad), MERGE_SOURCE, NULL), E_INVALID);
    struct buf nothing CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct error err;
    assert_int_equal(merge_write(m, &nothing, &err), E_INVALID);
    assert_string_equal(err.text, "no profiles to merge");
    add(m, body);
    struct buf out CLEANUP(buf_release) = written(m);
    struct buf clean CLEANUP(buf_release) = merged_of(&body, 1);
    assert_same_bytes(clean, out);
}

static void real_profiles_keep_their_totals_and_bytes_in_any_order(void **state)
{
    (void)state;
    static const char *const files[] = {"go/cpu-000.pb.gz", "go/cpu-009.pb.gz", "go/compile-1.pb.gz",
                                        "go/compile-5.pb.gz"};
    struct buf bodies[ARRAY_LEN(files)];
    struct slice slices[ARRAY_LEN(files)], turned[ARRAY_LEN(files)];
    int64_t total[2] = {0};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        bodies[i] = read_data(files[i]);
        slices[i] = turned[ARRAY_LEN(files) - 1 - i] = buf_slice(&bodies[i]);
    }
    struct buf a CLEANUP(buf_release) = merged_of(slices, ARRAY_LEN(files));
    struct buf b CLEANUP(buf_release) = merged_of(turned, ARRAY_LEN(files));
    assert_same_bytes(a, b);

    for (size_t i = 0; i <= ARRAY_LEN(files); i++) {
        struct reading r CLEANUP(reading_release);
        struct buf inflated = BUF_INIT(ROOMY);
        if (i < ARRAY_LEN(files))
            assert_int_equal(gzip_inflate(slices[i], ROOMY, 200, &inflated, NULL), OK);
        else
            buf_append(&inflated, buf_slice(&a));
        read_back(&r, inflated);
        struct sample_reader reader;
        sample_reader_init(&reader);
        sample_reader_start(&reader, &r.profile);
        for (bool more = true; sample_next(&reader, &more, NULL) == OK && more;)
            for (size_t k = 0; k < 2; k++)
                total[k] += COLUMN_AT(reader.values, int64_t)[k] * (i < ARRAY_LEN(files) ? 1 : -1);
        sample_reader_release(&reader, &r.quota);
    }
    assert_int_equal(total[0], 0);
    assert_int_equal(total[1], 0);
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        buf_release(&bodies[i]);
}

static void many_samples_are_in_canonical_order(void **state)
{
    (void)state;
    struct buf heap CLEANUP(buf_release) = read_data("go/heap-000.pb.gz");
    struct slice body = buf_slice(&heap);
    struct buf once CLEANUP(buf_release) = merged_of(&body, 1);
    /* Interned in the order in which it was written, which is another than the first. */
    struct slice itself = buf_slice(&once);
    struct buf again CLEANUP(buf_release) = merged_of(&itself, 1);
    assert_same_bytes(once, again);
}

static void text_forms_take_part(void **state)
{
    (void)state;
    static const char *const files[] = {"legacy/go-heap-debug1.txt", "legacy/go-goroutine-debug1.txt",
                                        "legacy/go-threadcreate-debug1.txt", "legacy/go-block-debug1.txt"};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct buf b CLEANUP(buf_release) = read_data(files[i]);
        struct buf one CLEANUP(buf_release) = merged_of((struct slice[]){buf_slice(&b)}, 1);
        struct buf two CLEANUP(buf_release) = merged_of((struct slice[]){buf_slice(&b), buf_slice(&one)}, 2);
        struct meaning sum CLEANUP(meaning_release) = MEANING_INIT;
        meaning_add(&sum, buf_slice(&one), 2);
        char *expected = meaning_text(&sum);
        char *meaning = meaning_of(buf_slice(&two));
        assert_string_equal(meaning, expected);
        assert_true(strlen(meaning) > 50);
        free(expected);
        free(meaning);
    }
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct error err;
    assert_int_equal(merge_add(m, SLICE("--- threadz 1 ---\n"), MERGE_SOURCE, &err), E_INVALID);
    assert_string_equal(err.text, "a thread profile in text form cannot be merged");
}

/* --- bounds --------------------------------------------------------------- */

static void over_its_memory_a_merge_says_how_to_narrow_the_question(void **state)
{
    (void)state;
    struct buf heap CLEANUP(buf_release) = read_data("go/heap-000.pb.gz");
    size_t refused = 0;
    for (size_t max = 64 * KIB; max <= 32 * MIB; max *= 2) {
        struct budget budget;
        budget_init(&budget, SIZE_MAX);
        struct merge *m = merge_new(&(struct merge_options){.max_bytes = max, .budget = &budget});
        struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
        struct error err;
        enum status status = merge_add(m, buf_slice(&heap), MERGE_SOURCE, &err);
        if (status == OK)
            status = merge_write(m, &out, &err);
        assert_true(merge_stats(m).bytes_peak <= max);
        if (status != OK) {
            refused++;
            assert_int_equal(status, E_TOO_LARGE);
            assert_non_null(strstr(err.text, "ask for a shorter time range or give more labels"));
            assert_int_equal(merge_add(m, buf_slice(&heap), MERGE_SOURCE, &err), E_TOO_LARGE);
            assert_int_equal(merge_write(m, &out, &err), E_TOO_LARGE);
        }
        merge_free(m);
        assert_int_equal(budget_used(&budget), 0);
    }
    assert_in_range(refused, 3, 8);
}

static void a_shared_budget_that_is_used_up_is_busy(void **state)
{
    (void)state;
    struct budget budget;
    budget_init(&budget, 2 * MIB);
    struct buf heap CLEANUP(buf_release) = read_data("go/heap-000.pb.gz");
    struct merge *m = merge_new(&(struct merge_options){.budget = &budget});
    struct error err;
    assert_int_equal(merge_add(m, buf_slice(&heap), MERGE_SOURCE, &err), E_BUSY);
    merge_free(m);
    assert_int_equal(budget_used(&budget), 0);
}

static void memory_does_not_grow_with_the_number_of_inputs(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_release) = read_data("go/cpu-009.pb.gz");
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    add(m, buf_slice(&b));
    size_t bytes = merge_stats(m).bytes;
    for (int i = 0; i < 50; i++)
        add(m, buf_slice(&b));
    assert_int_equal(merge_stats(m).bytes, bytes);
    assert_int_equal(merge_stats(m).inputs, 51);
}

static void an_output_that_is_too_small_is_told(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_release) = read_data("go/cpu-009.pb.gz");
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    add(m, buf_slice(&b));
    struct buf little CLEANUP(buf_release) = BUF_INIT(1000);
    assert_int_equal(merge_write(m, &little, NULL), E_TOO_LARGE);
    assert_int_equal(merge_write_raw(m, &little, NULL), E_TOO_LARGE);
    struct buf zipped CLEANUP(buf_release) = BUF_INIT(ROOMY);
    assert_int_equal(merge_write(m, &zipped, NULL), OK);
    struct buf raw CLEANUP(buf_release) = written(m);
    struct buf inflated CLEANUP(buf_release) = BUF_INIT(ROOMY);
    assert_int_equal(gzip_inflate(buf_slice(&zipped), ROOMY, 200, &inflated, NULL), OK);
    assert_same_bytes(raw, inflated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_profiles_merge_to_their_sum_in_any_order_and_grouping),
        cmocka_unit_test(a_profile_compared_with_itself_has_a_total_of_zero),
        cmocka_unit_test(damaged_inputs_change_nothing),
        cmocka_unit_test(a_damaged_first_input_does_not_fix_the_number_of_types),
        cmocka_unit_test(real_profiles_keep_their_totals_and_bytes_in_any_order),
        cmocka_unit_test(many_samples_are_in_canonical_order),
        cmocka_unit_test(text_forms_take_part),
        cmocka_unit_test(over_its_memory_a_merge_says_how_to_narrow_the_question),
        cmocka_unit_test(a_shared_budget_that_is_used_up_is_busy),
        cmocka_unit_test(memory_does_not_grow_with_the_number_of_inputs),
        cmocka_unit_test(an_output_that_is_too_small_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
