/*
 * Histories of replicas around a bad bucket (simulation.h). BRAZIER_SIM_SEEDS sets how many, 20,000 else;
 * BRAZIER_SIM_SEED=N prints one. A history that fails is played again with what concerns the lost profile.
 */
#include "tests/collector/simulation.h"
#include "tests/support/effort.h"

/* One program, as a simulation is no part of a library. NOLINTBEGIN(bugprone-suspicious-include) */
#include "tests/collector/simulation.c"
#include "tests/collector/simulation_bucket.c"
#include "tests/collector/simulation_client.c"
#include "tests/collector/simulation_follow.c"
#include "tests/collector/simulation_ingest.c"
#include "tests/collector/simulation_replica.c"
/* NOLINTEND(bugprone-suspicious-include) */

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SEEDS = EFFORT(20000) };
enum { FLAW_SEEDS = 3000 };

static uint64_t number_of(const char *name, uint64_t fallback)
{
    const char *text = getenv(name);
    uint64_t number;

    return text && slice_to_u64(slice_of(text), &number) ? number : fallback;
}

static void print_again(uint64_t seed, enum sim_flaw flaw, const struct sim_verdict *v)
{
    struct sim_counts counts = {0};
    struct sim_options options = {.flaw = flaw,
                                  .trace = true,
                                  .trace_post = v->post,
                                  .trace_replica = v->replica};

    fprintf(stderr, "seed %" PRIu64 ": %s\n", seed, v->failure);
    sim_run(seed, &options, &counts);
    fprintf(stderr, "all of it: BRAZIER_SIM_SEED=%" PRIu64 "\n", seed);
}

static void play(uint64_t from, uint64_t seeds, struct sim_counts *counts)
{
    struct sim_options options = {.trace_post = -1, .trace_replica = -1};

    for (uint64_t seed = from; seed < from + seeds; seed++) {
        struct sim_verdict v = sim_run(seed, &options, counts);

        if (!v.failed)
            continue;
        print_again(seed, FLAW_NONE, &v);
        fail_msg("seed %" PRIu64 ": %s", seed, v.failure);
    }
}

static void no_acknowledged_profile_is_missed_and_none_is_counted_twice(void **state)
{
    (void)state;
    struct sim_counts c = {0};
    uint64_t one = number_of("BRAZIER_SIM_SEED", 0);

    if (one > 0) {
        struct sim_options options = {.trace = true, .trace_post = -1, .trace_replica = -1};
        struct sim_verdict v = sim_run(one, &options, &c);

        if (v.failed)
            fail_msg("seed %" PRIu64 ": %s", one, v.failure);
        return;
    }
    play(1, number_of("BRAZIER_SIM_SEEDS", SEEDS), &c);
    /* Nothing of it was idle. */
    assert_true(c.repeated > 0 && c.late > 0 && c.minted_again > 0 && c.gave_up > 0 && c.orphans > 0);
    assert_true(c.aliases > 0 && c.deleted > 0 && c.failed_rounds > 0 && c.bad_pages > 0);
    assert_true(c.fresh > 0 && c.stale > 0 && c.pauses > 0 && c.crashes > 0 && c.rebuilds > 0);
    print_message("%" PRIu64 " acknowledged (%" PRIu64 " known before), %" PRIu64 " 2xx too late, %" PRIu64
                  " minted again, %" PRIu64 " given up, %" PRIu64 " committed after all, %" PRIu64
                  " aliases, %" PRIu64 " deleted\n",
                  c.acknowledged, c.repeated, c.late, c.minted_again, c.gave_up, c.orphans, c.aliases,
                  c.deleted);
    print_message("%" PRIu64 " rounds (%" PRIu64 " failed), %" PRIu64 " bad pages, %" PRIu64
                  " questions fresh, %" PRIu64 " stale, %" PRIu64 " pauses, %" PRIu64 " crashes, %" PRIu64
                  " rebuilds\n",
                  c.rounds, c.failed_rounds, c.bad_pages, c.fresh, c.stale, c.pauses, c.crashes, c.rebuilds);
}

