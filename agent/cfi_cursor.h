/* A place in a copy of call frame information. Reading past the end gives zeros and sets `over`, to be asked
 * once. */
#ifndef AGENT_CFI_CURSOR_H
#define AGENT_CFI_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct cursor {
    const uint8_t *at, *end;
    bool over;
};

/* A little-endian number of up to 8 bytes: both processors are. */
static inline uint64_t cursor_take(struct cursor *c, size_t bytes)
{
    uint64_t value = 0;

    if ((size_t)(c->end - c->at) < bytes) {
        c->over = true;
        c->at = c->end;
        return 0;
    }
    memcpy(&value, c->at, bytes);
    c->at += bytes;
    return value;
}

static inline void cursor_skip(struct cursor *c, uint64_t bytes)
{
    if ((uint64_t)(c->end - c->at) < bytes) {
        c->over = true;
        c->at = c->end;
        return;
    }
    c->at += bytes;
}

static inline uint64_t cursor_uleb(struct cursor *c)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint64_t byte = cursor_take(c, 1);
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    c->over = true;
    return 0;
}

static inline int64_t cursor_sleb(struct cursor *c)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint64_t byte = cursor_take(c, 1);
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) {
            if ((byte & 0x40) && shift + 7 < 64)
                value |= ~UINT64_C(0) << (shift + 7);
            return (int64_t)value;
        }
    }
    c->over = true;
    return 0;
}

/* A block with its length in front. */
static inline struct cursor cursor_block(struct cursor *c)
{
    uint64_t len = cursor_uleb(c);
    struct cursor block = {c->at, c->at, false};
    cursor_skip(c, len);
    if (!c->over)
        block.end = c->at;
    return block;
}

#endif
