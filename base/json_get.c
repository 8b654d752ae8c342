/*
 * JSON in, by jansson: small documents from outside that are read once an hour (credentials), so a tree is
 * fine. Its own texts about a syntax error quote the document and are not passed on; the position is.
 *
 * jansson.h has four names in common with base/json.h. They are put out of the way while it is read; nothing
 * here calls them.
 */
#define json_object jansson_object
#define json_array  jansson_array
#define json_string jansson_string
#define json_null   jansson_null
#include <jansson.h>
#undef json_object
#undef json_array
#undef json_string
#undef json_null

#include "base/json.h"

static void release(json_t **root)
{
    json_decref(*root);
}

enum status json_get_string(struct slice doc, const char *name, struct buf *out, struct error *err)
{
    json_error_t why = {.position = 0};
    json_t *root CLEANUP(release) = json_loadb(doc.ptr ? doc.ptr : "", doc.len, JSON_REJECT_DUPLICATES, &why);
    if (!root)
        return error_set(err, E_INVALID, "the document is no JSON object (byte %d)", why.position);
    if (!json_is_object(root))
        return error_set(err, E_INVALID, "the document is no JSON object");

    const json_t *value = json_object_get(root, name);
    if (!value)
        return error_set(err, E_NOT_FOUND, "the document has no '%s'", name);
    if (!json_is_string(value))
        return error_set(err, E_INVALID, "'%s' is no string", name);

    size_t before = out->len;
    buf_append(out, slice_make(json_string_value(value), json_string_length(value)));
    if (out->full) {
        out->len = before;
        return buf_check(out, name, err);
    }
    return OK;
}
