/*
 * The types that a profile can be declared as, and what its sample types say about it. One row a type: adding
 * one is adding a row. Pure; the table is static.
 *
 * Refused is only what positively looks like another known type: a heap profile declared `cpu`. Shapes that
 * we do not know are accepted as whatever they are declared; so are several shapes in one profile, as .NET
 * sends, if the declared one is among them. `heap` and `allocs` have one shape, `block` and `mutex` too: each
 * takes both.
 */
#ifndef MODEL_PROFILE_TYPE_H
#define MODEL_PROFILE_TYPE_H

#include "base/error.h"
#include "base/slice.h"

struct profile_type {
    const char *name;
    bool is_pprof;   /* false: any bytes, stored unseen, never merged */
    unsigned shapes; /* private: those it accepts; 0: all */
};

enum { PROFILE_TYPE_COUNT = 9 };
extern const struct profile_type PROFILE_TYPES[PROFILE_TYPE_COUNT];

/* A sample type of a profile: "cpu", "nanoseconds". */
struct sample_type {
    struct slice name, unit;
};

/* The row of that name, exactly, after trimming white space. Static. E_INVALID: unknown profile type "x": one
 * of cpu, heap, ... */
NODISCARD enum status profile_type_parse(struct slice name, const struct profile_type **ret_type,
                                         struct error *err);
/* "cpu, heap, allocs, ..."; static. */
const char *profile_type_names(void);

/* E_INVALID only if it positively looks like something else: declared as cpu, but it looks like heap or
 * allocs: its sample types are ... */
NODISCARD enum status profile_type_check(const struct profile_type *type, const struct sample_type *types,
                                         size_t count, struct error *err);

/*
 * The type of a profile that nobody declared: what a word of `name` says (a file's name: "allocs-005.pb.gz"),
 * if the sample types allow it; else what they positively look like. E_INVALID: they look like several, or
 * like none.
 */
NODISCARD enum status profile_type_guess(const struct sample_type *types, size_t count, struct slice name,
                                         const struct profile_type **ret_type, struct error *err);

#endif
