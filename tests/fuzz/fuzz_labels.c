/*
 * The texts of a query: labels, a time, an id and a cursor. What labels_parse() takes is canonical, within
 * the limits, and survives being written and read again; whatever text a time has, what is read can be
 * written.
 */
#include "model/selector.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool what)
{
    if (!what)
        abort();
}

static void try_labels(struct slice text)
{
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(1 << 16);
    struct buf written CLEANUP(buf_release) = BUF_INIT(1 << 16);
    struct labels labels, again;
    struct error err = {0};
    if (labels_parse(text, &arena, &labels, &err) != OK) {
        must(err.code == E_INVALID && err.text[0] != '\0');
        return;
    }
    must(labels_are_canonical(&labels) && labels_check(&labels, NULL) == OK);
    labels_format(&labels, &written);
    must(labels_parse(buf_slice(&written), &arena, &again, NULL) == OK);
    must(labels_equal(&labels, &again) && labels_contain(&labels, &again));
}

static void try_time(struct slice text)
{
    int64_t ms, again;
    char written[TIME_RFC3339_BYTES];
    if (time_parse(text, 1795406423517, &ms, NULL) != OK)
        return;

    must(ms >= TIME_MIN_MS && ms <= TIME_MAX_MS);
    time_format_rfc3339(ms, written);
    if (ms >= TIME_MIN_MS + TIME_SECOND_MS)
        must(time_parse(slice_of(written), 0, &again, NULL) == OK && again <= ms &&
             ms - again < TIME_SECOND_MS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_make(data, size);
    struct profile_meta meta = {.created_at_ms = 0};
    struct cursor cursor;
    char written[CURSOR_TEXT_BYTES];

    try_labels(text);
    try_time(text);
    if (id_parse(text, &meta.id, NULL) == OK)
        must(memcmp(meta.id.text, data, size) == 0 && id_mint_ms(&meta.id) <= TIME_MAX_MS);
    if (cursor_decode(text, &cursor, NULL) == OK) {
        meta = (struct profile_meta){.id = cursor.id, .created_at_ms = cursor.created_at_ms};
        cursor_encode(&meta, written);
        must(slice_eq(slice_of(written), text));
    }
    return 0;
}
