/* See group.h. The result is a function of the set: arrival plays no part. */
#include "index/group.h"

bool group_is_hidden(int64_t mint_ms, const struct group_tombstone *tombstones, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (mint_ms > tombstones[i].target_ms - GROUP_WINDOW_MS && mint_ms <= tombstones[i].mint_ms)
            return true;
    }
    return false;
}

void group_settle(struct group_member *members, size_t count, const struct group_tombstone *tombstones,
                  size_t tombstone_count)
{
    struct {
        bool any;
        size_t index;
    } head[2] = {{false, 0}, {false, 0}}; /* of the visible and of the hidden */

    for (size_t i = 0; i < count; i++) {
        struct group_member *m = &members[i];
        bool hidden = group_is_hidden(m->mint_ms, tombstones, tombstone_count);
        bool begins =
            !head[hidden].any || m->mint_ms - members[head[hidden].index].mint_ms >= GROUP_WINDOW_MS;

        if (begins) {
            head[hidden].any = true;
            head[hidden].index = i;
        }
        m->canonical = head[hidden].index;
        m->state = hidden ? ROW_HIDDEN : begins ? ROW_LISTED : ROW_ALIAS;
    }
}
