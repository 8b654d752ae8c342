/* The log. Its lines are caught by putting a memory file in the place of stderr for a moment. */
#include "base/log.h"

#include "base/buf.h"
#include "base/clock.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { CAUGHT_MAX = 256 * 1024, THREADS = 4, LINES_EACH = 100 };

struct caught {
    int file;
    int stderr_before;
    char text[CAUGHT_MAX];
};

static struct caught caught;

static void catch_begin(void)
{
    (void)fflush(stderr);
    caught.stderr_before = dup(STDERR_FILENO);
    caught.file = memfd_create("log", 0);
    assert_true(caught.file >= 0);
    /* The position of a memory file is not locked; appending is. */
    assert_int_equal(fcntl(caught.file, F_SETFL, O_APPEND), 0);
    assert_true(dup2(caught.file, STDERR_FILENO) >= 0);
}

static const char *catch_end(void)
{
    (void)dup2(caught.stderr_before, STDERR_FILENO);
    (void)close(caught.stderr_before);
    ssize_t len = pread(caught.file, caught.text, CAUGHT_MAX - 1, 0);
    (void)close(caught.file);
    assert_true(len >= 0);
    caught.text[len] = '\0';
    return caught.text;
}

/* What stands behind ts=..., which is checked once below. */
static const char *without_time(const char *line)
{
    const char *at = strchr(line, ' ');
    return at ? at + 1 : line;
}

static void assert_value_is(struct slice value, const char *expected)
{
    char line[600];
    (void)snprintf(line, sizeof line, "level=warn msg=m v=%s\n", expected);

    struct log_line l;
    catch_begin();
    log_begin(&l, LOG_WARN, "m");
    log_str(&l, "v", value);
    log_end(&l);
    assert_string_equal(without_time(catch_end()), line);
}

static void a_line_has_its_fields_in_order(void **state)
{
    (void)state;
    struct log_line l;
    catch_begin();
    log_begin(&l, LOG_INFO, "bucket is ready");
    log_str(&l, "bucket", SLICE("profiles"));
    log_cstr(&l, "root", NULL);
    log_i64(&l, "keys", -12);
    log_ms(&l, "took_ms", 1.23456);
    log_end(&l);
    assert_string_equal(
        without_time(catch_end()),
        "level=info msg=\"bucket is ready\" bucket=profiles root=\"\" keys=-12 took_ms=1.235\n");
}

static void time_is_in_utc_with_milliseconds(void **state)
{
    (void)state;
    time_t earlier = (time_t)(clock_wall_ms() / 1000);
    catch_begin();
    log_event(LOG_ERROR, "x");
    const char *line = catch_end();

    static const char pattern[] = "ts=dddd-dd-ddTdd:dd:dd.dddZ ";
    for (size_t i = 0; pattern[i] != '\0'; i++) {
        if (pattern[i] == 'd')
            assert_in_range(line[i], '0', '9');
        else
            assert_int_equal(line[i], pattern[i]);
    }
    assert_string_equal(line + strlen(pattern), "level=error msg=x\n");

    /* The clock is looked at before and after; the text in between must lie between, as text. */
    char before[32], after[32];
    time_t now = (time_t)(clock_wall_ms() / 1000);
    struct tm tm;
    assert_true(strftime(after, sizeof after, "%Y-%m-%dT%H:%M:%S", gmtime_r(&now, &tm)) == 19);
    assert_true(strftime(before, sizeof before, "%Y-%m-%dT%H:%M:%S", gmtime_r(&earlier, &tm)) == 19);
    assert_true(strncmp(line + 3, before, 19) >= 0);
    assert_true(strncmp(line + 3, after, 19) <= 0);
}

static void below_the_level_nothing_is_written(void **state)
{
    (void)state;
    log_set_level(LOG_WARN);
    catch_begin();
    log_event(LOG_INFO, "quiet");
    log_detail(LOG_DEBUG, "quiet", "%d", 1);
    log_event(LOG_WARN, "loud");
    const char *text = catch_end();
    log_set_level(LOG_INFO);
    assert_string_equal(without_time(text), "level=warn msg=loud\n");
}

static void levels_have_names(void **state)
{
    (void)state;
    enum log_level level = LOG_DEBUG;
    assert_true(log_level_parse(SLICE("error"), &level));
    assert_int_equal(level, LOG_ERROR);
    assert_true(log_level_parse(SLICE("debug"), &level));
    assert_int_equal(level, LOG_DEBUG);
    assert_false(log_level_parse(SLICE("WARN"), &level));
    assert_false(log_level_parse(SLICE(""), &level));
    assert_int_equal(level, LOG_DEBUG);
}

