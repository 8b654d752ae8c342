/*
 * The bucket: a sorted array of keys, which every LIST page sees as it is at the instant it is served. Faults
 * are on the way to it and back, and in the pages; never in what it keeps.
 */
#include "tests/collector/simulation.h"

#include <stdio.h>
#include <string.h>

enum { LIST_DEADLINE_MS = 10000, ORPHAN_MS = 40000 };

/* --- objects --- */

static void name_of(const struct id *id, bool is_tombstone, char name[static SIM_NAME_BYTES])
{
    snprintf(name, SIM_NAME_BYTES, "%s%c", id->text, is_tombstone ? 'x' : 'p');
}

struct sim_object *sim_object_of(struct sim *sim, const struct id *id, bool is_tombstone)
{
    char name[SIM_NAME_BYTES];
    const uint64_t *number;

    name_of(id, is_tombstone, name);
    number = map_get(&sim->by_name, slice_of(name));
    return number ? sim->objects[*number] : NULL;
}

struct sim_object *sim_object_new(struct sim *sim, struct slice key, const struct id *id,
                                  struct sim_post *post, bool is_tombstone)
{
    struct sim_object *o = sim_alloc(sim, sizeof(*o));
    char *copy = sim_alloc(sim, key.len + 1);

    if (sim->object_count == SIM_OBJECTS) {
        sim_fail(sim, -1, -1, "more than %d keys", SIM_OBJECTS);
        sim->object_count--;
    }
    memcpy(copy, key.ptr, key.len);
    *o = (struct sim_object){.key = copy, .key_len = key.len, .post = post, .number = sim->object_count};
    sim->objects[sim->object_count++] = o;
    if (id) {
        bool is_new;

        o->id = *id;
        o->mint_ms = id_mint_ms(id);
        o->is_tombstone = is_tombstone;
        name_of(id, is_tombstone, o->name);
        *map_put(&sim->by_name, slice_of(o->name), &is_new) = o->number;
    }
    if (post) {
        o->next_of_post = post->objects;
        post->objects = o;
    }
    return o;
}

static struct slice key_of(const struct sim_object *o)
{
    return slice_make(o->key, o->key_len);
}