static void the_same_seed_gives_the_same_history(void **state)
{
    (void)state;
    struct sim_options options = {.trace_post = -1, .trace_replica = -1};
    struct sim_counts first = {0}, second = {0};

    for (uint64_t seed = 1; seed <= 20; seed++)
        (void)sim_run(seed, &options, &first);
    for (uint64_t seed = 1; seed <= 20; seed++)
        (void)sim_run(seed, &options, &second);
    assert_memory_equal(&first, &second, sizeof(first));
}

/* A simulation that does not notice a flaw shows nothing. */
static void assert_caught(enum sim_flaw flaw)
{
    struct sim_options options = {.flaw = flaw, .trace_post = -1, .trace_replica = -1};
    struct sim_counts counts = {0};
    struct sim_verdict v = {0};
    uint64_t seed = 0;

    while (!v.failed && seed < FLAW_SEEDS)
        v = sim_run(++seed, &options, &counts);
    if (!v.failed)
        fail_msg("%d histories with the flaw, and none of them lost anything", FLAW_SEEDS);
    print_message("seed %" PRIu64 ": %s\n", seed, v.failure);
}

static void a_cursor_at_the_largest_key_would_lose_profiles(void **state)
{
    (void)state;
    assert_caught(FLAW_LARGEST_KEY);
}

static void a_cursor_at_the_end_of_a_round_would_lose_profiles(void **state)
{
    (void)state;
    assert_caught(FLAW_CURSOR_AT_END);
}

static void a_cursor_moved_by_a_failed_round_would_lose_profiles(void **state)
{
    (void)state;
    assert_caught(FLAW_CURSOR_ON_FAILED);
}

static void a_cursor_committed_before_its_rows_would_lose_profiles(void **state)
{
    (void)state;
    assert_caught(FLAW_CURSOR_FIRST);
}

static void a_window_of_the_deadline_alone_would_lose_profiles(void **state)
{
    (void)state;
    assert_caught(FLAW_SMALL_WINDOW);
}

static void acknowledging_however_late_would_lose_profiles(void **state)
{
    (void)state;
    assert_caught(FLAW_NO_DEADLINE);
}

static void minting_before_the_clock_of_the_deadline_would_lose_profiles(void **state)
{
    (void)state;
    assert_caught(FLAW_MINT_FIRST);
}

static void acknowledging_by_an_old_object_would_lose_profiles(void **state)
{
    (void)state;
    assert_caught(FLAW_TRUST_OLD);
}

static void joining_a_round_under_way_would_lose_profiles(void **state)
{
    (void)state;
    assert_caught(FLAW_JOIN_UNDER_WAY);
}

static void following_only_after_the_rebuild_would_lose_profiles(void **state)
{
    (void)state;
    assert_caught(FLAW_REBUILD_FIRST);
}

static void a_tombstone_behind_its_target_would_hide_nothing(void **state)
{
    (void)state;
    assert_caught(FLAW_TOMBSTONE_BEHIND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_acknowledged_profile_is_missed_and_none_is_counted_twice),
        cmocka_unit_test(the_same_seed_gives_the_same_history),
        cmocka_unit_test(a_cursor_at_the_largest_key_would_lose_profiles),
        cmocka_unit_test(a_cursor_at_the_end_of_a_round_would_lose_profiles),
        cmocka_unit_test(a_cursor_moved_by_a_failed_round_would_lose_profiles),
        cmocka_unit_test(a_cursor_committed_before_its_rows_would_lose_profiles),
        cmocka_unit_test(a_window_of_the_deadline_alone_would_lose_profiles),
        cmocka_unit_test(acknowledging_however_late_would_lose_profiles),
        cmocka_unit_test(minting_before_the_clock_of_the_deadline_would_lose_profiles),
        cmocka_unit_test(acknowledging_by_an_old_object_would_lose_profiles),
        cmocka_unit_test(joining_a_round_under_way_would_lose_profiles),
        cmocka_unit_test(following_only_after_the_rebuild_would_lose_profiles),
        cmocka_unit_test(a_tombstone_behind_its_target_would_hide_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
