/*
 * What can be profiled: a table, one row and one file each. The agent's thread takes one profile at a time.
 */
#ifndef AGENT_PROFILER_H
#define AGENT_PROFILER_H

#include "agent/modules.h"
#include "agent/names.h"
#include "agent/pause.h"
#include "agent/settings.h"
#include "base/buf.h"

/* What profilers share; of the agent's thread. */
struct profiling {
    const struct settings *settings;
    struct pause *pause;
    struct modules modules;
    struct names *names;
};

struct ledger;

struct profiler {
    const char *name; /* in BRAZIER_PROFILES */
    const char *type; /* the collector's */
    /* Takes a profile, which may last (shorter when the pause is stopped), and writes it to out as pprof.
     * Nothing written: there was nothing to see. Any error: there is no profile this time, and the agent
     * goes on. */
    enum status (*take)(struct profiling *p, struct buf *out, struct error *err);
    /* Of those that gather all the time; NULL: only while they take. Begins, before the agent has a thread;
     * ends; what it has in the child of a fork(); where it gathers. Once more is taken at the end. */
    enum status (*begin)(struct profiling *p, struct error *err);
    void (*end)(void);
    void (*after_fork)(void);
    struct ledger *(*ledger)(void);
};

/* Ended by a row without a name. */
extern const struct profiler profilers[];

/* Does one of those that are wanted gather all the time? */
bool profilers_gather(uint32_t wanted);
/* Begins those that gather. On an error none does. */
enum status profilers_begin(struct profiling *p, struct error *err);
/* True: none reads the modules any more. */
bool profilers_end(void);
/* Frees what is known of libraries that are gone. After each profile; the agent's thread. */
void profilers_settle(struct profiling *p);

/* In the child of a fork(), where nothing gathers. */
void profilers_after_fork(void);

enum status cpu_take(struct profiling *p, struct buf *out, struct error *err);

enum status heap_begin(struct profiling *p, struct error *err);
enum status heap_take(struct profiling *p, struct buf *out, struct error *err);
void heap_end(void);
void heap_after_fork(void);
struct ledger *heap_ledger(void);

enum status contention_begin(struct profiling *p, struct error *err);
enum status contention_take(struct profiling *p, struct buf *out, struct error *err);
void contention_end(void);
void contention_after_fork(void);
struct ledger *contention_ledger(void);

#endif
