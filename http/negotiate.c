/*
 * Both headers are lists. An entity tag may hold a comma between its quotes; ours never do, and a foreign one
 * that is split there compares unequal, which costs a transfer and nothing else.
 */
#include "http/negotiate.h"

/* The weight behind ";q=" is 0, 0., 0.0, 0.00 or 0.000. */
static bool weight_is_zero(struct slice params)
{
    struct slice param;
    while (slice_split(&params, ';', &param)) {
        param = slice_trim(param);
        if (param.len < 3 || (param.ptr[0] | 0x20) != 'q' || param.ptr[1] != '=')
            continue;
        struct slice q = slice_from(param, 2);
        for (size_t i = 0; i < q.len; i++) {
            if (q.ptr[i] != '0' && q.ptr[i] != '.')
                return false;
        }
        return true;
    }
    return false;
}

bool negotiate_gzip(struct slice accept_encoding)
{
    struct slice rest = accept_encoding, item;
    bool star = false;
    while (slice_split(&rest, ',', &item)) {
        size_t semicolon = slice_find(item, ';');
        struct slice name = slice_trim(slice_sub(item, 0, semicolon));
        bool wanted = semicolon == item.len || !weight_is_zero(slice_from(item, semicolon + 1));
        if (slice_eq_nocase(name, SLICE("gzip")) || slice_eq_nocase(name, SLICE("x-gzip")))
            return wanted;
        if (slice_eq_cstr(name, "*"))
            star = wanted;
    }
    return star;
}

static struct slice without_weakness(struct slice tag)
{
    return slice_starts(tag, SLICE("W/")) ? slice_from(tag, 2) : tag;
}

bool negotiate_same(struct slice if_none_match, struct slice etag)
{
    struct slice rest = if_none_match, item;
    while (slice_split(&rest, ',', &item)) {
        item = slice_trim(item);
        if (slice_eq_cstr(item, "*") || slice_eq(without_weakness(item), without_weakness(etag)))
            return true;
    }
    return false;
}
