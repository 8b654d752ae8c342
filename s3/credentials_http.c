/*
 * Credentials that a service hands out for a while: a container's agent and an instance's metadata service
 * answer with the same small JSON object, STS with XML. All of them are renewed by asking again.
 *
 * The metadata services are asked directly, never through a proxy: a proxy would answer with its own
 * machine's role, or would see the keys.
 */
#include "s3/credentials.h"

#include "base/alloc.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "s3/aws_profile.h"
#include "s3/date.h"
#include "s3/error_xml.h"
#include "s3/xml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { METADATA_MS = 1000, CONTAINER_MS = 2000, STS_MS = 5000, ROLE_NAME_MAX = 256 };

static void wipe(struct buf *text)
{
    if (text->ptr)
        explicit_bzero(text->ptr, text->cap);
    buf_release(text);
}

static char *text_of(struct slice s)
{
    return mem_cstr(s.ptr, s.len);
}

/* A field that must be there and not be empty. */
static enum status json_field(struct slice doc, const char *name, struct buf *out, struct error *err)
{
    enum status code = json_get_string(doc, name, out, err);
    if (code != OK || out->len == 0)
        return error_set(err, E_UNAVAILABLE, "the answer has no %s", name);

    return OK;
}

/* {"AccessKeyId": ..., "SecretAccessKey": ..., "Token": ..., "Expiration": "2013-10-13T00:00:00Z"} */
static enum status from_json(struct slice doc, const char *source, struct credentials *ret_credentials,
                             struct error *err)
{
    struct buf id CLEANUP(buf_release) = BUF_INIT(LIMIT_ERROR_BODY_BYTES);
    struct buf secret CLEANUP(wipe) = BUF_INIT(LIMIT_ERROR_BODY_BYTES);
    struct buf token CLEANUP(wipe) = BUF_INIT(LIMIT_ERROR_BODY_BYTES);
    struct buf expires CLEANUP(buf_release) = BUF_INIT(LIMIT_ERROR_BODY_BYTES);
    enum status code = json_field(doc, "AccessKeyId", &id, err);
    if (code == OK)
        code = json_field(doc, "SecretAccessKey", &secret, err);
    if (code == OK)
        code = json_field(doc, "Token", &token, err);
    if (code == OK)
        code = json_field(doc, "Expiration", &expires, err);
    if (code != OK)
        return error_wrap(err, "%s", source);

    int64_t expires_ms = 0;
    if (!date_from_iso(buf_slice(&expires), &expires_ms) || !credentials_key_ok(buf_slice(&id)))
        return error_set(err, E_UNAVAILABLE, "%s: the answer makes no sense", source);

    struct credentials c = {
        .access_key = text_of(buf_slice(&id)),
        .expires_ms = expires_ms,
        .source = text_of(slice_of(source)),
    };
    secret_set(&c.secret_key, buf_slice(&secret));
    secret_set(&c.session_token, buf_slice(&token));
    *ret_credentials = c;
    return OK;
}

/* One line of a small file, without the white space around it. */
static enum status token_file(const char *path, struct buf *out, struct error *err)
{
    struct error fault;
    if (file_read(path, out, &fault) != OK)
        return error_set(err, E_CONFIG, "%s", fault.text);
    struct slice text = slice_trim(buf_slice(out));
    if (text.len == 0 || slice_find(text, '\n') != text.len || slice_find(text, '\0') != text.len)
        return error_set(err, E_CONFIG, "%s does not hold a token", path);

    return OK;
}

/* --- STS --- */

struct sts_answer {
    struct credentials credentials;
    bool in_credentials;
};

static void sts_open(void *user, unsigned depth UNUSED, const char *name)
{
    struct sts_answer *a = user;
    a->in_credentials = a->in_credentials || strcmp(name, "Credentials") == 0;
}

static bool sts_close(void *user, unsigned depth UNUSED, const char *name, struct slice text,
                      struct error *err UNUSED)
{
    struct sts_answer *a = user;
    struct credentials *c = &a->credentials;
    if (strcmp(name, "Credentials") == 0)
        a->in_credentials = false;
    if (!a->in_credentials)
        return true;

