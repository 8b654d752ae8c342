/*
 * A head has columns, and its first, the name of the thread, may hold blanks and anything else. What is
 * certain is the time, "12018.311105:", with the numbers before it: the first place where those stand in a
 * row ends the name. Kernels keep names under 16 bytes, so it is not looked for far into a line.
 *
 * In a frame the file stands in the last brackets, and the name in front of it may have brackets, blanks and
 * operators of C++ in it.
 */
#include "pprof/perf_text.h"

#include "pprof/lines.h"

#include <string.h>

enum { NS_DIGITS = 9, COMM_WITHIN = 256 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool are_digits(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_digit(s.ptr[i]))
            return false;

    return s.len > 0;
}

/* "14769" or "14769/14770"; -1 is a thread that is gone. */
static bool read_ids(struct slice s, struct perf_head *h)
{
    size_t slash = slice_find(s, '/');
    struct slice first = slice_sub(s, 0, slash);
    h->pid = 0;
    if (slash == s.len)
        return slice_to_i64(first, &h->tid);

    return slice_to_i64(first, &h->pid) && slice_to_i64(slice_from(s, slash + 1), &h->tid);
}

/* "12018.311105:" */
static bool read_time(struct slice s, int64_t *ret_ns)
{
    size_t dot = slice_find(s, '.');
    if (s.len < 2 || s.ptr[s.len - 1] != ':' || dot + 2 > s.len - 1)
        return false;

    struct slice fraction = slice_sub(s, dot + 1, s.len - 1 - dot - 1);
    int64_t ns, parts;
    if (fraction.len > NS_DIGITS || !are_digits(slice_sub(s, 0, dot)) || !are_digits(fraction) ||
        !slice_to_i64(slice_sub(s, 0, dot), &ns) || !slice_to_i64(fraction, &parts))
        return false;

    for (size_t i = fraction.len; i < NS_DIGITS; i++)
        parts *= 10;
    return !__builtin_mul_overflow(ns, 1000000000, &ns) && !__builtin_add_overflow(ns, parts, ret_ns);
}

static bool is_processor(struct slice s)
{
    return s.len > 2 && s.ptr[0] == '[' && s.ptr[s.len - 1] == ']' && are_digits(slice_sub(s, 1, s.len - 2));
}

/* "cycles:uppp" is "cycles"; "sched:sched_switch" and "cpu/mem-loads/" are what they are. */
static struct slice without_modifiers(struct slice event)
{
    const char *colon = memrchr(event.ptr, ':', event.len);
    if (!colon || colon == event.ptr)
        return event;

    for (const char *c = colon + 1; c < event.ptr + event.len; c++)
        if (*c == '\0' || !strchr("ukhGHIpPSDWeb", *c))
            return event;

    return slice_sub(event, 0, (size_t)(colon - event.ptr));
}

/* "5025125 cpu-clock:u: ..." */
static bool read_event(struct slice s, struct perf_head *h)
{
    struct slice token = take_token(&s);
    h->period = 1;
    h->has_period = are_digits(token);
    if (h->has_period) {
        if (!slice_to_i64(token, &h->period))
            return false;
        token = take_token(&s);
    }
    if (token.len < 2 || token.ptr[token.len - 1] != ':')
        return false;

    h->event = without_modifiers(slice_sub(token, 0, token.len - 1));
    h->rest = slice_trim(s);
    return true;
}

bool perf_head_read(struct slice line, struct perf_head *ret_head)
{
    struct perf_head h = {.comm = SLICE_NULL};
    struct slice s = slice_trim(line);
    const char *begin = s.ptr;
    while (s.len > 0 && s.ptr < begin + COMM_WITHIN) {
        struct slice ids = take_token(&s), after = s, token = take_token(&after);
        if (is_processor(token))
            token = take_token(&after);
        if (!read_ids(ids, &h) || !read_time(token, &h.time_ns))
            continue;

        h.comm = slice_trim(slice_make(begin, (size_t)(ids.ptr - begin)));
        if (!read_event(after, &h))
            return false;

        *ret_head = h;
        return true;
    }
    return false;
}

/* What stands in the brackets at the end of *s, which loses them. */
static struct slice take_brackets(struct slice *s)
{
    *s = slice_trim(*s);
    if (s->len == 0 || s->ptr[s->len - 1] != ')')
        return SLICE_NULL;

    size_t open = 0;
    for (size_t i = s->len; i > 0; i--) {
        open += s->ptr[i - 1] == ')';
        open -= s->ptr[i - 1] == '(';
        if (open > 0)
            continue;
        struct slice inside = slice_sub(*s, i, s->len - i - 1);
        *s = slice_trim(slice_sub(*s, 0, i - 1));
        return inside;
    }
    return SLICE_NULL;
}

/* "main+0xbc" */
static struct slice without_offset(struct slice symbol)
{
    const char *plus = symbol.len > 0 ? memrchr(symbol.ptr, '+', symbol.len) : NULL;
    if (!plus || plus == symbol.ptr)
        return symbol;

    struct slice name = slice_sub(symbol, 0, (size_t)(plus - symbol.ptr));
    struct slice offset = slice_from(symbol, name.len + 1);
    uint64_t number;
    return slice_starts(offset, SLICE("0x")) && take_hex(&offset, &number) && offset.len == 0 ? name : symbol;
}

static struct slice if_known(struct slice name)
{
    return slice_eq(name, SLICE("[unknown]")) ? SLICE_NULL : name;
}

bool perf_frame_read(struct slice line, struct perf_frame *ret_frame)
{
    struct perf_frame f = {.symbol = SLICE_NULL};
    struct slice s = slice_trim(line);
    if (!take_hex(&s, &f.address) || (s.len > 0 && s.ptr[0] != ' ' && s.ptr[0] != '\t'))
        return false;

    struct slice object = take_brackets(&s), deleted = SLICE("(deleted)");
    f.is_inlined = slice_eq(object, SLICE("inlined"));
    if (slice_ends(object, deleted))
        object = slice_trim(slice_sub(object, 0, object.len - deleted.len));
    if (!f.is_inlined)
        f.object = if_known(object);
    f.symbol = if_known(without_offset(slice_trim(s)));
    *ret_frame = f;
    return true;
}

void perf_frame_source(struct slice line, struct perf_frame *frame)
{
    struct slice s = slice_trim(line), inlined = SLICE("(inlined)");
    if (slice_ends(s, inlined)) {
        frame->is_inlined = true;
        s = slice_trim(slice_sub(s, 0, s.len - inlined.len));
    }

    const char *colon = s.len > 0 ? memrchr(s.ptr, ':', s.len) : NULL;
    size_t at = colon ? (size_t)(colon - s.ptr) : 0;
    struct slice file = slice_sub(s, 0, at);
    int64_t number;
    if (file.len == 0 || slice_eq(file, SLICE("??")) || !slice_to_i64(slice_from(s, at + 1), &number))
        return;

    frame->file = file;
    frame->line = number;
}
