/*
 * One file to be pushed: what it is declared as. What the command line does not say is told by the file: its
 * type by its content or its name, its time by the profile or when it was written; the key of a profefe store
 * says all of it. Any thread.
 */
#ifndef CLI_PUSH_ITEM_H
#define CLI_PUSH_ITEM_H

#include "base/limits.h"
#include "model/labels.h"
#include "model/profile_type.h"

/* What the command line says. */
struct push_defaults {
    struct slice service;            /* empty: each file has to say it */
    const struct profile_type *type; /* NULL: told by the file */
    struct labels labels;
    bool is_profefe; /* files are objects of a profefe store, named by their keys */
};

struct push_item {
    struct arena arena;
    struct slice service;
    const struct profile_type *type;
    struct labels labels; /* of the command line and of the key, together */
    int64_t created_at_ms;
    bool tells_time; /* the profile itself: created_at_ms is from it, and need not be sent */
    bool is_empty;   /* a profile without samples: nothing to keep */
};

#define PUSH_ITEM_INIT ((struct push_item){.arena = ARENA_INIT(MIB)})
void push_item_release(struct push_item *item);

/* A file, or an object of a bucket. */
struct push_source {
    const char *name; /* a path or a key */
    int64_t modified_ms;
    struct slice body;
};

/* E_INVALID: it is no profile, or something is missing; E_TOO_LARGE. */
NODISCARD enum status push_item_judge(struct push_item *item, const struct push_defaults *defaults,
                                      const struct push_source *source, struct error *err);
/* "/api/0/profiles?service=...": where it goes. */
NODISCARD enum status push_item_path(const struct push_item *item, struct buf *out, struct error *err);

#endif
