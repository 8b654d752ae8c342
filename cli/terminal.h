/*
 * Where output goes: how wide it is, whether it has colours. Everything is built in a buf and written at the
 * end; what is painted is plain text when there are no colours.
 */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include "base/buf.h"

struct terminal {
    bool is_tty;
    bool has_colours;
    size_t columns; /* 0: no bound: names are shown in full */
};

enum paint {
    PAINT_PLAIN = 0,
    PAINT_BOLD,
    PAINT_DIM,
    PAINT_RED,
    PAINT_GREEN,
    PAINT_YELLOW,
    PAINT_CYAN,
};

/* What lies behind a descriptor. colour: "auto" (colours on a terminal, unless NO_COLOR is set or TERM is
 * dumb), "always", "never". is_wide: no bound even on a terminal. E_INVALID: another word for colour. */
NODISCARD enum status terminal_of(int fd, const char *colour, bool is_wide, struct terminal *ret_terminal,
                                  struct error *err);

/* Appends the text in a colour. */
void terminal_paint(const struct terminal *t, struct buf *out, enum paint paint, struct slice text);

/* Appends a bar of at most `columns` for a share of 0 .. 1, in eighths of a column, padded with spaces. */
void terminal_bar(struct buf *out, double share, size_t columns);

#endif
