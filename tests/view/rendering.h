/* Merging, viewing and rendering in tests. */
#ifndef TESTS_VIEW_RENDERING_H
#define TESTS_VIEW_RENDERING_H

#include "tests/pprof/merging.h"
#include "view/format.h"

typedef enum status (*render_fn)(struct view *v, struct buf *out, struct error *err);

/* Options from words as in "sort=cum nodecount=5"; the text must outlive them. */
UNUSED static struct view_options options_of(const char *words)
{
    struct view_options options = VIEW_OPTIONS_DEFAULT;
    struct slice rest = slice_of(words), word;
    struct error err = {0};
    while (rest.len > 0 && slice_split(&rest, ' ', &word)) {
        size_t at = slice_find(word, '=');
        char name[64];
        (void)snprintf(name, sizeof name, "%.*s", (int)at, word.ptr);
        const struct view_option *option = view_option_find(slice_of(name));
        assert_non_null(option);
        enum status status = option->set(&options, slice_from(word, at + 1), &err);
        assert_string_equal(err.text, "");
        assert_int_equal(status, OK);
    }
    return options;
}

/* What the format makes of a merge; the status too. All of the view's memory is given back. */
UNUSED static enum status try_render(struct merge *m, const char *words, render_fn render, struct buf *out,
                                     struct error *err)
{
    struct view_options options = options_of(words);
    struct view *v CLEANUP(view_freep) = NULL;
    enum status status = view_open(m, &options, NULL, &v, err);
    if (status != OK)
        return status;

    size_t held = v->quota.used - v->steps.cap * v->steps.width;
    status = render(v, out, err);
    assert_int_equal(v->quota.used - v->steps.cap * v->steps.width, held);
    return status;
}

UNUSED static struct buf rendered(struct merge *m, const char *words, render_fn render)
{
    struct buf out = BUF_INIT(ROOMY);
    struct error err = {0};
    enum status status = try_render(m, words, render, &out, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(status, OK);
    return out;
}

UNUSED static void assert_rendered(struct merge *m, const char *words, render_fn render, const char *expected)
{
    struct buf out CLEANUP(buf_release) = rendered(m, words, render);
    assert_string_equal(buf_cstr(&out), expected);
}

#endif
