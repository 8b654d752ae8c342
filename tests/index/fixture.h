/*
 * What the tests of the index share: profiles from a few numbers, batches, and a reference that answers the
 * same questions the plain way: a list of keys, selector_matches(), and the rule of aliases and tombstones
 * read off its statement in index/index.h.
 */
#ifndef INDEX_FIXTURE_H
#define INDEX_FIXTURE_H

#include "base/alloc.h"
#include "base/clock.h"
#include "base/random.h"
#include "index/index.h"
#include "tests/support/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define T0 INT64_C(1795400000000) /* some time in November 2026 */

#define ASSERT_OK(call)                                                                                      \
    do {                                                                                                     \
        struct error assert_err = {.code = OK, .text = ""};                                                  \
        struct error *err = &assert_err;                                                                     \
        if ((call) != OK)                                                                                    \
            fail_msg("%s: %s", #call, assert_err.text);                                                      \
    } while (0)

static inline struct index *open_index(const char *dir, const char *identity, char *note)
{
    struct index *ix = NULL;
    struct error err = {.text = ""};
    char own[512];
    struct index_options options = {.dir = dir, .identity = identity, .readers = 2};
    if (index_open(&options, &ix, note ? note : own, &err) != OK)
        fail_msg("%s", err.text);
    return ix;
}

static inline struct digest digest_from(uint64_t n)
{
    char text[24];
    struct digest d;
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)n);
    struct sha256 sum = sha256_of(slice_of(text));
    memcpy(d.bits, sum.bytes, DIGEST_BYTES);
    d.bits[DIGEST_BYTES - 1] &= 0xc0;
    return d;
}

/* A CPU profile of `service`, minted at mint_ms, made 10 s before. Texts are the caller's. */
static inline struct key_parts profile_parts(unsigned lane, int64_t mint_ms, uint64_t digest,
                                             const char *service, const char *dc)
{
    struct digest d = digest_from(digest);
    struct key_parts p;
    memset(&p, 0, sizeof p);
    p.kind = KEY_PROFILE;
    p.id = id_make(lane, mint_ms, &d);
    p.meta.id = p.id;
    p.meta.service = slice_of(service);
    p.meta.type = SLICE("cpu");
    if (dc) {
        p.meta.labels.items[0] = (struct label){SLICE("dc"), slice_of(dc)};
        p.meta.labels.count = 1;
    }
    p.meta.created_at_ms = mint_ms > 10000 ? mint_ms - 10000 : 0;
    p.meta.facts = (struct facts){.present = true, .duration_ms = 10000, .default_index = 1, .count = 2};
    p.meta.facts.items[0] = (struct fact){SLICE("samples"), SLICE("count"), (int64_t)(digest % 1000)};
    p.meta.facts.items[1] =
        (struct fact){SLICE("cpu"), SLICE("nanoseconds"), (int64_t)(digest % 1000) * 10000000};
    return p;
}

static inline struct key_parts tombstone_parts(unsigned lane, int64_t mint_ms, const struct id *target)
{
    struct digest d = id_digest(target);
    struct key_parts p;
    memset(&p, 0, sizeof p);
    p.kind = KEY_TOMBSTONE;
    p.id = id_make(lane, mint_ms, &d);
    p.target = *target;
    return p;
}

static inline enum status add_rows(struct index *ix, const struct key_parts *rows, size_t count)
{
    struct error err = {.code = OK, .text = ""};
    struct index_batch batch = {.rows = rows, .row_count = count};
    return index_write_wait(ix, &batch, &err);
}

static inline enum status forget_ids(struct index *ix, const struct id *ids, size_t count)
{
    struct error err = {.code = OK, .text = ""};
    struct index_batch batch = {.forget = ids, .forget_count = count};
    return index_write_wait(ix, &batch, &err);
}

static inline enum status put_cursor(struct index *ix, const char *name, const char *value)
{
    struct error err = {.code = OK, .text = ""};
    struct index_batch batch = {.cursor_count = 1,
                                .cursors = {{slice_of(name), value ? slice_of(value) : SLICE_NULL}}};
    return index_write_wait(ix, &batch, &err);
}

static inline struct selector everything(void)
{
    return (struct selector){.from_ms = 0, .to_ms = TIME_MAX_MS};
}

/* How many are listed. */
static inline uint64_t listed_total(struct index *ix)
{
    struct selector sel = everything();
    struct index_question q = {&sel, 0};
    struct arena arena = ARENA_INIT(16 * MIB);
    struct index_list list;
    sel.limit = 1;
    ASSERT_OK(index_find(ix, &q, &arena, &list, err));
    arena_release(&arena);
    return list.total;
}

