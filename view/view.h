/*
 * A view: a merged profile after its filters, with its locations made into frames of the granularity that was
 * asked for. Renderers read it: tables, graphs, flame graphs (view/format.h lists them).
 *
 *     merge -> [filter] -> view -> graph -> top, peek, tree, dot
 *                               -> tree  -> flamegraph, svg, speedscope, folded
 *
 * Numbers are those of `go tool pprof` with the same options. One thread at a time.
 */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include "pprof/merge.h"
#include "pprof/merged.h"
#include "view/options.h"

/* What is one line of a table: two frames with equal fields are one. Fields that the granularity leaves out
 * are 0. No padding: its bytes are its key. */
struct view_frame {
    uint64_t address;
    int64_t line;
    int64_t column;
    int64_t start_line; /* of a function without a name */
    uint32_t name;      /* string; 0: not known */
    uint32_t file;      /* string, cleaned as a path */
    uint32_t module;    /* string, the mapping's file; of frames without a name only */
    uint32_t zero;
};

struct view_step {
    uint32_t frame;
    bool inlined; /* into the step before it */
};

/* From the root to the leaf. Valid until the next view_stack(). */
struct view_stack {
    const struct view_step *steps;
    size_t count;
};

struct view_span {
    uint32_t at;
    uint32_t count;
};

struct view {
    struct merge *merge;         /* what it is a view of */
    const struct merged *merged; /* after the filters: samples, labels, header */
    struct merged *filtered;     /* NULL when there was nothing to filter */
    struct quota quota;
    const struct view_options *options;
    struct intern strings;         /* of frames: names and cleaned paths */
    struct column frames;          /* struct view_frame, distinct */
    struct column spans;           /* struct view_span by location: its frames, innermost first, in ... */
    struct column of_spans;        /* ... uint32_t */
    struct column steps;           /* struct view_step, of one stack */
    uint64_t steps_taken;          /* by all view_stack() */
    struct merged_base base_label; /* what marks a base's sample */
    uint32_t type;                 /* the sample type that is shown, an index */
    bool is_diff;                  /* there is a base, be it empty: an input came as one or samples say so */
    int64_t total; /* what shares are of: all samples before the filters; of a diff: of the base */
    int64_t source,
        base;         /* the sums of both sides of a diff, neither negative as a rule; before the filters */
    struct buf notes; /* one line each: "Focus expression matched no samples" */
};

/* options and m outlive it. Frees nothing of m. E_INVALID: a bad option's value; E_TOO_LARGE, E_BUSY: memory.
 */
NODISCARD enum status view_open(struct merge *m, const struct view_options *options, struct budget *budget,
                                struct view **ret_view, struct error *err);
void view_free(struct view *v); /* NULL is fine */
void view_freep(struct view **v);

/* Samples are 0 .. view_samples(v) - 1; some may be zero in the type that is shown. */
size_t view_samples(const struct view *v);
/* The value in a type; of a base's sample it is what is taken away. */
int64_t view_value(const struct view *v, size_t sample, uint32_t type);
bool view_is_base(const struct view *v, size_t sample);
/* False: memory, or too many of them (view_error() says what). */
NODISCARD bool view_stack(struct view *v, size_t sample, struct view_stack *ret_stack);
/* What view_stack() or v->quota refused: E_TOO_LARGE or E_BUSY. */
enum status view_error(const struct view *v, struct error *err);

static inline const struct view_frame *view_frame(const struct view *v, uint32_t frame)
{
    return &COLUMN_AT(v->frames, struct view_frame)[frame];
}
static inline struct slice view_string(const struct view *v, uint32_t string)
{
    return intern_get(&v->strings, string);
}
/* "cpu", "nanoseconds". */
struct slice view_type_name(const struct view *v, uint32_t type);
struct slice view_type_unit(const struct view *v, uint32_t type);

/* How a frame is called in a table: its address, name, file and line, as far as known: "main.run",
 * "0000000000401000 main.run /src/run.go:12", "[libc.so.6]", "<unknown>". Appends. */
void view_frame_name(const struct view *v, uint32_t frame, struct buf *out);

#endif
