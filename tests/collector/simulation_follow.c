/*
 * Following and rebuilding, as collector/follow.c and rebuild.c drive them: a round of a lane at a time, the
 * cursor in one transaction with the last page's rows; a rebuild task by task, beside it. Between any two
 * steps a thread may stall.
 */
#include "tests/collector/simulation.h"

#include <string.h>

enum { REBUILD_RETRY_MS = 1000 };

/* --- a round --- */

/* One LIST of a lane's round, or of a rebuild (lane NULL), until its rows are committed. */
struct page_step {
    struct sim_list list;
    struct sim_commit commit;
    struct sim_lane *lane;
    struct sim_replica *replica;
    bool is_last;
};

static void lane_turn(struct sim *sim, void *who);

static void round_end(struct sim *sim, struct sim_lane *lane, bool ok)
{
    struct sim_replica *r = lane->replica;
    int64_t period_ms = sim->weather.period_ms;

    lane->busy = false;
    if (ok && lane->deep)
        lane->deep_ms = sim_mono_ms(r) + TAIL_DEEP_PERIOD_MS;
    if (!ok)
        sim->counts->failed_rounds++;
    if (!ok && sim->flaw == FLAW_CURSOR_ON_FAILED)
        r->tau_ms[lane->number] = lane->tail.tau_ms = lane->tail.begun_ms;
    sim_note(sim, -1, r->number, "lane %u: round %s, cursor %lld", lane->number, ok ? "ends" : "fails",
             (long long)(lane->tail.tau_ms - sim->begun_ms));
    sim_questions_done(sim, r, barrier_finished(&r->barrier, lane->number, ok));
    sim_follow_poke(r);
    if (!sim->closing) {
        lane->due_ms = sim_mono_ms(r) + sim_between(sim, period_ms * 3 / 4, period_ms * 5 / 4);
        sim_after(sim, r, lane->due_ms - sim_mono_ms(r), lane_turn, lane);
    }
}

static void round_page(struct sim *sim, struct sim_lane *lane);

static void store_cursor(struct sim *sim, struct sim_lane *lane)
{
    tail_end(&lane->tail);
    if (sim->flaw == FLAW_LARGEST_KEY && lane->largest_ms > 0)
        lane->tail.tau_ms = lane->largest_ms;
    if (sim->flaw == FLAW_CURSOR_AT_END)
        lane->tail.tau_ms = sim_bucket_now(lane->replica);
    lane->replica->tau_ms[lane->number] = lane->tail.tau_ms;
}

static void round_committed(struct sim *sim, void *who)
{
    struct page_step *step = who;

    if (!step->is_last) {
        round_page(sim, step->lane);
        return;
    }
    store_cursor(sim, step->lane);
    round_end(sim, step->lane, true);
}

static void round_fed(struct sim *sim, struct page_step *step, struct tail_rows *rows)
{
    struct sim_lane *lane = step->lane;

    for (size_t i = 0; i < rows->count; i++)
        if (id_mint_ms(&rows->rows[i].id) > lane->largest_ms)
            lane->largest_ms = id_mint_ms(&rows->rows[i].id);
    step->is_last = lane->tail.listing.done;
    if (step->is_last && sim->flaw == FLAW_CURSOR_FIRST)
        lane->replica->tau_ms[lane->number] = lane->tail.begun_ms;
    step->commit = (struct sim_commit){.replica = lane->replica,
                                       .rows = sim_rows(sim, rows),
                                       .count = rows->count,
                                       .done = round_committed,
                                       .who = step};
    if (step->is_last && lane->replica->crashes_at_commit)
        sim_after(sim, NULL, 0, sim_crash, lane->replica);
    sim_index_write(sim, &step->commit);
}

/* Its own arena for a page, as in the product. */
static void round_feed(struct sim *sim, void *who)
{
    struct page_step *step = who;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(1 << 20);
    struct tail_rows rows = {0};
    struct error err = {0};

    if (step->list.op.error.code != OK) {
        round_end(sim, step->lane, false);
        return;
    }
    enum status status = tail_feed(&step->lane->tail, &step->list.op.page, &arena, &rows, &err);
    if ((status == OK) == step->list.is_bad) {
        sim_fail(sim, -1, step->lane->replica->number, "a %s page was %s: %s",
                 step->list.is_bad ? "bad" : "good", status == OK ? "taken" : "refused", err.text);
        return;
    }
    if (status == OK)
        round_fed(sim, step, &rows);
    else
        round_end(sim, step->lane, false);
}

