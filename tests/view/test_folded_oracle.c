/*
 * google/pprof as the judge of folded stacks: every stack and every sum, on real profiles, differences of
 * them and random ones. tests/oracle/folded/ holds the Go program that reads and compares.
 */
#include "tests/pprof/judging.h"
#include "tests/view/growing.h"

static int set_up(void **state)
{
    (void)state;
    return oracle_build("./folded");
}

/* --- cases ---------------------------------------------------------------- */

/* One sample type of a profile, or of a difference if there is a base. */
static void add_case(struct cases *c, struct slice source, struct slice base, unsigned type)
{
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    char words[32];
    (void)snprintf(words, sizeof words, "sample_index=%u", type);
    add(m, source);
    if (base.len > 0)
        assert_int_equal(merge_add(m, base, MERGE_BASE, NULL), OK);
    struct buf ours CLEANUP(buf_release) = rendered(m, words, folded_render);
    case_file(c, buf_slice(&ours));
    buf_printf(&c->lines, " %u", type);
    case_file(c, source);
    if (base.len > 0)
        case_file(c, base);
    case_end(c);
}

/* --- tests ---------------------------------------------------------------- */

static void real_profiles_fold_alike(void **state)
{
    (void)state;
    static const struct {
        const char *source, *base;
        unsigned types;
    } files[] = {{"go/cpu-000.pb.gz", NULL, 2},          {"go/cpu-000.pb.gz", "go/cpu-009.pb.gz", 2},
                 {"go/heap-000.pb.gz", NULL, 4},         {"go/mutex-005.pb.gz", "go/block-005.pb.gz", 2},
                 {"go/goroutine-005.pb.gz", NULL, 1},    {"node/time_0.pb.gz", NULL, 2},
                 {"go/threadcreate-005.pb.gz", NULL, 1}, {"go/cpu-empty.pb.gz", "go/cpu-009.pb.gz", 2}};
    if (!oracle)
        skip();

    struct cases c CLEANUP(cases_release) = CASES_INIT;
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct buf source CLEANUP(buf_release) = read_data(files[i].source);
        struct buf base CLEANUP(buf_release) = BUF_INIT(ROOMY);
        if (files[i].base)
            base = read_data(files[i].base);
        for (unsigned type = 0; type < files[i].types; type++)
            add_case(&c, buf_slice(&source), buf_slice(&base), type);
    }
    judge(&c);
}

static void random_profiles_fold_alike(void **state)
{
    (void)state;
    if (!oracle)
        skip();

    struct cases c CLEANUP(cases_release) = CASES_INIT;
    for (uint64_t seed = 0; seed < 300; seed++) {
        struct random random;
        random_seed(&random, seed);
        struct build b CLEANUP(build_release) = BUILD_INIT, d CLEANUP(build_release) = BUILD_INIT;
        struct slice source = random_profile(&b, &random), base = random_profile(&d, &random);
        add_case(&c, source, seed % 2 ? base : SLICE_NULL, (unsigned)(seed / 2 % 2));
    }
    judge(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_profiles_fold_alike),
        cmocka_unit_test(random_profiles_fold_alike),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
