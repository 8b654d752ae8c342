/*
 * The time bounds, with the time as a value. What libcurl does for a transfer is tested through the store
 * (test_bucket_call.c).
 */
#include "s3/transport.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct transport_call a_call(int64_t started_ms)
{
    return (struct transport_call){
        .deadline_ms = started_ms + 60000,
        .transfer = {.started_ms = started_ms, .pace_from_ms = started_ms},
    };
}

static void without_bounds_of_its_own_only_the_deadline_counts(void **state)
{
    (void)state;
    struct transport_call call = a_call(1000);
    assert_int_equal(transfer_due_ms(&call), 61000);
    assert_null(transfer_late(&call, 60999));
    assert_non_null(transfer_late(&call, 61000));
}

static void the_first_byte_has_a_bound_until_it_came(void **state)
{
    (void)state;
    struct transport_call call = a_call(1000);
    call.first_byte_ms = 10000;
    assert_int_equal(transfer_due_ms(&call), 11000);
    assert_null(transfer_late(&call, 10999));
    assert_string_equal(transfer_late(&call, 11000), "no answer");

    call.transfer.head_done = true;
    call.transfer.pace_from_ms = 10999;
    assert_int_equal(transfer_due_ms(&call), 15999);
    assert_null(transfer_late(&call, 11000));
}

static void the_whole_may_have_a_bound(void **state)
{
    (void)state;
    struct transport_call call = a_call(1000);
    call.total_ms = 5000;
    assert_int_equal(transfer_due_ms(&call), 6000);
    assert_non_null(transfer_late(&call, 6000));
}

static void a_body_slower_than_10_kb_per_second_over_5_seconds_is_late(void **state)
{
    (void)state;
    struct transport_call call = a_call(0);
    call.transfer.head_done = true;
    call.transfer.received_bytes = 50000;
    assert_null(transfer_late(&call, 4999));
    assert_null(transfer_late(&call, 5000)); /* just enough; the next window begins */
    assert_int_equal(transfer_due_ms(&call), 10000);
    call.transfer.received_bytes += 49999;
    assert_null(transfer_late(&call, 9999));
    assert_non_null(strstr(transfer_late(&call, 10000), "10 kB/s"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_bounds_of_its_own_only_the_deadline_counts),
        cmocka_unit_test(the_first_byte_has_a_bound_until_it_came),
        cmocka_unit_test(the_whole_may_have_a_bound),
        cmocka_unit_test(a_body_slower_than_10_kb_per_second_over_5_seconds_is_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
