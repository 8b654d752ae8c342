/*
 * The target's objects are found by its id, with or without an index; those that are hidden with it, which
 * may stand in other lanes, only the index knows.
 */
#include "collector/burial.h"

#include "base/clock.h"
#include "base/limits.h"

enum { DEADLINE_MS = 10000, ID_KEYS = 10, ARENA_BYTES = 4 * 1024 * 1024 };

static enum status run(const struct burial *b, struct store_op *op, struct error *err)
{
    op->deadline_ms = clock_mono_ms() + DEADLINE_MS;
    if (store_run(b->store, op) != OK)
        return error_set(err, op->error.code, "%s", op->error.text);
    return OK;
}

static enum status delete_id(const struct burial *b, const struct id *id, struct error *err)
{
    struct buf prefix CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct store_op list CLEANUP(store_op_release) = {.verb = STORE_LIST, .max_keys = ID_KEYS};

    key_id_prefix(b->root, id, &prefix);
    list.key = buf_slice(&prefix);
    if (run(b, &list, err) != OK)
        return err->code;
    for (size_t i = 0; i < list.page.count; i++) {
        struct arena arena CLEANUP(arena_release) = ARENA_INIT(4 * KIB);
        struct store_op op CLEANUP(store_op_release) = {.verb = STORE_DELETE,
                                                        .key = list.page.entries[i].key};
        struct key_parts parts;

        if (key_decode(b->root, op.key, &arena, &parts, NULL) != OK || parts.kind != KEY_PROFILE ||
            id_cmp(&parts.id, id) != 0)
            continue;
        if (run(b, &op, err) != OK)
            return err->code;
    }
    return OK;
}

enum status burial_finish(const struct burial *b, const struct key_parts *tombstone, struct error *err)
{
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(ARENA_BYTES);
    const struct id *target = &tombstone->target;
    struct profile_meta meta, *kin = NULL;
    bool hidden = false;
    size_t count = 0;

    if (id_mint_ms(target) > id_mint_ms(&tombstone->id))
        return OK; /* hides nothing of that id */
    if (delete_id(b, target, err) != OK)
        return err->code;
    if (index_get(b->index, target, &arena, &meta, &hidden, NULL) != E_NOT_FOUND || !hidden ||
        index_aliases(b->index, target, &arena, &kin, &count, NULL) != OK)
        return OK;
    for (size_t i = 0; i < count; i++)
        if (id_cmp(&kin[i].id, target) != 0 && delete_id(b, &kin[i].id, err) != OK)
            return err->code;
    return OK;
}
