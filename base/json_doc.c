/*
 * By jansson, whose nesting is bounded and whose trees are reference counted: the document holds the one
 * reference, nodes are its json_t under another name.
 *
 * jansson.h has four names in common with base/json.h, see json_get.c; that header is not included here.
 */
#include "base/json_doc.h"

#include <jansson.h>

static const json_t *of(const struct json_node *node)
{
    return (const json_t *)node;
}

enum status json_doc_parse(struct slice text, struct json_doc **ret_doc, struct error *err)
{
    json_error_t why = {.position = 0};
    json_t *root = json_loadb(text.ptr ? text.ptr : "", text.len, JSON_ALLOW_NUL, &why);
    if (!root)
        return error_set(err, E_INVALID, "that is no JSON (byte %d)", why.position);

    *ret_doc = (struct json_doc *)root;
    return OK;
}

void json_doc_free(struct json_doc *doc)
{
    json_decref((json_t *)doc);
}

void json_doc_freep(struct json_doc **doc)
{
    json_doc_free(*doc);
}

const struct json_node *json_doc_root(const struct json_doc *doc)
{
    return (const struct json_node *)doc;
}

const struct json_node *json_node_member(const struct json_node *object, const char *name)
{
    return (const struct json_node *)json_object_get(of(object), name);
}

size_t json_node_count(const struct json_node *array)
{
    return json_array_size(of(array));
}

const struct json_node *json_node_at(const struct json_node *array, size_t index)
{
    return (const struct json_node *)json_array_get(of(array), index);
}

bool json_node_is_null(const struct json_node *node)
{
    return node && json_is_null(of(node));
}

bool json_node_string(const struct json_node *node, struct slice *ret_string)
{
    if (!node || !json_is_string(of(node)))
        return false;

    *ret_string = slice_make(json_string_value(of(node)), json_string_length(of(node)));
    return true;
}

bool json_node_i64(const struct json_node *node, int64_t *ret_number)
{
    if (!node || !json_is_integer(of(node)))
        return false;

    *ret_number = json_integer_value(of(node));
    return true;
}

bool json_node_double(const struct json_node *node, double *ret_number)
{
    if (!node || !json_is_number(of(node)))
        return false;

    *ret_number = json_number_value(of(node));
    return true;
}

bool json_node_bool(const struct json_node *node, bool *ret_bool)
{
    if (!node || !json_is_boolean(of(node)))
        return false;

    *ret_bool = json_is_true(of(node));
    return true;
}

struct slice json_node_text(const struct json_node *object, const char *name)
{
    struct slice text = SLICE_NULL;
    (void)!json_node_string(json_node_member(object, name), &text);
    return text;
}
