/*
 * Time, chance and the outcome. Events lie in a heap by (time, order of making), so equal times are no
 * chance. A history has a stormy part, in which everything may happen; then the calm, in which clients that
 * still wait are served; then it closes: no more rounds, late PUTs commit, and everybody is asked once more.
 */
#include "tests/collector/simulation.h"

#include "base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ARENA_BYTES = 64 << 20,
    EVENTS_MAX = 400000, /* a history has about 5,000 */
    CALM_MS = 45000,     /* at the latest so long after the calm began all clients must be served */
};

struct sim_event {
    int64_t at_ms;
    uint64_t order;
    void (*run)(struct sim *sim, void *who);
    void *who;
    struct sim_replica *replica;
    unsigned life;
};

/* --- the heap --- */

static bool is_before(const struct sim_event *a, const struct sim_event *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void push(struct sim *sim, const struct sim_event *event)
{
    if (sim->event_count == sim->event_cap) {
        sim->event_cap = sim->event_cap ? sim->event_cap * 2 : 256;
        sim->events = mem_resize(sim->events, sim->event_cap * sizeof(*sim->events));
    }

    size_t at = sim->event_count++;
    while (at > 0 && is_before(event, &sim->events[(at - 1) / 2])) {
        sim->events[at] = sim->events[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    sim->events[at] = *event;
}

static struct sim_event pop(struct sim *sim)
{
    struct sim_event first = sim->events[0], last = sim->events[--sim->event_count];
    size_t at = 0;

    for (size_t child; (child = 2 * at + 1) < sim->event_count; at = child) {
        if (child + 1 < sim->event_count && is_before(&sim->events[child + 1], &sim->events[child]))
            child++;
        if (!is_before(&sim->events[child], &last))
            break;
        sim->events[at] = sim->events[child];
    }
    sim->events[at] = last;
    return first;
}

void sim_after(struct sim *sim, struct sim_replica *replica, int64_t delay_ms,
               void (*run)(struct sim *sim, void *who), void *who)
{
    push(sim, &(struct sim_event){.at_ms = sim->now_ms + (delay_ms > 0 ? delay_ms : 0),
                                  .order = ++sim->moment,
                                  .run = run,
                                  .who = who,
                                  .replica = replica,
                                  .life = replica ? replica->life : 0});
}

static void run_until_empty(struct sim *sim)
{
    int events = 0;

    while (sim->event_count > 0 && !sim->failed) {
        struct sim_event e = pop(sim);

        sim->now_ms = e.at_ms;
        if (e.replica && e.replica->life != e.life)
            continue;
        if (e.replica && e.replica->paused_until_ms > sim->now_ms) {
            e.at_ms = e.replica->paused_until_ms; /* keeps its order among those that wait as well */
            push(sim, &e);
            continue;
        }
        sim->moment++;
        e.run(sim, e.who);
        if (++events > EVENTS_MAX)
            sim_fail(sim, -1, -1, "no end after %d events", events);
    }
}

/* --- chance --- */

bool sim_chance(struct sim *sim, int percent)
{
    return (int)random_below(&sim->random, 100) < percent;
}

int64_t sim_between(struct sim *sim, int64_t low, int64_t high)
{
    return high <= low ? low : low + (int64_t)random_below(&sim->random, (uint64_t)(high - low) + 1);
}

bool sim_is_calm(const struct sim *sim)
{
    return sim->now_ms >= sim->calm_ms;
}

int64_t sim_stall(struct sim *sim)
{
    if (sim_is_calm(sim) || !sim_chance(sim, sim->weather.stall))
        return sim_between(sim, 0, 2);
    return sim_chance(sim, 50) ? sim_between(sim, 3, 2000) : sim_between(sim, 2000, 14000);
}

void *sim_alloc(struct sim *sim, size_t bytes)
{
    void *ptr = arena_alloc(&sim->arena, bytes);

    if (!ptr) {
        fprintf(stderr, "seed %llu: over %d bytes\n", (unsigned long long)sim->seed, ARENA_BYTES);
        abort();
    }
    return ptr;
}

/* --- outcome --- */

void sim_fail(struct sim *sim, int post, int replica, const char *fmt, ...)
{
    va_list args;

    if (sim->failed)
        return;
    sim->failed = true;
    sim->failed_post = post;
    sim->failed_replica = replica;
    va_start(args, fmt);
    vsnprintf(sim->failure, sizeof(sim->failure), fmt, args);
    va_end(args);
    sim_note(sim, post, replica, "FAILED: %s", sim->failure);
}

void sim_say(struct sim *sim, int post, int replica, const char *fmt, ...)
{
    bool of_post = post >= 0 && (sim->trace_post < 0 ? sim->trace_replica < 0 : post == sim->trace_post);
    bool of_replica = post < 0 && (sim->trace_replica < 0 || replica < 0 || replica == sim->trace_replica);
    char text[512];
    va_list args;

    /* A round of another replica is of no interest; what any replica does with the post is. */
    if (!of_post && !of_replica)
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    fprintf(stderr, "%10.3f s  ", (double)(sim->now_ms - sim->begun_ms) / 1e3);
    fprintf(stderr, replica >= 0 ? "replica %d  " : "           ", replica);
    fprintf(stderr, post >= 0 ? "post %-3d " : "         ", post);
    fprintf(stderr, "%s\n", text);
}

/* --- one history --- */

static int one_of(struct sim *sim, const int *values, size_t count)
{
    return values[random_below(&sim->random, count)];
}
#define ONE_OF(sim, ...)                                                                                     \
    one_of(sim, (const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

static void draw_weather(struct sim *sim)
{
    struct sim_weather *w = &sim->weather;

    w->replicas = (int)sim_between(sim, 2, SIM_REPLICAS);
    w->lanes = ONE_OF(sim, 1, 1, 1, 2);
    w->page_keys = ONE_OF(sim, 1, 2, 3, 5, SIM_PAGE_KEYS);
    w->posts = (int)sim_between(sim, 8, 30);
    w->span_ms = sim_between(sim, 8000, 30000);
    w->attempt_ms = ONE_OF(sim, 3000, 3000, 10000);
    w->index_ms = ONE_OF(sim, 2, 20, 300, 2000);
    w->slow = ONE_OF(sim, 0, 20, 60);
    w->lost = ONE_OF(sim, 0, 5, 20);
    w->unheard = ONE_OF(sim, 0, 5, 30);
    w->orphan = ONE_OF(sim, 0, 5, 25);
    w->refused = ONE_OF(sim, 0, 5, 30);
    w->page_fails = ONE_OF(sim, 0, 2, 10, 25);
    w->page_slow = ONE_OF(sim, 0, 10, 40);
    w->stall = ONE_OF(sim, 0, 1, 4, 10);
    w->reply_lost = ONE_OF(sim, 0, 10, 30);
    w->ask = ONE_OF(sim, 20, 50, 100);
    w->pauses = ONE_OF(sim, 0, 0, 1, 4);
    w->crashes = ONE_OF(sim, 0, 0, 1, 3);
    w->night = sim_chance(sim, 3);
    w->period_ms = w->night ? 1200000 : ONE_OF(sim, TAIL_PERIOD_MS, TAIL_PERIOD_MS, 5000, 30000);
}

static void close_if_idle(struct sim *sim, void *who)
{
    (void)who;
    if (sim_clients_idle(sim)) {
        sim->closing = true;
        return;
    }
    if (sim->now_ms > sim->calm_ms + CALM_MS) {
        sim_fail(sim, -1, -1, "clients still wait %d ms after the bucket is well again", CALM_MS);
        return;
    }
    sim_after(sim, NULL, 1000, close_if_idle, NULL);
}

static void begin(struct sim *sim)
{
    /* Some begin shortly before midnight. */
    sim->begun_ms = 20000 * TIME_DAY_MS + (sim_chance(sim, 30) ? -sim_between(sim, 0, 40000) : 36000000);
    sim->now_ms = sim->begun_ms;
    draw_weather(sim);
    sim->calm_ms = sim->begun_ms + sim->weather.span_ms + (sim->weather.night ? TIME_DAY_MS + 60000 : 10000);
    sim_bucket_litter(sim);
    for (int i = 0; i < SIM_REPLICAS; i++) {
        sim->replicas[i].sim = sim;
        sim->replicas[i].number = i;
        for (unsigned lane = 0; lane < SIM_LANES; lane++)
            sim->replicas[i].lanes[lane] = (struct sim_lane){.replica = &sim->replicas[i], .number = lane};
    }
    for (int i = 0; i < sim->weather.replicas; i++) {
        sim_replica_fate(&sim->replicas[i]);
        sim_replica_start(&sim->replicas[i]);
    }
    sim_clients_start(sim);
    sim_after(sim, NULL, sim->calm_ms - sim->now_ms, close_if_idle, NULL);
}

static void release(struct sim *sim)
{
    for (int i = 0; i < sim->weather.replicas; i++)
        sim_replica_release(&sim->replicas[i]);
    map_release(&sim->by_name);
    mem_freep(&sim->events);
    arena_release(&sim->arena);
}

struct sim_verdict sim_run(uint64_t seed, const struct sim_options *options, struct sim_counts *counts)
{
    static struct sim sim; /* too big for a stack */
    struct sim_verdict verdict;

    memset(&sim, 0, sizeof(sim));
    sim.seed = seed;
    sim.flaw = options->flaw;
    sim.trace = options->trace;
    sim.trace_post = options->trace_post;
    sim.trace_replica = options->trace_replica;
    sim.counts = counts;
    sim.arena = ARENA_INIT(ARENA_BYTES);
    random_seed(&sim.random, seed);

    begin(&sim);
    run_until_empty(&sim);
    for (int i = 0; i < sim.weather.replicas && !sim.failed; i++)
        sim_question(&sim, &sim.replicas[i]);
    run_until_empty(&sim);
    if (!sim.failed)
        sim_compare_all(&sim);

    verdict =
        (struct sim_verdict){.failed = sim.failed, .post = sim.failed_post, .replica = sim.failed_replica};
    snprintf(verdict.failure, sizeof(verdict.failure), "%s", sim.failure);
    release(&sim);
    return verdict;
}
