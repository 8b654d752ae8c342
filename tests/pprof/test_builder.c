/* What is built is a profile that says the same; what cannot be done is said at the end. */
#include "pprof/builder.h"

#include "base/budget.h"
#include "tests/pprof/merging.h"
#include "tests/pprof/readers.h"

struct building {
    struct buf out;
    struct quota quota;
    struct builder b;
};

static void begin(struct building *x)
{
    *x = (struct building){.out = BUF_INIT(ROOMY), .quota = QUOTA_INIT(ROOMY, NULL)};
    builder_init(&x->b, &x->out, &x->quota);
}

static void building_release(struct building *x)
{
    builder_release(&x->b);
    assert_int_equal(x->quota.used, 0);
    buf_release(&x->out);
}

static void finish(struct building *x, const struct builder_header *header)
{
    struct error err = {0};
    enum status status = builder_finish(&x->b, header, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(status, OK);
    assert_int_equal(readers_compare(buf_slice(&x->out), ROOMY), READERS_AGREE);
}

static void assert_too_large(struct building *x, const char *expected)
{
    struct error err = {0};
    assert_true(builder_failed(&x->b));
    assert_int_equal(builder_finish(&x->b, &(struct builder_header){.period = 1}, &err), E_TOO_LARGE);
    assert_string_equal(err.text, expected);
}

static void a_profile_is_what_was_put_in(void **state)
{
    (void)state;
    struct building x CLEANUP(building_release);
    begin(&x);
    builder_type(&x.b, SLICE("samples"), SLICE("count"));
    builder_type(&x.b, SLICE("cpu"), SLICE("nanoseconds"));
    uint32_t app = builder_mapping(&x.b, &(struct builder_mapping){.start = 0x400000,
                                                                   .limit = 0x500000,
                                                                   .offset = 0x1000,
                                                                   .file = SLICE("/bin/app"),
                                                                   .build_id = SLICE("abc"),
                                                                   .flags = MAPPING_HAS_FUNCTIONS});
    struct symbol_line lines[] = {
        {.line = 7,
         .column = 3,
         .function = builder_function(&x.b, &(struct builder_function){SLICE("read")})},
        {.line = 9,
         .function = builder_function(&x.b, &(struct builder_function){SLICE("parse"), SLICE("_parse"),
                                                                       SLICE("p.c"), 8})},
    };
    builder_frame(&x.b, builder_location(&x.b, &(struct builder_location){0x401000, app, 2, lines}));
    builder_frame(&x.b, builder_name(&x.b, SLICE("main")));
    builder_text_label(&x.b, SLICE("comm"), SLICE("app"));
    builder_text_label(&x.b, SLICE("empty"), SLICE(""));
    builder_number_label(&x.b, SLICE("bytes"), 64, SLICE("bytes"));
    builder_number_label(&x.b, SLICE("nothing"), 0, SLICE(""));
    builder_sample(&x.b, (int64_t[]){2, -50});
    builder_frame(&x.b, builder_address(&x.b, 0x99, BUILDER_NONE));
    builder_sample(&x.b, (int64_t[]){1, 5});
    builder_sample(&x.b, (int64_t[]){3, 4});
    finish(&x, &(struct builder_header){.time_nanos = 1700000000000000000,
                                        .duration_nanos = 10,
                                        .period_type = SLICE("cpu"),
                                        .period_unit = SLICE("nanoseconds"),
                                        .period = 4,
                                        .default_type = SLICE("samples"),
                                        .drop_frames = SLICE("malloc"),
                                        .keep_frames = SLICE("main")});
    char *meaning = meaning_of(buf_slice(&x.out));
    assert_string_equal(meaning,
                        "samples:\n"
                        "+99\n|  1 5\n"
                        "abc@1000/100+1000 read(read :0):7:3 parse(_parse p.c:8):9:0\n+0 main(main :0):0:0\n"
                        "| comm=app,0;bytes=,64bytes; 2 -50\n"
                        "|  3 4\n");
    free(meaning);
    struct reading r CLEANUP(reading_release);
    read_back(&r, buf_take(&x.out));
    assert_int_equal(r.profile.time_nanos, 1700000000000000000);
    assert_int_equal(r.profile.duration_nanos, 10);
    assert_int_equal(r.profile.period, 4);
    assert_int_equal(profile_default_type(&r.profile), 0);
    assert_string(&r, r.profile.drop_frames, "malloc");
    assert_string(&r, r.profile.keep_frames, "main");
    assert_string(&r, r.profile.period_type.unit, "nanoseconds");
    assert_int_equal(COLUMN_AT(r.profile.mappings, struct profile_mapping)->flags, MAPPING_HAS_FUNCTIONS);
}

static void things_that_come_again_are_kept_once(void **state)
{
    (void)state;
    struct building x CLEANUP(building_release);
    begin(&x);
    builder_type(&x.b, SLICE("samples"), SLICE("count"));
    for (int i = 0; i < 3; i++) {
        builder_frame(&x.b, builder_name(&x.b, SLICE("leaf")));
        builder_frame(&x.b, builder_address(&x.b, 7, BUILDER_NONE));
        builder_sample(&x.b, &(int64_t){1});
    }
    finish(&x, &(struct builder_header){.period = 1});
    struct reading r CLEANUP(reading_release);
    read_back(&r, buf_take(&x.out));
    assert_int_equal(r.profile.samples_count, 3);
    assert_int_equal(r.profile.locations.count, 2);
    assert_int_equal(r.profile.functions.count, 1);
    assert_int_equal(r.profile.strings.count, 4);
}

static void a_stack_can_be_turned_around(void **state)
{
    (void)state;
    struct building x CLEANUP(building_release);
    begin(&x);
    builder_type(&x.b, SLICE("samples"), SLICE("count"));
    for (uint64_t depth = 0; depth < 4; depth++) {
        for (uint64_t i = 1; i <= depth; i++)
            builder_frame(&x.b, builder_address(&x.b, i, BUILDER_NONE));
        builder_turn(&x.b);
        builder_sample(&x.b, &(int64_t){1});
    }
    finish(&x, &(struct builder_header){.period = 1});
    char *meaning = meaning_of(buf_slice(&x.out));
    assert_string_equal(meaning, "samples:\n+1\n|  1\n+2\n+1\n|  1\n+3\n+2\n+1\n|  1\n|  1\n");
    free(meaning);
}

static void locations_can_be_placed_last(void **state)
{
    (void)state;
    struct building x CLEANUP(building_release);
    begin(&x);
    builder_type(&x.b, SLICE("samples"), SLICE("count"));
    builder_frame(&x.b, builder_address(&x.b, 0x30, BUILDER_NONE));
    builder_sample(&x.b, &(int64_t){1});
    assert_int_equal(builder_locations(&x.b), 1);
    assert_int_equal(builder_address_of(&x.b, 0), 0x30);
    builder_place(&x.b, 0, 0);
    builder_mapping(&x.b, &(struct builder_mapping){.start = 0x10, .limit = 0x1010, .file = SLICE("a")});
    finish(&x, &(struct builder_header){.period = 1});
    char *meaning = meaning_of(buf_slice(&x.out));
    assert_string_equal(meaning, "samples:\na@0/1+20\n|  1\n");
    free(meaning);
}

static void limits_are_kept_and_the_first_is_named(void **state)
{
    (void)state;
    struct building deep CLEANUP(building_release);
    begin(&deep);
    builder_type(&deep.b, SLICE("samples"), SLICE("count"));
    uint32_t location = builder_address(&deep.b, 1, BUILDER_NONE);
    for (size_t i = 0; i < LIMIT_PPROF_DEPTH; i++)
        builder_frame(&deep.b, location);
    assert_false(builder_failed(&deep.b));
    builder_frame(&deep.b, location);
    for (size_t i = 0; i <= LIMIT_PPROF_LABELS; i++)
        builder_text_label(&deep.b, SLICE("a"), SLICE("b"));
    builder_sample(&deep.b, &(int64_t){1});
    assert_too_large(&deep, "a sample has more than 4096 locations");

    struct building labels CLEANUP(building_release);
    begin(&labels);
    for (size_t i = 0; i <= LIMIT_PPROF_LABELS; i++)
        builder_text_label(&labels.b, SLICE("a"), SLICE("b"));
    assert_too_large(&labels, "the profile has more than 256 labels at a sample");

    struct building types CLEANUP(building_release);
    begin(&types);
    for (size_t i = 0; i <= LIMIT_PPROF_TYPES; i++)
        builder_type(&types.b, SLICE("a"), SLICE("b"));
    assert_too_large(&types, "the profile has more than 64 sample types");

    struct building own CLEANUP(building_release);
    begin(&own);
    builder_refuse(&own.b, "nuts", 5);
    assert_too_large(&own, "the profile has more than 5 nuts");
}

/* With every amount of memory up to enough: no leak, and the fault is one of memory. */
static void memory_is_bounded(void **state)
{
    (void)state;
    bool done = false;
    for (size_t max = 0; !done; max += 64) {
        for (int which = 0; which < 2; which++) {
            struct building x CLEANUP(building_release);
            begin(&x);
            *(which == 0 ? &x.out.max : &x.quota.max) = max;
            builder_type(&x.b, SLICE("samples"), SLICE("count"));
            for (uint64_t i = 0; i < 40; i++) {
                char name[16];
                (void)snprintf(name, sizeof name, "f%lu", i);
                builder_frame(&x.b, builder_name(&x.b, slice_of(name)));
                builder_number_label(&x.b, SLICE("n\xff"), 5, SLICE("ms"));
                builder_sample(&x.b, &(int64_t){1});
            }
            builder_mapping(&x.b, &(struct builder_mapping){.file = SLICE("a")});
            enum status status = builder_finish(&x.b, &(struct builder_header){.period = 1}, NULL);
            assert_true(status == OK || status == E_TOO_LARGE);
            done = status == OK && which == 1;
        }
        assert_true(max < 100000);
    }
}

static void a_shared_budget_that_is_used_up_is_busy(void **state)
{
    (void)state;
    struct budget budget;
    budget_init(&budget, 100);
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct quota quota = QUOTA_INIT(ROOMY, &budget);
    struct builder b;
    builder_init(&b, &out, &quota);
    builder_type(&b, SLICE("samples"), SLICE("count"));
    assert_true(builder_failed(&b));
    assert_int_equal(builder_finish(&b, &(struct builder_header){.period = 1}, NULL), E_BUSY);
    builder_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_profile_is_what_was_put_in),
        cmocka_unit_test(things_that_come_again_are_kept_once),
        cmocka_unit_test(a_stack_can_be_turned_around),
        cmocka_unit_test(locations_can_be_placed_last),
        cmocka_unit_test(limits_are_kept_and_the_first_is_named),
        cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(a_shared_budget_that_is_used_up_is_busy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
