/*
 * Profiles that are on their way to a collector: taken out oldest first, bounded in bytes, the oldest dropped
 * and counted when it is full. In memory, or in a directory that outlives the process: each is a file then,
 * written before spool_put() returns. Any thread.
 */
#ifndef SCRAPE_SPOOL_H
#define SCRAPE_SPOOL_H

#include "base/buf.h"

struct spool;

/* One profile. Made with parcel_new(); the spool's or the taker's. */
struct parcel {
    struct parcel *next; /* the spool's */
    char *path;          /* owned: "/api/0/profiles?service=..." */
    struct buf body;
    size_t bytes; /* of path and body */
    uint64_t age; /* smaller is older */
    bool is_on_disk;
};

struct spool_options {
    const char *dir;     /* NULL: in memory. Made if it is not there; one process uses it */
    size_t max_bytes;    /* of all that waits */
    size_t memory_bytes; /* of those in memory: all, or those that the disk did not take */
};

struct spool_stats {
    size_t waiting, bytes; /* those that were taken and not finished count too */
    uint64_t put, dropped, dropped_bytes;
    uint64_t disk_failures; /* a file could not be written: kept in memory instead; or not be read */
};

struct parcel *parcel_new(struct slice path, struct buf *take_body);
void parcel_free(struct parcel *p); /* NULL is fine */

/* Finds what an earlier process has left. E_CONFIG: the directory cannot be used, or is in use. */
NODISCARD enum status spool_new(const struct spool_options *options, struct spool **ret_spool,
                                struct error *err);
/* What is on disk stays there. NULL is fine; nobody waits in spool_take(). */
void spool_free(struct spool *s);

void spool_put(struct spool *s, struct parcel *take_parcel);
/* The oldest, with its body; waits for one; NULL once spool_close() was called. */
struct parcel *spool_take(struct spool *s);
/* It could not be sent: it is waiting again, at its age. */
void spool_return(struct spool *s, struct parcel *take_parcel);
/* It is over with it, sent or refused. */
void spool_finish(struct spool *s, struct parcel *take_parcel);
/* All takers come back empty-handed. */
void spool_close(struct spool *s);
/* Nothing is waiting or taken? Waits so long for it. */
bool spool_drained(struct spool *s, int64_t wait_ms);
struct spool_stats spool_stats(struct spool *s);

#endif
