/* Colours only where they are welcome, and bars. */
#include "cli/terminal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct terminal of_pipe(const char *colour)
{
    int fds[2];
    struct terminal t;
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(terminal_of(fds[1], colour, false, &t, NULL), OK);
    (void)close(fds[0]);
    (void)close(fds[1]);
    return t;
}

/* A pseudo terminal of 100 columns; -1 where there is none. */
static int open_tty(int *ret_master)
{
    *ret_master = posix_openpt(O_RDWR | O_NOCTTY);
    if (*ret_master < 0 || grantpt(*ret_master) != 0 || unlockpt(*ret_master) != 0)
        return -1;
    struct winsize size = {.ws_col = 100, .ws_row = 30};
    int tty = open(ptsname(*ret_master), O_RDWR | O_NOCTTY);
    return tty >= 0 && ioctl(tty, TIOCSWINSZ, &size) == 0 ? tty : -1;
}

static void a_pipe_has_no_colours_and_no_bound(void **state)
{
    (void)state;
    struct terminal t = of_pipe("auto");
    assert_false(t.is_tty || t.has_colours);
    assert_int_equal(t.columns, 0);
    assert_true(of_pipe("always").has_colours);
    assert_false(of_pipe("never").has_colours);
}

static void a_terminal_has_colours_unless_somebody_minds(void **state)
{
    (void)state;
    int master, tty = open_tty(&master);
    struct terminal t;
    if (tty < 0)
        skip();
    (void)unsetenv("NO_COLOR");
    (void)setenv("TERM", "xterm", 1);
    assert_int_equal(terminal_of(tty, "auto", false, &t, NULL), OK);
    assert_true(t.is_tty && t.has_colours);
    assert_int_equal(t.columns, 100);
    assert_int_equal(terminal_of(tty, "auto", true, &t, NULL), OK);
    assert_int_equal(t.columns, 0);
    (void)setenv("NO_COLOR", "1", 1);
    assert_int_equal(terminal_of(tty, "auto", false, &t, NULL), OK);
    assert_false(t.has_colours);
    (void)unsetenv("NO_COLOR");
    (void)setenv("TERM", "dumb", 1);
    assert_int_equal(terminal_of(tty, "auto", false, &t, NULL), OK);
    assert_false(t.has_colours);
    assert_int_equal(terminal_of(tty, "never", false, &t, NULL), OK);
    assert_false(t.has_colours);
    (void)close(tty);
    (void)close(master);
}

static void another_word_for_colours_is_refused(void **state)
{
    (void)state;
    struct terminal t;
    struct error err;
    assert_int_equal(terminal_of(1, "sometimes", false, &t, &err), E_INVALID);
    assert_string_equal(err.text, "--color: 'sometimes' is none of auto, always and never");
}

static void is_bar(double share, const char *expected)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(100);
    terminal_bar(&out, share, 4);
    assert_string_equal(buf_cstr(&out), expected);
}

static void bars_are_drawn_in_eighths(void **state)
{
    (void)state;
    is_bar(0, "    ");
    is_bar(-1, "    ");
    is_bar(1e-9, "▏   ");
    is_bar(0.5, "██  ");
    is_bar(0.6, "██▍ ");
    is_bar(1, "████");
    is_bar(7, "████");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pipe_has_no_colours_and_no_bound),
        cmocka_unit_test(a_terminal_has_colours_unless_somebody_minds),
        cmocka_unit_test(another_word_for_colours_is_refused),
        cmocka_unit_test(bars_are_drawn_in_eighths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
