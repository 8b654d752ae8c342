/* The same stack of the same thread name is kept once; what differs is kept apart; what does not fit is
 * counted. */
#include "agent/tally.h"

#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void fill(struct slot *slot, int ticks, const char *thread, uintptr_t leaf)
{
    *slot = (struct slot){.ticks = ticks, .count = 3, .frames = {leaf, 2, 3}};
    (void)snprintf(slot->thread, sizeof slot->thread, "%s", thread);
}

static void equal_stacks_add_up_and_others_do_not(void **state)
{
    (void)state;
    static struct slot slot;
    struct tally t;

    tally_init(&t);
    fill(&slot, 2, "worker", 1);
    tally_add(&t, &slot);
    tally_add(&t, &slot);
    fill(&slot, 1, "worker", 9);
    tally_add(&t, &slot);
    fill(&slot, 1, "main", 1);
    tally_add(&t, &slot);
    slot.is_cut = true;
    tally_add(&t, &slot);
    assert_int_equal(t.stacks.count, 4);
    const struct tally_stack *first = &COLUMN_AT(t.stacks, struct tally_stack)[0];
    assert_int_equal(first->ticks, 4);
    assert_int_equal(tally_frames(&t, first)[0], 1);
    assert_int_equal(t.lost, 0);
    tally_release(&t);
}

static void what_does_not_fit_is_counted(void **state)
{
    (void)state;
    static struct slot slot;
    struct tally t;
    uint64_t added = 0, kept = 0;

    tally_init(&t);
    t.quota.max = 64 * 1024;
    for (uintptr_t i = 1; i <= 5000; i++) {
        fill(&slot, 1, "worker", i);
        tally_add(&t, &slot);
        added++;
    }
    for (size_t i = 0; i < t.stacks.count; i++)
        kept += COLUMN_AT(t.stacks, struct tally_stack)[i].ticks;
    assert_true(t.lost > 0 && kept > 0);
    assert_int_equal(kept + t.lost, added);
    tally_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_stacks_add_up_and_others_do_not),
        cmocka_unit_test(what_does_not_fit_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
