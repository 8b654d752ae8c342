/* Opening the store that --store names, with what is wrapped around it. */
#ifndef COLLECTOR_BACKEND_H
#define COLLECTOR_BACKEND_H

#include "base/timer.h"
#include "collector/config.h"
#include "s3/config.h"
#include "store/store.h"

struct backend {
    struct store *store;    /* statistics around retry around statistics around the real one; owned */
    struct store *retry;    /* in the middle; NULL: none */
    struct store *attempts; /* the inner statistics: they see each attempt */
    struct store *s3;       /* the real one if it is a bucket, else NULL */
    bool sweeps;            /* nobody else deletes what is past its retention */
    int64_t skew_ms;        /* how far a replica's mint times may be from the store's time */
    struct s3_config s3_config;
    struct slice root; /* key prefix inside the bucket, maybe empty */
};

enum backend_use {
    BACKEND_READ,  /* of a directory: it must be there */
    BACKEND_WRITE, /* it is made, and must be such that it can be written to */
};

/*
 * Opens and checks it. E_CONFIG, E_DENIED: one line that says what to do. A bucket that does not answer now
 * is no error: *ret_warning (ERROR_TEXT_MAX bytes) says so, "" otherwise. The timer outlives it.
 */
NODISCARD enum status backend_open(const struct config *config, enum backend_use use, struct timer *timer,
                                   struct backend *ret_backend, char *ret_warning, struct error *err);
/* Ends what waits for the bucket with E_UNAVAILABLE, also what comes later: nobody is left whom an answer
 * would help. A directory answers soon enough, there only nothing is tried again. Before backend_close();
 * takes one that is all zero. */
void backend_stop(struct backend *b);
void backend_close(struct backend *b);

#endif
