/*
 * One profile of the files that AWS tools share: AWS_CONFIG_FILE (~/.aws/config, sections [default] and
 * [profile NAME]) and AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials, sections [NAME]). For keys the second
 * wins.
 */
#ifndef S3_AWS_PROFILE_H
#define S3_AWS_PROFILE_H

#include "base/error.h"
#include "base/secret.h"

struct aws_profile {
    char *name;
    bool found;       /* one of the files has it */
    char *access_key; /* this and the texts below: NULL if not given */
    struct secret secret_key, session_token;
    char *region, *endpoint, *ca_bundle;
    char *other_source; /* a setting that we do not know how to follow: "credential_process", ... */
    char *config_path, *credentials_path; /* looked at; NULL: no home directory */
    uint64_t files_mark;                  /* changes when one of the files does */
};

/* `name` NULL: AWS_PROFILE, else "default". A file that does not exist is empty. E_CONFIG: a file that cannot
 * be read or understood (with its line), or a profile that was asked for by name and is in neither. */
NODISCARD enum status aws_profile_load(const char *name, struct aws_profile *ret_profile, struct error *err);
void aws_profile_release(struct aws_profile *p);

/* The files as they are now: another value than files_mark if one was changed, made or removed. */
uint64_t aws_profile_files_mark(const struct aws_profile *p);

/* The variable's value, or NULL if it is not set or empty. */
const char *aws_profile_env(const char *name);

#endif
