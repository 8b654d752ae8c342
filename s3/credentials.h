/*
 * The keys to the bucket and where they come from. The sources are tried in this order; the first that is
 * configured decides, and its failure is the failure: keys that were meant are never replaced by others.
 *
 *   1. AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
 *   2. AWS_WEB_IDENTITY_TOKEN_FILE with AWS_ROLE_ARN (STS AssumeRoleWithWebIdentity)
 *   3. the profile in the files that AWS tools share (s3/aws_profile.h)
 *   4. AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI, with AWS_CONTAINER_AUTHORIZATION_TOKEN[_FILE]
 *   5. the metadata service of an EC2 instance (IMDSv2), unless AWS_EC2_METADATA_DISABLED=true
 */
#ifndef S3_CREDENTIALS_H
#define S3_CREDENTIALS_H

#include "base/buf.h"
#include "base/secret.h"
#include "s3/fetch.h"

struct credentials {
    char *access_key;
    struct secret secret_key;
    struct secret session_token; /* not set: none */
    int64_t expires_ms;          /* wall clock; 0: never */
    char *source;                /* for people: "AWS_ACCESS_KEY_ID in the environment" */
    char *profile_name;          /* of the shared files; NULL: another source */
    uint64_t files_mark;         /* aws_profile.h */
};

/* What the sources need beside the environment. */
struct credential_needs {
    const char *profile; /* NULL: AWS_PROFILE, "default" */
    const char *region;  /* whose STS to ask */
    struct fetch *fetch;
};

/* Blocks: several HTTP requests of a second or a few each. E_CONFIG: nothing is configured, or wrongly so.
 * E_DENIED: a source refuses. E_UNAVAILABLE: a source does not answer. */
NODISCARD enum status credentials_load(const struct credential_needs *needs,
                                       struct credentials *ret_credentials, struct error *err);
void credentials_release(struct credentials *c);
bool credentials_equal(const struct credentials *a, const struct credentials *b);
void credentials_copy(const struct credentials *from, struct credentials *ret_copy);

/* For the sources (credentials_*.c). Each returns E_NOT_FOUND when it is not configured. */
NODISCARD enum status credentials_from_web_identity(const struct credential_needs *needs,
                                                    struct credentials *ret_credentials, struct error *err);
NODISCARD enum status credentials_from_container(const struct credential_needs *needs,
                                                 struct credentials *ret_credentials, struct error *err);
NODISCARD enum status credentials_from_instance(const struct credential_needs *needs,
                                                struct credentials *ret_credentials, struct error *err);

/* "AKIA...": what an Authorization header can carry. */
bool credentials_key_ok(struct slice access_key);

#endif
