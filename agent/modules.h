/*
 * What code is in this process: executable segments and the programs and libraries that they come from, read
 * from /proc/self/maps and the ELF headers in memory, without the dynamic linker's lock. The handler reads
 * the map of the moment; all else is for one thread.
 */
#ifndef AGENT_MODULES_H
#define AGENT_MODULES_H

#include "agent/cfi.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

enum { BUILD_ID_MAX = 32 };

struct module {
    uintptr_t start;
    uintptr_t end;  /* of the image, as its header says */
    uintptr_t bias; /* address in the process - address in the file */
    char *path;     /* as in the map, without " (deleted)"; owned */
    uint64_t device, inode;
    uint8_t build_id[BUILD_ID_MAX];
    size_t build_id_len;
    uint64_t serial; /* never used again for another */
    bool has_elf, is_main;
    struct cfi_place cfi; /* header 0: none */
    bool tried;
    atomic_bool wanted; /* the handler met it without rules */
    _Atomic(struct rows *) rows;
    bool is_here; /* in the map of the moment */
    struct module *next;
};

struct segment {
    uintptr_t start, end;
    uint64_t offset;
    struct module *module; /* NULL: code that comes from no file */
};

struct code_map {
    struct code_map *next; /* of those that are retired */
    size_t count;
    struct segment segment[]; /* sorted, apart from each other */
};

struct modules {
    _Atomic(struct code_map *) map;
    struct module *list;
    struct code_map *retired;
    size_t rows_left;
    uint64_t next_serial;
    uint64_t loaded; /* what the dynamic linker had done when the map was read */
};

void modules_init(struct modules *m);
/* Nobody may be reading. */
void modules_release(struct modules *m);

/* Reads the map again if libraries came or went, or if `anyway`. What was there before stays readable until
 * modules_settle(). */
void modules_refresh(struct modules *m, bool anyway);
/* The rules of the module that has this address will be needed; those of the program always are. */
void modules_want(struct modules *m, uintptr_t address);
/* Reads the rules of those modules that the handler wanted. */
void modules_load_rules(struct modules *m);
/* Frees what is no longer in the map. Nobody may be reading, or hold a module. */
void modules_settle(struct modules *m);
/* The segment that `address` was in, also if it is gone since the last modules_settle(); NULL: none. */
const struct segment *modules_find(const struct modules *m, uintptr_t address);

/* Async-signal-safe. NULL: no code. */
static inline const struct segment *code_map_find(const struct code_map *map, uintptr_t address)
{
    size_t low = 0, high = map->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (map->segment[mid].end <= address)
            low = mid + 1;
        else
            high = mid;
    }
    return low < map->count && map->segment[low].start <= address ? &map->segment[low] : NULL;
}

#endif