static void page_answered(struct sim *sim, void *who)
{
    struct page_step *step = who;

    sim_after(sim, step->replica, sim_stall(sim), round_feed, step);
}

static void round_page(struct sim *sim, struct sim_lane *lane)
{
    struct page_step *step = sim_alloc(sim, sizeof(*step));

    *step = (struct page_step){.lane = lane, .replica = lane->replica};
    step->list.replica = lane->replica;
    step->list.done = page_answered;
    step->list.who = step;
    listing_next(&lane->tail.listing, &step->list.op);
    sim_list_start(sim, &step->list);
}

static void round_send(struct sim *sim, void *who)
{
    round_page(sim, who);
}

static void round_begin(struct sim *sim, void *who)
{
    struct sim_lane *lane = who;
    int64_t window_ms = lane->deep                       ? TAIL_DEEP_WINDOW_MS
                        : sim->flaw == FLAW_SMALL_WINDOW ? WRITER_DEADLINE_MS
                                                         : TAIL_WINDOW_MS;

    tail_begin(&lane->tail, window_ms, sim_bucket_now(lane->replica));
    sim_note(sim, -1, lane->replica->number, "lane %u: round begins at %lld behind %s", lane->number,
             (long long)(lane->tail.begun_ms - sim->begun_ms), buf_cstr(&lane->tail.listing.after));
    sim_after(sim, lane->replica, sim_stall(sim), round_send, lane);
}

static void lane_turn(struct sim *sim, void *who)
{
    struct sim_lane *lane = who;
    struct sim_replica *r = lane->replica;
    bool is_due = sim_mono_ms(r) >= lane->due_ms && !sim->closing;

    if (lane->busy || (!is_due && !barrier_wanted(&r->barrier, lane->number)))
        return;
    lane->busy = true;
    lane->deep = sim_mono_ms(r) >= lane->deep_ms;
    sim->counts->rounds++;
    barrier_started(&r->barrier, lane->number);
    sim_after(sim, r, sim_stall(sim), round_begin, lane);
}

void sim_follow_poke(struct sim_replica *r)
{
    for (int i = 0; i < r->sim->weather.lanes; i++)
        if (r->barrier.follows[i] && barrier_wanted(&r->barrier, (unsigned)i))
            sim_after(r->sim, r, 0, lane_turn, &r->lanes[i]);
}

/* --- rebuilding --- */

static struct sim_cursor *cursor_of(struct sim_replica *r, const struct task *task)
{
    for (size_t i = 0; i < r->cursor_count; i++)
        if (r->cursors[i].lane == task->lane && r->cursors[i].from_ms == task->from_ms)
            return &r->cursors[i];
    if (r->cursor_count == SIM_TASKS) {
        sim_fail(r->sim, -1, r->number, "more than %d tasks", SIM_TASKS);
        return &r->cursors[0];
    }
    r->cursors[r->cursor_count] = (struct sim_cursor){.lane = task->lane, .from_ms = task->from_ms};
    return &r->cursors[r->cursor_count++];
}

static void lanes_start(struct sim_replica *r, int64_t tau_ms);
static void task_page(struct sim_replica *r);

static void task_send(struct sim *sim, void *who)
{
    (void)sim;
    task_page(who);
}

static void task_begin(struct sim *sim, void *who)
{
    struct sim_replica *r = who;
    struct buf prefix CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);

    task_prefix(SLICE_NULL, &r->task, &prefix);
    listing_begin(&r->listing, buf_slice(&prefix), slice_of(cursor_of(r, &r->task)->after));
    sim_after(sim, r, sim_stall(sim), task_send, r);
}

static void next_task(struct sim_replica *r)
{
    struct sim *sim = r->sim;

    if (task_list_take(&r->tasks, &r->task)) {
        task_begin(sim, r);
        return;
    }
    if (task_list_horizon_ms(&r->tasks) != 0)
        sim_fail(sim, -1, r->number, "all tasks are done, but not the horizon");
    sim_note(sim, -1, r->number, "the index is rebuilt");
    r->rebuilt = true;
    r->ready = true;
    if (sim->flaw == FLAW_REBUILD_FIRST && r->tau_ms[0] == 0)
        lanes_start(r, sim_bucket_now(r));
}

