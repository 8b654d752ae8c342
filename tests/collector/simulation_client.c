/*
 * Clients, and what they may expect. A client posts, and posts the same bytes again, elsewhere, until it has
 * heard a 200; some send five copies at once; some delete what they have posted, and post it again later.
 *
 * What is expected counts from the moment of the server's 200, heard or not. A question is checked against
 * what was expected, and has not changed, since before it was asked.
 */
#include "tests/collector/simulation.h"

#include <string.h>

enum {
    TRIES_MAX = 8,
    /* Deletion hides what was minted until then. What is posted within 2 S + D of it, through a replica that
     * has not heard of it, may be taken for something older: nobody is promised otherwise. */
    REPEAT_AFTER_MS = WRITER_DEADLINE_MS + 2 * TAIL_SKEW_MS + 1000,
    DELETE_AFTER_MS = 2 * TAIL_SKEW_MS + 100,
};

static bool has_jobs(const struct sim_post *post)
{
    for (const struct sim_job *job = post->jobs; job; job = job->next)
        if (!job->over && job->life == job->replica->life)
            return true;
    return false;
}

bool sim_clients_idle(const struct sim *sim)
{
    for (int i = 0; i < sim->weather.posts; i++)
        if (has_jobs(&sim->posts[i]) || (!sim->posts[i].heard && sim->posts[i].tries < TRIES_MAX))
            return false;
    for (int i = 0; i < sim->weather.replicas; i++)
        if (!sim->replicas[i].up || !sim->replicas[i].ready)
            return false;
    return true;
}

/* --- questions --- */

struct question {
    struct barrier_wait wait; /* first: it is found by it */
    struct sim_replica *replica;
    uint64_t asked; /* moment */
    bool in_calm;
};

static void check_post(struct sim *sim, const struct question *q, const struct sim_post *post)
{
    const uint8_t *known = q->replica->known;
    struct sim_answer a = sim_ask(post, known);
    bool since = post->expect_since < q->asked;

    for (const struct sim_object *o = post->objects; o; o = o->next_of_post)
        if (o->acknowledged && o->acknowledged < q->asked && !o->was_deleted && !known[o->number])
            sim_fail(sim, post->number, q->replica->number, "%s was acknowledged and is missing", o->id.text);
    if (since && post->expect == EXPECT_VISIBLE && a.listed == 0)
        sim_fail(sim, post->number, q->replica->number, "post %d is not listed", post->number);
    if (since && post->expect == EXPECT_HIDDEN && a.listed > 0)
        sim_fail(sim, post->number, q->replica->number, "post %d is deleted and listed", post->number);
    if (a.listed > (post->on_two_days ? 2 : 1))
        sim_fail(sim, post->number, q->replica->number, "post %d is listed %d times", post->number, a.listed);
}

static void check(struct sim *sim, struct question *q)
{
    if (q->wait.failed) {
        sim->counts->stale++;
        if (q->in_calm)
            sim_fail(sim, -1, q->replica->number, "a round failed though all is well");
        return;
    }
    sim->counts->fresh++;
    for (int i = 0; i < sim->weather.posts; i++)
        check_post(sim, q, &sim->posts[i]);
}

void sim_questions_done(struct sim *sim, struct sim_replica *replica, struct barrier_wait *done)
{
    (void)replica;
    while (done) {
        struct barrier_wait *next = done->next;

        check(sim, (struct question *)done);
        done = next;
    }
}

static void question_late(struct sim *sim, void *who)
{
    struct question *q = who;

    if (barrier_leave(&q->replica->barrier, &q->wait))
        sim->counts->stale++;
}

void sim_question(struct sim *sim, struct sim_replica *r)
{
    struct question *q = sim_alloc(sim, sizeof(*q));

    *q = (struct question){.replica = r, .asked = ++sim->moment, .in_calm = sim_is_calm(sim)};
    barrier_join(&r->barrier, &q->wait);
    if (sim->flaw == FLAW_JOIN_UNDER_WAY)
        for (int i = 0; i < sim->weather.lanes; i++)
            if (r->lanes[i].busy)
                q->wait.need[i] = r->barrier.started[i];
    if (q->wait.left == 0) {
        check(sim, q);
        return;
    }
    if (!sim->closing)
        sim_after(sim, r, sim_between(sim, 2000, 30000), question_late, q);
    sim_follow_poke(r);
}

static void ask(struct sim *sim, void *who)
{
    sim_question(sim, who);
}

static void ask_some(struct sim *sim, int64_t soon_ms)
{
    struct sim_replica *r = &sim->replicas[sim_between(sim, 0, sim->weather.replicas - 1)];

    if (r->up && r->ready && sim_chance(sim, sim->weather.ask))
        sim_after(sim, r, sim_between(sim, 0, soon_ms), ask, r);
}

