/*
 * A replica: its clock, its fate, and its index, which is here a set of keys on a disk that survives a crash.
 * Transactions are committed one after the other, in the order in which they were queued.
 */
#include "tests/collector/simulation.h"

#include <string.h>

/* --- clock --- */

int64_t sim_bucket_now(const struct sim_replica *r)
{
    double drifted = r->drift * (double)(r->sim->now_ms - r->offset_since_ms);
    int64_t offset_ms = r->offset_ms;

    if (drifted > 2 * TAIL_SKEW_MS)
        offset_ms += 2 * (int64_t)TAIL_SKEW_MS;
    else if (drifted < -2 * TAIL_SKEW_MS)
        offset_ms -= 2 * (int64_t)TAIL_SKEW_MS;
    else
        offset_ms += (int64_t)drifted;
    if (offset_ms > TAIL_SKEW_MS)
        offset_ms = TAIL_SKEW_MS;
    if (offset_ms < -TAIL_SKEW_MS)
        offset_ms = -TAIL_SKEW_MS;
    return r->sim->now_ms + offset_ms;
}

int64_t sim_mono_ms(const struct sim_replica *r)
{
    return r->sim->now_ms - r->mono_base_ms;
}

static void draw_offset(struct sim_replica *r)
{
    static const int64_t EXTREME[] = {-TAIL_SKEW_MS, 0, TAIL_SKEW_MS};
    struct sim *sim = r->sim;

    r->offset_ms = sim_chance(sim, 60) ? EXTREME[random_below(&sim->random, 3)]
                                       : sim_between(sim, -TAIL_SKEW_MS, TAIL_SKEW_MS);
    r->offset_since_ms = sim->now_ms;
}

static void step_clock(struct sim *sim, void *who)
{
    struct sim_replica *r = who;
    int64_t before_ms = sim_bucket_now(r);

    if (sim->closing)
        return;
    draw_offset(r);
    sim_note(sim, -1, r->number, "clock steps by %+lld ms", (long long)(sim_bucket_now(r) - before_ms));
    sim_after(sim, NULL, sim->weather.night ? sim_between(sim, 1000, 7200000) : sim_between(sim, 500, 15000),
              step_clock, r);
}

/* --- fate --- */

static void pause_replica(struct sim *sim, void *who)
{
    struct sim_replica *r = who;

    if (!r->up || sim_is_calm(sim))
        return;
    sim->counts->pauses++;
    r->paused_until_ms = sim->now_ms + sim_between(sim, 500, 15000);
    sim_note(sim, -1, r->number, "stops for %lld ms", (long long)(r->paused_until_ms - sim->now_ms));
}

static void restart(struct sim *sim, void *who)
{
    struct sim_replica *r = who;

    sim_note(sim, -1, r->number, "starts again");
    sim_replica_start(r);
}

/* The worst moment: a transaction is under way. */
static void crash_at_commit(struct sim *sim, void *who)
{
    (void)sim;
    ((struct sim_replica *)who)->crashes_at_commit = true;
}

void sim_crash(struct sim *sim, void *who)
{
    struct sim_replica *r = who;
    bool loses_index = !r->crashes_at_commit && sim_chance(sim, 40);

    if (!r->up)
        return;
    sim->counts->crashes++;
    sim_note(sim, -1, r->number, "crashes%s", loses_index ? " and loses its index" : "");
    sim_follow_stop(r);
    r->life++;
    r->up = r->ready = false;
    r->paused_until_ms = 0;
    r->crashes_at_commit = false;
    if (loses_index) {
        memset(r->known, 0, sizeof(r->known));
        memset(r->tau_ms, 0, sizeof(r->tau_ms));
        r->cursor_count = 0;
        r->rebuilt = false;
    }
    sim_after(sim, NULL, sim_between(sim, 100, 10000), restart, r);
}

