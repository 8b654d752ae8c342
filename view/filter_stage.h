/*
 * What the stages of a filter share (view/filter.h says what a filter is; only its files include this). Each
 * stage decides about locations or label sets, once each, however many samples have them:
 *
 *     filter_prune()  which locations end a stack      drop_frames, keep_frames
 *     filter_roots()  pseudo frames of each label set  tagroot, tagleaf
 *     filter_names()  flags of locations, their lines  focus, ignore, hide, show, show_from
 *     filter_tags()   flags of label sets              tagfocus, tagignore
 *
 * then filter_samples() goes over the samples with what was decided, and result.c puts what is left into
 * the result. Only what a sample that is not zero reaches is looked at. One thread.
 */
#ifndef VIEW_FILTER_STAGE_H
#define VIEW_FILTER_STAGE_H

#include "base/regex.h"
#include "view/filter.h"

enum {
    LOCATION_USED = 1,
    LOCATION_PRUNED = 2,  /* leaves the stack, and what it calls */
    LOCATION_PRUNES = 4,  /* stays, with fewer lines; what it calls leaves */
    LOCATION_FOCUS = 8,   /* matches focus */
    LOCATION_IGNORE = 16, /* matches ignore */
    LOCATION_HIDDEN = 32,
    LOCATION_FROM = 64, /* matches show_from */
};

struct filter_location {
    uint32_t at; /* first of its lines in filter.lines, the innermost first */
    uint32_t count;
    uint32_t flags;
};

enum {
    SET_USED = 1,
    SET_FOCUS = 2,  /* matches tagfocus */
    SET_IGNORE = 4, /* matches tagignore */
};

/* A frame made of labels. No mapping, no address, one line. */
struct filter_pseudo {
    uint32_t name, file; /* strings of filter.pseudo_strings */
};

struct filter {
    const struct merged *in;
    struct merged *out;
    const struct view_options *options;
    struct buf *notes;
    struct quota *quota; /* of out */
    struct intern pseudo_strings;
    struct column pseudos;    /* struct filter_pseudo */
    struct column locations;  /* struct filter_location: those of `in`, then of pseudos */
    struct column lines;      /* uint32_t: lines of `in`, behind the last of them the pseudos */
    struct column sets;       /* char: flags, by label set of `in` */
    struct column set_frames; /* uint32_t: locations, by label set: first the leaves, then the roots */
    uint32_t leaves, roots;   /* of each set */
    bool hides;               /* some location is hidden */
    int64_t search_ns;        /* CPU time that is left for all regular expressions */
    /* From numbers of `in` to those of `out`; uint32_t, UINT32_MAX: not yet. */
    struct column out_strings, out_functions, out_mappings, out_locations, out_sets;
};

static inline struct filter_location *filter_location(const struct filter *f, uint32_t location)
{
    return &COLUMN_AT(f->locations, struct filter_location)[location];
}

static inline uint32_t *filter_line(const struct filter *f, const struct filter_location *l, uint32_t nth)
{
    return &COLUMN_AT(f->lines, uint32_t)[l->at + nth];
}

/* NULL: a set has none. */
static inline uint32_t *filter_set_frames(const struct filter *f, uint32_t set)
{
    size_t each = f->leaves + f->roots;
    return each > 0 ? COLUMN_AT(f->set_frames, uint32_t) + set * each : NULL;
}

static inline struct slice filter_string(const struct filter *f, uint32_t string)
{
    return intern_get(&f->in->symbols.strings, string);
}

/* "Focus expression matched no samples" */
void filter_note(struct filter *f, const char *option);
/* Part of a note: somebody's text, on one line and not long. */
void filter_note_text(struct filter *f, struct slice text);

/* regex_new() and regex_check(), with the time that is left. */
NODISCARD enum status filter_regex_new(const struct filter *f, const char *option, struct slice pattern,
                                       struct regex **ret_regex, struct error *err);
NODISCARD enum status filter_regex_check(struct filter *f, const struct regex *r, struct error *err);

/* One regular expression against strings of `in`: each is looked at once. */
struct filter_match {
    const struct filter *f;
    struct regex *regex;
    struct column verdicts; /* char by string: 0: not yet, 1: no, 2: yes */
    bool makes_up_mapping;  /* as pprof does where a profile has none */
};

/* E_INVALID, E_TOO_LARGE: the pattern; errors of the quota. To be released in any case. */
NODISCARD enum status filter_match_init(struct filter_match *m, const struct filter *f, const char *option,
                                        struct slice pattern, struct error *err);
void filter_match_release(struct filter_match *m);
/* A line's function or its file. */
bool filter_match_line(struct filter_match *m, uint32_t line);
/* The file of the location's mapping. */
bool filter_match_mapping(struct filter_match *m, uint32_t location);

NODISCARD enum status filter_prune(struct filter *f, struct error *err);
NODISCARD enum status filter_roots(struct filter *f, struct error *err);
NODISCARD enum status filter_names(struct filter *f, struct error *err);
NODISCARD enum status filter_tags(struct filter *f, struct error *err);

/* Header and mappings, then sample by sample what is left of `sample`. False when the quota refuses. */
NODISCARD bool filter_result_start(struct filter *f);
NODISCARD bool filter_result_add(struct filter *f, uint32_t sample, uint32_t *locations, uint32_t depth);

#endif