/* --- posting --- */

struct attempt_of {
    struct sim_post *post;
    int phase;
};

static void post_send(struct sim *sim, void *who);

static void send_again(struct sim *sim, struct sim_post *post, int64_t delay_ms)
{
    struct attempt_of *a = sim_alloc(sim, sizeof(*a));

    *a = (struct attempt_of){post, post->phase};
    sim_after(sim, NULL, delay_ms, post_send, a);
}

static struct sim_replica *choose_replica(struct sim *sim)
{
    return &sim->replicas[sim_between(sim, 0, sim->weather.replicas - 1)];
}

static void post_send(struct sim *sim, void *who)
{
    const struct attempt_of *a = who;
    struct sim_post *post = a->post;
    int copies = sim_chance(sim, 10) ? (int)sim_between(sim, 2, 5) : 1;
    int64_t patience_ms = sim_chance(sim, 50) ? sim_between(sim, 200, 4000) : sim_between(sim, 4000, 25000);

    if (post->heard || post->phase != a->phase || (post->tries >= TRIES_MAX && !has_jobs(post)))
        return;
    if (post->tries < TRIES_MAX) {
        post->tries++;
        for (int i = 0; i < copies; i++) {
            struct sim_replica *r = choose_replica(sim);

            sim_note(sim, post->number, r->number, r->up ? "is sent the post" : "is down");
            if (r->up)
                sim_job_start(sim, r, post, NULL);
        }
    }
    send_again(sim, post, patience_ms);
}

static bool knows_all(const struct sim_replica *r, const struct sim_post *post)
{
    for (const struct sim_object *o = post->objects; o; o = o->next_of_post)
        if (!o->is_tombstone && !r->known[o->number])
            return false;
    return true;
}

/* --- deleting --- */

static void delete_send(struct sim *sim, void *who)
{
    struct sim_post *post = who;
    struct sim_replica *r = choose_replica(sim);
    struct sim_answer a = sim_ask(post, r->known);

    if (!post->to_delete || sim->closing)
        return;
    sim_after(sim, NULL, sim_between(sim, 1000, 5000), delete_send, post);
    if (!post->heard || !r->up || !r->ready || !a.newest_listed || has_jobs(post))
        return;
    /* Attempts that nobody has heard of may have been minted by a clock that is ahead. */
    if (!knows_all(r, post) && sim->now_ms - post->last_put_ms < DELETE_AFTER_MS)
        return;
    post->expect = EXPECT_NOTHING;
    sim_note(sim, post->number, r->number, "is told to delete %s", a.newest_listed->id.text);
    sim_job_start(sim, r, post, a.newest_listed);
}

static void remove_objects(struct sim *sim, void *who)
{
    struct sim_job *job = who;

    for (struct sim_object *o = job->post->objects; o; o = o->next_of_post)
        if (!o->is_tombstone && job->replica->known[o->number] && o->mint_ms < job->object->mint_ms)
            sim_bucket_remove(sim, o);
}

static void post_again(struct sim *sim, void *who)
{
    struct sim_post *post = who;

    if (has_jobs(post) || sim->closing)
        return;
    post->phase++;
    post->tries = 0;
    post->heard = false;
    post->expect = EXPECT_NOTHING;
    send_again(sim, post, 0);
}

static void deleted(struct sim *sim, struct sim_job *job)
{
    struct sim_post *post = job->post;

    sim->counts->deleted++;
    post->to_delete = false;
    post->expect = EXPECT_HIDDEN;
    post->expect_since = ++sim->moment;
    for (struct sim_object *o = post->objects; o; o = o->next_of_post)
        o->was_deleted |= !o->is_tombstone;
    sim_after(sim, job->replica, sim_stall(sim), remove_objects, job);
    if (post->to_repeat && !sim_is_calm(sim))
        sim_after(sim, NULL, REPEAT_AFTER_MS + sim_between(sim, 0, 8000), post_again, post);
}

/* --- answers --- */

void sim_acknowledged(struct sim *sim, struct sim_job *job, struct sim_object *object)
{
    struct sim_post *post = job->post;

    sim_note(sim, post->number, job->replica->number, "200, %s", object->id.text);
    if (!object->in_bucket)
        sim_fail(sim, post->number, job->replica->number, "%s was acknowledged and is not in the bucket",
                 object->id.text);
    sim->counts->acknowledged++;
    if (!object->acknowledged)
        object->acknowledged = ++sim->moment;
    if (job->is_delete) {
        deleted(sim, job);
    } else if (post->expect != EXPECT_VISIBLE) {
        post->expect = EXPECT_VISIBLE;
        post->expect_since = ++sim->moment;
    }
    if (sim_is_calm(sim) || !sim_chance(sim, sim->weather.reply_lost))
        post->heard = true;
    ask_some(sim, 1);
    ask_some(sim, 3000);
}

