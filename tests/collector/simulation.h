/*
 * A simulation of replicas around a bucket, in virtual time: one seed is one history. The decisions are the
 * product's own (collector/writer.h, listing.h, tail.h, barrier.h, task.h, and the keys of model/); what is
 * around them is made here, as bad as the claim of docs/KEYS.md allows:
 *
 *   clocks     each replica's idea of the bucket's time is off by at most S: constant, stepping, drifting
 *   PUT        fast, slow, refused, lost on the way, answer lost, committed long after everybody gave up
 *   LIST       small pages, each true for the instant it is served; pages late, failing, out of order,
 *              repeated, cut off without a token
 *   replicas   threads that stall between any two steps, processes that stop for seconds, crashes with and
 *              without loss of the index, rebuilds
 *   clients    the same bytes at once to several replicas, retries elsewhere, deletions, questions at once
 *              after an answer
 *
 * Checked: whenever a question passed the barrier, everything acknowledged before it was asked is there and
 * nothing is there twice; in the end all replicas and a rebuilt one say the same. A flaw makes the
 * simulation, not the product, do one thing wrong; tests show that it is noticed.
 *
 * The files include each other's parts through test_simulation.c, which is one program.
 */
#ifndef COLLECTOR_SIMULATION_H
#define COLLECTOR_SIMULATION_H

#include "base/map.h"
#include "base/random.h"
#include "collector/barrier.h"
#include "collector/tail.h"
#include "collector/task.h"
#include "collector/writer.h"

enum {
    SIM_REPLICAS = 4,
    SIM_LANES = 2,
    SIM_POSTS = 40,
    SIM_OBJECTS = 2048, /* keys ever minted in one history */
    SIM_PAGE_KEYS = 9,
    SIM_TASKS = 8,
    SIM_NAME_BYTES = ID_BYTES + 2, /* id and kind */
};

enum sim_flaw {
    FLAW_NONE,
    FLAW_LARGEST_KEY,      /* the cursor is the largest mint time seen */
    FLAW_CURSOR_AT_END,    /* the cursor is the time at which the round ended */
    FLAW_CURSOR_ON_FAILED, /* a round that failed moves the cursor too */
    FLAW_CURSOR_FIRST,     /* the cursor is committed before the rows */
    FLAW_SMALL_WINDOW,     /* W = D */
    FLAW_NO_DEADLINE,      /* a 2xx is acknowledged however late it comes */
    FLAW_MINT_FIRST,       /* the mint time is taken before the deadline's clock starts */
    FLAW_TRUST_OLD,        /* a repeated profile is acknowledged because an old object of it is there */
    FLAW_JOIN_UNDER_WAY,   /* a question is answered by a round that had begun before */
    FLAW_REBUILD_FIRST,    /* the followers start when the rebuild is done */
    FLAW_TOMBSTONE_BEHIND, /* a tombstone is minted by the clock alone, even if what it hides is ahead of it
                            */
};

/* What happened, summed over histories, so that a test can show that nothing of it is idle. */
struct sim_counts {
    uint64_t acknowledged, repeated, late, minted_again, gave_up, orphans;
    uint64_t rounds, failed_rounds, bad_pages, fresh, stale;
    uint64_t crashes, rebuilds, pauses, deleted, aliases;
};

struct sim_object {
    const char *key;
    size_t key_len;
    struct id id;
    char name[SIM_NAME_BYTES];
    struct sim_post *post; /* NULL: a key that no release writes, or a later one */
    struct sim_object *next_of_post;
    size_t number;
    int64_t mint_ms, target_ms;
    bool is_tombstone, in_bucket, was_deleted;
    uint64_t acknowledged; /* the moment; 0: not */
};

enum sim_expect { EXPECT_NOTHING, EXPECT_VISIBLE, EXPECT_HIDDEN };

struct sim_post {
    int number;
    struct digest digest;
    struct sim_object *objects;
    struct sim_job *jobs;
    int64_t created_ms, last_put_ms;
    int phase, tries; /* one phase: post until it is heard; delete; post again */
    bool heard, to_delete, to_repeat, on_two_days;
    enum sim_expect expect;
    uint64_t expect_since; /* moment */
};

