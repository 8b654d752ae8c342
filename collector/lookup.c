/*
 * An id that the index does not know may be older than its horizon, or younger than the last tail. One LIST
 * of a prefix that only this id has settles it.
 */
#include "collector/lookup.h"

#include "base/clock.h"
#include "base/limits.h"
#include "collector/question.h"
#include "collector/tail.h"

enum { LIST_DEADLINE_MS = 10000, ID_KEYS = 10 };

enum status lookup_id_in_store(struct app *app, const struct id *id, struct arena *arena,
                               struct profile_meta *ret_meta, struct error *err)
{
    struct buf prefix CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct store_op op CLEANUP(store_op_release) = {.verb = STORE_LIST,
                                                    .max_keys = ID_KEYS,
                                                    .deadline_ms = clock_mono_ms() + LIST_DEADLINE_MS};
    struct tail_rows rows;

    key_id_prefix(app->backend.root, id, &prefix);
    op.key = buf_slice(&prefix);
    if (store_run(app->store, &op) != OK) {
        question_store_error(&op.error, err);
        return err->code;
    }
    if (tail_decode(app->backend.root, &op.page, arena, &rows, err) != OK)
        return err->code;
    for (size_t i = 0; i < rows.count; i++) {
        if (rows.rows[i].kind != KEY_PROFILE || id_cmp(&rows.rows[i].id, id) != 0)
            continue;
        *ret_meta = rows.rows[i].meta;
        return OK;
    }
    return error_set(err, E_NOT_FOUND, "nothing found: no profile has the id %s", id->text);
}

enum status lookup_id(struct app *app, const struct id *id, struct arena *arena,
                      struct profile_meta *ret_meta, struct error *err)
{
    bool hidden = false;

    switch (index_get(app->index, id, arena, ret_meta, &hidden, err)) {
    case OK: return OK;
    case E_NOT_FOUND: break;
    default: return err->code;
    }
    if (hidden)
        return error_set(err, E_NOT_FOUND, "nothing found: the profile %s was deleted", id->text);
    return lookup_id_in_store(app, id, arena, ret_meta, err);
}