    if (strcmp(name, "AccessKeyId") == 0 && !c->access_key && credentials_key_ok(text))
        c->access_key = text_of(text);
    else if (strcmp(name, "SecretAccessKey") == 0)
        secret_set(&c->secret_key, text);
    else if (strcmp(name, "SessionToken") == 0)
        secret_set(&c->session_token, text);
    else if (strcmp(name, "Expiration") == 0 && !date_from_iso(text, &c->expires_ms))
        c->expires_ms = 0;
    return true;
}

static enum status from_sts_xml(struct slice body, const char *source, struct credentials *ret_credentials,
                                struct error *err)
{
    static const struct xml_handler handler = {sts_open, sts_close};
    struct sts_answer answer = {.in_credentials = false};
    struct xml_reader *reader = xml_reader_new(&handler, &answer, LIMIT_ERROR_BODY_BYTES);
    (void)xml_reader_feed(reader, body);
    enum status code = xml_reader_finish(reader, err);
    xml_reader_free(reader);

    struct credentials *c = &answer.credentials;
    bool whole = c->access_key && secret_is_set(&c->secret_key) && secret_is_set(&c->session_token) &&
                 c->expires_ms > 0;
    if (code != OK || !whole) {
        credentials_release(c);
        return error_set(err, E_UNAVAILABLE, "%s: the answer of STS makes no sense", source);
    }
    c->source = text_of(slice_of(source));
    *ret_credentials = *c;
    return OK;
}

/* STS errors are <ErrorResponse><Error><Code>; a search is enough for a text. */
static void sts_code(struct slice body, char *out, size_t cap)
{
    struct slice open = SLICE("<Code>");
    (void)snprintf(out, cap, "no code");
    for (size_t i = 0; i + open.len < body.len; i++) {
        if (!slice_starts(slice_from(body, i), open))
            continue;
        struct slice rest = slice_from(body, i + open.len);
        error_xml_copy(out, cap, slice_sub(rest, 0, slice_find(rest, '<')));
        return;
    }
}

static void sts_form(struct slice token, const char *role, struct buf *out)
{
    const char *session = aws_profile_env("AWS_ROLE_SESSION_NAME");
    buf_append_cstr(out, "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=");
    percent_encode(slice_of(session ? session : "brazier"), out);
    buf_append_cstr(out, "&RoleArn=");
    percent_encode(slice_of(role), out);
    buf_append_cstr(out, "&WebIdentityToken=");
    percent_encode(token, out);
}

static void sts_url(const char *region, struct buf *out)
{
    const char *given = aws_profile_env("AWS_ENDPOINT_URL_STS");
    if (given)
        buf_append_cstr(out, given);
    else
        buf_printf(out, "https://sts.%s.amazonaws.com%s/", region,
                   strncmp(region, "cn-", 3) == 0 ? ".cn" : "");
}

enum status credentials_from_web_identity(const struct credential_needs *needs,
                                          struct credentials *ret_credentials, struct error *err)
{
    const char *path = aws_profile_env("AWS_WEB_IDENTITY_TOKEN_FILE"),
               *role = aws_profile_env("AWS_ROLE_ARN");
    if (!path)
        return error_set(err, E_NOT_FOUND, "AWS_WEB_IDENTITY_TOKEN_FILE is not set");
    if (!role)
        return error_set(err, E_CONFIG, "AWS_WEB_IDENTITY_TOKEN_FILE is set but AWS_ROLE_ARN is not");

    /* Read anew each time: the file is replaced before the token in it expires. */
    struct buf token CLEANUP(wipe) = BUF_INIT(LIMIT_ERROR_BODY_BYTES);
    enum status code = token_file(path, &token, err);
    if (code != OK)
        return code;

