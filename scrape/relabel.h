/*
 * Rules that decide by its attributes whether a target is wanted, and change them. In Prometheus' words:
 * patterns are RE2's and match the whole text; $1, ${1} and ${name} stand for what a part matched, $$ for a
 * dollar. Constant after reading; one thread at a time.
 *
 * Source: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config
 */
#ifndef SCRAPE_RELABEL_H
#define SCRAPE_RELABEL_H

#include "base/regex.h"
#include "scrape/attributes.h"

enum relabel_action {
    RELABEL_REPLACE,
    RELABEL_KEEP,
    RELABEL_DROP,
    RELABEL_KEEPEQUAL,
    RELABEL_DROPEQUAL,
    RELABEL_HASHMOD,
    RELABEL_LABELMAP,
    RELABEL_LABELDROP,
    RELABEL_LABELKEEP,
    RELABEL_LOWERCASE,
    RELABEL_UPPERCASE,
};

enum { RELABEL_SOURCES_MAX = 16 };

struct relabel {
    enum relabel_action action;
    struct slice sources[RELABEL_SOURCES_MAX]; /* their values, with the separator between */
    size_t source_count;
    struct slice separator;
    struct slice target;
    struct slice replacement;
    uint64_t modulus;
    struct regex *regex; /* owned */
};

void relabel_release(struct relabel *r);
/* False on an unknown name. */
NODISCARD bool relabel_action_parse(struct slice name, enum relabel_action *ret_action);
/* "replace, keep, ..."; static. */
const char *relabel_action_names(void);
/* Compiles the pattern, (.*) if it is empty, and says what the action lacks. E_INVALID. */
NODISCARD enum status relabel_open(struct relabel *r, struct slice pattern, struct error *err);

/* One rule; false: the target is not wanted. */
bool relabel_apply(const struct relabel *r, struct attributes *a);

#endif
