/*
 * Newest first, because people ask about today while the rest still loads. A day is one chain of LISTs, which
 * only one thread can follow; a busy day is cut into hours so that several can. Whether it is busy shows on
 * its first page: a thousand keys that span less than two hours mean twelve pages or more.
 */
#include "collector/task.h"

#include "base/alloc.h"

#include <stdio.h>
#include <string.h>

enum { HOURS = 24 };

void task_list_release(struct task_list *l)
{
    mem_freep(&l->items);
    *l = (struct task_list){0};
}

/* By their ends: a day of one lane stands before all but the last of the hours that it became in another, as
 * it may hold what is newer than they. */
static int task_cmp(const struct task *a, const struct task *b)
{
    int64_t a_end_ms = task_end_ms(a), b_end_ms = task_end_ms(b);

    if (a_end_ms != b_end_ms)
        return a_end_ms > b_end_ms ? -1 : 1;
    if (a->lane != b->lane)
        return a->lane < b->lane ? -1 : 1;
    return (int)a->is_hour - (int)b->is_hour;
}

/* Where it stands, or where it would. */
static size_t find(const struct task_list *l, const struct task *task)
{
    size_t low = 0, high = l->count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (task_cmp(&l->items[mid], task) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

void task_list_add(struct task_list *l, const struct task *task)
{
    size_t at = find(l, task);

    if (at < l->count && task_cmp(&l->items[at], task) == 0)
        return;
    if (l->count == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 64;
        l->items = mem_resize(l->items, l->cap * sizeof(*l->items));
    }
    memmove(&l->items[at + 1], &l->items[at], (l->count - at) * sizeof(*l->items));
    l->items[at] = *task;
    l->count++;
    l->done += task->state == TASK_DONE;
}

void task_list_add_days(struct task_list *l, unsigned lane, int64_t oldest_ms, int64_t newest_ms)
{
    for (int64_t day = oldest_ms - oldest_ms % TIME_DAY_MS; day <= newest_ms; day += TIME_DAY_MS)
        task_list_add(l, &(struct task){.lane = lane, .from_ms = day});
}

bool task_list_take(struct task_list *l, struct task *ret_task)
{
    for (size_t i = 0; i < l->count; i++) {
        if (l->items[i].state != TASK_WAITING)
            continue;
        l->items[i].state = TASK_RUNNING;
        *ret_task = l->items[i];
        return true;
    }
    return false;
}

void task_list_set(struct task_list *l, const struct task *task, enum task_state state)
{
    size_t at = find(l, task);

    if (at == l->count || task_cmp(&l->items[at], task) != 0)
        return;
    l->done -= l->items[at].state == TASK_DONE;
    l->items[at].state = state;
    l->done += state == TASK_DONE;
}

void task_list_split(struct task_list *l, const struct task *day)
{
    size_t at = find(l, day);

    if (at < l->count && task_cmp(&l->items[at], day) == 0) {
        l->done -= l->items[at].state == TASK_DONE;
        memmove(&l->items[at], &l->items[at + 1], (l->count - at - 1) * sizeof(*l->items));
        l->count--;
    }
    for (int hour = 0; hour < HOURS; hour++)
        task_list_add(l, &(struct task){.lane = day->lane,
                                        .is_hour = true,
                                        .from_ms = day->from_ms + hour * TIME_HOUR_MS});
}

int64_t task_list_horizon_ms(const struct task_list *l)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->items[i].state != TASK_DONE)
            return task_end_ms(&l->items[i]);
    return 0;
}

int64_t task_end_ms(const struct task *task)
{
    return task->from_ms + (task->is_hour ? TIME_HOUR_MS : TIME_DAY_MS);
}

void task_name(const struct task *task, char ret_name[static TASK_NAME_BYTES])
{
    char day[TIME_DAY_BYTES], minute[TIME_MINUTE_BYTES];

    time_day_minute(task->from_ms, day, minute);
    if (task->is_hour)
        snprintf(ret_name, TASK_NAME_BYTES, "task/%x/%s/%.2s", task->lane & 15U, day, minute);
    else
        snprintf(ret_name, TASK_NAME_BYTES, "task/%x/%s", task->lane & 15U, day);
}

void task_prefix(struct slice root, const struct task *task, struct buf *out)
{
    key_prefix(root, task->lane, task->is_hour ? KEY_SPAN_HOUR : KEY_SPAN_DAY, task->from_ms, out);
}

bool task_is_large(const struct task *task, const struct store_page *page, int64_t first_ms, int64_t last_ms)
{
    return !task->is_hour && page->more && last_ms - first_ms < 2 * TIME_HOUR_MS;
}