void sim_clients_start(struct sim *sim)
{
    for (int i = 0; i < sim->weather.posts; i++) {
        struct sim_post *post = &sim->posts[i];
        int64_t at_ms = sim_between(sim, 0, sim->weather.span_ms);
        uint8_t number[SHA256_BYTES] = {(uint8_t)i, 1};
        struct digest_input input = {.service = SLICE("s"), .type = SLICE("cpu")};

        memcpy(input.body.bytes, number, sizeof(number));
        post->number = i;
        post->digest = digest_compute(&input);
        post->created_ms = sim->begun_ms + at_ms;
        send_again(sim, post, at_ms);
        if (sim->weather.night && sim_chance(sim, 70)) {
            post->on_two_days = true;
            sim_after(sim, NULL, at_ms + TIME_DAY_MS + sim_between(sim, -15000, 15000), post_again, post);
        } else if (sim_chance(sim, 15)) {
            post->to_delete = true;
            post->to_repeat = sim_chance(sim, 50);
            sim_after(sim, NULL, at_ms + sim_between(sim, 1000, 10000), delete_send, post);
        }
    }
}

/* --- the last look --- */

/* A full listing, read as a rebuild does. */
static void read_all(struct sim *sim, uint8_t *known)
{
    for (unsigned lane = 0; lane < (unsigned)sim->weather.lanes; lane++) {
        struct listing listing CLEANUP(listing_release) = {0};
        struct buf prefix CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);

        key_prefix(SLICE_NULL, lane, KEY_SPAN_LANE, 0, &prefix);
        listing_begin(&listing, buf_slice(&prefix), SLICE_NULL);
        while (!listing.done) {
            struct arena arena CLEANUP(arena_release) = ARENA_INIT(1 << 20);
            struct store_op op = {0};
            struct tail_rows rows = {0};
            struct error err = {0};

            listing_next(&listing, &op);
            sim_list_now(sim, &op);
            if (tail_decode(SLICE_NULL, &op.page, &arena, &rows, &err) != OK ||
                listing_feed(&listing, &op.page, &err) != OK) {
                sim_fail(sim, -1, -1, "the last listing: %s", err.text);
                return;
            }
            struct sim_object **objects = sim_rows(sim, &rows);
            for (size_t i = 0; i < rows.count; i++)
                known[objects[i]->number] = 1;
        }
    }
}

static void compare_post(struct sim *sim, const struct sim_post *post, const uint8_t *rebuilt, int replica)
{
    const uint8_t *known = sim->replicas[replica].known;
    struct sim_answer here = sim_ask(post, known), there = sim_ask(post, rebuilt);

    if (here.listed != there.listed || here.newest_listed != there.newest_listed)
        sim_fail(sim, post->number, replica, "post %d: %s here, %s after a rebuild", post->number,
                 here.newest_listed ? here.newest_listed->id.text : "nothing",
                 there.newest_listed ? there.newest_listed->id.text : "nothing");
    if (post->expect == EXPECT_VISIBLE && there.listed == 0)
        sim_fail(sim, post->number, -1, "post %d is not listed after a rebuild", post->number);
    if (post->expect == EXPECT_HIDDEN && there.listed > 0)
        sim_fail(sim, post->number, -1, "post %d is deleted and listed after a rebuild", post->number);
    if (there.listed > (post->on_two_days ? 2 : 1))
        sim_fail(sim, post->number, -1, "post %d is listed %d times after a rebuild", post->number,
                 there.listed);
    sim->counts->aliases += (uint64_t)there.aliases;
}

void sim_compare_all(struct sim *sim)
{
    uint8_t *rebuilt = sim_alloc(sim, SIM_OBJECTS);

    read_all(sim, rebuilt);
    for (size_t i = 0; i < sim->object_count && !sim->failed; i++)
        if (sim->objects[i]->post && sim->objects[i]->in_bucket != (rebuilt[i] == 1))
            sim_fail(sim, sim->objects[i]->post->number, -1, "%s: bucket and rebuild differ",
                     sim->objects[i]->key);
    for (int r = 0; r < sim->weather.replicas && !sim->failed; r++) {
        read_all(sim, sim->replicas[r].known); /* what the audits do within an hour */
        for (int i = 0; i < sim->weather.posts && !sim->failed; i++)
            compare_post(sim, &sim->posts[i], rebuilt, r);
    }
}
