/* Both forms are read as YAML. What a group says more than targets and labels is skipped, as Prometheus skips
 * it: such files are written by programs for several readers. */
#include "scrape/groups.h"

#include "scrape/yaml.h"

struct group {
    struct yaml targets, labels;
};

static enum status read_group(struct yaml at, struct group *ret_group, struct error *err)
{
    struct group g = {{at.doc, NULL}, {at.doc, NULL}};
    struct yaml key, value;
    struct slice name;

    if (!yaml_is_map(at))
        return yaml_fault(at, err, "targets and labels are expected here");
    for (size_t i = 0; i < yaml_count(at); i++) {
        yaml_pair(at, i, &key, &value);
        if (!yaml_text(key, &name))
            return yaml_fault(key, err, "a key is a word");
        if (slice_eq(name, SLICE("targets")))
            g.targets = value;
        else if (slice_eq(name, SLICE("labels")))
            g.labels = value;
    }
    if (!yaml_is_null(g.targets) && !yaml_is_list(g.targets))
        return yaml_fault(g.targets, err, "targets: a list is expected here");
    if (!yaml_is_null(g.labels) && !yaml_is_map(g.labels))
        return yaml_fault(g.labels, err, "labels: names with values are expected here");
    if (yaml_count(g.labels) > LIMIT_ATTRIBUTES)
        return yaml_fault(g.labels, err, "labels: more than %lu", LIMIT_ATTRIBUTES);
    *ret_group = g;
    return OK;
}

static enum status set_labels(struct yaml labels, struct attributes *a, struct error *err)
{
    for (size_t i = 0; i < yaml_count(labels); i++) {
        struct yaml key, value;
        struct slice name, text;
        yaml_pair(labels, i, &key, &value);
        if (!yaml_text(key, &name) || !yaml_text(value, &text))
            return yaml_fault(key, err, "labels: a name with a text is expected here");
        attributes_set(a, name, text);
    }
    return OK;
}

static enum status call_for(const struct group *g, struct attribute origin, const struct receiver *to,
                            struct error *err)
{
    for (size_t i = 0; i < yaml_count(g->targets); i++) {
        struct arena arena CLEANUP(arena_release) = ARENA_INIT(LIMIT_ATTRIBUTES_BYTES);
        struct yaml at = yaml_at(g->targets, i);
        struct attributes a;
        struct slice address;

        attributes_init(&a, &arena);
        if (!yaml_text(at, &address))
            return yaml_fault(at, err, "targets: HOST:PORT is expected here");
        if (set_labels(g->labels, &a, err) != OK)
            return E_INVALID;
        attributes_set(&a, SLICE("__address__"), address);
        attributes_set(&a, origin.name, origin.value);
        if (to->take(to->user, &a, err) != OK)
            return err->code;
    }
    return OK;
}

enum status groups_read(struct slice text, const char *name, struct attribute origin,
                        const struct receiver *to, struct error *err)
{
    struct yaml_doc *doc CLEANUP(yaml_freep) = NULL;
    struct yaml root;
    struct error local;

    err = err ? err : &local;
    if (yaml_parse(text, name, &doc, err) != OK)
        return E_INVALID;
    root = yaml_root(doc);
    if (!yaml_is_null(root) && !yaml_is_list(root))
        return yaml_fault(root, err, "a list of groups of targets is expected here");
    for (size_t i = 0; i < yaml_count(root); i++) {
        struct group g = {0};
        if (read_group(yaml_at(root, i), &g, err) != OK || call_for(&g, origin, to, err) != OK)
            return err->code;
    }
    return OK;
}
