/*
 * The index: a SQLite cache of object keys on local disk. It knows nothing that the keys do not say, so
 * deleting it is always safe; whatever is wrong with the file, it is renamed aside and a new one begun.
 *
 * One thread writes (queued batches, several of them one transaction); readers have connections of their own
 * and never wait for the writer. Label sets are interned once ("series").
 *
 * Aliases: ids of equal digest minted within 24 h of each other are one profile. Over the set of ids of one
 * digest in ascending order, the first is canonical, all within 24 h of it are its aliases, the next beyond
 * begins anew: a function of the set of keys, in whatever order they came. A tombstone hides the ids of its
 * digest minted in (target - 24 h, tombstone's own mint time]; what is posted after it is a new profile.
 * Hidden ids and aliases are never listed; an alias resolves to its canonical id.
 */
#ifndef INDEX_INDEX_H
#define INDEX_INDEX_H

#include "base/arena.h"
#include "base/error.h"
#include "model/key.h"
#include "model/selector.h"

struct index;

enum index_mode {
    INDEX_ON_DISK,
    INDEX_IN_MEMORY, /* the disk failed, or no directory was given: holds the last hour, says so */
};

struct index_options {
    const char *dir;      /* made if missing; NULL: in memory */
    const char *identity; /* schema version is added; a file made for another store is set aside */
    int readers;          /* read connections, 1..16 */
};

/* Opens or creates. Never fails for a bad file: *ret_note (512 bytes, "" if nothing) says what was set aside
 * and why. E_CONFIG when the directory cannot be made or written at start. */
NODISCARD enum status index_open(const struct index_options *options, struct index **ret_index,
                                 char *ret_note, struct error *err);
/* Writes what is queued, then closes. Takes NULL. */
void index_close(struct index *ix);
enum index_mode index_mode(struct index *ix);
/* True once after the index had to be begun anew or moved to memory while running: the caller rebuilds.
 * `note` (512 bytes) says why. Any thread. */
bool index_was_reset(struct index *ix, char *note);
/* Would index_was_reset() say so? Asking changes nothing. Any thread. */
bool index_is_reset(struct index *ix);

/* --- writing ---------------------------------------------------------------------------------------------
 */

/* A following or rebuilding cursor, kept in the same transaction as the rows that it stands for. */
struct index_cursor {
    struct slice name;  /* "tail/0", "task/0/20261123": the caller's; at most 64 bytes */
    struct slice value; /* at most 1,100 bytes; empty ptr: forget it */
};

struct index_batch {
    struct arena arena;           /* the caller copies into it what the rows point to */
    const struct key_parts *rows; /* profiles and tombstones; anything else is ignored */
    size_t row_count;
    const struct id *forget; /* rows whose objects are gone (expired, or missing twice) */
    size_t forget_count;
    struct index_cursor cursors[2];
    size_t cursor_count;
    /* Called on the writer thread when the batch is in a committed transaction (or failed for good: err->code
     * not OK, and the index has been reset). May be NULL. */
    void (*done)(struct index_batch *batch, const struct error *err);
    void *user;
    struct index_batch *next; /* the index's */
};

/* Frees the arena. For CLEANUP. */
static inline void index_batch_release(struct index_batch *batch)
{
    arena_release(&batch->arena);
}

/* Queues; any thread; the batch is the index's until done. E_BUSY when too much waits (1,024 batches). */
NODISCARD enum status index_write(struct index *ix, struct index_batch *batch, struct error *err);
/* The same, and waits for the commit. */
NODISCARD enum status index_write_wait(struct index *ix, struct index_batch *batch, struct error *err);
/* Waits until everything queued before the call is committed and visible to readers; E_UNAVAILABLE at
 * deadline_ms (of clock_mono_ms()). */
NODISCARD enum status index_flush(struct index *ix, int64_t deadline_ms, struct error *err);
size_t index_queued(struct index *ix);

/* Copies the value into the arena; E_NOT_FOUND if it was never set. */
NODISCARD enum status index_cursor_get(struct index *ix, const char *name, struct arena *arena,
                                       struct slice *ret_value, struct error *err);
