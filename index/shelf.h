/*
 * The shelf: the directory of an index on disk, with one file in use, at most two that were set aside, and a
 * lock that keeps other processes out. Not thread-safe.
 */
#ifndef INDEX_SHELF_H
#define INDEX_SHELF_H

#include "base/error.h"

#include <stdbool.h>

struct shelf {
    char *dir;
    char *path; /* of the database file */
    int lock_fd;
};

/* Makes the directory if it is missing (mode 0700) and locks it. E_CONFIG: cannot be made or written, or is
 * used by another process; E_UNAVAILABLE: the disk is full. */
NODISCARD enum status shelf_open(const char *dir, struct shelf *ret_shelf, struct error *err);
/* Gives the lock back. Takes one that is not open. */
void shelf_close(struct shelf *s);
bool shelf_has_file(const struct shelf *s);
/* Renames whatever stands where the database file should, and its log, and removes what was set aside before
 * the last two times. E_CONFIG if it cannot be moved. */
NODISCARD enum status shelf_set_aside(struct shelf *s, struct error *err);

#endif