static void a_detail_is_formatted(void **state)
{
    (void)state;
    catch_begin();
    log_detail(LOG_WARN, "skipping", "object '%s', %d bytes", "a b", 7);
    assert_string_equal(without_time(catch_end()),
                        "level=warn msg=skipping detail=\"object 'a b', 7 bytes\"\n");
}

static void values_are_quoted_where_needed_only(void **state)
{
    (void)state;
    assert_value_is(SLICE("svc-1/x:y,z"), "svc-1/x:y,z");
    assert_value_is(SLICE("a b"), "\"a b\"");
    assert_value_is(SLICE("a=b"), "\"a=b\"");
    assert_value_is(SLICE(""), "\"\"");
    assert_value_is(SLICE("\xc3\xa4\xe2\x82\xac"), "\xc3\xa4\xe2\x82\xac");
    assert_value_is(SLICE("say \"hi\\\""), "\"say \\\"hi\\\\\\\"\"");
}

static void nobody_outside_can_forge_a_line(void **state)
{
    (void)state;
    assert_value_is(SLICE("x\nts=1 level=error msg=fire\r\t"), "\"x\\nts=1 level=error msg=fire\\r\\t\"");
    assert_value_is(SLICE("\x1b[2J\x7f\0"), "\"\\u001b[2J\\u007f\\u0000\"");
    assert_value_is(SLICE("\xc2\x9b[2J\xc2\x85"), "\"\\u009b[2J\\u0085\"");
    assert_value_is(SLICE("x\xe2\x80\xaegnp\xe2\x81\xa9\xd8\x9c"), "\"x\\u202egnp\\u2069\\u061c\"");
    assert_value_is(SLICE("\xff\xe2\x82"), "\"\\xff\\xe2\\x82\"");
    assert_value_is(SLICE("\xc2\xa0"), "\xc2\xa0");
}

static void a_long_value_is_cut_and_leaves_room_for_the_next(void **state)
{
    (void)state;
    char uri[5000];
    memset(uri, 'u', sizeof uri);
    struct log_line l;
    catch_begin();
    log_begin(&l, LOG_INFO, "m");
    log_str(&l, "uri", slice_make(uri, sizeof uri));
    log_i64(&l, "status", 200);
    log_end(&l);
    const char *line = catch_end();
    assert_non_null(strstr(line, "uuu... status=200\n"));
    assert_true(strlen(line) < 1200);
}

static void a_full_line_is_still_a_line(void **state)
{
    (void)state;
    /* Quotes double when escaped; the fill of the line is shifted byte by byte over every way to end. */
    char quotes[1000];
    memset(quotes, '"', sizeof quotes);
    for (size_t shift = 0; shift < 40; shift++) {
        struct log_line l;
        catch_begin();
        log_begin(&l, LOG_INFO, "m");
        log_str(&l, "shift", slice_make(quotes, shift));
        for (int i = 0; i < 40; i++)
            log_str(&l, "k", slice_make(quotes, sizeof quotes - (size_t)i * 25));
        log_end(&l);
        const char *line = catch_end();
        size_t len = strlen(line);
        assert_true(len <= LOG_LINE_MAX);
        assert_ptr_equal(strchr(line, '\n'), line + len - 1);
        assert_int_equal(line[len - 2], '"');
    }
}

static void *write_lines(void *arg)
{
    (void)arg;
    char fill[300];
    memset(fill, 'f', sizeof fill);
    for (int i = 0; i < LINES_EACH; i++) {
        struct log_line l;
        log_begin(&l, LOG_INFO, "m");
        log_str(&l, "fill", slice_make(fill, sizeof fill));
        log_str(&l, "end", SLICE("yes"));
        log_end(&l);
    }
    return NULL;
}

static void lines_of_many_threads_do_not_mix(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    catch_begin();
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);

    struct slice rest = slice_of(catch_end()), line;
    int lines = 0;
    while (slice_split(&rest, '\n', &line) && line.len > 0) {
        assert_true(slice_starts(line, SLICE("ts=")));
        assert_true(slice_ends(line, SLICE("f end=yes")));
        assert_int_equal(line.len,
                         strlen("ts=2024-01-02T03:04:05.678Z level=info msg=m fill= end=yes") + 300);
        lines++;
    }
    assert_int_equal(lines, THREADS * LINES_EACH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_its_fields_in_order),
        cmocka_unit_test(time_is_in_utc_with_milliseconds),
        cmocka_unit_test(below_the_level_nothing_is_written),
        cmocka_unit_test(levels_have_names),
        cmocka_unit_test(a_detail_is_formatted),
        cmocka_unit_test(values_are_quoted_where_needed_only),
        cmocka_unit_test(nobody_outside_can_forge_a_line),
        cmocka_unit_test(a_long_value_is_cut_and_leaves_room_for_the_next),
        cmocka_unit_test(a_full_line_is_still_a_line),
        cmocka_unit_test(lines_of_many_threads_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
