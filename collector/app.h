/*
 * The collector as one object: what every handler needs. Made once by app_new() in the order of the layers, taken
 * down in reverse. Everything here may be used from any thread; what is not const after start guards itself.
 */
#ifndef COLLECTOR_APP_H
#define COLLECTOR_APP_H

#include "base/budget.h"
#include "base/timer.h"
#include "base/work.h"
#include "collector/audit.h"
#include "collector/config.h"
#include "collector/follow.h"
#include "collector/metrics.h"
#include "collector/rebuild.h"
#include "collector/retention.h"
#include "collector/tokens.h"
#include "collector/writer.h"
#include "http/http.h"
#include "index/index.h"
#include "store/stats.h"
#include "store/store.h"

#include <pthread.h>
#include <stdatomic.h>

struct app {
    const struct config *config;
    struct slice root; /* key prefix inside the bucket, maybe empty */
    int64_t started_ms; /* monotonic */

    struct timer *timer;
    struct work_pool *ingest_pool; /* validation: short, many */
    struct work_pool *query_pool;  /* lists, names, lookups: short */
    struct work_pool *merge_pool;  /* merges: long, few */
    struct budget inflight;        /* bodies and answers of all requests */
    struct budget merging;         /* memory of all merges */

    struct store *store;             /* retry around statistics around the real one */
    const struct store_stats *stats; /* of each attempt */
    struct index *index;
    struct follow *follow;
    struct rebuild *rebuild;
    struct audit *audit;
    struct retention *retention;
    struct tokens *tokens; /* NULL: everybody may do everything */
    struct metrics *metrics;
    struct http_server *server;

    pthread_mutex_t mint_lock;
    struct mint mint;
    atomic_bool draining;   /* SIGTERM came: not ready, finishing */
    atomic_int_fast64_t writes_refused_until_ms; /* monotonic: the bucket said no for good; 0 */
};

/* Opens everything and starts the threads, the HTTP server last. E_CONFIG and E_DENIED: one line for the operator
 * that says what to do. */
NODISCARD enum status app_new(const struct config *config, struct app **ret_app, struct error *err);
/* Not ready any more; waits up to drain_ms for requests under way; *ret_left counts those given up. */
void app_drain(struct app *app, int64_t drain_ms, size_t *ret_left);
void app_free(struct app *app); /* takes NULL */

/* The bucket's wall clock, or the local one before it is known. */
int64_t app_now_ms(const struct app *app);
/* A mint time for a new id. */
int64_t app_mint_ms(struct app *app);
/* Profiles minted before this are past their retention; 0: kept for ever. */
int64_t app_mint_min_ms(const struct app *app);
/* May profiles be taken in now? E_UNAVAILABLE or E_CONFIG with the reason. */
NODISCARD enum status app_check_writable(const struct app *app, struct error *err);

#endif
