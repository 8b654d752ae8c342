/*
 * render FORMAT [OPTION=VALUE | FILE | --base | --normalise]...: what files look like in a format of view/,
 * on stdout. Files behind --base are the other side of a diff. For scenarios that look at pictures and need
 * no collector for it.
 */
#include "base/file.h"
#include "base/limits.h"
#include "view/format.h"

#include <stdio.h>
#include <string.h>

struct request {
    const struct view_format *format;
    struct view_options options;
    struct merge *merge;
    enum merge_side side;
    bool normalise;
};

static enum status add_file(struct request *r, const char *path, struct error *err)
{
    struct buf body CLEANUP(buf_release) = BUF_INIT(LIMIT_BODY_BYTES);
    enum status status = file_read(path, &body, err);

    return status == OK ? merge_add(r->merge, buf_slice(&body), r->side, err) : status;
}

static enum status take(struct request *r, const char *word, struct error *err)
{
    struct slice name = slice_of(word);
    size_t equals = slice_find(name, '=');
    const struct view_option *option =
        equals < name.len ? view_option_find(slice_sub(name, 0, equals)) : NULL;

    if (strcmp(word, "--base") == 0)
        r->side = MERGE_BASE;
    else if (strcmp(word, "--normalise") == 0)
        r->normalise = true;
    else if (option)
        return option->set(&r->options, slice_from(name, equals + 1), err);
    else
        return add_file(r, word, err);
    return OK;
}

static enum status render(struct request *r, char **words, struct buf *out, struct error *err)
{
    struct view *v CLEANUP(view_freep) = NULL;
    enum status status = view_format_find(slice_of(*words), &r->format, err);

    while (status == OK && *++words)
        status = take(r, *words, err);
    if (status == OK && r->normalise)
        status = merge_normalise(r->merge, err);
    if (status == OK)
        status = view_open(r->merge, &r->options, NULL, &v, err);
    return status == OK ? r->format->render(v, out, err) : status;
}

int main(int argc, char **argv)
{
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct request r = {.options = VIEW_OPTIONS_DEFAULT, .merge = m};
    struct buf out CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);
    struct error err;

    if (argc < 3) {
        (void)fprintf(stderr, "render FORMAT [OPTION=VALUE | FILE | --base | --normalise]...\n");
        return 2;
    }
    if (render(&r, argv + 1, &out, &err) != OK) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    return fwrite(out.ptr, 1, out.len, stdout) == out.len ? 0 : 1;
}
