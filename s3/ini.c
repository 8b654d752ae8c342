/*
 * No library reads exactly this dialect: nested tables by indentation, comments behind values only after
 * white space, values with '=' and '#' in them (secret keys have both). So it is read by hand, line by line,
 * without a copy.
 */
#include "s3/ini.h"

#include <ctype.h>

static struct slice without_comment(struct slice value)
{
    for (size_t i = 1; i < value.len; i++)
        if ((value.ptr[i] == '#' || value.ptr[i] == ';') && isspace((unsigned char)value.ptr[i - 1]))
            return slice_trim(slice_sub(value, 0, i));

    return value;
}

int ini_read(struct slice text,
             void (*pair)(void *user, struct slice section, struct slice name, struct slice value),
             void *user)
{
    struct slice section = SLICE_NULL, raw;
    bool nested = false;
    for (int number = 1; slice_split(&text, '\n', &raw); number++) {
        struct slice line = slice_trim(raw);
        if (line.len == 0 || line.ptr[0] == '#' || line.ptr[0] == ';')
            continue;

        bool indented = isspace((unsigned char)raw.ptr[0]);
        if (nested && indented)
            continue;
        nested = false;

        if (line.ptr[0] == '[') {
            size_t end = slice_find(line, ']');
            if (end == line.len)
                return number;
            section = slice_trim(slice_sub(line, 1, end - 1));
            continue;
        }

        size_t equals = slice_find(line, '=');
        struct slice name = slice_trim(slice_sub(line, 0, equals));
        if (equals == line.len || name.len == 0)
            return number;
        struct slice value = without_comment(slice_trim(slice_from(line, equals + 1)));
        nested = value.len == 0;
        pair(user, section, name, value);
    }
    return 0;
}