void sim_replica_fate(struct sim_replica *r)
{
    struct sim *sim = r->sim;
    const struct sim_weather *w = &sim->weather;
    int64_t until_ms = sim->calm_ms - sim->begun_ms;

    draw_offset(r);
    switch (sim_between(sim, 0, 2)) {
    case 0: break;
    case 1: sim_after(sim, NULL, sim_between(sim, 0, 15000), step_clock, r); break;
    default: r->drift = (double)sim_between(sim, -150, 150) / (w->night ? 1e6 : 1e3); break;
    }
    for (int i = 0; i < w->pauses; i++)
        sim_after(sim, NULL, sim_between(sim, 0, until_ms), pause_replica, r);
    for (int i = 0; i < w->crashes; i++)
        if (sim_chance(sim, 60))
            sim_after(sim, NULL, sim_between(sim, 0, until_ms),
                      sim_chance(sim, 50) ? sim_crash : crash_at_commit, r);
}

void sim_replica_start(struct sim_replica *r)
{
    r->up = true;
    r->mint = (struct mint){0};
    r->mono_base_ms = r->sim->now_ms - sim_between(r->sim, 0, 1000000);
    r->index_free_ms = 0;
    sim_follow_start(r);
}

void sim_replica_release(struct sim_replica *r)
{
    sim_follow_stop(r);
}

/* --- index --- */

static void committed(struct sim *sim, void *who)
{
    struct sim_commit *c = who;

    for (size_t i = 0; i < c->count; i++) {
        struct sim_object *o = c->rows[i];

        if (!c->replica->known[o->number])
            sim_note(sim, o->post->number, c->replica->number, "has in its index: %s", o->id.text);
        c->replica->known[o->number] = 1;
    }
    if (c->done)
        c->done(sim, c->who);
}

void sim_index_write(struct sim *sim, struct sim_commit *c)
{
    struct sim_replica *r = c->replica;
    int64_t ms = sim_is_calm(sim) ? 1 : sim_between(sim, 1, sim->weather.index_ms);

    if (r->index_free_ms < sim->now_ms)
        r->index_free_ms = sim->now_ms;
    r->index_free_ms += ms;
    sim_after(sim, r, r->index_free_ms - sim->now_ms, committed, c);
}

struct sim_object **sim_rows(struct sim *sim, struct tail_rows *rows)
{
    struct sim_object **out = sim_alloc(sim, (rows->count + 1) * sizeof(struct sim_object *));

    for (size_t i = 0; i < rows->count; i++) {
        out[i] = sim_object_of(sim, &rows->rows[i].id, rows->rows[i].kind == KEY_TOMBSTONE);
        if (!out[i]) {
            sim_fail(sim, -1, -1, "nobody has minted %s", rows->rows[i].id.text);
            rows->count = i;
        }
    }
    return out;
}

/* --- the alias rule, once more and slowly: docs/KEYS.md, "Identity" --- */

static bool is_hidden(const struct sim_post *post, const uint8_t *known, const struct sim_object *o)
{
    for (const struct sim_object *x = post->objects; x; x = x->next_of_post)
        if (x->is_tombstone && known[x->number] && o->mint_ms <= x->mint_ms &&
            o->mint_ms > x->target_ms - TIME_DAY_MS)
            return true;
    return false;
}

/* The least one above `floor` (NULL: of all) that is known and not hidden. */
static struct sim_object *next_visible(const struct sim_post *post, const uint8_t *known,
                                       const struct sim_object *floor)
{
    struct sim_object *best = NULL;

    for (struct sim_object *o = post->objects; o; o = o->next_of_post) {
        if (o->is_tombstone || !known[o->number] || (floor && id_cmp_mint(&o->id, &floor->id) <= 0))
            continue;
        if ((best && id_cmp_mint(&o->id, &best->id) > 0) || is_hidden(post, known, o))
            continue;
        best = o;
    }
    return best;
}

struct sim_answer sim_ask(const struct sim_post *post, const uint8_t *known)
{
    struct sim_answer a = {0};
    struct sim_object *o = NULL;

    for (struct sim_object *x = post->objects; x; x = x->next_of_post) {
        if (!known[x->number])
            continue;
        if (x->is_tombstone && x->mint_ms > a.tombstone_ms)
            a.tombstone_ms = x->mint_ms;
        if (!x->is_tombstone && (!a.newest || x->mint_ms > a.newest->mint_ms))
            a.newest = x;
    }
    while ((o = next_visible(post, known, o))) {
        if (a.newest_listed && o->mint_ms - a.newest_listed->mint_ms < TIME_DAY_MS) {
            a.aliases++;
            continue;
        }
        a.newest_listed = o;
        a.listed++;
    }
    return a;
}