    struct buf url CLEANUP(buf_release) = BUF_INIT(LIMIT_URI_BYTES);
    struct buf form CLEANUP(wipe) = BUF_INIT(4 * LIMIT_ERROR_BODY_BYTES);
    struct buf body CLEANUP(wipe) = BUF_INIT(LIMIT_ERROR_BODY_BYTES);
    sts_url(needs->region, &url);
    sts_form(slice_trim(buf_slice(&token)), role, &form);
    struct fetch_request request = {.method = "POST",
                                    .url = buf_cstr(&url),
                                    .body = buf_slice(&form),
                                    .timeout_ms = STS_MS};
    int status = 0;
    code = fetch_run(needs->fetch, &request, &body, &status, err);
    if (code != OK)
        return error_wrap(err, "web identity");

    char source[320];
    (void)snprintf(source, sizeof source, "web identity as %.250s", role);
    if (status == 200)
        return from_sts_xml(buf_slice(&body), source, ret_credentials, err);

    char reason[64];
    sts_code(buf_slice(&body), reason, sizeof reason);
    return error_set(err, status >= 500 || status == 429 ? E_UNAVAILABLE : E_DENIED, "%s: STS says %d %s",
                     source, status, reason);
}

/* --- container --- */

/* Keys may go over plain http only within the machine or to the agents' own addresses. */
static bool is_safe_url(struct slice url)
{
    if (slice_starts(url, SLICE("https://")))
        return true;

    static const char *const hosts[] = {"localhost",     "127.0.0.1",      "[::1]",
                                        "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"};
    struct slice rest = slice_from(url, sizeof "http://" - 1);
    /* Behind an '@' the host would be another. */
    if (!slice_starts(url, SLICE("http://")) || slice_find(url, '@') < url.len)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
        struct slice host = slice_of(hosts[i]);
        struct slice behind = slice_from(rest, host.len);
        if (slice_starts(rest, host) && (behind.len == 0 || strchr(":/?", behind.ptr[0])))
            return true;
    }
    return false;
}

