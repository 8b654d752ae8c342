/* Sixteen colours only: the user's own scheme decides what they look like, light or dark. */
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { COLUMNS_UNKNOWN = 80, COLUMNS_LEAST = 40 };

static const char *const CODES[] = {
    [PAINT_PLAIN] = "",   [PAINT_BOLD] = "1",    [PAINT_DIM] = "2",   [PAINT_RED] = "31",
    [PAINT_GREEN] = "32", [PAINT_YELLOW] = "33", [PAINT_CYAN] = "36",
};

static size_t columns_of(int fd)
{
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return COLUMNS_UNKNOWN;
    return size.ws_col < COLUMNS_LEAST ? COLUMNS_LEAST : size.ws_col;
}

static bool wants_colours(void)
{
    const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
    return !(no_colour && no_colour[0]) && term && strcmp(term, "dumb") != 0;
}

enum status terminal_of(int fd, const char *colour, bool is_wide, struct terminal *ret_terminal,
                        struct error *err)
{
    bool is_tty = isatty(fd) == 1;
    bool always = strcmp(colour, "always") == 0;
    if (!always && strcmp(colour, "never") != 0 && strcmp(colour, "auto") != 0)
        return error_set(err, E_INVALID, "--color: '%s' is none of auto, always and never", colour);

    *ret_terminal = (struct terminal){
        .is_tty = is_tty,
        .has_colours = always || (strcmp(colour, "auto") == 0 && is_tty && wants_colours()),
        .columns = is_tty && !is_wide ? columns_of(fd) : 0,
    };
    return OK;
}

void terminal_paint(const struct terminal *t, struct buf *out, enum paint paint, struct slice text)
{
    bool is_painted = t->has_colours && paint != PAINT_PLAIN && text.len > 0;
    if (is_painted)
        buf_printf(out, "\x1b[%sm", CODES[paint]);
    buf_append(out, text);
    if (is_painted)
        buf_append_cstr(out, "\x1b[0m");
}

void terminal_bar(struct buf *out, double share, size_t columns)
{
    static const char *const PARTS[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    double clamped = share > 1 ? 1 : share > 0 ? share : 0;
    size_t eighths = (size_t)(clamped * (double)columns * 8 + 0.5);
    if (share > 0 && eighths == 0)
        eighths = 1;
    for (size_t i = 0; i < columns; i++, eighths -= eighths < 8 ? eighths : 8)
        buf_append_cstr(out, eighths >= 8 ? "█" : PARTS[eighths]);
}
