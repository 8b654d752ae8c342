/*
 * Maps of a configuration into structs: a table says which keys there are, of what kind, and where they go.
 * What is wrong is told with file, line and key; unknown keys are refused with the nearest name.
 */
#ifndef SCRAPE_FIELD_H
#define SCRAPE_FIELD_H

#include "base/arena.h"
#include "scrape/yaml.h"

#include <stddef.h>

enum field_kind {
    FIELD_TEXT, /* struct slice */
    FIELD_PATH, /* const char * : of a file; relative ones are relative to the configuration's directory */
    FIELD_WORD, /* const char * */
    FIELD_DURATION, /* int64_t, ms, at least min */
    FIELD_COUNT,    /* int64_t, at least min */
    FIELD_FLAG,     /* bool */
    FIELD_READ,     /* by a function */
};

/* Where texts are kept while a configuration is read. */
struct reader {
    struct arena *arena;
    const char *dir;
};

struct field {
    const char *name;
    enum field_kind kind;
    size_t offset; /* in the struct */
    int64_t min;
    enum status (*read)(struct reader *r, struct yaml value, void *into, struct error *err);
};

enum { FIELDS_MAX = 64 };

/* E_INVALID. Fields that are not there, or null, stay as they are. */
NODISCARD enum status fields_read(struct reader *r, struct yaml map, const struct field *fields,
                                  size_t field_count, void *into, struct error *err);
/* A scalar, kept. E_INVALID. */
NODISCARD enum status field_text(struct reader *r, struct yaml value, struct slice *ret_text,
                                 struct error *err);
/* A list of scalars, or one alone; kept. E_INVALID: not that, or more than max. */
NODISCARD enum status field_texts(struct reader *r, struct yaml value, size_t max, struct slice **ret_texts,
                                  size_t *ret_count, struct error *err);
NODISCARD enum status field_path(struct reader *r, struct slice text, const char **ret_path,
                                 struct error *err);
NODISCARD enum status field_flag(struct yaml value, bool *ret_flag, struct error *err);

#endif
