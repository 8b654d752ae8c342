/*
 * One profile, read from the wire and found valid: the parts that refer to each other are in arrays, ids are
 * resolved to indexes, string indexes are in range. The samples stay on the wire and are read one by one
 * (sample.h). Everything borrows from the inflated bytes. A struct profile is meant to be used again for the
 * next profile: it keeps its memory. Not thread-safe.
 *
 * What is refused is what google/pprof's Parse refuses, and in addition a location that names a mapping which
 * does not exist (it would silently lose its mapping there).
 */
#ifndef PPROF_PROFILE_H
#define PPROF_PROFILE_H

#include "base/error.h"
#include "base/slice.h"
#include "pprof/column.h"
#include "pprof/idmap.h"

#define PROFILE_NONE UINT32_MAX

enum mapping_flag {
    MAPPING_HAS_FUNCTIONS = 1,
    MAPPING_HAS_FILENAMES = 2,
    MAPPING_HAS_LINE_NUMBERS = 4,
    MAPPING_HAS_INLINE_FRAMES = 8,
};

/* Strings are named by their index in the profile's table. */
struct profile_value_type {
    uint32_t type;
    uint32_t unit;
};

struct profile_mapping {
    uint64_t start;
    uint64_t limit;
    uint64_t offset;
    uint32_t filename;
    uint32_t build_id;
    uint32_t flags; /* enum mapping_flag */
};

struct profile_function {
    int64_t start_line;
    uint32_t name;
    uint32_t system_name;
    uint32_t filename;
};

struct profile_line {
    int64_t line;
    int64_t column;
    uint64_t function; /* index once the profile is read */
};

struct profile_location {
    uint64_t address;
    uint64_t mapping;  /* index or PROFILE_NONE once the profile is read */
    uint32_t lines_at; /* index of the first line, the innermost function */
    uint32_t lines_count;
    bool folded;
};

struct profile_string {
    uint32_t at; /* offset in the wire bytes */
    uint32_t len;
};

struct profile {
    struct quota *quota;
    struct slice wire;       /* inflated */
    struct column types;     /* struct profile_value_type */
    struct column mappings;  /* struct profile_mapping */
    struct column locations; /* struct profile_location */
    struct column lines;     /* struct profile_line */
    struct column functions; /* struct profile_function */
    struct column strings;   /* struct profile_string */
    struct column comments;  /* uint32_t, strings */
    struct idmap mapping_ids, location_ids, function_ids;
    struct profile_value_type period_type;
    uint32_t drop_frames, keep_frames, default_type, doc_url; /* strings */
    int64_t time_nanos;
    int64_t duration_nanos;
    int64_t period;
    uint64_t samples_count;
    struct slice samples; /* the wire bytes from the first sample to the last */
};

/* quota must outlive it. */
void profile_init(struct profile *p, struct quota *quota);
void profile_release(struct profile *p);

/*
 * Reads all but the samples. `inflated` must live as long as p is used. After an error p may only be read
 * into again or released. E_INVALID "malformed profile: ..." naming the fault; E_TOO_LARGE over a limit of
 * base/limits.h or over the quota; E_BUSY from the quota.
 */
NODISCARD enum status profile_read(struct profile *p, struct slice inflated, struct error *err);

/* Index of the default sample type: the named one, else the last; types.count when there is none. */
size_t profile_default_type(const struct profile *p);

static inline struct slice profile_string(const struct profile *p, uint32_t string)
{
    struct profile_string s = COLUMN_AT(p->strings, struct profile_string)[string];
    return (struct slice){p->wire.ptr + s.at, s.len};
}

/* The lines of a location of p, lines_count of them. */
static inline struct profile_line *profile_lines(const struct profile *p, const struct profile_location *l)
{
    return l->lines_count > 0 ? &COLUMN_AT(p->lines, struct profile_line)[l->lines_at] : NULL;
}

/* Fills err: "malformed profile: <what>"; E_INVALID. */
enum status profile_fault(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
