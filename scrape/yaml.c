/* By libyaml, which loads without recursion, keeps aliases as references (a small text stays small) and gives
 * every node its place. Its time grows with the square of the depth and of the number of anchors, so a text
 * is gone through once before it is loaded, to see that both are bounded. */
#include "scrape/yaml.h"

#include "base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

enum { FAULT_BYTES = 400, DEPTH_MAX = 100, ANCHORS_MAX = 1000 };

struct yaml_doc {
    const char *name;
    yaml_document_t tree;
};

static yaml_document_t *tree_of(struct yaml y)
{
    /* The library reads it only. */
    return (yaml_document_t *)(uintptr_t)&y.doc->tree;
}

static const yaml_node_t *node_of(struct yaml y)
{
    return y.node;
}

static bool has_anchor(const yaml_event_t *e)
{
    switch (e->type) {
    case YAML_ALIAS_EVENT: return true;
    case YAML_SCALAR_EVENT: return e->data.scalar.anchor != NULL;
    case YAML_SEQUENCE_START_EVENT: return e->data.sequence_start.anchor != NULL;
    case YAML_MAPPING_START_EVENT: return e->data.mapping_start.anchor != NULL;
    default: return false;
    }
}

static void open_parser(struct slice text, yaml_parser_t *parser)
{
    if (!yaml_parser_initialize(parser))
        abort();
    yaml_parser_set_input_string(parser, (const unsigned char *)(text.ptr ? text.ptr : ""), text.len);
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
}

/* What is no YAML is found when it is loaded. */
static enum status check_bounds(struct slice text, const char *name, struct error *err)
{
    yaml_parser_t parser;
    yaml_event_t event;
    size_t depth = 0, anchors = 0, line = 0;
    bool is_over = false;

    open_parser(text, &parser);
    while (!is_over && depth <= DEPTH_MAX && anchors <= ANCHORS_MAX && yaml_parser_parse(&parser, &event)) {
        depth += event.type == YAML_SEQUENCE_START_EVENT || event.type == YAML_MAPPING_START_EVENT;
        depth -= event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT;
        anchors += has_anchor(&event);
        is_over = event.type == YAML_STREAM_END_EVENT;
        line = event.start_mark.line + 1;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    if (depth > DEPTH_MAX)
        return error_set(err, E_INVALID, "%s:%zu: nested deeper than %d", name, line, DEPTH_MAX);
    if (anchors > ANCHORS_MAX)
        return error_set(err, E_INVALID, "%s:%zu: more than %d anchors and aliases", name, line, ANCHORS_MAX);
    return OK;
}

enum status yaml_parse(struct slice text, const char *name, struct yaml_doc **ret_doc, struct error *err)
{
    yaml_parser_t parser;

    if (check_bounds(text, name, err) != OK)
        return E_INVALID;
    struct yaml_doc *doc = mem_zero(1, sizeof *doc);
    doc->name = name;
    open_parser(text, &parser);
    bool is_good = yaml_parser_load(&parser, &doc->tree);
    if (!is_good)
        (void)error_set(err, E_INVALID, "%s:%zu: %s%s%s", name, parser.problem_mark.line + 1,
                        parser.problem ? parser.problem : "that is no YAML", parser.context ? " " : "",
                        parser.context ? parser.context : "");
    yaml_parser_delete(&parser);
    if (!is_good) {
        free(doc);
        return E_INVALID;
    }
    *ret_doc = doc;
    return OK;
}

void yaml_freep(struct yaml_doc **doc)
{
    if (!*doc)
        return;

    yaml_document_delete(&(*doc)->tree);
    free(*doc);
}

struct yaml yaml_root(const struct yaml_doc *doc)
{
    struct yaml y = {doc, NULL};

    y.node = yaml_document_get_root_node(tree_of(y));
    return y;
}

size_t yaml_line(struct yaml y)
{
    return y.node ? node_of(y)->start_mark.line + 1 : 1;
}

const char *yaml_name(struct yaml y)
{
    return y.doc->name;
}

enum status yaml_fault(struct yaml y, struct error *err, const char *fmt, ...)
{
    char text[FAULT_BYTES];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return error_set(err, E_INVALID, "%s:%zu: %s", y.doc->name, yaml_line(y), text);
}

bool yaml_text(struct yaml y, struct slice *ret_text)
{
    if (!y.node || node_of(y)->type != YAML_SCALAR_NODE)
        return false;

    *ret_text = slice_make(node_of(y)->data.scalar.value, node_of(y)->data.scalar.length);
    return true;
}

bool yaml_is_null(struct yaml y)
{
    struct slice text;

    if (!y.node)
        return true;
    return yaml_text(y, &text) && node_of(y)->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (text.len == 0 || slice_eq(text, SLICE("~")) || slice_eq(text, SLICE("null")));
}

bool yaml_is_list(struct yaml y)
{
    return y.node && node_of(y)->type == YAML_SEQUENCE_NODE;
}

bool yaml_is_map(struct yaml y)
{
    return y.node && node_of(y)->type == YAML_MAPPING_NODE;
}

size_t yaml_count(struct yaml y)
{
    if (yaml_is_list(y))
        return (size_t)(node_of(y)->data.sequence.items.top - node_of(y)->data.sequence.items.start);
    if (yaml_is_map(y))
        return (size_t)(node_of(y)->data.mapping.pairs.top - node_of(y)->data.mapping.pairs.start);
    return 0;
}

struct yaml yaml_at(struct yaml list, size_t index)
{
    return (struct yaml){list.doc, yaml_document_get_node(tree_of(list),
                                                          node_of(list)->data.sequence.items.start[index])};
}

void yaml_pair(struct yaml map, size_t index, struct yaml *ret_key, struct yaml *ret_value)
{
    const yaml_node_pair_t *pair = &node_of(map)->data.mapping.pairs.start[index];

    *ret_key = (struct yaml){map.doc, yaml_document_get_node(tree_of(map), pair->key)};
    *ret_value = (struct yaml){map.doc, yaml_document_get_node(tree_of(map), pair->value)};
}

struct yaml yaml_get(struct yaml map, const char *key)
{
    struct yaml name, value;
    struct slice text;

    for (size_t i = 0; yaml_is_map(map) && i < yaml_count(map); i++) {
        yaml_pair(map, i, &name, &value);
        if (yaml_text(name, &text) && slice_eq_cstr(text, key))
            return value;
    }
    return (struct yaml){map.doc, NULL};
}