static void task_committed(struct sim *sim, void *who)
{
    struct page_step *step = who;
    struct sim_replica *r = step->replica;
    struct sim_cursor *cursor = cursor_of(r, &r->task);

    (void)sim;
    memcpy(cursor->after, buf_cstr(&r->listing.after), r->listing.after.len + 1);
    if (!step->is_last) {
        task_page(r);
        return;
    }
    cursor->done = true;
    task_list_set(&r->tasks, &r->task, TASK_DONE);
    next_task(r);
}

static void task_answered(struct sim *sim, void *who)
{
    struct page_step *step = who;
    struct sim_replica *r = step->replica;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(1 << 20);
    struct tail_rows rows = {0};

    if (step->list.op.error.code != OK || listing_feed(&r->listing, &step->list.op.page, NULL) != OK ||
        tail_decode(SLICE_NULL, &step->list.op.page, &arena, &rows, NULL) != OK) {
        sim_after(sim, r, REBUILD_RETRY_MS, task_begin, r);
        return;
    }
    if (step->list.is_bad)
        sim_fail(sim, -1, r->number, "the rebuild took a bad page");
    step->is_last = r->listing.done;
    step->commit = (struct sim_commit){
        .replica = r, .rows = sim_rows(sim, &rows), .count = rows.count, .done = task_committed, .who = step};
    sim_index_write(sim, &step->commit);
}

static void task_page(struct sim_replica *r)
{
    struct page_step *step = sim_alloc(r->sim, sizeof(*step));

    *step = (struct page_step){.replica = r};
    step->list.replica = r;
    step->list.done = task_answered;
    step->list.who = step;
    listing_next(&r->listing, &step->list.op);
    sim_list_start(r->sim, &step->list);
}

static void rebuild_start_tasks(struct sim_replica *r)
{
    struct sim *sim = r->sim;

    sim->counts->rebuilds++;
    r->ready = false;
    for (int lane = 0; lane < sim->weather.lanes; lane++)
        task_list_add_days(&r->tasks, (unsigned)lane, sim->begun_ms - TIME_MINUTE_MS,
                           sim_bucket_now(r) + TAIL_DEEP_WINDOW_MS);
    for (size_t i = 0; i < r->tasks.count; i++)
        if (cursor_of(r, &r->tasks.items[i])->done)
            task_list_set(&r->tasks, &r->tasks.items[i], TASK_DONE);
    next_task(r);
}

/* --- life --- */

static void lanes_start(struct sim_replica *r, int64_t tau_ms)
{
    for (unsigned i = 0; i < (unsigned)r->sim->weather.lanes; i++) {
        struct sim_lane *lane = &r->lanes[i];

        tail_init(&lane->tail, SLICE_NULL, i, tau_ms > 0 ? tau_ms : r->tau_ms[i]);
        lane->due_ms = lane->deep_ms = 0;
        r->barrier.follows[i] = true;
        sim_after(r->sim, r, 0, lane_turn, lane);
    }
}

void sim_follow_start(struct sim_replica *r)
{
    bool is_new = false;

    r->barrier = (struct barrier){0};
    for (int i = 0; i < r->sim->weather.lanes; i++) {
        r->lanes[i].busy = false;
        r->lanes[i].largest_ms = 0;
        is_new |= r->tau_ms[i] == 0;
    }
    if (is_new) {
        r->rebuilt = false;
        r->cursor_count = 0;
    }
    if (!is_new)
        lanes_start(r, 0);
    else if (r->sim->flaw != FLAW_REBUILD_FIRST)
        lanes_start(r, sim_bucket_now(r));
    r->ready = r->rebuilt;
    if (!r->rebuilt)
        rebuild_start_tasks(r);
}

void sim_follow_stop(struct sim_replica *r)
{
    for (unsigned i = 0; i < SIM_LANES; i++)
        tail_release(&r->lanes[i].tail);
    listing_release(&r->listing);
    task_list_release(&r->tasks);
    r->barrier = (struct barrier){0};
}
