/*
 * Names of functions come from whoever sends a profile. Forbidden characters are replaced and not left out,
 * so that a reader sees that there was something. Marks of direction are replaced too: one in a name would
 * turn around what stands behind it, such as its value.
 */
#include "view/markup.h"

#define REPLACEMENT SLICE("\xef\xbf\xbd")

enum { DELETE = 0x7f, DELETE_PICTURE = 0x21 };

static bool is_forbidden(struct slice character)
{
    const unsigned char *c = (const unsigned char *)character.ptr;

    if (character.len == 2)
        return (c[0] == 0xc2 && c[1] < 0xa0) || /* C1 controls */
               (c[0] == 0xd8 && c[1] == 0x9c);  /* Arabic letter mark */
    if (character.len == 3)
        return (c[0] == 0xe2 && c[1] == 0x80 && (c[2] == 0x8e || c[2] == 0x8f)) || /* U+200E, U+200F */
               (c[0] == 0xe2 && c[1] == 0x80 && c[2] >= 0xa8 && c[2] <= 0xae) ||   /* U+2028 to U+202E */
               (c[0] == 0xe2 && c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9) ||   /* U+2066 to U+2069 */
               (c[0] == 0xef && c[1] == 0xbf && c[2] >= 0xbe);                     /* U+FFFE, U+FFFF */
    return false;
}

size_t markup_character(struct slice s, bool *ret_forbidden)
{
    size_t len = slice_utf8_head(s);

    *ret_forbidden = len == 0 || is_forbidden(slice_sub(s, 0, len));
    return len > 0 ? len : 1;
}

static void put_ascii(char c, struct buf *out)
{
    if ((unsigned char)c < ' ' || c == DELETE) {
        buf_append(out, SLICE("\xe2\x90"));
        buf_append_byte(out, (char)(0x80 + (c == DELETE ? DELETE_PICTURE : c)));
        return;
    }
    switch (c) {
    case '&': buf_append(out, SLICE("&amp;")); break;
    case '<': buf_append(out, SLICE("&lt;")); break;
    case '>': buf_append(out, SLICE("&gt;")); break;
    case '"': buf_append(out, SLICE("&quot;")); break;
    case '\'': buf_append(out, SLICE("&#39;")); break;
    default: buf_append_byte(out, c);
    }
}

void markup_text(struct slice s, struct buf *out)
{
    while (s.len > 0) {
        bool forbidden;
        size_t len = markup_character(s, &forbidden);

        if (forbidden)
            buf_append(out, REPLACEMENT);
        else if (len == 1)
            put_ascii(s.ptr[0], out);
        else
            buf_append(out, slice_sub(s, 0, len));
        s = slice_from(s, len);
    }
}
