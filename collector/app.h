/*
 * The collector as one object: what every handler needs. Made once by app_new() in the order of the layers,
 * taken down in reverse. Everything here may be used from any thread; what is not const after start guards
 * itself.
 */
#ifndef COLLECTOR_APP_H
#define COLLECTOR_APP_H

#include "base/budget.h"
#include "base/timer.h"
#include "base/work.h"
#include "collector/audit.h"
#include "collector/backend.h"
#include "collector/config.h"
#include "collector/follow.h"
#include "collector/metrics.h"
#include "collector/pace.h"
#include "collector/rebuild.h"
#include "collector/retention.h"
#include "collector/scraping.h"
#include "collector/tokens.h"
#include "collector/writer.h"
#include "http/http.h"
#include "index/index.h"
#include "store/store.h"

#include <pthread.h>
#include <stdatomic.h>

struct app {
    const struct config *config;
    int64_t started_ms; /* monotonic */

    struct timer *timer;
    struct work_pool *ingest_pool; /* validation: short, many */
    struct work_pool *query_pool;  /* lists, names, lookups: short */
    struct work_pool *merge_pool;  /* merges: long, few */
    struct budget inflight;        /* bodies and answers of all requests */
    struct budget merging;         /* memory of all merges */
    struct crew *crew;             /* more threads for them */

    struct backend backend;
    struct store *store; /* backend.store */
    struct index *index;
    struct follow *follow;
    struct rebuild *rebuild;
    struct audit *audit;
    struct retention *retention;
    struct tokens *tokens; /* NULL: everybody may do everything */
    struct metrics *metrics;
    struct pace pace; /* of profiles that are stored */
    struct http_server *server;
    struct scraping *scraping; /* NULL: none */

    atomic_bool is_scraping;  /* app->scraping may be looked at */
    atomic_bool draining;     /* SIGTERM came: not ready, finishing */
    atomic_bool closing;      /* no request may begin any more */
    atomic_bool index_lost;   /* it was begun anew, and its rebuild has not been started */
    int64_t tokens_looked_ms; /* app_tick()'s alone */

    pthread_mutex_t lock; /* for what follows */
    struct mint mint;
    int64_t refused_ms; /* monotonic time of the last refusal; 0: none */
    char refusal[ERROR_TEXT_MAX];
};

/* Opens everything and starts the threads, the HTTP server last. E_CONFIG and E_DENIED: one line for the
 * operator that says what to do. `config` outlives it. */
NODISCARD enum status app_new(const struct config *config, struct app **ret_app, struct error *err);
/* Not ready any more, no new connections; the caller waits for http_server_pending() to be 0. */
void app_quiesce(struct app *app);
/* Requests under way are answered first. Takes NULL. */
void app_free(struct app *app);
/* About once a second, one thread: looks after the index and the token file. */
void app_tick(struct app *app);

/* Memory of one merge: half of all, so that one question cannot turn all others away. */
size_t app_query_bytes(const struct app *app);

/* The bucket's wall clock, or the local one before it is known. */
int64_t app_now_ms(const struct app *app);
/* A mint time for a new id. */
int64_t app_mint_ms(struct app *app);
/* What was minted before this may be missing from the index; 0: nothing is. To be asked before a question and
 * after it: the later of both holds for the answer. */
int64_t app_horizon_ms(struct app *app);
/* Profiles minted before this are past their retention; 0: kept for ever. */
int64_t app_mint_min_ms(const struct app *app);

/* The bucket said no in a way that an operator has to mend: shown in readiness for a while, logged once. */
void app_note_refusal(struct app *app, const struct error *err);
NODISCARD enum status app_check_refusal(struct app *app, struct error *err);
/* May ids be minted? Not before the bucket's time is known, nor with a local clock that is over 60 s off. */
NODISCARD enum status app_check_clock(const struct app *app, struct error *err);

#endif
