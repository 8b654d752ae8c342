/*
 * The table is a few dozen rows and is walked from the top: the first row that fits wins, so a table reads
 * like a list of rules ("/profiles/merge" above "/profiles/" and the star). A request costs some string
 * compares; a tree would save less than a microsecond.
 */
#include "http/routes.h"

#include <stdio.h>
#include <string.h>

static const struct {
    enum http_method method;
    const char *name;
} methods[] = {
    {HTTP_GET, "GET"}, {HTTP_HEAD, "HEAD"},     {HTTP_POST, "POST"},
    {HTTP_PUT, "PUT"}, {HTTP_DELETE, "DELETE"}, {HTTP_OPTIONS, "OPTIONS"},
};

const char *http_method_name(enum http_method m)
{
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        if (methods[i].method == m)
            return methods[i].name;
    }
    return "OTHER";
}

static unsigned answered(const struct http_route *r)
{
    return r->methods | (r->methods & HTTP_GET ? HTTP_HEAD : 0);
}

static bool path_fits(const char *pattern, struct slice path, struct slice *ret_rest)
{
    struct slice p = slice_of(pattern);
    if (!slice_ends(p, SLICE("/*"))) {
        *ret_rest = SLICE_NULL;
        return slice_eq(p, path);
    }

    struct slice prefix = slice_sub(p, 0, p.len - 1);
    if (path.len <= prefix.len || !slice_starts(path, prefix))
        return false;

    *ret_rest = slice_from(path, prefix.len);
    return true;
}

struct route_match routes_match(const struct http_route *routes, size_t count, enum http_method method,
                                struct slice path)
{
    struct route_match m = {.route = NULL};
    for (size_t i = 0; i < count; i++) {
        struct slice rest;
        if (!path_fits(routes[i].path, path, &rest))
            continue;
        m.allowed |= answered(&routes[i]);
        if (!m.route && (answered(&routes[i]) & (unsigned)method)) {
            m.route = &routes[i];
            m.rest = rest;
        }
    }
    return m;
}

void routes_allow(unsigned allowed, char *ret_text, size_t size)
{
    size_t used = 0;
    ret_text[0] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        if (!(allowed & methods[i].method) || used >= size)
            continue;
        int n = snprintf(ret_text + used, size - used, "%s%s", used ? ", " : "", methods[i].name);
        used += n > 0 ? (size_t)n : 0;
    }
}
