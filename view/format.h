/*
 * What a profile can be shown as. A format is one file with a `..._render()` and one row in format.c.
 */
#ifndef VIEW_FORMAT_H
#define VIEW_FORMAT_H

#include "view/view.h"

struct view_format {
    const char *name;         /* `format=`: "svg" */
    const char *content_type; /* "image/svg+xml" */
    const char *extension;    /* of a file: "svg" */
    const char *help;         /* one line, for lists */
    /* Appends to out, whose bound is the caller's. E_TOO_LARGE over it; errors of the view. */
    enum status (*render)(struct view *v, struct buf *out, struct error *err);
    bool is_file; /* for another program: to be saved, not looked at */
};

extern const struct view_format VIEW_FORMATS[];
extern const size_t VIEW_FORMATS_COUNT;

/* E_INVALID: unknown format "x": one of pprof, top, ... */
NODISCARD enum status view_format_find(struct slice name, const struct view_format **ret_format,
                                       struct error *err);

/* pprof.c, raw.c: what is left after the filters, by addresses. */
NODISCARD enum status pprof_render(struct view *v, struct buf *out, struct error *err);
NODISCARD enum status raw_render(struct view *v, struct buf *out, struct error *err);
/* top.c, peek.c, calls.c, dot.c */
NODISCARD enum status top_render(struct view *v, struct buf *out, struct error *err);
NODISCARD enum status top_text_render(struct view *v, struct buf *out, struct error *err);
NODISCARD enum status peek_render(struct view *v, struct buf *out, struct error *err);
NODISCARD enum status peek_text_render(struct view *v, struct buf *out, struct error *err);
NODISCARD enum status calls_render(struct view *v, struct buf *out, struct error *err);
NODISCARD enum status dot_render(struct view *v, struct buf *out, struct error *err);
/* flamegraph.c, svg.c, folded.c, speedscope.c */
NODISCARD enum status flamegraph_render(struct view *v, struct buf *out, struct error *err);
NODISCARD enum status svg_render(struct view *v, struct buf *out, struct error *err);
NODISCARD enum status folded_render(struct view *v, struct buf *out, struct error *err);
NODISCARD enum status speedscope_render(struct view *v, struct buf *out, struct error *err);

#endif
