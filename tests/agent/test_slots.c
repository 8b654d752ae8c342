/* Slots are claimed once each, drained once each, and what finds none is counted. */
#include "agent/slots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { SLOTS = 4 };

static void count(void *user, const struct slot *slot)
{
    *(int *)user += slot->ticks;
}

static void a_filled_slot_is_drained_once(void **state)
{
    (void)state;
    struct slots *s = slots_new(SLOTS);
    int ticks = 0;
    struct slot *slot = slots_claim(s, 3);
    assert_non_null(slot);
    slots_drain(s, count, &ticks);
    assert_int_equal(ticks, 0); /* it is being filled */
    slots_fill(slot);
    slots_drain(s, count, &ticks);
    slots_drain(s, count, &ticks);
    assert_int_equal(ticks, 3);
    slots_free(s);
}

static void ticks_without_a_slot_are_counted(void **state)
{
    (void)state;
    struct slots *s = slots_new(SLOTS);
    for (int i = 0; i < SLOTS; i++)
        assert_non_null(slots_claim(s, 1));
    assert_null(slots_claim(s, 5));
    assert_int_equal(atomic_load(&s->lost), 5);
    slots_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filled_slot_is_drained_once),
        cmocka_unit_test(ticks_without_a_slot_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