struct sim_cursor {
    unsigned lane;
    int64_t from_ms;
    bool done;
    char after[LIMIT_KEY_BYTES];
};

struct sim_lane {
    struct sim_replica *replica;
    unsigned number;
    struct tail tail;
    bool busy, deep;
    int64_t due_ms, deep_ms; /* monotonic */
    int64_t largest_ms;
};

struct sim_replica {
    struct sim *sim;
    int number;
    unsigned life; /* counts crashes */
    bool up, ready, crashes_at_commit;
    int64_t paused_until_ms;
    /* clock */
    int64_t offset_ms, offset_since_ms, mono_base_ms;
    double drift; /* ms per ms */
    bool steps;
    /* process */
    struct mint mint;
    struct barrier barrier;
    struct sim_lane lanes[SIM_LANES];
    struct task_list tasks;
    struct task task;
    struct listing listing; /* of the rebuild */
    int64_t index_free_ms;
    /* disk */
    uint8_t known[SIM_OBJECTS];
    int64_t tau_ms[SIM_LANES]; /* 0: none */
    struct sim_cursor cursors[SIM_TASKS];
    size_t cursor_count;
    bool rebuilt;
};

/* How bad this history is. Percentages, unless the name has a unit. */
struct sim_weather {
    int replicas, lanes, page_keys, posts;
    int64_t span_ms, attempt_ms, index_ms, period_ms;
    int slow, lost, unheard, orphan, refused;
    int page_fails, page_slow, stall, reply_lost, ask;
    int pauses, crashes;
    bool night;
};

struct sim_event;

struct sim {
    uint64_t seed;
    enum sim_flaw flaw;
    struct random random;
    struct sim_weather weather;
    struct sim_counts *counts;
    struct arena arena;
    int64_t now_ms; /* true time */
    int64_t begun_ms, calm_ms;
    uint64_t moment; /* counts events: tells before from after within one ms */
    struct sim_event *events;
    size_t event_count, event_cap;
    struct sim_object *objects[SIM_OBJECTS];
    size_t object_count;
    struct sim_object *bucket[SIM_OBJECTS]; /* by key */
    size_t bucket_count;
    struct map by_name;
    struct sim_replica replicas[SIM_REPLICAS];
    struct sim_post posts[SIM_POSTS];
    bool closing;
    /* outcome */
    bool failed;
    char failure[512];
    int failed_post, failed_replica;
    /* trace: prints what concerns this post or replica (-1: any) */
    bool trace;
    int trace_post, trace_replica;
};

/* --- simulation.c: time, chance, the outcome --- */

struct sim_verdict {
    bool failed;
    char failure[512];
    int post, replica; /* -1: of none */
};

struct sim_options {
    enum sim_flaw flaw;
    bool trace;
    int trace_post, trace_replica; /* -1: all */
};

/* One history; adds to *counts. The same seed and flaw give the same one. */
struct sim_verdict sim_run(uint64_t seed, const struct sim_options *options, struct sim_counts *counts);

/* Calls run(sim, who) after that time. With a replica: not if it has crashed by then, and not before it goes
 * on if it is paused. */
void sim_after(struct sim *sim, struct sim_replica *replica, int64_t delay_ms,
               void (*run)(struct sim *sim, void *who), void *who);
bool sim_chance(struct sim *sim, int percent);
int64_t sim_between(struct sim *sim, int64_t low, int64_t high);
bool sim_is_calm(const struct sim *sim);
/* Between two steps of a thread: nearly nothing, or seconds. */
int64_t sim_stall(struct sim *sim);
void *sim_alloc(struct sim *sim, size_t bytes);
void sim_fail(struct sim *sim, int post, int replica, const char *fmt, ...) PRINTF_LIKE(4, 5);
void sim_say(struct sim *sim, int post, int replica, const char *fmt, ...) PRINTF_LIKE(4, 5);
#define sim_note(sim, post, replica, ...)                                                                    \
    do {                                                                                                     \
        if ((sim)->trace)                                                                                    \
            sim_say(sim, post, replica, __VA_ARGS__);                                                        \
    } while (0)

/* --- simulation_bucket.c --- */