/* Index of the first key that is not less, or greater if `after`. */
static size_t position(const struct sim *sim, struct slice key, bool after)
{
    size_t low = 0, high = sim->bucket_count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = slice_cmp(key_of(sim->bucket[mid]), key);

        if (order < 0 || (after && order == 0))
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

void sim_bucket_add(struct sim *sim, struct sim_object *o)
{
    size_t at = position(sim, key_of(o), false);

    if (o->in_bucket)
        return;
    o->in_bucket = true;
    memmove(&sim->bucket[at + 1], &sim->bucket[at], (sim->bucket_count - at) * sizeof(struct sim_object *));
    sim->bucket[at] = o;
    sim->bucket_count++;
    sim_note(sim, o->post ? o->post->number : -1, -1, "committed: %s", o->key);
}

void sim_bucket_remove(struct sim *sim, struct sim_object *o)
{
    size_t at = position(sim, key_of(o), false);

    if (!o->in_bucket)
        return;
    o->in_bucket = false;
    sim->bucket_count--;
    memmove(&sim->bucket[at], &sim->bucket[at + 1], (sim->bucket_count - at) * sizeof(struct sim_object *));
    sim_note(sim, o->post->number, -1, "deleted: %s", o->key);
}

void sim_bucket_litter(struct sim *sim)
{
    static const char *const TAILS[] = {"readme", "0/notes", "p/q.r"};
    struct digest digest = {{0}};
    char day[TIME_DAY_BYTES], minute[TIME_MINUTE_BYTES], key[128];
    int64_t until_ms = sim->weather.span_ms;

    for (int64_t at_ms = sim_between(sim, 0, 20000); at_ms < until_ms;
         at_ms += sim_between(sim, 1000, 20000)) {
        struct id id = id_make(0, sim->begun_ms + at_ms, &digest);

        time_day_minute(sim->begun_ms + at_ms, day, minute);
        if (sim_chance(sim, 50))
            snprintf(key, sizeof(key), "pf1/0/%s/%s/%s.z.of-a-later-release", day, minute, id.text);
        else
            snprintf(key, sizeof(key), "pf1/0/%s/%s/%.11s%s", day, minute, id.text,
                     TAILS[random_below(&sim->random, 3)]);
        sim_bucket_add(sim, sim_object_new(sim, slice_of(key), NULL, NULL, false));
    }
}

/* --- PUT --- */

/* One way of an attempt. What it means for the replica comes as an answer, or not at all. */
struct attempt {
    struct sim_put *put;
    int number;
    enum status answer;
};

static void put_attempt(struct sim *sim, void *who);

static void put_end(struct sim *sim, struct sim_put *put, enum status answer)
{
    if (put->over)
        return;
    put->over = true;
    put->done(sim, put->who, answer);
}

static void attempt_committed(struct sim *sim, void *who)
{
    const struct attempt *a = who;

    /* Nobody waits any more: the late ones that the window is about. */
    if (a->put->over && !a->put->object->acknowledged && !a->put->object->in_bucket)
        sim->counts->orphans++;
    sim_bucket_add(sim, a->put->object);
}

static void attempt_answered(struct sim *sim, void *who)
{
    const struct attempt *a = who;
    struct sim_put *put = a->put;
    int64_t pause_ms = sim_between(sim, 0, 200 * (int64_t)put->attempts);

    if (put->over || put->current != a->number)
        return;
    put->current = 0; /* a later answer to this attempt is one to nobody */
    if (a->answer == OK || (a->answer != E_BUSY && a->answer != E_UNAVAILABLE))
        put_end(sim, put, a->answer);
    else if (sim->now_ms + pause_ms >= put->deadline_ms)
        put_end(sim, put, a->answer);
    else
        sim_after(sim, put->replica, pause_ms, put_attempt, put);
}

/* Times are from now; commit or answer < 0: never. */
static void attempt_send(struct sim *sim, struct sim_put *put, int64_t commit_ms, int64_t answer_ms,
                         enum status answer)
{
    struct attempt *a = sim_alloc(sim, sizeof(*a));
    struct attempt *timeout = sim_alloc(sim, sizeof(*timeout));
    int64_t wait_ms = sim->weather.attempt_ms;

    if (sim->now_ms + wait_ms > put->deadline_ms)
        wait_ms = put->deadline_ms - sim->now_ms;
    *a = (struct attempt){put, put->current, answer};
    *timeout = (struct attempt){put, put->current, E_UNAVAILABLE};
    if (commit_ms >= 0)
        sim_after(sim, NULL, commit_ms, attempt_committed, a);
    if (answer_ms >= 0)
        sim_after(sim, put->replica, answer_ms, attempt_answered, a);
    sim_after(sim, put->replica, wait_ms, attempt_answered, timeout);
}

static void put_attempt(struct sim *sim, void *who)
{
    const struct sim_weather *w = &sim->weather;
    struct sim_put *put = who;
    int64_t back_ms = sim_between(sim, 1, 60);

    if (put->over)
        return;
    if (sim->now_ms >= put->deadline_ms) {
        put_end(sim, put, E_UNAVAILABLE);
        return;
    }
    put->current = ++put->attempts;
    if (sim_is_calm(sim)) {
        attempt_send(sim, put, 10, 20, OK);
    } else if (sim_chance(sim, w->refused)) {
        attempt_send(sim, put, -1, back_ms, sim_chance(sim, 3) ? E_DENIED : E_BUSY);
    } else if (sim_chance(sim, w->lost)) {
        attempt_send(sim, put, -1, sim_chance(sim, 50) ? back_ms : -1, E_UNAVAILABLE);
    } else if (sim_chance(sim, w->unheard)) {
        attempt_send(sim, put, sim_between(sim, 1, 3500), -1, OK);
    } else if (sim_chance(sim, w->orphan)) {
        attempt_send(sim, put, sim_between(sim, w->attempt_ms, ORPHAN_MS), -1, OK);
    } else {
        bool slow = sim_chance(sim, w->slow);
        int64_t commit_ms = slow ? sim_between(sim, 10, w->attempt_ms * 11 / 10) : sim_between(sim, 2, 60);

        /* Some stores are quick to commit and slow to say so. */
        if (slow && sim_chance(sim, 20))
            back_ms += sim_between(sim, 0, w->attempt_ms);
        attempt_send(sim, put, commit_ms, commit_ms + back_ms, OK);
    }
}

void sim_put_start(struct sim *sim, struct sim_put *put)
{
    put->attempts = 0;
    put->over = false;
    put_attempt(sim, put);
}

/* --- LIST --- */

enum page_fault {
    PAGE_WHOLE,
    PAGE_SWAPPED,
    PAGE_REPEATED,
    PAGE_OUTSIDE,
    PAGE_SAME_TOKEN,
    PAGE_NO_TOKEN,
    PAGE_FAULTS
};

static void fill_page(struct sim *sim, struct store_op *op, size_t from, size_t max)
{
    struct store_page *page = &op->page;
    size_t at = from;

    page->entries = sim_alloc(sim, max * sizeof(*page->entries));
    page->count = 0;
    for (; at < sim->bucket_count && page->count < max && slice_starts(key_of(sim->bucket[at]), op->key);
         at++)
        page->entries[page->count++] = (struct store_entry){.key = key_of(sim->bucket[at])};
    page->more = at < sim->bucket_count && slice_starts(key_of(sim->bucket[at]), op->key);
    page->token = page->more ? page->entries[page->count - 1].key : SLICE_NULL;
}

static size_t page_start(const struct sim *sim, const struct store_op *op)
{
    size_t from = position(sim, op->key, false);
    size_t after = position(sim, op->token.len > 0 ? op->token : op->start_after, true);

    return after > from ? after : from;
}

/* True if the page is wrong now. */
static bool spoil(struct sim *sim, struct store_op *op, size_t from, enum page_fault fault)
{
    struct store_page *page = &op->page;

    switch (fault) {
    case PAGE_SWAPPED:
        if (page->count < 2)
            return false;
        struct store_entry first = page->entries[0];
        page->entries[0] = page->entries[1];
        page->entries[1] = first;
        return true;
    case PAGE_REPEATED:
        if (from == 0 || !slice_starts(key_of(sim->bucket[from - 1]), op->key))
            return false;
        fill_page(sim, op, from - 1, (size_t)sim->weather.page_keys);
        return true;
    case PAGE_OUTSIDE:
        if (page->count == 0)
            return false;
        page->entries[page->count - 1].key = SLICE("pf1/f/elsewhere");
        return true;
    case PAGE_SAME_TOKEN:
        if (op->token.len == 0)
            return false;
        page->more = true;
        page->token = op->token;
        return true;
    case PAGE_NO_TOKEN:
        page->more = true;
        page->token = SLICE_NULL;
        return true;
    default: return false;
    }
}

static void list_answer(struct sim *sim, void *who)
{
    struct sim_list *list = who;

    list->done(sim, list->who);
}

static void list_serve(struct sim *sim, void *who)
{
    struct sim_list *list = who;
    size_t from;
    int64_t back_ms = sim_between(sim, 1, 40);

    if (list->life != list->replica->life)
        return;
    from = page_start(sim, &list->op);
    fill_page(sim, &list->op, from, (size_t)sim->weather.page_keys);
    if (!sim_is_calm(sim) && sim_chance(sim, sim->weather.page_slow))
        back_ms = sim_between(sim, 40, 2500);
    if (!sim_is_calm(sim) && sim_chance(sim, sim->weather.page_fails)) {
        switch (sim_between(sim, 0, 2)) {
        case 0: error_set(&list->op.error, E_BUSY, "slow down"); break;
        case 1:
            error_set(&list->op.error, E_UNAVAILABLE, "no answer");
            back_ms = LIST_DEADLINE_MS;
            break;
        default:
            list->is_bad =
                spoil(sim, &list->op, from, (enum page_fault)sim_between(sim, PAGE_SWAPPED, PAGE_FAULTS - 1));
        }
    }
    sim->counts->bad_pages += list->is_bad;
    sim_after(sim, list->replica, back_ms, list_answer, list);
}

/* Serving is the bucket's own event: a replica that stops does not stop it. */
void sim_list_start(struct sim *sim, struct sim_list *list)
{
    int64_t there_ms = sim_between(sim, 1, 40);

    list->op.page = (struct store_page){0};
    list->op.error.code = OK;
    list->life = list->replica->life;
    list->is_bad = false;
    if (!sim_is_calm(sim) && sim_chance(sim, sim->weather.page_slow))
        there_ms = sim_between(sim, 40, 2500);
    sim_after(sim, NULL, there_ms, list_serve, list);
}

void sim_list_now(struct sim *sim, struct store_op *op)
{
    op->page = (struct store_page){0};
    fill_page(sim, op, page_start(sim, op), (size_t)sim->weather.page_keys);
}
