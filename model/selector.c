/* A cursor is two columns of fixed width, stamp and id with a dash between: bytes that need no escaping
 * anywhere. */
#include "model/selector.h"

#include "model/quoted.h"

#include <string.h>

bool selector_matches(const struct selector *selector, const struct profile_meta *meta)
{
    if (selector->service.len > 0 && !slice_eq(selector->service, meta->service))
        return false;
    if (selector->type.len > 0 && !slice_eq(selector->type, meta->type))
        return false;
    if (meta->created_at_ms < selector->from_ms || meta->created_at_ms > selector->to_ms)
        return false;

    struct matching *matching CLEANUP(matching_freep) = NULL;
    if (!labels_contain(&meta->labels, &selector->labels))
        return false;
    return matching_new(&selector->matchers, &matching, NULL) == OK && matching_has(matching, &meta->labels);
}

void cursor_encode(const struct profile_meta *last, char ret_text[static CURSOR_TEXT_BYTES])
{
    stamp_write(last->created_at_ms, ret_text);
    ret_text[STAMP_BYTES] = '-';
    memcpy(ret_text + STAMP_BYTES + 1, last->id.text, ID_BYTES + 1);
}

enum status cursor_decode(struct slice text, struct cursor *ret_cursor, struct error *err)
{
    struct cursor cursor;
    if (text.len != CURSOR_TEXT_BYTES - 1 || text.ptr[STAMP_BYTES] != '-' ||
        !stamp_read(slice_sub(text, 0, STAMP_BYTES), &cursor.created_at_ms) ||
        id_parse(slice_from(text, STAMP_BYTES + 1), &cursor.id, NULL) != OK)
        return error_set(err, E_INVALID, "bad \"cursor\" %s", quoted_of(text).text);

    *ret_cursor = cursor;
    return OK;
}
