/*
 * One POST through libcurl, which is loaded when it is first needed. Blocking, and bounded in time and in
 * what is kept of the answer. Any thread.
 */
#ifndef AGENT_EXCHANGE_H
#define AGENT_EXCHANGE_H

#include "agent/pause.h"
#include "base/buf.h"
#include "base/secret.h"

struct post {
    const char *url;
    struct slice body;
    const struct secret *token; /* may be unset */
    const char *key;            /* the Idempotency-Key */
    const char *ca_file;        /* NULL: the system's */
    struct pause *pause;        /* ends it, when its moment is over */
};

/* What the collector said. */
struct answer {
    long status;
    long retry_s;    /* Retry-After; 0: not said */
    char words[256]; /* the beginning of its body, printable */
};

/* OK whenever there was an answer. E_UNAVAILABLE: there was none; E_CONFIG: there is no libcurl. */
NODISCARD enum status exchange_post(const struct post *post, struct answer *ret_answer, struct error *err);

#endif
