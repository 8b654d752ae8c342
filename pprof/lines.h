/*
 * Lines of a text form and what stands in them. All borrow from the text. Any thread.
 */
#ifndef PPROF_LINES_H
#define PPROF_LINES_H

#include "base/error.h"
#include "base/slice.h"

struct lines {
    struct slice rest;
    uint64_t nth; /* of the line at hand, from 1 */
};

#define LINES_OF(text) ((struct lines){(text), 0})

/* The next line, without its end. False at the end of the text. */
bool lines_next(struct lines *l, struct slice *ret_line);
/* The next that is neither blank nor begins with '#'; trimmed. */
bool lines_next_said(struct lines *l, struct slice *ret_line);
/* E_INVALID "malformed profile: line 12: <what>". */
enum status lines_fault(const struct lines *l, const char *what, struct error *err);

/* The first line that is neither blank nor a comment, trimmed; empty if none ends in the first 64 KiB. */
struct slice lines_first(struct slice text);

/* Each takes something from the front, after blanks. False: it does not stand there; *s is then undefined. */
bool take_text(struct slice *s, const char *text);
bool take_number(struct slice *s, int64_t *ret_number);
/* Hexadecimal digits, at least one, lower or upper case, with or without 0x; what does not fit is false. */
bool take_hex(struct slice *s, uint64_t *ret_number);
/* What stands before the next blank, maybe nothing. */
struct slice take_token(struct slice *s);

#endif
