/*
 * The chain is a table of functions. "Not configured" (E_NOT_FOUND) goes on to the next; every other failure
 * ends it. Keys from the environment and from files are made here, those that a service hands out in
 * credentials_http.c.
 */
#include "s3/credentials.h"

#include "base/alloc.h"
#include "s3/aws_profile.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SOURCE_TEXT_MAX = 512,
    KEY_MAX = 256,
    SECRET_MAX = 1000, /* what is signed with it is built in sigv4_key()'s bounds; real ones have 40 */
};

bool credentials_key_ok(struct slice access_key)
{
    for (size_t i = 0; i < access_key.len; i++)
        if (!isgraph((unsigned char)access_key.ptr[i]) || access_key.ptr[i] == '/' ||
            access_key.ptr[i] == ',')
            return false;

    return access_key.len >= 1 && access_key.len <= KEY_MAX;
}

static enum status from_environment(const struct credential_needs *needs UNUSED,
                                    struct credentials *ret_credentials, struct error *err)
{
    const char *id = aws_profile_env("AWS_ACCESS_KEY_ID"), *secret = aws_profile_env("AWS_SECRET_ACCESS_KEY");
    const char *token = aws_profile_env("AWS_SESSION_TOKEN");
    if (!id && !secret)
        return error_set(err, E_NOT_FOUND, "AWS_ACCESS_KEY_ID is not set");
    if (!id || !secret)
        return error_set(err, E_CONFIG, "%s is set but %s is not",
                         id ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
                         id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
    if (!credentials_key_ok(slice_of(id)))
        return error_set(err, E_CONFIG, "AWS_ACCESS_KEY_ID has characters that an access key cannot have");

    static const char source[] = "AWS_ACCESS_KEY_ID in the environment";
    struct credentials c = {.access_key = mem_cstr(id, strlen(id)),
                            .source = mem_cstr(source, sizeof source - 1)};
    secret_set(&c.secret_key, slice_of(secret));
    if (token)
        secret_set(&c.session_token, slice_of(token));
    *ret_credentials = c;
    return OK;
}

static enum status from_profile(const struct credential_needs *needs, struct credentials *ret_credentials,
                                struct error *err)
{
    struct aws_profile p CLEANUP(aws_profile_release) = {NULL};
    enum status code = aws_profile_load(needs->profile, &p, err);
    if (code != OK)
        return code;
    if (!p.access_key && !secret_is_set(&p.secret_key) && p.other_source)
        return error_set(
            err, E_CONFIG,
            "the profile '%s' has no keys but %s, which brazier cannot follow; put keys into it or "
            "into the environment",
            p.name, p.other_source);
    if (!p.access_key && !secret_is_set(&p.secret_key))
        return error_set(err, E_NOT_FOUND, "the profile '%s' has no keys", p.name);
    if (!p.access_key || !secret_is_set(&p.secret_key) || !credentials_key_ok(slice_of(p.access_key)))
        return error_set(
            err, E_CONFIG,
            "the profile '%s' needs both aws_access_key_id and aws_secret_access_key, each as it was "
            "given to you",
            p.name);

    char source[SOURCE_TEXT_MAX];
    (void)snprintf(source, sizeof source, "profile '%s' of the shared AWS files", p.name);
    struct credentials c = {
        .access_key = mem_cstr(p.access_key, strlen(p.access_key)),
        .source = mem_cstr(source, strlen(source)),
        .profile_name = mem_cstr(p.name, strlen(p.name)),
        .files_mark = p.files_mark,
    };
    secret_set(&c.secret_key, secret_bytes(&p.secret_key));
    if (secret_is_set(&p.session_token))
        secret_set(&c.session_token, secret_bytes(&p.session_token));
    *ret_credentials = c;
    return OK;
}

/* Whatever the source: what would break out of its header, or is too long to sign with, goes no further. A
 * line end at the end of a variable is the usual mistake. */
static enum status check(const struct credentials *c, struct error *err)
{
    struct slice token = secret_bytes(&c->session_token);
    if (secret_bytes(&c->secret_key).len > SECRET_MAX)
        return error_set(err, E_CONFIG, "%s: the secret key is over %d bytes", c->source, (int)SECRET_MAX);
    for (size_t i = 0; i < token.len; i++)
        if (!isgraph((unsigned char)token.ptr[i]))
            return error_set(err, E_CONFIG,
                             "%s: the session token has a space, a line end or another character that no "
                             "token has",
                             c->source);
    return OK;
}

enum status credentials_load(const struct credential_needs *needs, struct credentials *ret_credentials,
                             struct error *err)
{
    enum status (*const sources[])(const struct credential_needs *, struct credentials *, struct error *) = {
        from_environment,           credentials_from_web_identity, from_profile,
        credentials_from_container, credentials_from_instance,
    };
    struct error fault = {.code = E_NOT_FOUND};
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        struct credentials found = {NULL};
        enum status code = sources[i](needs, &found, &fault);
        if (code == OK)
            code = check(&found, &fault);
        if (code == OK) {
            *ret_credentials = found;
            return OK;
        }
        credentials_release(&found);
        if (code != E_NOT_FOUND)
            return error_set(err, code, "%s", fault.text);
    }
    return error_set(
        err, E_CONFIG,
        "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile, or run where "
        "there is a web identity, a container role or an instance role (%s)",
        fault.text);
}

void credentials_release(struct credentials *c)
{
    free(c->access_key);
    secret_release(&c->secret_key);
    secret_release(&c->session_token);
    free(c->source);
    free(c->profile_name);
    *c = (struct credentials){NULL};
}

bool credentials_equal(const struct credentials *a, const struct credentials *b)
{
    return slice_eq(slice_of(a->access_key), slice_of(b->access_key)) &&
           slice_eq(secret_bytes(&a->secret_key), secret_bytes(&b->secret_key)) &&
           slice_eq(secret_bytes(&a->session_token), secret_bytes(&b->session_token));
}

static char *copy_text(const char *text)
{
    return text ? mem_cstr(text, strlen(text)) : NULL;
}

void credentials_copy(const struct credentials *from, struct credentials *ret_copy)
{
    *ret_copy = (struct credentials){
        .access_key = copy_text(from->access_key),
        .expires_ms = from->expires_ms,
        .source = copy_text(from->source),
        .profile_name = copy_text(from->profile_name),
        .files_mark = from->files_mark,
    };
    secret_set(&ret_copy->secret_key, secret_bytes(&from->secret_key));
    if (secret_is_set(&from->session_token))
        secret_set(&ret_copy->session_token, secret_bytes(&from->session_token));
}