/* All cursors whose name begins so, by name. */
NODISCARD enum status index_cursors(struct index *ix, const char *prefix, struct arena *arena,
                                    struct index_cursor **ret_cursors, size_t *ret_count, struct error *err);

/* Drops rows minted before, at most `max` of them; *ret_dropped tells how many went. Waits for the writer. */
NODISCARD enum status index_expire(struct index *ix, int64_t mint_before_ms, size_t max, size_t *ret_dropped,
                                   struct error *err);

/* --- reading: any thread; results live in the arena (E_TOO_LARGE when it is full) -------------------------
 */

struct index_list {
    struct profile_meta *items; /* newest created_at first, ties by id descending */
    size_t count;
    bool more;      /* there are further ones: selector.cursor = cursor_encode(last item) */
    uint64_t total; /* all that match, whatever limit and cursor */
};

struct index_question {
    const struct selector *selector;
    int64_t mint_min_ms; /* only profiles minted then or later */
};

/* Profiles that match and are not hidden. E_INVALID: a bad cursor in the selector. */
NODISCARD enum status index_find(struct index *ix, const struct index_question *question, struct arena *arena,
                                 struct index_list *ret_list, struct error *err);

/* Calls fn for every match (limit and cursor are not looked at), oldest created_at first, ties by id, in one
 * read transaction, without holding them all; fn returns false to stop. For merges. `meta`
 * lives during the call. fn must not call the index: in memory there is one connection, and it is taken. */
NODISCARD enum status index_each(struct index *ix, const struct selector *sel, int64_t mint_min_ms,
                                 bool (*fn)(void *user, const struct profile_meta *meta), void *user,
                                 struct error *err);

/* The canonical profile that an id stands for. E_NOT_FOUND: not known here (ask the store), or, with
 * *ret_hidden true, deleted: a tombstone hides it. *ret_hidden is written with OK and with E_NOT_FOUND. */
NODISCARD enum status index_get(struct index *ix, const struct id *id, struct arena *arena,
                                struct profile_meta *ret_meta, bool *ret_hidden, struct error *err);

struct index_known {
    bool found;
    struct profile_meta meta; /* if found */
    int64_t tombstone_ms;     /* mint time of the digest's latest tombstone, 0 if there is none */
};

/* For writers: the canonical, unhidden profile that an id of this digest minted at mint_ms would be one with:
 * it would be its alias, or (minted less than 24 h later, by another clock) become its canonical. OK also if
 * there is none. */
NODISCARD enum status index_by_digest(struct index *ix, const struct digest *digest, int64_t mint_ms,
                                      struct arena *arena, struct index_known *ret_known, struct error *err);
/* All ids of the digest of `id` that it shares a profile with (itself, its canonical one, its aliases),
 * oldest mint time first; those of a deleted one too, as long as their rows are here. E_NOT_FOUND: not known
 * here. */
NODISCARD enum status index_aliases(struct index *ix, const struct id *id, struct arena *arena,
                                    struct profile_meta **ret_items, size_t *ret_count, struct error *err);

/* Sorted, distinct, of profiles that are listed (not hidden, minted at or after mint_min_ms). */
struct index_names {
    struct slice *items;
    uint64_t *profiles; /* how many profiles have it */
    size_t count;
};
struct index_scope {
    struct slice service, type; /* exact; empty: all */
    int64_t mint_min_ms;
    /* If not NULL, it stands in the place of service and type, and only profiles within its times count:
     * hours that were added up when the rows came are read, and rows one by one where an hour is cut
     * (E_TOO_LARGE: over LIMIT_TIMELINE_ROWS). Limit and cursor are not looked at. */
    const struct selector *selector;
};
NODISCARD enum status index_services(struct index *ix, int64_t mint_min_ms, struct arena *arena,
                                     struct index_names *ret_names, struct error *err);
/* scope->type is not looked at, nor that of its selector. */
NODISCARD enum status index_types(struct index *ix, const struct index_scope *scope, struct arena *arena,
                                  struct index_names *ret_names, struct error *err);
NODISCARD enum status index_label_names(struct index *ix, const struct index_scope *scope,
                                        struct arena *arena, struct index_names *ret_names,
                                        struct error *err);
