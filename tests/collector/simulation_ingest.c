/*
 * What a replica does with a POST or a DELETE, as collector/ingest.c and remove.c drive the writer: known
 * already? else mint, PUT, and the writer decides. Jobs are threads: each may stall between any two steps, so
 * the order of the steps is part of what is tested.
 */
#include "tests/collector/simulation.h"

static void job_mint(struct sim *sim, void *who);

static void job_end(struct sim *sim, struct sim_job *job)
{
    job->over = true;
    sim_note(sim, job->post->number, job->replica->number, "503");
    sim->counts->gave_up++;
}

static void job_stored(struct sim *sim, struct sim_job *job)
{
    struct sim_commit *commit = sim_alloc(sim, sizeof(*commit));

    *commit =
        (struct sim_commit){.replica = job->replica, .rows = sim_alloc(sim, sizeof(struct sim_object *))};
    commit->rows[commit->count++] = job->object;
    sim_index_write(sim, commit);
    job->over = true;
    sim_acknowledged(sim, job, job->object);
}

static void put_answered(struct sim *sim, void *who, enum status answer)
{
    struct sim_job *job = who;
    int64_t now_ms = sim_mono_ms(job->replica);

    switch (writer_answered(&job->writer, answer, now_ms)) {
    case WRITER_DONE: job_stored(sim, job); return;
    case WRITER_PUT:
        sim->counts->late++;
        sim_note(sim, job->post->number, job->replica->number, "2xx, but late: %s", job->object->id.text);
        job_mint(sim, job);
        return;
    case WRITER_WAIT:
        sim_note(sim, job->post->number, job->replica->number, "PUT: %s", status_name(answer));
        sim_after(sim, job->replica, writer_pause(&job->writer, &sim->random, now_ms), job_mint, job);
        return;
    case WRITER_GIVE_UP: job_end(sim, job); return;
    }
}

static void job_send(struct sim *sim, void *who)
{
    struct sim_job *job = who;
    struct sim_replica *r = job->replica;

    struct sim_put *put = sim_alloc(sim, sizeof(*put)); /* one each time: late ones keep theirs */

    *put = (struct sim_put){.replica = r,
                            .object = job->object,
                            .deadline_ms = sim->now_ms + writer_put_deadline(&job->writer) - sim_mono_ms(r),
                            .done = put_answered,
                            .who = job};
    job->post->last_put_ms = sim->now_ms;
    sim_put_start(sim, put);
}

static void encode(struct sim *sim, struct sim_job *job, struct buf *key, struct id *ret_id)
{
    struct profile_meta meta = {.service = SLICE("s"), .type = SLICE("cpu")};
    struct error err;
    enum status status;

    meta.created_at_ms = job->post->created_ms;
    meta.id = id_make(digest_lane(&job->post->digest, (unsigned)sim->weather.lanes), job->mint_ms,
                      &job->post->digest);
    if (job->is_delete)
        status = key_encode_tombstone(SLICE_NULL, &meta.id, &job->target->id, key, &err);
    else
        status = key_encode_profile(SLICE_NULL, &meta, key, NULL, &err);
    if (status != OK)
        sim_fail(sim, job->post->number, job->replica->number, "no key: %s", err.text);
    *ret_id = meta.id;
}

static void job_key(struct sim *sim, struct sim_job *job)
{
    struct buf key CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct id id;

    encode(sim, job, &key, &id);
    /* Two replicas may mint the same id in the same millisecond: then it is the same object. */
    job->object = sim_object_of(sim, &id, job->is_delete);
    if (job->object)
        return;
    job->object = sim_object_new(sim, buf_slice(&key), &id, job->post, job->is_delete);
    job->object->target_ms = job->target ? job->target->mint_ms : 0;
}

static void start_clock(struct sim *sim, struct sim_job *job)
{
    writer_minted(&job->writer, sim_mono_ms(job->replica));
    if (job->writer.rounds > 1)
        sim->counts->minted_again++;
}

static void take_mint(struct sim *sim, struct sim_job *job)
{
    job->mint_ms = mint_next(&job->replica->mint, sim_bucket_now(job->replica));
    if (job->mint_ms <= job->mint_after_ms)
        job->mint_ms = job->mint_after_ms + 1;
    job_key(sim, job);
    sim_note(sim, job->post->number, job->replica->number, "mints %s at %lld", job->object->id.text,
             (long long)(job->mint_ms - sim->begun_ms));
}

static void job_clocked(struct sim *sim, void *who)
{
    struct sim_job *job = who;

    if (sim->flaw == FLAW_MINT_FIRST)
        start_clock(sim, job);
    else
        take_mint(sim, job);
    sim_after(sim, job->replica, sim_stall(sim), job_send, job);
}

/* First the clock of the deadline, then the mint time: the other way round, a stall between them would not
 * count. */
static void job_mint(struct sim *sim, void *who)
{
    struct sim_job *job = who;

    if (sim->flaw == FLAW_MINT_FIRST)
        take_mint(sim, job);
    else
        start_clock(sim, job);
    sim_after(sim, job->replica, sim_stall(sim), job_clocked, job);
}

static void job_write(struct sim *sim, struct sim_job *job)
{
    writer_begin(&job->writer, sim_mono_ms(job->replica));
    if (sim->flaw == FLAW_NO_DEADLINE)
        job->writer.deadline_ms = job->writer.give_up_ms;
    job_mint(sim, job);
}

/* HEAD of the known object. */
static void known_answered(struct sim *sim, void *who)
{
    struct sim_job *job = who;

    if (!job->known_there) {
        job_write(sim, job);
        return;
    }
    job->over = true;
    sim->counts->repeated++;
    sim_acknowledged(sim, job, job->object);
}

static void known_served(struct sim *sim, void *who)
{
    struct sim_job *job = who;

    job->known_there = job->object->in_bucket && (sim_is_calm(sim) || sim_chance(sim, 90));
    if (job->life == job->replica->life)
        sim_after(sim, job->replica, sim_between(sim, 1, 50), known_answered, job);
}

static void job_look_up(struct sim *sim, void *who)
{
    struct sim_job *job = who;
    struct sim_answer a = sim_ask(job->post, job->replica->known);
    int64_t now_ms = sim_bucket_now(job->replica);

    if (job->is_delete) {
        /* Behind everything that it is to hide, whatever the clocks of those who minted it said. */
        if (a.newest && sim->flaw != FLAW_TOMBSTONE_BEHIND)
            job->mint_after_ms = a.newest->mint_ms;
        job_write(sim, job);
        return;
    }
    job->mint_after_ms = a.tombstone_ms;
    if (a.newest_listed && now_ms - a.newest_listed->mint_ms < TIME_DAY_MS &&
        (sim->flaw == FLAW_TRUST_OLD || writer_may_trust(a.newest_listed->mint_ms, now_ms))) {
        job->object = a.newest_listed;
        sim_note(sim, job->post->number, job->replica->number, "knows it as %s", job->object->id.text);
        sim_after(sim, NULL, sim_between(sim, 1, 50), known_served, job);
        return;
    }
    job_write(sim, job);
}

void sim_job_start(struct sim *sim, struct sim_replica *replica, struct sim_post *post,
                   struct sim_object *target)
{
    struct sim_job *job = sim_alloc(sim, sizeof(*job));

    *job = (struct sim_job){.replica = replica,
                            .life = replica->life,
                            .post = post,
                            .phase = post->phase,
                            .is_delete = target != NULL,
                            .target = target,
                            .next = post->jobs};
    post->jobs = job;
    sim_after(sim, replica, sim_stall(sim), job_look_up, job);
}
