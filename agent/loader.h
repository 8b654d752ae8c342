/*
 * The dynamic linker, asked by the agent's thread. Its lock is not made anew in the child of a fork(): a
 * child that was forked while our thread held it would wait for ever at its first dlopen(). So fork() waits
 * for us, for a second at most.
 */
#ifndef AGENT_LOADER_H
#define AGENT_LOADER_H

#include <stdbool.h>
#include <stdint.h>

/* The library, for dlsym(); it stays. NULL: there is none. */
void *loader_open(const char *name);

/* fn is called at exit(), before what the libraries have set to be called there that loader_is_ready() tells
 * of; so it may be called more than once. */
void loader_at_exit(void (*fn)(void));
/* A library was loaded and has set up everything. */
void loader_is_ready(void);

/* Are both addresses in one library, or in the program? False for NULL. Without our lock: the program's
 * threads may ask. */
bool loader_is_same(const void *a, const void *b);

/* A number that changes when a library is loaded or unloaded; never 0. */
uint64_t loader_changes(void);

void loader_before_fork(void);
void loader_after_fork(bool is_child);

#endif
