/* Plots, looked at as text. */
#include "cli/plot.h"

#include "base/alloc.h"
#include "model/time.h"

#include <math.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* 2026-11-23T02:00:00Z */
#define BEGIN_MS INT64_C(1795399200000)

static void is_drawn(const struct plot *p, size_t columns, size_t rows, const char *expected)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(100000);
    plot_field(p, columns, rows, &out);
    assert_string_equal(buf_cstr(&out), expected);
}

static void a_field_has_a_round_scale_and_round_times(void **state)
{
    (void)state;
    double values[31];
    for (size_t i = 0; i < 31; i++)
        values[i] = (double)i * 5e8;
    const struct plot p = {BEGIN_MS, TIME_MINUTE_MS, values, 31, SLICE("nanoseconds")};
    is_drawn(&p, 40, 4,
             "    20s ┤\n"
             "        │                     ▁▂▂▃▄▅▆▆▇█\n"
             "    10s ┤           ▁▂▂▃▄▅▆▆▇███████████\n"
             "        │ ▁▂▂▃▄▅▆▆▇█████████████████████\n"
             "      0 ┼┬──────────────┬──────────────┬\n"
             "         02:00          02:15          02:30 UTC\n");
}

static void what_is_missing_shows_on_the_axis(void **state)
{
    (void)state;
    const double values[] = {0, NAN, 3};
    const struct plot p = {BEGIN_MS, TIME_DAY_MS, values, 3, SLICE("count")};
    is_drawn(&p, 40, 2,
             "      5 ┤                    ▂▂▂▂▂▂▂▂▂▂\n"
             "    2.5 ┤                    ██████████\n"
             "      0 ┼──────────┄┄┄┄┄┄┄┄┄┬──────────\n"
             "                            11-25 UTC\n");
}

static void steps_fit_and_are_those_of_a_clock(void **state)
{
    (void)state;
    assert_int_equal(plot_step_ms(TIME_HOUR_MS, 61), TIME_MINUTE_MS);
    assert_int_equal(plot_step_ms(TIME_HOUR_MS, 60), 2 * TIME_MINUTE_MS);
    assert_int_equal(plot_step_ms(0, 10), TIME_SECOND_MS);
    assert_int_equal(plot_step_ms(300 * TIME_DAY_MS, 61), 5 * TIME_DAY_MS);
}

static void thinning_takes_the_mean_of_what_is_known(void **state)
{
    (void)state;
    const double values[] = {1, 3, NAN, 5, NAN, NAN, 7};
    const struct plot p = {0, 1000, values, 7, SLICE("count")};
    double thin[4];
    size_t count;
    assert_int_equal(plot_thin(&p, 4, thin, &count), 2);
    assert_int_equal(count, 4);
    assert_true(thin[0] == 2 && thin[1] == 5 && isnan(thin[2]) && thin[3] == 7);
    assert_int_equal(plot_thin(&p, 7, (double[7]){0}, &count), 1);
    assert_int_equal(count, 7);
}

static void a_line_tells_nothing_from_zero_and_little_from_nothing(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_release) = BUF_INIT(1000);
    plot_line((const double[]){0, NAN, 0.001, 4, 8, 9}, 6, 8, 1, &out);
    assert_string_equal(buf_cstr(&out), " ·▁▄██");
    buf_reset(&out);
    plot_line((const double[]){8, 4}, 2, 8, 2, &out);
    assert_string_equal(buf_cstr(&out), "██▄▄");
}

static void values_have_units(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_release) = BUF_INIT(1000);
    plot_value(1.5e9, SLICE("nanoseconds"), &out);
    buf_append_byte(&out, ' ');
    plot_value(NAN, SLICE("nanoseconds"), &out);
    buf_append_byte(&out, ' ');
    plot_value(7, SLICE("count"), &out);
    assert_string_equal(buf_cstr(&out), "1.50s - 7");
}

/* Every line fits, whatever the values, and none ends in blanks. */
static void no_line_is_wider_than_was_asked_for(void **state)
{
    (void)state;
    static double values[300];
    for (size_t count = 0; count <= 300; count += 7) {
        for (size_t i = 0; i < count; i++)
            values[i] = i % 5 == 0 ? NAN : pow(10, (double)(i % 25)) - 1;
        const struct plot p = {BEGIN_MS + 17000, 5 * TIME_SECOND_MS * (int64_t)(count + 1), values, count,
                               SLICE("bytes")};
        for (size_t columns = 40; columns < 120; columns += 13) {
            struct buf out CLEANUP(buf_release) = BUF_INIT(100000);
            plot_field(&p, columns, 8, &out);
            struct slice rest = buf_slice(&out), line;
            while (slice_split(&rest, '\n', &line)) {
                size_t width = 0;
                for (size_t i = 0; i < line.len; i++)
                    width += ((unsigned char)line.ptr[i] & 0xc0) != 0x80;
                assert_true(width <= columns + sizeof "00:00:00 UTC");
                assert_false(slice_ends(line, SLICE(" ")));
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_field_has_a_round_scale_and_round_times),
        cmocka_unit_test(what_is_missing_shows_on_the_axis),
        cmocka_unit_test(steps_fit_and_are_those_of_a_clock),
        cmocka_unit_test(thinning_takes_the_mean_of_what_is_known),
        cmocka_unit_test(a_line_tells_nothing_from_zero_and_little_from_nothing),
        cmocka_unit_test(values_have_units),
        cmocka_unit_test(no_line_is_wider_than_was_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
