/* Numbers are taken by hand: strtol() would want a NUL behind them and know locales, signs and octal. */
#include "pprof/lines.h"

#include "base/limits.h"
#include "pprof/profile.h"

#include <inttypes.h>
#include <string.h>

enum { FIRST_WITHIN = 64 * KIB };

bool lines_next(struct lines *l, struct slice *ret_line)
{
    struct slice line;
    if (!slice_split(&l->rest, '\n', &line) || (!l->rest.ptr && line.len == 0))
        return false;

    l->nth++;
    if (line.len > 0 && line.ptr[line.len - 1] == '\r')
        line.len--;
    *ret_line = line;
    return true;
}

bool lines_next_said(struct lines *l, struct slice *ret_line)
{
    struct slice line;
    while (lines_next(l, &line)) {
        line = slice_trim(line);
        if (line.len > 0 && line.ptr[0] != '#') {
            *ret_line = line;
            return true;
        }
    }
    return false;
}

enum status lines_fault(const struct lines *l, const char *what, struct error *err)
{
    return profile_fault(err, "line %" PRIu64 ": %s", l->nth, what);
}

struct slice lines_first(struct slice text)
{
    struct lines l = LINES_OF(slice_sub(text, 0, FIRST_WITHIN));
    struct slice line;
    return lines_next_said(&l, &line) ? line : SLICE_NULL;
}

static void skip_blanks(struct slice *s)
{
    while (s->len > 0 && (s->ptr[0] == ' ' || s->ptr[0] == '\t'))
        *s = slice_from(*s, 1);
}

bool take_text(struct slice *s, const char *text)
{
    struct slice wanted = slice_of(text);
    skip_blanks(s);
    if (!slice_starts(*s, wanted))
        return false;

    *s = slice_from(*s, wanted.len);
    return true;
}

bool take_number(struct slice *s, int64_t *ret_number)
{
    skip_blanks(s);
    size_t len = 0;
    while (len < s->len && ((s->ptr[len] >= '0' && s->ptr[len] <= '9') || (len == 0 && s->ptr[len] == '-')))
        len++;
    struct slice digits = slice_sub(*s, 0, len);
    *s = slice_from(*s, len);
    return slice_to_i64(digits, ret_number);
}

static unsigned digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');

    unsigned letter = (unsigned)(c | 0x20) - 'a';
    return letter < 6 ? letter + 10 : 16;
}

bool take_hex(struct slice *s, uint64_t *ret_number)
{
    skip_blanks(s);
    if (s->len > 2 && s->ptr[0] == '0' && (s->ptr[1] | 0x20) == 'x')
        *s = slice_from(*s, 2);
    uint64_t number = 0;
    size_t len = 0;
    for (; len < s->len && digit_of(s->ptr[len]) < 16; len++) {
        if (number >> 60 != 0)
            return false;
        number = number << 4 | digit_of(s->ptr[len]);
    }
    *s = slice_from(*s, len);
    *ret_number = number;
    return len > 0;
}

struct slice take_token(struct slice *s)
{
    skip_blanks(s);
    size_t len = 0;
    while (len < s->len && s->ptr[len] != ' ' && s->ptr[len] != '\t')
        len++;
    struct slice token = slice_sub(*s, 0, len);
    *s = slice_from(*s, len);
    return token;
}
