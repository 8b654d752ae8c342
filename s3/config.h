/*
 * Where the bucket is: flags first, then the environment, then the profile in the shared AWS files, then
 * defaults.
 *
 *     endpoint    flag, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, endpoint_url of the profile, AWS in the region
 *     region      flag, AWS_REGION, AWS_DEFAULT_REGION, region of the profile, us-east-1
 *     CA bundle   AWS_CA_BUNDLE, ca_bundle of the profile, the system's
 *     profile     AWS_PROFILE, "default"; in AWS_CONFIG_FILE (~/.aws/config) and AWS_SHARED_CREDENTIALS_FILE
 *                 (~/.aws/credentials)
 *
 * An empty variable counts as not set.
 */
#ifndef S3_CONFIG_H
#define S3_CONFIG_H

#include "base/arena.h"
#include "s3/s3.h"

/* As the user typed them; NULL: not given. */
struct s3_flags {
    const char *url;        /* s3://BUCKET[/ROOT] */
    const char *endpoint;   /* --s3-endpoint */
    const char *region;     /* --s3-region */
    const char *path_style; /* --s3-path-style: auto, on, off */
};

struct s3_config {
    struct s3_options options; /* its texts live in the arena, like all of this */
    struct slice root; /* what stands behind the bucket, without its slash and one at the end; not checked */
    const char *region_source;   /* "--s3-region", "AWS_REGION", ..., "default" */
    const char *endpoint_source; /* the same; "AWS" when there is none */
    struct arena arena;
};

/* E_CONFIG: a URL, bucket, region or path style that cannot be, a profile that was asked for and is not
 * there, a shared file that cannot be read or understood. Sends nothing. */
NODISCARD enum status s3_config_resolve(const struct s3_flags *flags, struct s3_config *ret_config,
                                        struct error *err);
void s3_config_release(struct s3_config *config);

#endif
