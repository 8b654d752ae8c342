/* libcurl's own URL parser, so that we and it cannot disagree about where a URL leads. */
#include "client/origin.h"

#include "base/printable.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

enum { ORIGIN_BYTES = 1024, QUOTED_BYTES = 100 };

static void url_free(CURLU **url)
{
    curl_url_cleanup(*url);
}

static void part_free(char **part)
{
    curl_free(*part);
}

/* What stands before an '@' may be a password. */
static enum status no_url(const char *url, struct error *err)
{
    struct buf shown CLEANUP(buf_release) = BUF_INIT(4 * QUOTED_BYTES);
    struct slice text = slice_of(url);
    if (strchr(url, '@'))
        return error_set(err, E_INVALID, "that is no URL that begins with http:// or https://");

    printable_append(&shown, slice_sub(text, 0, QUOTED_BYTES));
    return error_set(err, E_INVALID, "'%s%s' is no URL that begins with http:// or https://",
                     buf_cstr(&shown), text.len > QUOTED_BYTES ? "..." : "");
}

enum status origin_of(const char *url, struct buf *out, struct error *err)
{
    CURLU *u CLEANUP(url_free) = curl_url();
    char *scheme CLEANUP(part_free) = NULL, *host CLEANUP(part_free) = NULL, *port CLEANUP(part_free) = NULL,
                 *user CLEANUP(part_free) = NULL;
    if (curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
        curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
        (strcasecmp(scheme, "http") != 0 && strcasecmp(scheme, "https") != 0) ||
        curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK)
        return no_url(url, err);
    if (curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_OK)
        return error_set(err, E_INVALID, "a URL with a user name or password can be read by others: %s",
                         "set BRAZIER_TOKEN instead");

    for (char *c = scheme; *c; c++)
        *c = (char)(*c | 0x20);
    for (char *c = host; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c | 0x20);
    buf_printf(out, "%s://%s:%s", scheme, host, port);
    return OK;
}

bool origin_same(const char *a, const char *b)
{
    struct buf of_a CLEANUP(buf_release) = BUF_INIT(ORIGIN_BYTES),
                    of_b CLEANUP(buf_release) = BUF_INIT(ORIGIN_BYTES);
    return origin_of(a, &of_a, NULL) == OK && origin_of(b, &of_b, NULL) == OK && !of_a.full && !of_b.full &&
           slice_eq(buf_slice(&of_a), buf_slice(&of_b));
}
