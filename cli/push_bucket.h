/*
 * Objects of a bucket, as they stand there: what profefe has stored, or files that somebody copied into it.
 * Address and credentials are found as by `brazier serve`. push_bucket_get() any thread, the others one.
 */
#ifndef CLI_PUSH_BUCKET_H
#define CLI_PUSH_BUCKET_H

#include "base/buf.h"
#include "cli/push_files.h"
#include "s3/config.h"

struct push_bucket;

/* Is it "s3://..."? */
bool push_bucket_is_url(const char *word);

/*
 * flags->url: s3://BUCKET, or s3://BUCKET/PREFIX for the keys that begin with the prefix, byte for byte;
 * prefix: those that are meant when the URL names none. Sends nothing yet. E_CONFIG as s3_config_resolve().
 */
NODISCARD enum status push_bucket_open(const struct s3_flags *flags, const char *prefix,
                                       struct push_bucket **ret_bucket, struct error *err);
void push_bucket_close(struct push_bucket *b);
void push_bucket_closep(struct push_bucket **b);

/* "s3://BUCKET"; lives as long as the bucket. */
const char *push_bucket_name(const struct push_bucket *b);
/* Adds the next objects, at most 1,000, in the order of their keys; *ret_more: there are others. Codes as
 * of a store's LIST. */
NODISCARD enum status push_bucket_list(struct push_bucket *b, struct push_files *files, bool *ret_more,
                                       struct error *err);
/* Appends an object to an empty buf. Codes as of a store's GET; E_TOO_LARGE: over out's bound. */
NODISCARD enum status push_bucket_get(struct push_bucket *b, const char *key, struct buf *out,
                                      struct error *err);

#endif
