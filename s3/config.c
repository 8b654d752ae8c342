/*
 * Every setting is a list of places in the order of their precedence; the first that has a value wins, and
 * its name is kept, because "which of the five places is this from?" is the first question when a bucket is
 * not found.
 *
 * The address is made here once and thrown away: so a bad endpoint is an error of the configuration, before
 * anything is opened.
 */
#include "s3/config.h"

#include "base/limits.h"
#include "s3/address.h"
#include "s3/aws_profile.h"

#include <string.h>

enum { CONFIG_ARENA_BYTES = 64 * KIB };

/* A text that lives as long as the configuration; NULL stays NULL. */
static const char *keep(struct s3_config *c, struct slice text)
{
    return text.ptr ? arena_copy(&c->arena, text).ptr : NULL;
}

static enum status take_url(struct s3_config *c, const char *url, struct error *err)
{
    if (!url || !slice_starts(slice_of(url), SLICE("s3://")))
        return error_set(err, E_CONFIG, "the store '%s' is not of the form s3://BUCKET[/ROOT]",
                         url ? url : "");

    struct slice rest = slice_from(slice_of(url), 5);
    size_t slash = slice_find(rest, '/');
    struct slice bucket = slice_sub(rest, 0, slash), root = slice_from(rest, slash + 1);
    if (slice_ends(root, SLICE("/")))
        root.len--;

    enum status code = address_bucket_ok(bucket, err);
    if (code != OK)
        return code;

    c->options.bucket = keep(c, bucket);
    c->root = root.len > 0 ? arena_copy(&c->arena, root) : SLICE_NULL;
    return OK;
}

static enum status take_path_style(struct s3_config *c, const char *text, struct error *err)
{
    static const char *const names[] = {"auto", "on", "off"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (!text || strcmp(text, names[i]) == 0) {
            c->options.path_style = (enum s3_path_style)i;
            return OK;
        }
    }
    return error_set(err, E_CONFIG, "--s3-path-style '%s' is none of auto, on, off", text);
}

struct place {
    const char *value;
    const char *name;
};

/* The first place that has a value. */
static struct place first_of(const struct place *places, size_t count)
{
    for (size_t i = 0; i + 1 < count; i++)
        if (places[i].value && places[i].value[0])
            return places[i];

    return places[count - 1];
}

static struct place find_endpoint(const struct s3_flags *flags, const struct aws_profile *p)
{
    const struct place places[] = {
        {flags->endpoint, "--s3-endpoint"},
        {aws_profile_env("AWS_ENDPOINT_URL_S3"), "AWS_ENDPOINT_URL_S3"},
        {aws_profile_env("AWS_ENDPOINT_URL"), "AWS_ENDPOINT_URL"},
        {p->endpoint, "endpoint_url of the profile"},
        {NULL, "AWS"},
    };
    return first_of(places, ARRAY_LEN(places));
}

static struct place find_region(const struct s3_flags *flags, const struct aws_profile *p)
{
    const struct place places[] = {
        {flags->region, "--s3-region"},
        {aws_profile_env("AWS_REGION"), "AWS_REGION"},
        {aws_profile_env("AWS_DEFAULT_REGION"), "AWS_DEFAULT_REGION"},
        {p->region, "region of the profile"},
        {"us-east-1", "default"},
    };
    return first_of(places, ARRAY_LEN(places));
}

static struct place find_ca_bundle(const struct aws_profile *p)
{
    const struct place places[] = {
        {aws_profile_env("AWS_CA_BUNDLE"), "AWS_CA_BUNDLE"},
        {p->ca_bundle, "ca_bundle of the profile"},
        {NULL, "system"},
    };
    return first_of(places, ARRAY_LEN(places));
}

enum status s3_config_resolve(const struct s3_flags *flags, struct s3_config *ret_config, struct error *err)
{
    struct aws_profile profile CLEANUP(aws_profile_release) = {NULL};
    enum status code = aws_profile_load(NULL, &profile, err);
    if (code != OK)
        return code;

    struct s3_config c CLEANUP(s3_config_release) = {.arena = ARENA_INIT(CONFIG_ARENA_BYTES)};
    code = take_url(&c, flags->url, err);
    if (code == OK)
        code = take_path_style(&c, flags->path_style, err);
    if (code != OK)
        return code;

    struct place endpoint = find_endpoint(flags, &profile), region = find_region(flags, &profile);
    c.options.endpoint = keep(&c, slice_of(endpoint.value));
    c.options.region = keep(&c, slice_of(region.value));
    c.options.ca_bundle = keep(&c, slice_of(find_ca_bundle(&profile).value));
    c.endpoint_source = endpoint.name;
    c.region_source = region.name;
    if ((endpoint.value && !c.options.endpoint) || !c.options.region)
        return error_set(err, E_CONFIG, "endpoint, region or CA bundle is too long");

    struct address address = {NULL, NULL, NULL};
    code = address_make(&c.options, &address, err);
    address_release(&address);
    if (code != OK)
        return error_wrap(err, "endpoint from %s, region from %s", c.endpoint_source, c.region_source);

    *ret_config = c;
    c = (struct s3_config){.arena = ARENA_INIT(0)};
    return OK;
}

void s3_config_release(struct s3_config *config)
{
    arena_release(&config->arena);
    *config = (struct s3_config){.arena = ARENA_INIT(0)};
}
