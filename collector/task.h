/*
 * The tasks of a rebuild: a lane and a day each, or an hour where a day is large; newest first. Pure
 * bookkeeping; rebuild.c locks and runs them. Each has a cursor in the index: the last key that is in, or
 * "done".
 */
#ifndef COLLECTOR_TASK_H
#define COLLECTOR_TASK_H

#include "model/key.h"
#include "store/store.h"

enum task_state { TASK_WAITING, TASK_RUNNING, TASK_DONE };

struct task {
    unsigned lane;
    bool is_hour;
    int64_t from_ms; /* start of the day or hour */
    enum task_state state;
};

struct task_list {
    struct task *items; /* those that end last first; equal ends by lane */
    size_t count, cap, done;
};

enum { TASK_NAME_BYTES = 32 };

void task_list_release(struct task_list *l);
/* Keeps the order. Ignored if it is there already. */
void task_list_add(struct task_list *l, const struct task *task);
/* All days of a lane from the one that holds oldest_ms to the one that holds newest_ms. */
void task_list_add_days(struct task_list *l, unsigned lane, int64_t oldest_ms, int64_t newest_ms);
/* The newest that waits, now running; false if none does. *ret_task is a copy. */
bool task_list_take(struct task_list *l, struct task *ret_task);
void task_list_set(struct task_list *l, const struct task *task, enum task_state state);
/* A day becomes its 24 hours, waiting. */
void task_list_split(struct task_list *l, const struct task *day);
/* Everything from here on is loaded: the end of the newest task that is not done; 0: all of it. */
int64_t task_list_horizon_ms(const struct task_list *l);

int64_t task_end_ms(const struct task *task);
/* "task/0/20261123", "task/0/20261123/04" */
void task_name(const struct task *task, char ret_name[static TASK_NAME_BYTES]);
/* The prefix of its keys. */
void task_prefix(struct slice root, const struct task *task, struct buf *out);
/* Would reading it as one chain of pages take long? `page` is its first. */
bool task_is_large(const struct task *task, const struct store_page *page, int64_t first_ms, int64_t last_ms);

#endif
