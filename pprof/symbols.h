/*
 * What the samples of many profiles stand on, each thing once: strings, mappings, functions, locations. Two
 * things are the same if their keys are (the pprof page, "Merge", rule 4). Things are named by their index.
 * Not thread-safe.
 */
#ifndef PPROF_SYMBOLS_H
#define PPROF_SYMBOLS_H

#include "pprof/intern.h"

#define SYMBOL_NONE UINT32_MAX

struct symbol_mapping {
    uint64_t start;  /* of the representative: the smallest of those that folded into this one */
    uint64_t limit;  /* key: limit - start, up to the next 4 KiB */
    uint64_t offset; /* key */
    uint32_t file;   /* key: build id, or else the file */
    uint32_t build_id;
    uint32_t flags;    /* enum mapping_flag: what all of them have */
    bool is_known;     /* the above but the key stand: a profile was folded in */
    bool is_first;     /* it was the first mapping of some profile ... */
    __int128 first_at; /* ... the earliest of which has this rank */
};

/* No padding: its bytes are its key. */
struct symbol_function {
    int64_t start_line;
    uint32_t name;
    uint32_t system_name;
    uint32_t file;
    uint32_t zero;
};

struct symbol_line {
    int64_t line;
    int64_t column;
    uint32_t function;
    uint32_t zero;
};

struct symbol_location {
    uint64_t offset;  /* address - start of the mapping */
    uint32_t mapping; /* or SYMBOL_NONE */
    uint32_t lines_at;
    uint32_t lines_count;
    uint32_t folded;
};

struct symbols {
    struct quota *quota;
    struct intern strings;
    struct column mappings;  /* struct symbol_mapping */
    struct column functions; /* struct symbol_function */
    struct column locations; /* struct symbol_location */
    struct column lines;     /* struct symbol_line */
    struct table mapping_table, function_table, location_table;
};

/* quota must outlive it. */
void symbols_init(struct symbols *s, struct quota *quota);
void symbols_release(struct symbols *s);

/* Each gives the index of the thing with the key of `m` (..., copied when it is new), or SYMBOL_NONE when the
 * quota refuses. lines are those of l; its lines_at is not looked at. */
uint32_t symbols_mapping(struct symbols *s, const struct symbol_mapping *m);
uint32_t symbols_function(struct symbols *s, struct symbol_function f);
uint32_t symbols_location(struct symbols *s, struct symbol_location l, const struct symbol_line *lines);

/* Lets m, whose index is `index`, take part in what is shown of it. Apart from symbols_mapping() because this
 * cannot be undone when the profile turns out to be damaged. */
void symbols_fold_mapping(struct symbols *s, uint32_t index, const struct symbol_mapping *m);

/* The order of mappings in results: by start, limit, offset, file, build id. */
int symbols_compare_mappings(const struct symbols *s, const struct symbol_mapping *a,
                             const struct symbol_mapping *b);
/* The main program: the first mapping of the earliest profile, then by that order. SYMBOL_NONE when there is
 * none: one that only a damaged profile had is not known. */
uint32_t symbols_first_mapping(const struct symbols *s);

#endif
