/*
 * What is to be pushed, and what became of each: files that words of the command line name, or objects of a
 * bucket (push_bucket.h). One thread fills the list; then each of its entries may be written by another.
 */
#ifndef CLI_PUSH_FILES_H
#define CLI_PUSH_FILES_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum push_fate {
    PUSH_WAITS = 0,
    PUSH_STORED,
    PUSH_KNOWN,   /* stored before, says the journal: not sent again */
    PUSH_EMPTY,   /* a profile without samples: taken, not kept */
    PUSH_REFUSED, /* by us or by the collector; `said` tells why */
    PUSH_UNSENT,  /* the collector could not be reached, or was not asked any more */
};
enum { PUSH_FATES = 6 };

struct push_file {
    char *name; /* owned: a path, "-", or a key of a bucket */
    int64_t modified_ms;
    uint64_t bytes;
    enum push_fate fate;
    char *said; /* owned: one line: what it was stored as, or why not; NULL */
};

struct push_files {
    struct push_file *items;
    size_t count, cap;
};

/* All entries go; the memory for as many stays until it is released. */
void push_files_clear(struct push_files *files);
void push_files_release(struct push_files *files);

void push_files_add(struct push_files *files, const char *name, uint64_t bytes, int64_t modified_ms);
/* A file, "-", a directory (all files beneath it) or a pattern. E_INVALID: nothing is there, or it cannot be
 * read. */
NODISCARD enum status push_files_add_word(struct push_files *files, const char *word, struct error *err);

#endif