static enum status container_token(struct buf *out, struct error *err)
{
    const char *path = aws_profile_env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *text = aws_profile_env("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    struct buf file CLEANUP(wipe) = BUF_INIT(LIMIT_ERROR_BODY_BYTES);
    struct slice token = slice_of(text);
    if (path) {
        enum status code = token_file(path, &file, err);
        if (code != OK)
            return code;
        token = slice_trim(buf_slice(&file));
    }
    if (slice_find(token, '\n') != token.len || slice_find(token, '\r') != token.len)
        return error_set(err, E_CONFIG, "AWS_CONTAINER_AUTHORIZATION_TOKEN has more than one line");
    if (token.len > 0) {
        buf_append_cstr(out, "Authorization: ");
        buf_append(out, token);
    }
    return OK;
}

enum status credentials_from_container(const struct credential_needs *needs,
                                       struct credentials *ret_credentials, struct error *err)
{
    const char *relative = aws_profile_env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = aws_profile_env("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (!relative && !full)
        return error_set(err, E_NOT_FOUND, "AWS_CONTAINER_CREDENTIALS_FULL_URI is not set");
    if (relative && relative[0] != '/')
        return error_set(err, E_CONFIG, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with '/'");
    if (!relative && !is_safe_url(slice_of(full)))
        return error_set(
            err, E_CONFIG,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or http on this machine or to a container "
            "agent's address");

    struct buf url CLEANUP(buf_release) = BUF_INIT(LIMIT_URI_BYTES);
    struct buf token CLEANUP(wipe) = BUF_INIT(LIMIT_ERROR_BODY_BYTES);
    struct buf body CLEANUP(wipe) = BUF_INIT(LIMIT_ERROR_BODY_BYTES);
    buf_printf(&url, "%s%s", relative ? "http://169.254.170.2" : "", relative ? relative : full);
    enum status code = container_token(&token, err);
    if (code != OK)
        return code;

    const char *headers[] = {buf_cstr(&token)};
    struct fetch_request request = {.method = "GET",
                                    .url = buf_cstr(&url),
                                    .headers = headers,
                                    .header_count = token.len > 0 ? 1 : 0,
                                    .timeout_ms = CONTAINER_MS,
                                    .direct = true};
    int status = 0;
    code = fetch_run(needs->fetch, &request, &body, &status, err);
    if (code != OK)
        return error_wrap(err, "container credentials");
    if (status != 200)
        return error_set(err, status >= 500 || status == 429 ? E_UNAVAILABLE : E_DENIED,
                         "container credentials: the agent says %d", status);

    return from_json(buf_slice(&body), "the container's credentials", ret_credentials, err);
}

/* --- instance --- */

static enum status metadata(const struct credential_needs *needs, const char *method, const char *path,
                            const char *header, struct buf *out, struct error *err)
{
    const char *given = aws_profile_env("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    struct slice origin = slice_of(given ? given : "http://169.254.169.254");
    if (slice_ends(origin, SLICE("/")))
        origin.len--;
    struct buf url CLEANUP(buf_release) = BUF_INIT(LIMIT_URI_BYTES);
    buf_append(&url, origin);
    buf_append_cstr(&url, path);

    struct fetch_request request = {.method = method,
                                    .url = buf_cstr(&url),
                                    .headers = &header,
                                    .header_count = 1,
                                    .timeout_ms = METADATA_MS,
                                    .direct = true};
    int status = 0;
    enum status code = fetch_run(needs->fetch, &request, out, &status, err);
    if (code != OK)
        return code;
    if (status != 200)
        return error_set(err, status == 404 ? E_NOT_FOUND : E_UNAVAILABLE, "%s says %d", path, status);

    return OK;
}

/* The path of the role's keys: the service names the role first. */
static enum status role_path(const struct credential_needs *needs, const char *header, struct buf *out,
                             struct error *err)
{
    static const char list[] = "/latest/meta-data/iam/security-credentials/";
    struct buf roles CLEANUP(buf_release) = BUF_INIT(LIMIT_ERROR_BODY_BYTES);
    enum status code = metadata(needs, "GET", list, header, &roles, err);
    if (code != OK)
        return code;

    struct slice role = slice_trim(slice_sub(buf_slice(&roles), 0, slice_find(buf_slice(&roles), '\n')));
    if (role.len == 0 || role.len > ROLE_NAME_MAX)
        return error_set(err, E_NOT_FOUND, "the instance has no role");
    buf_append_cstr(out, list);
    percent_encode(role, out);
    return OK;
}

enum status credentials_from_instance(const struct credential_needs *needs,
                                      struct credentials *ret_credentials, struct error *err)
{
    const char *disabled = aws_profile_env("AWS_EC2_METADATA_DISABLED");
    if (disabled && slice_eq_nocase(slice_of(disabled), SLICE("true")))
        return error_set(err, E_NOT_FOUND, "AWS_EC2_METADATA_DISABLED is true");

    struct buf token CLEANUP(wipe) = BUF_INIT(LIMIT_ERROR_BODY_BYTES);
    struct buf header CLEANUP(wipe) = BUF_INIT(LIMIT_ERROR_BODY_BYTES);
    struct buf path CLEANUP(buf_release) = BUF_INIT(LIMIT_URI_BYTES);
    struct buf body CLEANUP(wipe) = BUF_INIT(LIMIT_ERROR_BODY_BYTES);
    struct error fault;
    enum status code = metadata(needs, "PUT", "/latest/api/token",
                                "X-aws-ec2-metadata-token-ttl-seconds: 21600", &token, &fault);
    /* Nobody there is the usual case outside EC2, and the end of the chain. */
    if (code != OK)
        return error_set(err, E_NOT_FOUND, "no instance metadata: %s", fault.text);

    buf_append_cstr(&header, "X-aws-ec2-metadata-token: ");
    buf_append(&header, slice_trim(buf_slice(&token)));
    code = role_path(needs, buf_cstr(&header), &path, err);
    if (code == OK)
        code = metadata(needs, "GET", buf_cstr(&path), buf_cstr(&header), &body, err);
    if (code != OK)
        return error_wrap(err, "instance metadata");

    char source[320];
    (void)snprintf(source, sizeof source, "the instance's role %s", strrchr(buf_cstr(&path), '/') + 1);
    return from_json(buf_slice(&body), source, ret_credentials, err);
}
