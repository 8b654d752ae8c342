/*
 * Builds a profile, sample by sample, and writes it as uncompressed pprof. Samples are written as they come;
 * what they stand on (strings, functions, locations, mappings) is kept once each and written at the end.
 *
 *     struct builder b CLEANUP(builder_release);
 *     builder_init(&b, &out, &quota);
 *     builder_type(&b, SLICE("samples"), SLICE("count"));
 *     for each sample
 *         builder_frame(&b, builder_address(&b, address, BUILDER_NONE));     leaf first
 *         builder_number_label(&b, SLICE("tid"), 17, SLICE(""));
 *         builder_sample(&b, (int64_t[]){1});
 *     status = builder_finish(&b, &header, err);
 *
 * The first thing that cannot be done (a limit of base/limits.h, the quota, out's bound) is remembered and
 * makes every later call do nothing: build first, ask builder_finish() once; ask builder_failed() to stop
 * early. Equal samples may come again, whoever reads them adds them up. Texts that are no UTF-8 get '?' for
 * each byte that is none. Things are named by numbers: mappings, functions and locations count from 0 in the
 * order of their coming. Not thread-safe.
 */
#ifndef PPROF_BUILDER_H
#define PPROF_BUILDER_H

#include "base/buf.h"
#include "pprof/profile.h"
#include "pprof/stacks.h"
#include "pprof/symbols.h"

#define BUILDER_NONE SYMBOL_NONE

struct builder {
    struct buf *out;
    struct quota *quota;
    struct symbols symbols; /* without mappings: there they fold together, here they stay as they are */
    struct column by_name;  /* uint32_t by string: the location of builder_name(), BUILDER_NONE: none yet */
    struct column mappings; /* struct profile_mapping */
    struct column stack;    /* uint32_t: locations of the sample at hand */
    struct column labels;   /* struct stack_label, of the sample at hand */
    struct column text;     /* char: a text that is made UTF-8 */
    size_t types;
    uint64_t samples;
    struct error error; /* code OK: all is well so far */
};

/* out and quota are borrowed; what is in out stays in front. */
void builder_init(struct builder *b, struct buf *out, struct quota *quota);
void builder_release(struct builder *b);

/* True once something could not be done; builder_finish() says what. */
bool builder_failed(const struct builder *b);
/* The caller's own reason: the quota refused (what is NULL), or there are more than `limit` of what. */
void builder_refuse(struct builder *b, const char *what, size_t limit);

/* One more sample type; all of them before the first sample. */
void builder_type(struct builder *b, struct slice name, struct slice unit);

struct builder_mapping {
    uint64_t start, limit, offset;
    struct slice file, build_id;
    unsigned flags; /* enum mapping_flag */
};

/* A new mapping, its number. The first should be that of the program itself. */
uint32_t builder_mapping(struct builder *b, const struct builder_mapping *m);

struct builder_function {
    struct slice name;
    struct slice system_name; /* empty: as name */
    struct slice file;
    int64_t start_line;
};

/* The number of the function, which may have come before. */
uint32_t builder_function(struct builder *b, const struct builder_function *f);

struct builder_location {
    uint64_t address;                /* 0: not known */
    uint32_t mapping;                /* its number, or BUILDER_NONE */
    uint32_t lines_count;            /* 0: not symbolised */
    const struct symbol_line *lines; /* the innermost inlined function first, the real one last */
};

/* The number of the location, which may have come before. */
uint32_t builder_location(struct builder *b, const struct builder_location *l);
/* The same for an address without a function, and for a function without an address. */
uint32_t builder_address(struct builder *b, uint64_t address, uint32_t mapping);
uint32_t builder_name(struct builder *b, struct slice function);

/* Mappings are often known last: */
size_t builder_locations(const struct builder *b);
uint64_t builder_address_of(const struct builder *b, size_t location);
/* Puts a location into a mapping. No builder_location() after it: a location is found by its mapping too. */
void builder_place(struct builder *b, size_t location, uint32_t mapping);

/* The sample at hand: its frames from the leaf to the root (or the other way, and then turned around). */
void builder_frame(struct builder *b, uint32_t location);
void builder_turn(struct builder *b);
/* An empty text, or 0 without a unit, is no label: readers take it for none. */
void builder_text_label(struct builder *b, struct slice key, struct slice text);
void builder_number_label(struct builder *b, struct slice key, int64_t number, struct slice unit);
/* Ends it: one value for each type. */
void builder_sample(struct builder *b, const int64_t *values);

struct builder_header {
    int64_t time_nanos; /* when it began, unix time; 0: not known */
    int64_t duration_nanos;
    struct slice period_type, period_unit;
    int64_t period;
    struct slice default_type;             /* empty: the last */
    struct slice drop_frames, keep_frames; /* regular expressions for viewers */
};

/*
 * Writes the rest; out then holds the whole profile. E_TOO_LARGE over a limit, over the quota or over out's
 * bound; E_BUSY from the quota.
 */
NODISCARD enum status builder_finish(struct builder *b, const struct builder_header *header,
                                     struct error *err);

#endif
