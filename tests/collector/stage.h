/*
 * A collector on a stage: the real one, put together around a store in memory that fails as it is told, with
 * its index in a scratch directory and its HTTP server on a free port. Tests play the other replicas (they
 * put objects) and the clients (they ask over the wire). stage.c is included by each program that needs it.
 */
#ifndef COLLECTOR_STAGE_H
#define COLLECTOR_STAGE_H

#include "collector/app.h"
#include "tests/contract/fault_store.h"
#include "tests/support/scratch.h"
#include "tests/support/wire.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct stage {
    char *dir;
    struct config config;
    struct store *memory, *fault; /* app->store passes all on to fault, and that to memory */
    atomic_int_fast64_t now_ms;   /* the store's time: stands still unless the test moves it */
    struct app *app;
    unsigned port;
    struct wire_reply reply; /* of the last stage_ask() */
    struct arena arena;
};

/* Everything but the server; follows nothing yet. Change config before stage_open(). */
void stage_init(struct stage *s);
void stage_open(struct stage *s);
/* Begins to follow from now on and answers requests. */
void stage_serve(struct stage *s);
/* Lets go what is held, then takes it down. The store and its objects are gone. */
void stage_close(struct stage *s);
/* For cmocka: a stage that serves. */
int stage_setup(void **state);
int stage_teardown(void **state);

int64_t stage_now_ms(struct stage *s);
void stage_pass_ms(struct stage *s, int64_t ms);

/* An object as another replica would put it. What is zero gets a value: service "svc", type "cpu", no labels,
 * body "bytes", created when minted. */
struct given {
    int64_t mint_ms, created_ms;
    const char *service, *type, *labels, *identity; /* identity: makes another digest */
    unsigned lane;
    struct slice body;
};
struct profile_meta stage_meta(struct stage *s, const struct given *given);
struct id stage_put(struct stage *s, const struct given *given);
struct id stage_put_tombstone(struct stage *s, const struct id *target, int64_t mint_ms);
void stage_put_key(struct stage *s, const char *key, struct slice body);
void stage_remove(struct stage *s, const struct profile_meta *meta);
/* How many objects of that kind ('p' or 'q': profiles, 'x': tombstones) are in the store. */
size_t stage_count(struct stage *s, enum key_kind kind);
size_t stage_objects(struct stage *s);
/* The next `times` operations of the verbs fail so. */
void stage_fail(struct stage *s, unsigned verbs, unsigned times, enum status status);
void stage_heal(struct stage *s);

/* Overwrites the files of the index with noise. */
void stage_damage_index(struct stage *s);
/* Puts it into the index, as following would. */
void stage_index(struct stage *s, const struct profile_meta *meta);
uint64_t stage_profiles(struct stage *s);
/* What the index shows, one line a profile; freed by the caller. */
char *stage_dump(struct index *index);

/* The bytes of tests/data/<name>, in the stage's arena. */
struct slice stage_file(struct stage *s, const char *name);

/* One request on a connection of its own. `headers` are whole lines ("A: b\r\n") or NULL. The status. */
unsigned stage_ask(struct stage *s, const char *method, const char *target, const char *headers,
                   struct slice body);
unsigned stage_get(struct stage *s, const char *target);
unsigned stage_post(struct stage *s, const char *query, struct slice body);
/* Of the last answer. */
const char *stage_said(const struct stage *s);
struct slice stage_bytes(const struct stage *s);
const char *stage_header(const struct stage *s, const char *name);
/* The value of "id" in the last answer. */
struct id stage_said_id(const struct stage *s);
void assert_says(const struct stage *s, const char *part);

/* Waits until other threads have brought it about; never is a failure. */
#define EVENTUALLY(condition)                                                                                \
    do {                                                                                                     \
        for (int rounds_ = 0; !(condition) && rounds_ < WIRE_TIMEOUT_MS; rounds_++)                          \
            stage_breathe();                                                                                 \
        assert_true(condition);                                                                              \
    } while (0)
void stage_breathe(void);

#endif
