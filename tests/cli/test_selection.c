/* From options to a question, and to what it is compared with. */
#include "cli/selection.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* 2026-11-23T02:00:00Z */
#define NOW_MS INT64_C(1795399200000)

static void asks(const struct selection *s, const char *expected)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(1000);
    assert_int_equal(selection_params(s, &out, NULL), OK);
    assert_string_equal(buf_cstr(&out), expected);
}

static void is_compared(const struct selection *s, const struct selection *base, const char *expected)
{
    struct selection_times times;
    struct selection result;
    struct error err = {0};
    if (selection_base(s, base, NOW_MS, &times, &result, &err) != OK)
        fail_msg("%s", err.text);
    asks(&result, expected);
}

static void what_is_said_is_asked_for_and_nothing_else(void **state)
{
    (void)state;
    asks(&(struct selection){NULL}, "");
    asks(&(struct selection){.service = "a b",
                             .type = "cpu",
                             .from = "-1h",
                             .to = "2026-11-23T02:10:00+02:00"},
         "service=a%20b&type=cpu&from=-1h&to=2026-11-23T02%3A10%3A00%2B02%3A00");
}

static void labels_are_escaped_twice(void **state)
{
    (void)state;
    asks(&(struct selection){.service = "s", .labels = {{"dc=fra", "v=1+2,3=%"}, 2}},
         "service=s&labels=dc%3Dfra%2Cv%3D1%252B2%252C3%253D%2525");
}

static void what_is_no_label_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "dc", "=fra"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct buf out CLEANUP(buf_release) = BUF_INIT(1000);
        struct error err;
        assert_int_equal(selection_params(&(struct selection){.labels = {{bad[i]}, 1}}, &out, &err),
                         E_INVALID);
        assert_non_null(strstr(err.text, "KEY=VALUE"));
    }
}

static void a_base_is_as_the_selection_where_it_says_nothing(void **state)
{
    (void)state;
    const struct selection s = {
        .service = "s", .type = "cpu", .from = "-1h", .to = "-5m", .labels = {{"v=2"}, 1}};
    is_compared(&s, &(struct selection){.labels = {{"v=1"}, 1}},
                "service=s&type=cpu&labels=v%3D1&from=-1h&to=-5m");
    is_compared(&s, &(struct selection){.service = "t"}, "service=t&type=cpu&labels=v%3D2&from=-1h&to=-5m");
    is_compared(&s, &(struct selection){.from = "-3h", .to = "-2h"},
                "service=s&type=cpu&labels=v%3D2&from=-3h&to=-2h");
    is_compared(&s, &(struct selection){.labels = {{","}, 1}}, "service=s&type=cpu&from=-1h&to=-5m");
}

static void a_base_with_one_end_is_as_long_as_the_selection(void **state)
{
    (void)state;
    is_compared(&(struct selection){.service = "s", .from = "-1h", .to = "-30m"},
                &(struct selection){.from = "-25h"}, "service=s&from=1795309200.000&to=1795311000.000");
    is_compared(&(struct selection){.service = "s"}, &(struct selection){.from = "-25h"},
                "service=s&from=1795309200.000&to=1795312800.000");
    is_compared(&(struct selection){.service = "s", .to = "-12h"}, &(struct selection){.from = "-25h"},
                "service=s&from=1795309200.000&to=1795312800.000");
    is_compared(&(struct selection){.service = "s", .from = "-1h", .to = "-30m"},
                &(struct selection){.to = "-1h"}, "service=s&from=1795393800.000&to=1795395600.000");
}

static void a_comparison_with_nothing_is_refused(void **state)
{
    (void)state;
    struct selection_times times;
    struct selection result;
    struct error err;
    const struct selection s = {.service = "s"}, none = {NULL};
    assert_int_equal(selection_base(&s, &none, NOW_MS, &times, &result, &err), E_INVALID);
    assert_non_null(strstr(err.text, "--base-from"));
}

static void times_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    struct selection_times times;
    struct selection result;
    const struct selection base = {.from = "-25h"}, bad = {.from = "yesterday"};
    assert_int_equal(selection_base(&(struct selection){.from = "-1h", .to = "-2h"}, &base, NOW_MS, &times,
                                    &result, NULL),
                     E_INVALID);
    assert_int_equal(selection_base(&(struct selection){.from = "x"}, &base, NOW_MS, &times, &result, NULL),
                     E_INVALID);
    assert_int_equal(selection_base(&base, &bad, NOW_MS, &times, &result, NULL), E_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_is_asked_for_and_nothing_else),
        cmocka_unit_test(labels_are_escaped_twice),
        cmocka_unit_test(what_is_no_label_is_refused),
        cmocka_unit_test(a_base_is_as_the_selection_where_it_says_nothing),
        cmocka_unit_test(a_base_with_one_end_is_as_long_as_the_selection),
        cmocka_unit_test(a_comparison_with_nothing_is_refused),
        cmocka_unit_test(times_that_make_no_sense_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
