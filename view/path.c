/* Element by element: "." and empty ones go, ".." takes the one before it away unless there is none to take.
 */
#include "view/path.h"

#include <string.h>

static struct slice without_prefix(struct slice path)
{
    static const struct slice prefixes[] = {SLICE("/proc/self/cwd/./"), SLICE("/proc/self/cwd/")};

    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
        if (slice_starts(path, prefixes[i]))
            return slice_from(path, prefixes[i].len);
    return path;
}

/* Takes the last element out of what stands behind `floor`; false when there is none that can be taken. */
static bool step_up(struct buf *out, size_t floor)
{
    size_t at = out->len;

    while (at > floor && out->ptr[at - 1] != '/')
        at--;
    if (out->len == floor || slice_eq_cstr(slice_from(buf_slice(out), at), ".."))
        return false;
    out->len = at > floor ? at - 1 : floor;
    out->ptr[out->len] = '\0';
    return true;
}

void path_clean(struct slice path, struct buf *out)
{
    struct slice rest = without_prefix(path), element;
    size_t begun = out->len, floor;
    bool is_rooted = slice_starts(rest, SLICE("/"));

    if (rest.len == 0)
        return;
    if (is_rooted)
        buf_append_byte(out, '/');
    floor = out->len;
    while (slice_split(&rest, '/', &element)) {
        if (element.len == 0 || slice_eq_cstr(element, "."))
            continue;
        if (slice_eq_cstr(element, "..") && (step_up(out, floor) || is_rooted))
            continue;
        if (out->len > floor)
            buf_append_byte(out, '/');
        buf_append(out, element);
    }
    if (out->len == begun)
        buf_append_byte(out, '.');
}

struct slice path_base(struct slice path)
{
    size_t end = path.len, at;

    if (path.len == 0)
        return SLICE(".");
    while (end > 0 && path.ptr[end - 1] == '/')
        end--;
    if (end == 0)
        return SLICE("/");
    for (at = end; at > 0 && path.ptr[at - 1] != '/';)
        at--;
    return slice_sub(path, at, end - at);
}
