/*
 * Where the frames of a view are, for those who read them: a label, and beside it the source file, the line
 * and the module, also where the granularity leaves them out. One thread at a time.
 */
#ifndef VIEW_PLACES_H
#define VIEW_PLACES_H

#include "base/limits.h"
#include "view/view.h"

/* Each is 0 when it is not known or not the same for all that the frame stands for. */
struct place {
    uint32_t file;   /* string of the places; cleaned */
    uint32_t module; /* string of the places: the mapping's file */
    int64_t line;    /* the frame's, or the one on which its function begins */
};

struct places {
    struct view *view;
    struct intern strings;
    struct column of_frames; /* struct place */
};

/* Errors of the quota. On failure too it is to be released. */
NODISCARD enum status places_find(struct places *p, struct view *v, struct error *err);
void places_release(struct places *p);

static inline const struct place *places_of(const struct places *p, uint32_t frame)
{
    return &COLUMN_AT(p->of_frames, struct place)[frame];
}

static inline struct slice places_string(const struct places *p, uint32_t string)
{
    return intern_get(&p->strings, string);
}

/* What the frame belongs to (view/caption.h), by its function's name or, if it has none, by its label.
 * Borrows. */
struct slice places_package(const struct places *p, uint32_t frame, struct slice label);

/* The bound of a label: a name is no longer than its profile. */
#define PLACE_LABEL_BYTES (LIMIT_INFLATED_BYTES + 64)
/* What stands in the box of a flame graph: "main.run", "main.run:12", "0x401000 main.run:12", a file,
 * "[libc.so.6]", "<unknown>". Appends. */
void place_label(const struct view *v, uint32_t frame, struct buf *out);

#endif
