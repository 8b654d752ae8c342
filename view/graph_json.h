/* What the JSON forms of a call graph have in common. */
#ifndef VIEW_GRAPH_JSON_H
#define VIEW_GRAPH_JSON_H

#include "base/json.h"
#include "view/graph.h"

/* Fields of the object that is open: "type", "unit", "total" and so on; see top.c. */
void graph_json_head(const struct graph *g, struct json *j);
/* "name", and of "file", "line", "address", "module" what is known. */
void graph_json_frame(const struct graph *g, uint32_t node, struct json *j);
/* A number and, of a diff, its two sides: "flat", "flat_source", "flat_base". */
void graph_json_value(const struct graph *g, const char *name, int64_t value, int64_t base, struct json *j);
/* "inlined": true, or "partly"; nothing when it is not. */
void graph_json_inlined(const struct graph *g, uint32_t node, struct json *j);

#endif
