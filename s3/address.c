/*
 * An endpoint is taken apart by hand: scheme, authority, path. User names, queries and fragments have no
 * meaning here and are refused, so that a password in a URL is never sent, logged or signed by accident.
 */
#include "s3/address.h"

#include "base/alloc.h"
#include "base/limits.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool all_of(struct slice s, const char *extra)
{
    for (size_t i = 0; i < s.len; i++)
        if (!isalnum((unsigned char)s.ptr[i]) && (s.ptr[i] == '\0' || !strchr(extra, s.ptr[i])))
            return false;

    return true;
}

static bool contains(struct slice s, struct slice part)
{
    for (size_t i = 0; i + part.len <= s.len; i++)
        if (slice_eq(slice_sub(s, i, part.len), part))
            return true;

    return false;
}

enum status address_bucket_ok(struct slice bucket, struct error *err)
{
    if (bucket.len < 3 || bucket.len > 63)
        return error_set(err, E_CONFIG, "the bucket name '%.*s' must have 3 to 63 characters",
                         SLICE_ARG(bucket));

    bool ends = isalnum((unsigned char)bucket.ptr[0]) && isalnum((unsigned char)bucket.ptr[bucket.len - 1]);
    if (!ends || !all_of(bucket, ".-_") || contains(bucket, SLICE("..")))
        return error_set(err, E_CONFIG, "the bucket name '%.*s' has characters that a bucket cannot have",
                         SLICE_ARG(bucket));
    if (slice_ends(bucket, SLICE("--x-s3")))
        return error_set(
            err, E_CONFIG,
            "the bucket '%.*s' is a directory bucket (S3 Express): it lists without order and cannot "
            "start after a key, so profiles would be missed; use a general purpose bucket",
            SLICE_ARG(bucket));
    return OK;
}

bool address_region_ok(struct slice region)
{
    return region.len >= 1 && region.len <= 32 && all_of(region, "-");
}

struct parts {
    bool tls;
    struct slice authority;
    struct slice path;
};

static bool split_endpoint(struct slice text, struct parts *ret_parts)
{
    struct parts p = {.tls = slice_starts(text, SLICE("https://"))};
    if (!p.tls && !slice_starts(text, SLICE("http://")))
        return false;

    struct slice rest = slice_from(text, p.tls ? 8 : 7);
    size_t slash = slice_find(rest, '/');
    p.authority = slice_sub(rest, 0, slash);
    p.path = slice_from(rest, slash);
    while (p.path.len > 0 && p.path.ptr[p.path.len - 1] == '/')
        p.path.len--;
    if (p.authority.len == 0 || !all_of(p.authority, ".-:[]_") || !all_of(p.path, "/.-_"))
        return false;

    *ret_parts = p;
    return true;
}

/* http://host:80 is sent, and must be signed, as "host". */
static struct slice without_default_port(const struct parts *p)
{
    struct slice port = p->tls ? SLICE(":443") : SLICE(":80");
    return slice_ends(p->authority, port) ? slice_sub(p->authority, 0, p->authority.len - port.len)
                                          : p->authority;
}

static struct slice without_port(struct slice authority)
{
    struct slice host = authority;
    while (host.len > 0 && isdigit((unsigned char)host.ptr[host.len - 1]))
        host.len--;
    return host.len > 0 && host.ptr[host.len - 1] == ':' ? slice_sub(host, 0, host.len - 1) : authority;
}

static bool wants_path_style(const struct s3_options *o, const struct parts *p)
{
    if (o->path_style != S3_PATH_STYLE_AUTO)
        return o->path_style == S3_PATH_STYLE_ON;

    struct slice host = without_port(p->authority);
    bool aws = slice_ends(host, SLICE(".amazonaws.com")) || slice_ends(host, SLICE(".amazonaws.com.cn"));
    return !aws || (p->tls && strchr(o->bucket, '.') != NULL);
}

static char *text_of(struct buf *b)
{
    for (size_t i = 0; i < b->len; i++)
        b->ptr[i] = (char)tolower((unsigned char)b->ptr[i]);
    return mem_cstr(b->ptr, b->len);
}

enum status address_make(const struct s3_options *options, struct address *ret_address, struct error *err)
{
    enum status code = address_bucket_ok(slice_of(options->bucket), err);
    if (code != OK)
        return code;

    const char *region = options->region ? options->region : "us-east-1";
    if (!address_region_ok(slice_of(region)))
        return error_set(err, E_CONFIG, "the region '%s' has characters that a region cannot have", region);

    struct buf endpoint CLEANUP(buf_release) = BUF_INIT(LIMIT_URI_BYTES);
    if (options->endpoint)
        buf_append_cstr(&endpoint, options->endpoint);
    else
        buf_printf(&endpoint, "https://s3.%s.amazonaws.com%s", region,
                   strncmp(region, "cn-", 3) == 0 ? ".cn" : "");

    struct parts parts;
    if (options->endpoint && strchr(options->endpoint, '@'))
        return error_set(err, E_CONFIG,
                         "the S3 endpoint has an '@' in it: a user name or password has no place there (it "
                         "is not shown), the form is http[s]://HOST[:PORT][/PATH]");
    if (endpoint.full || !split_endpoint(buf_slice(&endpoint), &parts))
        return error_set(err, E_CONFIG,
                         "the S3 endpoint '%s' is not of the form http[s]://HOST[:PORT][/PATH]",
                         options->endpoint);

    bool path_style = wants_path_style(options, &parts);
    struct slice host = without_default_port(&parts);
    struct buf full CLEANUP(buf_release) = BUF_INIT(LIMIT_URI_BYTES);
    if (!path_style)
        buf_printf(&full, "%s.", options->bucket);
    buf_append(&full, host);
    char *host_text = text_of(&full);

    buf_reset(&full);
    buf_append(&full, parts.path);
    if (path_style)
        buf_printf(&full, "/%s", options->bucket);

    struct buf origin CLEANUP(buf_release) = BUF_INIT(LIMIT_URI_BYTES);
    buf_printf(&origin, "%s%s", parts.tls ? "https://" : "http://", host_text);
    *ret_address = (struct address){
        .origin = mem_cstr(buf_cstr(&origin), origin.len),
        .host = host_text,
        .path = mem_cstr(buf_cstr(&full), full.len),
    };
    return OK;
}

void address_release(struct address *a)
{
    free(a->origin);
    free(a->host);
    free(a->path);
    *a = (struct address){NULL, NULL, NULL};
}