/* Interns the key; the object is not in the bucket yet. */
struct sim_object *sim_object_new(struct sim *sim, struct slice key, const struct id *id,
                                  struct sim_post *post, bool is_tombstone);
/* NULL: never minted. */
struct sim_object *sim_object_of(struct sim *sim, const struct id *id, bool is_tombstone);
void sim_bucket_add(struct sim *sim, struct sim_object *object);
void sim_bucket_remove(struct sim *sim, struct sim_object *object);
/* Keys that a reader has to step over. */
void sim_bucket_litter(struct sim *sim);

/* A PUT as the store offers it: attempts under one key until the deadline; one answer. */
struct sim_put {
    struct sim_replica *replica;
    struct sim_object *object;
    int64_t deadline_ms; /* true time */
    void (*done)(struct sim *sim, void *who, enum status answer);
    void *who;
    int attempts, current; /* `current` tells answers of earlier attempts apart */
    bool over;
};
void sim_put_start(struct sim *sim, struct sim_put *put);

/* A page of a LIST: served at some instant, answered later. */
struct sim_list {
    struct sim_replica *replica;
    unsigned life;
    struct store_op op;
    bool is_bad; /* it has a flaw that a reader must see */
    void (*done)(struct sim *sim, void *who);
    void *who;
};
void sim_list_start(struct sim *sim, struct sim_list *list);
/* At once and without faults: for the last look. */
void sim_list_now(struct sim *sim, struct store_op *op);

/* --- simulation_replica.c, simulation_follow.c --- */

int64_t sim_bucket_now(const struct sim_replica *r);
int64_t sim_mono_ms(const struct sim_replica *r);
void sim_replica_start(struct sim_replica *r);
/* Crashes, pauses and steps of clocks to come. */
void sim_replica_fate(struct sim_replica *r);
void sim_crash(struct sim *sim, void *who);
void sim_replica_release(struct sim_replica *r);

/* Follows with what the disk has; or, with nothing there, from now on, and rebuilds the rest. */
void sim_follow_start(struct sim_replica *r);
void sim_follow_stop(struct sim_replica *r);
/* Wakes the lanes that somebody waits for. */
void sim_follow_poke(struct sim_replica *r);

/* A transaction of the index, in the order of its queue. */
struct sim_commit {
    struct sim_replica *replica;
    struct sim_object **rows;
    size_t count;
    void (*done)(struct sim *sim, void *who);
    void *who;
};
void sim_index_write(struct sim *sim, struct sim_commit *commit);
/* The object of each row. */
struct sim_object **sim_rows(struct sim *sim, struct tail_rows *rows);

/* What the index says of one digest: the alias rule over all rows that it has of it. */
struct sim_answer {
    struct sim_object *newest_listed; /* canonical one of the last group; NULL: none */
    struct sim_object *newest;        /* of all profiles, hidden ones too */
    int listed;                       /* groups */
    int aliases;
    int64_t tombstone_ms; /* 0: none */
};
struct sim_answer sim_ask(const struct sim_post *post, const uint8_t *known);

/* --- simulation_ingest.c: what a replica does with a POST or a DELETE
 * ----------------------------------------- */

struct sim_job {
    struct sim_replica *replica;
    unsigned life;
    struct sim_post *post;
    int phase;
    bool is_delete, over, known_there;
    struct sim_object *target; /* of a deletion */
    struct sim_object *object; /* under way */
    struct writer writer;
    int64_t mint_ms, mint_after_ms;
    struct sim_job *next;
};
/* Takes it in now. */
void sim_job_start(struct sim *sim, struct sim_replica *replica, struct sim_post *post,
                   struct sim_object *target);

/* --- simulation_client.c --- */

void sim_clients_start(struct sim *sim);
/* The server answered 200, naming that object. */
void sim_acknowledged(struct sim *sim, struct sim_job *job, struct sim_object *object);
/* Asks this replica through the barrier, then checks the answer. */
void sim_question(struct sim *sim, struct sim_replica *replica);
/* A question's barrier completed those waits. */
void sim_questions_done(struct sim *sim, struct sim_replica *replica, struct barrier_wait *done);
bool sim_clients_idle(const struct sim *sim);
/* The last look: all replicas and a new one, from a full listing, agree. */
void sim_compare_all(struct sim *sim);

#endif