NODISCARD enum status index_label_values(struct index *ix, const struct index_scope *scope, struct slice name,
                                         struct arena *arena, struct index_names *ret_names,
                                         struct error *err);

/* --- timelines ---
 *
 * What profiles add up to by step and group, from their facts alone. Where the step is a multiple of an hour
 * (UTC) hours are read that were added up when the rows came; otherwise, and at cut hours, rows are read one
 * by one. */

struct index_timeline_question {
    const struct selector *selector; /* service must be there; limit and cursor are not looked at */
    int64_t mint_min_ms;
    int64_t step_ms;          /* at least 1; steps begin at multiples of it since 1970 */
    struct slice sample_type; /* its name; empty: the default one of most profiles in the range */
    struct slice group_by;    /* a label's name; empty: all are one group */
    size_t groups_max;        /* more: those with the largest sums, the others folded into one */
    size_t cells_max;         /* steps times groups */
    size_t rows_max;          /* read one by one */
};

/* Exact: sums of 64-bit values do not overflow. */
struct index_timeline_point {
    int64_t profiles;
    int64_t counted;           /* of them, those that say a total of the sample type */
    __int128 duration_ms, sum; /* of those counted */
};

struct index_timeline_group {
    bool has_value; /* false: without the label, or no group_by */
    struct slice value;
    size_t folded;         /* > 0: not one group, but so many */
    int64_t without_facts; /* profiles that say nothing; total.profiles - total.counted - without_facts say
                              other sample types only */
    struct index_timeline_point total;
    struct index_timeline_point *points;
};

struct index_timeline {
    int64_t start_ms; /* of the first step */
    size_t point_count;
    struct slice sample_type, unit; /* empty: no profile has facts */
    /* By sum, the largest first, then by value; folded ones last. Groups without profiles are left out. A
     * profile with several values of the label counts for the first. */
    struct index_timeline_group *groups;
    size_t group_count;
    int64_t without_facts;
    struct index_timeline_point total;
};

/* E_INVALID: no series selected has the sample type; the text names those that there are. E_TOO_LARGE: over
 * cells_max, rows_max or the arena; the text says how to narrow. */
NODISCARD enum status index_timeline(struct index *ix, const struct index_timeline_question *question,
                                     struct arena *arena, struct index_timeline *ret_timeline,
                                     struct error *err);

/* --- overview: all services and types, in the hours that a range touches --- */

struct index_span_of_time {
    int64_t from_ms, to_ms; /* created_at, both included */
    int64_t mint_min_ms;
};
struct index_overview_row {
    struct slice service, type;
    struct slice sample_type, unit; /* the default one of its series; empty: they have no facts */
    int64_t profiles;
    __int128 duration_ms, sum; /* of the sample type */
    int64_t last_ms;           /* the newest created_at */
    size_t series;             /* that have profiles */
};
struct index_overview {
    int64_t from_ms, to_ms; /* widened to whole hours */
    /* By service, then type, then falling number of profiles: a type has a row for each default sample type
     * that its series have, usually one. */
    struct index_overview_row *rows;
    size_t count;
};
NODISCARD enum status index_overview(struct index *ix, const struct index_span_of_time *span,
                                     struct arena *arena, struct index_overview *ret_overview,
                                     struct error *err);

struct index_counts {
    uint64_t profiles; /* listed */
    uint64_t aliases, hidden, tombstones, series;
    int64_t oldest_mint_ms, newest_mint_ms; /* 0 when empty */
    uint64_t file_bytes;
};
NODISCARD enum status index_counts(struct index *ix, struct index_counts *ret_counts, struct error *err);

/* Ids of all rows (canonical, aliases, hidden; no tombstones) of a lane, ascending: for audits. */
struct index_span {
    unsigned lane;
    int64_t from_ms, to_ms; /* mint time: from <= t < to */
};
NODISCARD enum status index_ids(struct index *ix, const struct index_span *span, struct arena *arena,
                                struct id **ret_ids, size_t *ret_count, struct error *err);

/* Everything that queries can see (profiles and aliases, not what is hidden), one line a profile in id order,
 * independent of the file's history: two indexes of the same keys dump the same bytes. */
NODISCARD enum status index_dump(struct index *ix, struct buf *out, struct error *err);

#endif
