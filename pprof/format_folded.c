/*
 * Folded (collapsed) stacks, what the flame graph tools of many profilers write and what our own
 * `format=folded` writes: a line for each stack, from the root on, and behind the last blank how often it was
 * seen.
 *
 *     main;parse;read 12
 *
 * A backslash before ';', '\', 'n' or 'r' means ';' in a name, a backslash, a newline, a carriage return;
 * before anything else it is what it looks like. A sample without a stack is "[no stack]". Names stay as they
 * are, whatever marks a tool puts at their end ("_[k]", "_[i]").
 *
 * There is no head by which to tell the format, so all lines within the first few KiB must look like that,
 * and half of them must show callers: a ';' within the stack, and no blank behind it. Much that is no profile
 * has numbers at the ends of its lines (logs, metrics, tables) and would else be taken for stacks of one
 * frame. Where every line ends with two numbers there are two columns, those of a difference, which is not
 * one profile.
 */
#include "pprof/builder.h"
#include "pprof/format_rows.h"
#include "pprof/lines.h"

#include "base/limits.h"

#include <string.h>

enum { LOOKED_AT = 4 * KIB };

/* What stands before the count, and the count. */
static bool read_line(struct slice line, struct slice *ret_stack, int64_t *ret_count)
{
    while (line.len > 0 && (line.ptr[line.len - 1] == ' ' || line.ptr[line.len - 1] == '\t'))
        line.len--;
    const char *blank = line.len > 0 ? memrchr(line.ptr, ' ', line.len) : NULL;
    if (!blank)
        return false;

    size_t at = (size_t)(blank - line.ptr);
    *ret_stack = slice_sub(line, 0, at);
    return slice_to_i64(slice_from(line, at + 1), ret_count);
}

static bool is_text(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < ' ' && s.ptr[i] != '\t')
            return false;

    return slice_is_utf8(s);
}

/* A ';' as it stands between two frames: not as in prose, and not as at the end of a row of a table. */
static bool shows_callers(struct slice stack)
{
    bool shown = false;
    for (size_t i = 0; i + 1 < stack.len; i++)
        shown |= stack.ptr[i] == ';' && (i == 0 || stack.ptr[i - 1] != '\\') && stack.ptr[i + 1] != ' ';
    return shown && stack.ptr[stack.len - 1] != ';';
}

/* Of the lines that are looked at. */
struct look {
    size_t lines, with_callers, with_two_counts;
};

/* False: one is no stack with a count. */
static bool look(struct slice text, struct look *ret_look)
{
    struct lines lines = LINES_OF(text);
    struct slice line, stack, callers;
    struct look l = {0};
    int64_t count;
    for (size_t seen = 0; seen < LOOKED_AT && lines_next(&lines, &line); seen += line.len + 1) {
        if (!is_text(line))
            return false;
        if (slice_trim(line).len == 0)
            continue;
        if (!read_line(line, &stack, &count))
            return false;
        l.lines++;
        l.with_callers += shows_callers(stack);
        l.with_two_counts += read_line(stack, &callers, &count);
    }
    *ret_look = l;
    return true;
}

bool format_folded_detect(struct slice inflated)
{
    struct look l;
    return look(inflated, &l) && l.lines > 0 && 2 * l.with_callers >= l.lines;
}

struct folded {
    struct builder b;
    struct column name; /* char: one with escapes, without them */
};

static void folded_release(struct folded *f)
{
    column_release(&f->name, f->b.quota);
    builder_release(&f->b);
}

/* Does it begin with a backslash that means something? */
static bool is_escape(struct slice s)
{
    return s.len > 1 && s.ptr[0] == '\\' && s.ptr[1] != '\0' && strchr(";\\nr", s.ptr[1]);
}

/* The length of a frame: to the next ';' that is none of its own. */
static size_t frame_length(struct slice stack, bool *ret_escaped)
{
    *ret_escaped = false;
    size_t at = 0;
    for (; at < stack.len && stack.ptr[at] != ';'; at++)
        if (is_escape(slice_from(stack, at))) {
            *ret_escaped = true;
            at++;
        }
    return at;
}

static struct slice unescape(struct folded *f, struct slice frame)
{
    column_reset(&f->name);
    char *name = column_add(&f->name, frame.len, f->b.quota);
    if (!name) {
        builder_refuse(&f->b, NULL, 0);
        return SLICE_NULL;
    }

    size_t len = 0;
    for (size_t i = 0; i < frame.len; i++) {
        char c = frame.ptr[i];
        if (is_escape(slice_from(frame, i))) {
            c = frame.ptr[++i];
            c = c == 'n' ? '\n' : c == 'r' ? '\r' : c;
        }
        name[len++] = c;
    }
    return (struct slice){name, len};
}

static void add_stack(struct folded *f, struct slice stack)
{
    if (slice_eq(stack, SLICE("[no stack]")))
        return;

    while (stack.len > 0 && !builder_failed(&f->b)) {
        bool escaped;
        size_t len = frame_length(stack, &escaped);
        struct slice frame = slice_sub(stack, 0, len);
        stack = slice_from(stack, len + 1);
        builder_frame(&f->b, builder_name(&f->b, escaped ? unescape(f, frame) : frame));
    }
    builder_turn(&f->b);
}

enum status format_folded_convert(struct slice inflated, struct buf *out, struct quota *quota,
                                  struct error *err)
{
    struct look l;
    if (look(inflated, &l) && l.lines > 0 && l.with_two_counts == l.lines)
        return error_set(err, E_INVALID,
                         "folded stacks with two counts are a difference, which is no profile: "
                         "send what was compared, each with one count");

    struct folded f CLEANUP(folded_release) = {.name = COLUMN_OF(char)};
    struct lines lines = LINES_OF(inflated);
    struct slice line;
    builder_init(&f.b, out, quota);
    builder_type(&f.b, SLICE("samples"), SLICE("count"));
    while (!builder_failed(&f.b) && lines_next(&lines, &line)) {
        struct slice stack;
        int64_t count;
        if (slice_trim(line).len == 0)
            continue;
        if (!read_line(line, &stack, &count))
            return lines_fault(&lines, "this is no folded stack (\"main;parse;read 12\")", err);
        add_stack(&f, stack);
        builder_sample(&f.b, &count);
    }
    return builder_finish(&f.b,
                          &(struct builder_header){.period_type = SLICE("samples"),
                                                   .period_unit = SLICE("count"),
                                                   .period = 1},
                          err);
}
