/*
 * From words or a selection to a merge, to a view, to bytes: what all sub-commands that show a profile have
 * in common. Files and collectors give one and the same merge, so they are shown by the same code.
 */
#include "base/printable.h"
#include "cli/output.h"
#include "cli/query_command.h"

#include <stdio.h>
#include <string.h>

enum status query_fill(struct query *q, struct merge *merge, enum merge_side side,
                       const struct option_words *words, const struct selection *s, struct error *err)
{
    struct input in = {
        .options = &q->options, .remote = &q->remote, .progress = &q->progress, .merge = merge, .side = side};
    enum status status = OK;
    if (words->count == 0) {
        status = input_add_selection(&in, s, err);
    } else {
        if (q->options.selection.type)
            status = profile_type_parse(slice_of(q->options.selection.type), &in.type, err);
        for (size_t i = 0; status == OK && i < words->count; i++)
            status = input_add_word(&in, words->items[i], err);
    }
    input_end(&in);
    if (status == OK && in.files == 0)
        return error_set(err, E_NOT_FOUND, "nothing found: no profile in %s%s",
                         words->count > 0 ? words->items[0] : "the answer", words->count > 1 ? " ..." : "");
    return status;
}

enum status query_merge(struct query *q, const struct option_words *words, struct merge **ret_merge,
                        struct error *err)
{
    struct merge *merge CLEANUP(merge_freep) = input_merge_new(&q->options);
    enum status status = query_fill(q, merge, MERGE_SOURCE, words, &q->options.selection, err);
    if (status == OK) {
        *ret_merge = merge;
        merge = NULL;
    }
    return status;
}

/* Line by line: what a profile says must not give orders to a terminal. */
static void append_lines(struct slice text, struct buf *out)
{
    struct slice line;
    if (slice_ends(text, SLICE("\n")))
        text.len--;
    while (slice_split(&text, '\n', &line)) {
        printable_append(out, line);
        buf_append_byte(out, '\n');
    }
}

void query_notes(const struct view *v)
{
    struct buf clean CLEANUP(buf_release) = BUF_INIT(LIMIT_ERROR_BODY_BYTES);
    if (v->notes.len == 0)
        return;
    append_lines(buf_slice(&v->notes), &clean);
    (void)fprintf(stderr, "%s", buf_cstr(&clean));
}

bool query_is_for_eyes(const struct query *q)
{
    return q->terminal.is_tty && !q->options.output;
}

bool query_is_painted(const struct query *q)
{
    return query_is_for_eyes(q) || q->terminal.has_colours;
}

static enum status write_lines(struct slice text, struct error *err)
{
    struct buf clean CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);
    append_lines(text, &clean);
    enum status status = buf_check(&clean, "the text", err);
    return status == OK ? output_write(NULL, buf_slice(&clean), err) : status;
}

/* JSON is never painted, and a collector's passes through as it came. */
enum status query_write(struct query *q, struct slice bytes, struct error *err)
{
    return query_is_for_eyes(q) && q->options.is_json ? write_lines(bytes, err)
                                                      : output_write(q->options.output, bytes, err);
}

enum status query_render(struct query *q, struct view *v, struct slice name, struct error *err)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);
    const struct view_format *format;
    enum status status = view_format_find(name, &format, err);
    if (status != OK)
        return status;
    if (query_is_for_eyes(q) && (format->render == pprof_render || format->render == svg_render))
        return error_set(err, E_INVALID, "%s is not for a terminal: -o FILE.%s, or a pipe", format->name,
                         format->extension);

    if ((format->render == peek_render || format->render == peek_text_render) &&
        q->options.view.function.len == 0)
        return error_set(err, E_INVALID, "which functions? say --function REGEX");

    status = format->render(v, &out, err);
    query_notes(v);
    if (status != OK)
        return status;
    return query_is_for_eyes(q) ? write_lines(buf_slice(&out), err) : query_write(q, buf_slice(&out), err);
}

enum status query_view_run(struct query *q, struct error *err)
{
    struct merge *merge CLEANUP(merge_freep) = NULL;
    struct view *view CLEANUP(view_freep) = NULL;
    const struct query_command *c = q->command;
    enum status status = query_merge(q, &q->words, &merge, err);
    if (status == OK)
        status = view_open(merge, &q->options.view, NULL, &view, err);
    return status == OK
               ? query_render(q, view, slice_of(q->options.is_json ? c->json_format : c->format), err)
               : status;
}
