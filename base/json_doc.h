/*
 * JSON in: a document as a tree, for answers of a collector. Nodes and strings borrow from the document. What
 * is absent or of another kind is NULL or false, so that a chain of questions needs one check at its end.
 */
#ifndef BASE_JSON_DOC_H
#define BASE_JSON_DOC_H

#include "base/error.h"
#include "base/slice.h"

struct json_doc;
struct json_node;

/* The caller has bounded the text; the tree takes about ten times as much. E_INVALID: no JSON, with the
 * offset; the text is not quoted. */
NODISCARD enum status json_doc_parse(struct slice text, struct json_doc **ret_doc, struct error *err);
void json_doc_free(struct json_doc *doc); /* NULL is fine */
void json_doc_freep(struct json_doc **doc);
const struct json_node *json_doc_root(const struct json_doc *doc);

/* A member of an object; NULL: there is none, or the node is NULL or no object. */
const struct json_node *json_node_member(const struct json_node *object, const char *name);
/* Elements of an array; 0 for anything else. */
size_t json_node_count(const struct json_node *array);
const struct json_node *json_node_at(const struct json_node *array, size_t index); /* NULL: none */

bool json_node_is_null(const struct json_node *node);
NODISCARD bool json_node_string(const struct json_node *node, struct slice *ret_string);
NODISCARD bool json_node_i64(const struct json_node *node, int64_t *ret_number);
/* Whole numbers too. */
NODISCARD bool json_node_double(const struct json_node *node, double *ret_number);
NODISCARD bool json_node_bool(const struct json_node *node, bool *ret_bool);

/* The text of a member, empty if there is none. */
struct slice json_node_text(const struct json_node *object, const char *name);

#endif
