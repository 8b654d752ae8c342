/*
 * libbrazier: continuous profiling of this process. A thread of its own takes a CPU profile once a minute
 * and sends it, as pprof, to a brazier collector (or to anything that speaks its API).
 *
 *     struct brazier_options options = BRAZIER_OPTIONS_INIT;
 *     options.collector = "http://brazier:10100";
 *     options.service = "checkout";
 *     options.labels = "region=fra,version=1.4";
 *     if (brazier_start(&options) != 0)
 *         fprintf(stderr, "no profiles: %s\n", brazier_error());
 *     ...
 *     brazier_stop();
 *
 * Link with -lbrazier, or, for profiles of the heap and of contention too, with -lbrazier-full, which stands
 * in for malloc() and pthread_mutex_lock() and must come before other allocators; nothing else is needed at
 * link time. At run time libcurl sends, and elfutils' libdw gives names and lines; without libdw there are
 * addresses only. docs/AGENT.md tells how it works and what it costs.
 *
 * Functions may be called from any thread, not from signal handlers.
 */
#ifndef AGENT_BRAZIER_H
#define AGENT_BRAZIER_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * NULL and 0 mean: as the environment variable says, else the default. Texts are copied.
 */
struct brazier_options {
    size_t size; /* of this struct, so that it may grow; see BRAZIER_OPTIONS_INIT */

    const char *collector;  /* BRAZIER_COLLECTOR: "http://host:10100", http or https. Required */
    const char *service;    /* BRAZIER_SERVICE: the program's name in profiles. Required */
    const char *labels;     /* BRAZIER_LABELS: "key=value,key=value"; %XX for what separates */
    const char *token;      /* BRAZIER_TOKEN: sent as a bearer token */
    const char *token_file; /* BRAZIER_TOKEN_FILE: it stands in there; read again for each profile */
    const char *ca_file;    /* BRAZIER_CA_FILE: PEM, certificates to trust; else the system's */
    const char *profiles;   /* BRAZIER_PROFILES: "cpu"; also "heap" and "contention", with
                               libbrazier-full. "cpu,heap": both */

    long cpu_duration_ms; /* BRAZIER_CPU_DURATION: of one profile; 10s */
    long interval_ms;     /* BRAZIER_INTERVAL: between two rounds of profiles; 60s */
    long jitter_ms;  /* BRAZIER_JITTER: a random time up to this before each profile but the first, so that
                        instances do not act in step; 9s. -1: none */
    long cpu_rate;   /* BRAZIER_CPU_RATE: samples for each second of CPU time; 100, at most 1000 */
    int follow_fork; /* BRAZIER_FORK: on, off: profile children of fork() too; off */

    /* Gets a line without its end, from the agent's thread; else they go to stderr. Few: when profiles cannot
     * be delivered, and when they can again. */
    void (*log)(const char *line);

    long heap_rate; /* BRAZIER_HEAP_RATE: bytes allocated from one sample to the next, in the mean; 512KiB */
};

/* Each member, so that no compiler warns of one that is left out. */
#define BRAZIER_OPTIONS_INIT                                                                                 \
    {                                                                                                        \
        sizeof(struct brazier_options), NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0, 0, NULL, 0     \
    }

/* Begins. NULL: everything from the environment. 0; or -1, and brazier_error() says why: a wrong option, or
 * it runs already. That the collector cannot be reached is no error: it may come. */
int brazier_start(const struct brazier_options *options);

/* Ends: the profile that is being taken is cut short and sent, within some seconds. Without it, exit() does
 * the same. 0; or -1 if it does not run. */
int brazier_stop(void);

/* Why the last call in this process failed; valid until the next. */
const char *brazier_error(void);

#ifdef __cplusplus
}
#endif

#endif
