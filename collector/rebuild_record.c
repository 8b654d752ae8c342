/* A cursor is written with the rows that it stands for, by rebuild.c; what else happens to them is here. */
#include "collector/rebuild_record.h"

#include "base/map.h"

#include <string.h>

enum { CURSOR_ARENA_BYTES = 64 << 20, DAY_AT = 7 /* in "task/0/20261123" */ };

const char RECORD_DONE[] = "done", RECORD_SPLIT[] = "split";

bool rebuild_record_is_done(struct index *index)
{
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(4096);
    struct slice value;

    return index_cursor_get(index, "rebuild", &arena, &value, NULL) == OK &&
           slice_eq_cstr(value, RECORD_DONE);
}

static enum status write_cursor(struct index *index, const char *name, struct slice value, struct error *err)
{
    struct index_batch batch CLEANUP(index_batch_release) = {.arena = ARENA_INIT(0), .cursor_count = 1};

    batch.cursors[0] = (struct index_cursor){slice_of(name), value};
    return index_write_wait(index, &batch, err);
}

/* What has to be read again is not on record as read any more. */
static enum status forget_tasks(struct index *index, int64_t from_ms, struct error *err)
{
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(CURSOR_ARENA_BYTES);
    const struct task first = {.from_ms = from_ms};
    struct index_cursor *cursors;
    char name[TASK_NAME_BYTES];
    struct slice day;
    size_t count;

    if (index_cursors(index, "task/", &arena, &cursors, &count, err) != OK)
        return err->code;
    task_name(&first, name);
    day = slice_from(slice_of(name), DAY_AT);
    for (size_t i = 0; i < count; i++)
        if (slice_cmp(slice_from(cursors[i].name, DAY_AT), day) >= 0 &&
            write_cursor(index, cursors[i].name.ptr, SLICE_NULL, err) != OK)
            return err->code;
    return OK;
}

enum status rebuild_record_begin(struct index *index, int64_t rerun_from_ms, struct error *err)
{
    if (write_cursor(index, "rebuild", SLICE("running"), err) != OK)
        return err->code;
    return forget_tasks(index, rerun_from_ms, err);
}

static const char *value_of(const struct map *known, const struct index_cursor *cursors,
                            const struct task *task)
{
    char name[TASK_NAME_BYTES];
    const uint64_t *at;

    task_name(task, name);
    at = map_get(known, slice_of(name));
    return at ? cursors[*at].value.ptr : "";
}

enum status rebuild_record_recall(struct index *index, struct task_list *tasks, struct error *err)
{
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(CURSOR_ARENA_BYTES);
    struct map known CLEANUP(map_release) = MAP_INIT;
    struct task_list days CLEANUP(task_list_release) = {0};
    struct index_cursor *cursors;
    size_t count;
    bool is_new;

    if (index_cursors(index, "task/", &arena, &cursors, &count, err) != OK)
        return err->code;
    for (size_t i = 0; i < count; i++)
        *map_put(&known, cursors[i].name, &is_new) = i;
    for (size_t i = 0; i < tasks->count; i++)
        task_list_add(&days, &tasks->items[i]);

    for (size_t i = 0; i < days.count; i++)
        if (strcmp(value_of(&known, cursors, &days.items[i]), RECORD_SPLIT) == 0)
            task_list_split(tasks, &days.items[i]);
    for (size_t i = 0; i < tasks->count; i++)
        if (strcmp(value_of(&known, cursors, &tasks->items[i]), RECORD_DONE) == 0)
            task_list_set(tasks, &tasks->items[i], TASK_DONE);
    return OK;
}

void rebuild_record_resume(struct index *index, const struct task *task, struct buf *out)
{
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(4096);
    struct slice value;
    char name[TASK_NAME_BYTES];

    task_name(task, name);
    if (index_cursor_get(index, name, &arena, &value, NULL) == OK && !slice_eq_cstr(value, RECORD_SPLIT) &&
        !slice_eq_cstr(value, RECORD_DONE))
        buf_append(out, value);
}

enum status rebuild_record_end(struct index *index, struct error *err)
{
    if (write_cursor(index, "rebuild", slice_of(RECORD_DONE), err) != OK)
        return err->code;
    return forget_tasks(index, 0, err);
}
