/*
 * The options of `brazier query` and `brazier diff`: one table (query_options.c), of which each sub-command
 * takes the groups that mean something to it.
 */
#ifndef CLI_QUERY_OPTIONS_H
#define CLI_QUERY_OPTIONS_H

#include "base/limits.h"
#include "cli/selection.h"
#include "view/options.h"

enum query_rows {
    ROWS_SOURCE = 1 << 0,   /* a collector, what is selected there; files */
    ROWS_BASE = 1 << 1,     /* what it is compared with */
    ROWS_VIEW = 1 << 2,     /* VIEW_OPTIONS */
    ROWS_OUTPUT = 1 << 3,   /* -o */
    ROWS_TERMINAL = 1 << 4, /* --color, --wide */
    ROWS_JSON = 1 << 5,
    ROWS_LIST = 1 << 6,
    ROWS_TIMELINE = 1 << 7,
    ROWS_GATE = 1 << 8,
    ROWS_MERGE = 1 << 9, /* profiles are merged here */
};

enum { QUERY_ROWS_MAX = 72, QUERY_VIEW_MAX = 32, QUERY_NAME_MAX = 24 };

struct query_options {
    const char *collector, *bearer_file, *ca_file;
    int64_t timeout_ms;
    struct selection selection, base;
    bool partial, fresh;
    const char *view_texts[QUERY_VIEW_MAX]; /* as VIEW_OPTIONS */
    struct view_options view;
    bool normalise;
    int64_t memory_bytes;
    const char *output, *colour, *format;
    bool is_wide, is_json, is_markdown;
    int64_t limit;
    const char *sample_type, *step, *group_by;
    struct option_list rules;
    const char *min_share;
    bool selects; /* argv says what to select on a collector */

    /* Rows are made here: names of options have '-' where those of views have '_'. */
    struct option_row rows[QUERY_ROWS_MAX];
    char view_names[QUERY_VIEW_MAX][QUERY_NAME_MAX];
    bool given[QUERY_ROWS_MAX];
    size_t view_first, view_count; /* those of views among them */
};

/* Fills o->rows with those of the groups; how many there are. o must not move afterwards. */
size_t query_options_rows(struct query_options *o, unsigned groups);

/* Reads argv; words: what are no options. E_INVALID names the option. */
NODISCARD enum status query_options_parse(struct query_options *o, unsigned groups, int argc, char **argv,
                                          struct option_words *words, struct error *err);

#endif
