/*
 * The writer's view of series: texts to numbers, kept in memory between transactions, and how many rows each
 * has. Counts are added up during a transaction and written once; a series without rows is removed with its
 * postings.
 */
#ifndef INDEX_SERIES_H
#define INDEX_SERIES_H

#include "base/map.h"
#include "index/conn.h"
#include "index/series_text.h"

struct series_entry;

struct series {
    struct conn *conn;
    struct arena arena;        /* entries and texts */
    struct map by_text, by_id; /* to entries */
    struct series_entry **touched;
    size_t touched_count, touched_cap;
    struct buf text;
};

void series_init(struct series *s, struct conn *conn);
/* Forgets everything: after a rollback, and at the end. */
void series_drop(struct series *s);

/* The series of this profile, until the next flush or drop; makes it if there is none, and then counts
 * *ret_made up. */
NODISCARD enum status series_intern(struct series *s, const struct profile_meta *meta,
                                    struct series_entry **ret_entry, int64_t *ret_made, struct error *err);
int64_t series_id(const struct series_entry *entry);
struct series_entry *series_by_id(struct series *s, int64_t id);
/* Rows and listed rows that have come (or, negative, gone). */
void series_count(struct series *s, struct series_entry *entry, int64_t rows, int64_t listed);
/* Writes the counts; *ret_gone tells how many series were removed. */
NODISCARD enum status series_flush(struct series *s, int64_t *ret_gone, struct error *err);

#endif
