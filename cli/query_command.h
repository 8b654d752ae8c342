/*
 * What a sub-command of `brazier query` is: a row of the table in query.c, and a function that is given a
 * struct query. Exit codes are made from what it returns, see query_run().
 */
#ifndef CLI_QUERY_COMMAND_H
#define CLI_QUERY_COMMAND_H

#include "cli/input.h"
#include "cli/query_options.h"
#include "cli/terminal.h"
#include "view/format.h"

struct query {
    const struct query_command *command;
    struct query_options options;
    struct option_words words;
    struct terminal terminal;
    struct progress progress;
    struct remote remote;
    bool has_failed; /* a rule is broken: exit 1, and all is said */
};

struct query_command {
    const char *name;
    const char *words;   /* of the usage line: "[FILE|DIR|URL]..." */
    const char *summary; /* one line */
    const char *about;   /* for its help; may be NULL */
    const char *examples;
    unsigned rows; /* enum query_rows */
    /* E_NOT_FOUND: nothing found (exit 1); E_INVALID: wrong usage (2); others: 3. */
    enum status (*run)(struct query *q, struct error *err);
    const char *format;      /* of VIEW_FORMATS, for query_view_run() */
    const char *json_format; /* the same with --json */
};

/* Reads argv and runs; says on stderr, in front of what is wrong, whose command it is ("query top"). */
int query_run(const struct query_command *command, const char *called, int argc, char **argv);
/* Its help. */
void query_command_help(const struct query_command *command, const char *called);

/* Merges what words (files and the like) or, without any, options select. E_NOT_FOUND: no profile. */
NODISCARD enum status query_merge(struct query *q, const struct option_words *words, struct merge **ret_merge,
                                  struct error *err);
/* Into a merge that the caller made. */
NODISCARD enum status query_fill(struct query *q, struct merge *merge, enum merge_side side,
                                 const struct option_words *words, const struct selection *s,
                                 struct error *err);
/* Says a view's notes on stderr. */
void query_notes(const struct view *v);
/* Renders and writes. E_INVALID: what is for programs would go to the terminal. */
NODISCARD enum status query_render(struct query *q, struct view *v, struct slice format, struct error *err);
/* Writes to where options say. */
NODISCARD enum status query_write(struct query *q, struct slice bytes, struct error *err);
/* Are results for people at a terminal, and no file? */
bool query_is_for_eyes(const struct query *q);
/* Or are they to look as if, by --color always? */
bool query_is_painted(const struct query *q);

/* The run() of sub-commands, one file each. */
enum status query_view_run(struct query *q, struct error *err);
enum status query_merge_run(struct query *q, struct error *err);
enum status query_list_run(struct query *q, struct error *err);
enum status query_top_run(struct query *q, struct error *err);
enum status query_calls_run(struct query *q, struct error *err);
enum status query_diff_run(struct query *q, struct error *err);
enum status query_timeline_run(struct query *q, struct error *err);

#endif
