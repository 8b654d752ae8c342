/*
 * What a view is asked for: pprof's options, by pprof's names. One table for HTTP and the command line: an
 * option is one row in options.c and a field here. Slices borrow. Any thread.
 *
 * Source: pprof's documentation (https://github.com/google/pprof/blob/main/doc/README.md); docs/QUERY.md.
 */
#ifndef VIEW_OPTIONS_H
#define VIEW_OPTIONS_H

#include "base/error.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum view_granularity {
    GRANULARITY_FUNCTIONS = 0,
    GRANULARITY_FILEFUNCTIONS,
    GRANULARITY_FILES,
    GRANULARITY_LINES,
    GRANULARITY_ADDRESSES,
};

struct view_options {
    struct slice sample_index; /* name or number of the sample type; empty: the profile's default */
    /* Regular expressions; empty: none. */
    struct slice focus, ignore, hide, show, show_from;
    struct slice tagfocus, tagignore; /* [key=]regex[,regex] or [key=]range */
    struct slice tagroot, tagleaf;    /* label names, parted by commas */
    struct slice function;            /* peek: a regular expression */
    enum view_granularity granularity;
    bool cum_sort;        /* sort=cum */
    bool no_trim;         /* trim=0: every node and edge */
    int64_t node_count;   /* -1: as pprof does: all in a table, 80 in a picture */
    double node_fraction; /* 0.005 */
    double edge_fraction; /* 0.001 */
    double min_fraction;  /* flame graphs: nodes below are folded into a remainder; 0: none are */
    int64_t max_nodes;    /* flame graphs: at most so many nodes */
};

#define VIEW_OPTIONS_DEFAULT                                                                                 \
    ((struct view_options){.node_count = -1,                                                                 \
                           .node_fraction = 0.005,                                                           \
                           .edge_fraction = 0.001,                                                           \
                           .max_nodes = (int64_t)LIMIT_VIEW_NODES})

struct view_option {
    const char *name;     /* "sample_index" */
    const char *argument; /* in a help text: "REGEX" */
    const char *help;     /* one sentence */
    enum status (*set)(struct view_options *options, struct slice value, struct error *err);
};

extern const struct view_option VIEW_OPTIONS[];
extern const size_t VIEW_OPTIONS_COUNT;

/* NULL: there is none. */
const struct view_option *view_option_find(struct slice name);
/* Is anything asked for that changes what a profile holds (filters, tagroot, tagleaf)? */
bool view_options_filter(const struct view_options *options);

#endif
