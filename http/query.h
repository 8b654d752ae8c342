/*
 * A request's target (RFC 9112 section 3.2): its path, normalised, and its parameters, form-decoded. Pure.
 */
#ifndef HTTP_QUERY_H
#define HTTP_QUERY_H

#include "base/arena.h"
#include "base/error.h"

struct query_param {
    struct slice name, value; /* decoded */
};

struct query {
    struct slice
        path; /* begins with '/' (or is "*"), no doubled slashes, none at the end unless it is the root */
    struct query_param *params; /* in the order they came */
    size_t param_count;         /* at most LIMIT_QUERY_PARAMS */
    struct slice dropped;       /* the first piece that was dropped, as it came; empty: none */
};

/*
 * Everything returned lies in `target` or in `a`. A piece of the query with a raw ';' is no parameter and is
 * dropped, as clients of Go servers know it. E_INVALID: no path, control characters or spaces, a broken
 * escape (in path or query), too many parameters; the text names the fault. E_TOO_LARGE: the arena is full.
 */
NODISCARD enum status query_parse(struct slice target, struct arena *a, struct query *ret_query,
                                  struct error *err);
/* The first parameter of that name. */
bool query_find(const struct query *q, const char *name, struct slice *ret_value);

#endif
