/*
 * The first fault found is kept. The library below takes the first Content-Length of several and any transfer
 * coding as "chunked or endless", which is why this looks at all of them.
 */
#include "http/head.h"

#include <string.h>

static void refuse(struct head *h, unsigned status, const char *fault)
{
    if (h->status == 0) {
        h->status = status;
        h->fault = fault;
    }
}

/* RFC 9110 section 5.6.2 */
static bool is_token(struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        bool alnum = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
        if (!alnum && (c == 0 || !strchr("!#$%&'*+-.^_`|~", c)))
            return false;
    }
    return s.len > 0;
}

static bool has_control(struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return true;
    }
    return false;
}

void head_see(struct head *h, struct slice name, struct slice value)
{
    bool control = has_control(value); /* before trimming, which takes vertical tabs for space */
    value = slice_trim(value);
    if (!is_token(name))
        refuse(h, 400, "a header name has a character that none may have");
    else if (control)
        refuse(h, 400, "a header value has a control character");
    else if (slice_eq_nocase(name, SLICE("Content-Length"))) {
        if (++h->content_lengths > 1)
            refuse(h, 400, "more than one Content-Length");
        else if (!slice_to_u64(value, &h->length))
            refuse(h, 400, "Content-Length is not a number");
    } else if (slice_eq_nocase(name, SLICE("Transfer-Encoding"))) {
        h->chunked = slice_eq_nocase(value, SLICE("chunked"));
        if (++h->transfer_encodings > 1)
            refuse(h, 400, "more than one Transfer-Encoding");
        else if (!h->chunked)
            refuse(h, 501, "the only Transfer-Encoding understood is chunked");
    } else if (slice_eq_nocase(name, SLICE("Host"))) {
        if (++h->hosts > 1)
            refuse(h, 400, "more than one Host");
    } else if (slice_eq_nocase(name, SLICE("Expect"))) {
        h->expects_continue = slice_eq_nocase(value, SLICE("100-continue"));
    }
}

void head_finish(struct head *h, bool http_1_0)
{
    if (h->content_lengths && h->transfer_encodings) {
        h->status = 0;
        refuse(h, 400, "Content-Length and Transfer-Encoding together");
    }
    if (h->transfer_encodings && http_1_0)
        refuse(h, 400, "HTTP/1.0 has no Transfer-Encoding");
    if (h->hosts == 0 && !http_1_0)
        refuse(h, 400, "HTTP/1.1 needs a Host");
}
