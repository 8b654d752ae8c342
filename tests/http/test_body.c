#include "http/body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BUDGET = 300000, MAX = 200000 };

static struct budget budget;
static char bytes[MAX + 1];

static struct body fresh(void)
{
    return (struct body){.budget = &budget, .max = MAX};
}

static int set_up(void **state)
{
    (void)state;
    budget_init(&budget, BUDGET);
    memset(bytes, 'x', sizeof bytes);
    return 0;
}

static void a_known_length_is_charged_before_its_first_byte(void **state)
{
    (void)state;
    struct body b = fresh(), c = fresh();
    assert_int_equal(body_admit(&b, MAX, NULL), OK);
    assert_int_equal(budget_used(&budget), MAX);
    assert_null(b.bytes.ptr);
    assert_int_equal(body_admit(&c, BUDGET - MAX + 1, NULL), E_BUSY);
    body_release(&c);
    body_release(&b);
    assert_int_equal(budget_used(&budget), 0);
}

static void memory_grows_with_what_arrives(void **state)
{
    (void)state;
    struct body b CLEANUP(body_release) = fresh();
    assert_int_equal(body_admit(&b, MAX, NULL), OK);
    assert_int_equal(body_append(&b, slice_make(bytes, 10), NULL), OK);
    assert_true(b.bytes.cap <= 65536);
    for (size_t sent = 10; sent < MAX; sent += 10)
        assert_int_equal(body_append(&b, slice_make(bytes, 10), NULL), OK);
    assert_int_equal(b.bytes.len, MAX);
    assert_true(b.bytes.cap <= MAX);
    assert_int_equal(body_append(&b, slice_make(bytes, 1), NULL), E_TOO_LARGE);
}

static void an_unknown_length_is_charged_as_it_grows(void **state)
{
    (void)state;
    struct body b CLEANUP(body_release) = fresh();
    assert_int_equal(body_admit(&b, UINT64_MAX, NULL), OK);
    assert_int_equal(budget_used(&budget), 0);
    for (size_t sent = 0; sent < MAX; sent += 1000) {
        assert_int_equal(body_append(&b, slice_make(bytes, 1000), NULL), OK);
        assert_true(budget_used(&budget) >= b.bytes.cap);
    }
    assert_int_equal(body_append(&b, slice_make(bytes, 1), NULL), E_TOO_LARGE);
    body_release(&b);
    assert_int_equal(budget_used(&budget), 0);
}

static void an_unknown_length_stops_at_a_full_budget(void **state)
{
    (void)state;
    struct body b CLEANUP(body_release) = fresh();
    assert_true(budget_take(&budget, BUDGET - 70000));
    assert_int_equal(body_admit(&b, UINT64_MAX, NULL), OK);
    assert_int_equal(body_append(&b, slice_make(bytes, 60000), NULL), OK);
    assert_int_equal(body_append(&b, slice_make(bytes, 60000), NULL), E_BUSY);
    body_release(&b);
    assert_int_equal(budget_used(&budget), BUDGET - 70000);
}

static void a_dropped_body_holds_and_charges_nothing(void **state)
{
    (void)state;
    struct body b CLEANUP(body_release) = {.budget = &budget, .max = 100, .dropped = true};
    assert_int_equal(body_admit(&b, 100, NULL), OK);
    assert_int_equal(body_append(&b, slice_make(bytes, 100), NULL), OK);
    assert_int_equal(b.seen, 100);
    assert_null(b.bytes.ptr);
    assert_int_equal(budget_used(&budget), 0);
    assert_int_equal(body_append(&b, slice_make(bytes, 1), NULL), E_TOO_LARGE);
}

static void a_length_over_the_bound_is_refused(void **state)
{
    (void)state;
    struct body b CLEANUP(body_release) = fresh();
    struct error err;
    assert_int_equal(body_admit(&b, MAX + 1, &err), E_TOO_LARGE);
    assert_string_equal(err.text, "the body is over 200000 bytes");
    assert_int_equal(budget_used(&budget), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_known_length_is_charged_before_its_first_byte, set_up),
        cmocka_unit_test_setup(memory_grows_with_what_arrives, set_up),
        cmocka_unit_test_setup(an_unknown_length_is_charged_as_it_grows, set_up),
        cmocka_unit_test_setup(an_unknown_length_stops_at_a_full_budget, set_up),
        cmocka_unit_test_setup(a_dropped_body_holds_and_charges_nothing, set_up),
        cmocka_unit_test_setup(a_length_over_the_bound_is_refused, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
