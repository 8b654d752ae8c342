/*
 * Bytes over 0x7f pass as they are: they are UTF-8 more often than not, and the JSON writer replaces what is
 * not. A cut may fall into a character for the same reason.
 */
#include "model/quoted.h"

#include <stdio.h>

struct quoted quoted_of(struct slice s)
{
    struct quoted q;
    size_t len = 0;
    size_t shown = s.len < QUOTED_BYTES ? s.len : QUOTED_BYTES;

    q.text[len++] = '"';
    for (size_t i = 0; i < shown; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c == '"' || c == '\\')
            q.text[len++] = '\\';
        if (c < 0x20 || c == 0x7f)
            len += (size_t)snprintf(q.text + len, 5, "\\x%02x", c);
        else
            q.text[len++] = s.ptr[i];
    }
    (void)snprintf(q.text + len, sizeof q.text - len, "%s", shown < s.len ? "...\"" : "\"");
    return q;
}
