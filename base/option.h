/*
 * Options of a command: one table row each, read from argv (`--name VALUE`, `--name=VALUE`, flags bare; `-o
 * VALUE` where a row has a letter), else from the environment (BRAZIER_ and the name in capitals with _ for
 * -), else the default. The help text is printed from the same rows. argv wins over the environment.
 */
#ifndef BASE_OPTION_H
#define BASE_OPTION_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum option_kind {
    OPTION_TEXT,     /* const char ** : points into argv, environ or the table */
    OPTION_FLAG,     /* bool *        : --name, or =true/false/1/0/on/off/yes/no */
    OPTION_COUNT,    /* int64_t *     : a decimal number */
    OPTION_BYTES,    /* int64_t *     : 16MiB, 128KiB, 1GiB, MB, or bytes */
    OPTION_DURATION, /* int64_t * ms  : 250ms, 10s, 5m, 24h, 7d; 0 */
    OPTION_LIST,     /* struct option_list * : given again and again; the environment gives one value */
};

enum { OPTION_LIST_MAX = 64 };

struct option_list {
    const char *values[OPTION_LIST_MAX]; /* point into argv, environ or the table */
    size_t count;
};

struct option_row {
    const char *name; /* without the dashes */
    enum option_kind kind;
    void *value;
    const char *fallback; /* in the form a user would type; NULL: none (text stays NULL) */
    int64_t min, max;     /* for counts, bytes and durations; both 0: 0 .. INT64_MAX */
    const char *argument; /* in the help: "URL", "BYTES" */
    const char *help;     /* one sentence */
    char letter;          /* 'o': `-o VALUE` is the same; 0: none */
    bool *ret_given;      /* set to whether argv had it, not the environment; NULL: of no interest */
};

/* The arguments that are no options ("FILE..."): items are max pointers of the caller; they point into argv.
 */
struct option_words {
    const char **items;
    size_t max;
    size_t count;
};

/* Reads argv[0..argc) (without program and sub-command names). words->count is written on success; NULL:
 * there may be none. E_INVALID names the argument, what is wrong and, for an unknown one, the nearest name.
 */
NODISCARD enum status option_parse(const struct option_row *rows, size_t row_count, int argc, char **argv,
                                   struct option_words *words, struct error *err);
/* A table of options with defaults and environment names. */
void option_help(const struct option_row *rows, size_t row_count, FILE *out);
/* The parts, for other uses of the same spellings. */
NODISCARD bool option_duration(const char *text, int64_t *ret_ms);
NODISCARD bool option_bytes(const char *text, int64_t *ret_bytes);

#endif
