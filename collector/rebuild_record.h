/*
 * What a rebuild has on record in the index: the cursor "rebuild" is "running" or "done"; "task/..."
 * (task_name()) is the last key of that task that is in, "split" (its hours are tasks of their own) or
 * "done". The cursors of tasks are forgotten when all is done. All of it blocks; errors are the index's.
 */
#ifndef COLLECTOR_REBUILD_RECORD_H
#define COLLECTOR_REBUILD_RECORD_H

#include "collector/task.h"
#include "index/index.h"

/* Values of a task's cursor. No key is like them: a key has slashes. */
extern const char RECORD_DONE[], RECORD_SPLIT[];

/* Was a rebuild completed in this index, and none begun since? */
bool rebuild_record_is_done(struct index *index);
/* Running; tasks of the day that holds rerun_from_ms and of later ones are to be read again. */
NODISCARD enum status rebuild_record_begin(struct index *index, int64_t rerun_from_ms, struct error *err);
/* Takes over what an interrupted one has left: tasks done, days split. */
NODISCARD enum status rebuild_record_recall(struct index *index, struct task_list *tasks, struct error *err);
/* Appends where a task goes on, behind the last key that is in; nothing at its beginning. */
void rebuild_record_resume(struct index *index, const struct task *task, struct buf *out);
/* Done: says so for the next start, and forgets how it went. */
NODISCARD enum status rebuild_record_end(struct index *index, struct error *err);

#endif
