/*
 * A question: a GET that is answered from the index, after the read barrier. It waits for the barrier without
 * a thread, then runs on a pool:
 *
 *     question_ask(req, READ_..., pool, answer)      on the event loop
 *         ... barrier ...
 *     answer(q)                                      on a pool thread: replies, then question_free()
 */
#ifndef COLLECTOR_QUESTION_H
#define COLLECTOR_QUESTION_H

#include "collector/answer.h"
#include "collector/app.h"
#include "collector/present.h"
#include "model/profile_type.h"

enum question_read {
    READ_NOTHING = 0,
    READ_SELECTOR = 1 << 0, /* service (must be there), type, labels, from, to, limit, cursor */
    READ_TYPE = 1 << 1,     /* type must be there */
    READ_SERVICE = 1 << 2,  /* service (must be there) and type only */
    READ_VIEW = 1 << 3,     /* format and the options of a view */
    READ_TIMES = 1 << 5,    /* from, to only */
    READ_BASE = 1 << 4,     /* with READ_SELECTOR: base_service, base_labels, base_from, base_to */
};

struct question {
    struct app *app;
    struct http_request *req;
    struct follow_wait wait;
    struct work_item work;
    struct work_pool *pool;
    void (*answer)(struct question *q);
    bool fresh_only;                 /* fresh=1: rather 503 than a stale answer */
    bool partial;                    /* partial=1: rather a declared gap than an error */
    struct selector selector;        /* strings live in the request's arena */
    struct selector base;            /* READ_BASE: what it is compared with; of the same type */
    struct present present;          /* READ_VIEW */
    const struct profile_type *type; /* NULL: all */
    int64_t horizon_ms;              /* app_horizon_ms() before the answer was looked for */
    struct arena arena;              /* for the answer; bounded by LIMIT_ANSWER_BYTES */
};

void question_ask(struct http_request *req, unsigned read, struct work_pool *pool,
                  void (*answer)(struct question *q));
/* The same without the barrier. */
void question_ask_now(struct http_request *req, unsigned read, struct work_pool *pool,
                      void (*answer)(struct question *q));
void question_free(struct question *q);
/* Frees it, then replies with the error. */
void question_fail(struct question *q, const struct error *err);
/* Frees it, then replies 404: what was searched and that nothing was found. Declares what it has to. */
void question_nothing_found(struct question *q);
/* The same of a difference: which side it is that has nothing. */
void question_no_side_found(struct question *q, bool source, bool base);
/* The same in the caller's words. */
void question_nothing(struct question *q, const char *text);
/* What the answer has to declare. */
void question_declare(const struct question *q, struct http_reply *reply);
/* Is this parameter there, and neither 0 nor false? */
bool question_flag(struct http_request *req, const char *name);
/* The rows that retention leaves. */
int64_t question_mint_min_ms(const struct question *q);

/* Once more through the barrier, blocking; for a plan that met an object that is gone. */
void question_wait_again(struct question *q);

/* A store's error as a client may hear it: what the operator must mend is 503 for everybody else. */
void question_store_error(const struct error *store_error, struct error *err);

#endif
