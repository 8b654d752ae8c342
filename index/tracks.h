/*
 * Tracks: what a timeline has to know of each selected series: its group, and which of its numbers counts.
 * Both come from the texts of the series; no row is read for them.
 */
#ifndef INDEX_TRACKS_H
#define INDEX_TRACKS_H

#include "base/arena.h"
#include "base/map.h"
#include "index/selection.h"

enum {
    TRACK_NO_TYPE = UINT32_MAX, /* in candidate */
    TRACK_WITHOUT_FACTS = -1,   /* in number */
    TRACK_WITHOUT_TYPE = -2,
};

struct track {
    uint32_t group;
    uint32_t types[LIMIT_SAMPLE_TYPES]; /* into tracks->types: the series' sample types */
    uint32_t type_count;
    uint32_t
        candidate; /* the type that this series speaks for: its default one, or the one asked for by name */
    bool has_facts;
    int number; /* which of the numbers of rollups and rows counts, set by tracks_choose() */
};

struct track_type {
    struct slice name, unit;
    bool is_candidate; /* of any track */
};

struct track_group {
    struct slice value;
    bool has_value;
};

struct tracks {
    struct conn *conn;
    struct arena *arena;                /* texts of types and groups go there; E_TOO_LARGE when it is full */
    struct slice group_by, sample_type; /* as asked for; either may be empty */

    struct track *items; /* one a selected series, in that order */
    size_t count;
    struct track_type *types;
    size_t type_count, candidates;
    struct track_group *groups;
    size_t group_count;

    struct map type_of, group_of; /* text to index + 1 */
    size_t without_label;         /* index of that group + 1; 0: there is none */
};

#define TRACKS_INIT(conn, arena, group_by, sample_type)                                                      \
    ((struct tracks){(conn), (arena), (group_by), (sample_type)})

/* E_INVALID: a sample type is asked for by name, and no series has it. */
NODISCARD enum status tracks_load(struct tracks *t, const struct selection *selection, struct error *err);
/* Sets the number that counts for this type; TRACK_NO_TYPE: none does. */
void tracks_choose(struct tracks *t, uint32_t type);
void tracks_release(struct tracks *t);

#endif
