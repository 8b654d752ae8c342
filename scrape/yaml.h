/*
 * YAML 1.1 as a tree in which every part knows its line: configurations, and files that name targets. JSON is
 * YAML too. Parts borrow from the document. Anchors and aliases work; tags are ignored. Not thread-safe.
 */
#ifndef SCRAPE_YAML_H
#define SCRAPE_YAML_H

#include "base/error.h"
#include "base/slice.h"

struct yaml_doc;

struct yaml {
    const struct yaml_doc *doc;
    const void *node; /* NULL: there is none */
};

/* `name` stands in texts and outlives the document. The caller has bounded the text. E_INVALID: "NAME:12: did
 * not find expected key". */
NODISCARD enum status yaml_parse(struct slice text, const char *name, struct yaml_doc **ret_doc,
                                 struct error *err);
void yaml_freep(struct yaml_doc **doc);
struct yaml yaml_root(const struct yaml_doc *doc);

size_t yaml_line(struct yaml y); /* from 1 */
const char *yaml_name(struct yaml y);
/* E_INVALID with the place in front: "NAME:12: ...". */
enum status yaml_fault(struct yaml y, struct error *err, const char *fmt, ...) PRINTF_LIKE(3, 4);

bool yaml_is_null(struct yaml y); /* nothing, ~ or null; also if there is no node */
bool yaml_is_list(struct yaml y);
bool yaml_is_map(struct yaml y);
/* A scalar's text, NUL-terminated behind its end. */
NODISCARD bool yaml_text(struct yaml y, struct slice *ret_text);
/* Elements of a list, pairs of a map; 0 for anything else. */
size_t yaml_count(struct yaml y);
struct yaml yaml_at(struct yaml list, size_t index);
/* The value of a key; none if it is not there, or that is no map. */
struct yaml yaml_get(struct yaml map, const char *key);
void yaml_pair(struct yaml map, size_t index, struct yaml *ret_key, struct yaml *ret_value);

#endif
