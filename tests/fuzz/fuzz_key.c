/*
 * Keys from a bucket that anybody may write to. The first byte chooses the root. What is read must be written
 * again byte for byte, and lie below the prefix of its id; then the rest of the input is taken as a profile's
 * parts, which must survive their key.
 */
#include "model/key.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const ROOTS[] = {"", "r", "prof/eu-1"};

static void must(bool what)
{
    if (!what)
        abort();
}

static void read_key(struct slice root, struct slice key, struct arena *arena)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct key_parts parts;
    if (key_decode(root, key, arena, &parts, NULL) != OK)
        return;
    if (parts.kind == KEY_UNKNOWN)
        return;

    key_id_prefix(root, &parts.id, &out);
    must(slice_starts(key, buf_slice(&out)));
    buf_reset(&out);
    if (parts.kind == KEY_PROFILE)
        must(key_encode_profile(root, &parts.meta, &out, NULL, NULL) == OK);
    else
        must(key_encode_tombstone(root, &parts.id, &parts.target, &out, NULL) == OK);
    must(slice_eq(buf_slice(&out), key));
}

/* One length byte, and as many bytes as there are. */
static struct slice take(struct slice *rest)
{
    if (rest->len == 0)
        return SLICE_NULL;

    struct slice piece = slice_sub(*rest, 1, (unsigned char)rest->ptr[0]);
    *rest = slice_from(*rest, 1 + piece.len);
    return piece;
}

static void write_key(struct slice root, struct slice rest, struct arena *arena)
{
    struct digest digest = digest_compute(&(struct digest_input){.service = rest});
    struct profile_meta meta = {.id = id_make(rest.len % ID_LANES, (int64_t)rest.len << 30, &digest)};
    meta.service = take(&rest);
    meta.type = take(&rest);
    meta.facts = (struct facts){.present = rest.len % 3 > 0, .count = rest.len % (LIMIT_SAMPLE_TYPES + 1)};
    for (size_t i = 0; i < meta.facts.count; i++) {
        meta.facts.items[i].name = take(&rest);
        meta.facts.items[i].unit = take(&rest);
    }
    while (rest.len > 0 && meta.labels.count < LIMIT_LABELS) {
        struct label *label = &meta.labels.items[meta.labels.count++];
        label->key = take(&rest);
        label->value = take(&rest);
    }
    labels_sort(&meta.labels);

    struct buf key CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct key_parts parts;
    if (key_encode_profile(root, &meta, &key, &meta.facts.present, NULL) != OK) {
        must(profile_meta_check_key(&meta, NULL) != OK);
        return;
    }
    must(key_decode(root, buf_slice(&key), arena, &parts, NULL) == OK);
    must(parts.kind == KEY_PROFILE && profile_meta_equal(&parts.meta, &meta));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;

    struct arena arena CLEANUP(arena_release) = ARENA_INIT(16 * LIMIT_KEY_BYTES);
    struct slice root = slice_of(ROOTS[data[0] % ARRAY_LEN(ROOTS)]), rest = slice_make(data + 1, size - 1);
    read_key(root, rest, &arena);
    write_key(root, rest, &arena);
    return 0;
}