static inline struct buf dump_of(struct index *ix)
{
    struct buf out = BUF_INIT(256 * MIB);
    ASSERT_OK(index_dump(ix, &out, err));
    return out;
}

/* --- the reference --- */

#define DAY_MS INT64_C(86400000)

struct reference {
    struct key_parts *keys; /* texts are somebody else's */
    size_t count, cap;
    enum { SEEN, ALIAS, HIDDEN } * states; /* of each; made by reference_settle() */
    size_t *canonical;
};

static inline void reference_release(struct reference *r)
{
    free(r->keys);
    free(r->states);
    free(r->canonical);
    memset(r, 0, sizeof *r);
}

static inline size_t reference_find(const struct reference *r, const struct id *id)
{
    size_t i = 0;
    while (i < r->count && id_cmp(&r->keys[i].id, id) != 0)
        i++;
    return i;
}

static inline void reference_add(struct reference *r, const struct key_parts *parts)
{
    if (parts->kind == KEY_UNKNOWN)
        return;
    for (size_t i = 0; i < r->count; i++) {
        if (r->keys[i].kind == parts->kind && id_cmp(&r->keys[i].id, &parts->id) == 0)
            return;
    }
    if (r->count == r->cap) {
        r->cap = r->cap ? 2 * r->cap : 64;
        r->keys = mem_resize(r->keys, r->cap * sizeof *r->keys);
    }
    r->keys[r->count++] = *parts;
}

/* The profile of that id, else the tombstone. */
static inline void reference_forget(struct reference *r, const struct id *id)
{
    for (int kind = KEY_PROFILE; kind <= KEY_TOMBSTONE; kind++) {
        for (size_t i = 0; i < r->count; i++) {
            if ((int)r->keys[i].kind == kind && id_cmp(&r->keys[i].id, id) == 0) {
                r->keys[i] = r->keys[--r->count];
                return;
            }
        }
    }
}

static inline bool reference_same_digest(const struct id *a, const struct id *b)
{
    struct digest x = id_digest(a), y = id_digest(b);
    return digest_equal(&x, &y);
}

static inline bool reference_is_hidden(const struct reference *r, const struct id *id)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct key_parts *t = &r->keys[i];
        if (t->kind == KEY_TOMBSTONE && reference_same_digest(&t->id, id) &&
            id_mint_ms(id) > id_mint_ms(&t->target) - DAY_MS && id_mint_ms(id) <= id_mint_ms(&t->id))
            return true;
    }
    return false;
}

/* The next of this digest behind `last` (NULL: the first), by mint time, among the hidden or the others. */
static inline size_t reference_next(const struct reference *r, const struct id *digest_of,
                                    const struct id *last, bool hidden)
{
    size_t best = r->count;
    for (size_t i = 0; i < r->count; i++) {
        const struct key_parts *k = &r->keys[i];
        if (k->kind != KEY_PROFILE || !reference_same_digest(&k->id, digest_of) ||
            reference_is_hidden(r, &k->id) != hidden || (last && id_cmp_mint(&k->id, last) <= 0))
            continue;
        if (best == r->count || id_cmp_mint(&k->id, &r->keys[best].id) < 0)
            best = i;
    }
    return best;
}

static inline void reference_settle(struct reference *r)
{
    r->states = mem_resize(r->states, (r->count + 1) * sizeof *r->states);
    r->canonical = mem_resize(r->canonical, (r->count + 1) * sizeof *r->canonical);
    for (size_t i = 0; i < r->count; i++) {
        const struct id *own = &r->keys[i].id;
        if (r->keys[i].kind != KEY_PROFILE)
            continue;
        bool hidden = reference_is_hidden(r, own);
        size_t head = reference_next(r, own, NULL, hidden), at = head;
        while (at != i) {
            at = reference_next(r, own, &r->keys[at].id, hidden);
            if (id_mint_ms(&r->keys[at].id) - id_mint_ms(&r->keys[head].id) >= DAY_MS)
                head = at;
        }
        r->canonical[i] = head;
        r->states[i] = hidden ? HIDDEN : head == i ? SEEN : ALIAS;
    }
}

static inline bool reference_lists(const struct reference *r, size_t i, const struct selector *sel,
                                   int64_t mint_min)
{
    return r->keys[i].kind == KEY_PROFILE && r->states[i] == SEEN && id_mint_ms(&r->keys[i].id) >= mint_min &&
           selector_matches(sel, &r->keys[i].meta);
}

#endif
