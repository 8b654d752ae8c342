/*
 * Both files are read whole each time, also for one setting: they are small, are read at the start, when they
 * change and when keys are refused, and half a profile out of two versions of a file would be worse than
 * reading twice.
 *
 * Settings that name a source which we cannot follow (a process to run, single sign-on, a role of another
 * profile) are remembered by name, so that the error can say why a profile that works elsewhere does not work
 * here.
 */
#include "s3/aws_profile.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "s3/ini.h"

#include <stdlib.h>
#include <string.h>

const char *aws_profile_env(const char *name)
{
    const char *value = getenv(name);
    return value && value[0] ? value : NULL;
}

/* The profile while a file is read into it. */
struct reading {
    struct aws_profile *profile;
    bool is_config; /* sections are named [profile NAME] */
};

static bool is_ours(const struct reading *r, struct slice section)
{
    struct slice name = slice_of(r->profile->name);
    if (!r->is_config || slice_eq(name, SLICE("default")))
        return slice_eq(section, name);

    struct slice prefix = SLICE("profile ");
    return slice_starts(section, prefix) && slice_eq(slice_trim(slice_from(section, prefix.len)), name);
}

static void set_text(char **text, struct slice value)
{
    free(*text);
    *text = value.len > 0 ? mem_cstr(value.ptr, value.len) : NULL;
}

static void on_pair(void *user, struct slice section, struct slice name, struct slice value)
{
    static const char *const others[] = {"credential_process", "sso_session", "sso_start_url", "role_arn",
                                         "credential_source"};
    struct reading *r = user;
    struct aws_profile *p = r->profile;
    if (!is_ours(r, section))
        return;

    p->found = true;
    if (slice_eq_cstr(name, "aws_access_key_id"))
        set_text(&p->access_key, value);
    else if (slice_eq_cstr(name, "aws_secret_access_key"))
        secret_set(&p->secret_key, value);
    else if (slice_eq_cstr(name, "aws_session_token"))
        secret_set(&p->session_token, value);
    else if (slice_eq_cstr(name, "region"))
        set_text(&p->region, value);
    else if (slice_eq_cstr(name, "endpoint_url"))
        set_text(&p->endpoint, value);
    else if (slice_eq_cstr(name, "ca_bundle"))
        set_text(&p->ca_bundle, value);
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (slice_eq_cstr(name, others[i]))
            set_text(&p->other_source, name);
}

static void wipe(struct buf *text)
{
    if (text->ptr)
        explicit_bzero(text->ptr, text->len);
    buf_release(text);
}

static enum status read_file(struct aws_profile *p, const char *path, bool is_config, struct error *err)
{
    struct buf text CLEANUP(wipe) = BUF_INIT(LIMIT_SMALL_FILE_BYTES);
    struct error fault;
    enum status code = path ? file_read(path, &text, &fault) : E_NOT_FOUND;
    if (code == E_NOT_FOUND)
        return OK;
    if (code != OK)
        return error_set(err, E_CONFIG, "%s", fault.text);

    int line = ini_read(buf_slice(&text), on_pair, &(struct reading){p, is_config});
    if (line != 0)
        return error_set(err, E_CONFIG, "%s: line %d is neither [section] nor name = value", path, line);
    return OK;
}

static char *path_of(const char *variable, const char *in_home)
{
    const char *given = aws_profile_env(variable), *home = aws_profile_env("HOME");
    if (given)
        return mem_cstr(given, strlen(given));
    if (!home)
        return NULL;

    struct buf path CLEANUP(buf_release) = BUF_INIT(LIMIT_SMALL_FILE_BYTES);
    buf_printf(&path, "%s/%s", home, in_home);
    return mem_cstr(buf_cstr(&path), path.len);
}

uint64_t aws_profile_files_mark(const struct aws_profile *p)
{
    uint64_t config_ns = p->config_path ? (uint64_t)file_mtime_ns(p->config_path) : 0;
    uint64_t credentials_ns = p->credentials_path ? (uint64_t)file_mtime_ns(p->credentials_path) : 0;
    /* Any mixture in which equal changes of both do not cancel out. */
    return config_ns * 31 + credentials_ns;
}

enum status aws_profile_load(const char *name, struct aws_profile *ret_profile, struct error *err)
{
    const char *asked = name ? name : aws_profile_env("AWS_PROFILE");
    const char *used = asked ? asked : "default";
    struct aws_profile p CLEANUP(aws_profile_release) = {
        .name = mem_cstr(used, strlen(used)),
        .config_path = path_of("AWS_CONFIG_FILE", ".aws/config"),
        .credentials_path = path_of("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"),
    };
    /* Looked at before it is read: a change in between is seen the next time. */
    p.files_mark = aws_profile_files_mark(&p);

    enum status code = read_file(&p, p.config_path, true, err);
    if (code == OK)
        code = read_file(&p, p.credentials_path, false, err);
    if (code != OK)
        return code;
    if (asked && !p.found)
        return error_set(err, E_CONFIG, "the profile '%s' is neither in %s nor in %s", asked,
                         p.credentials_path ? p.credentials_path : "~/.aws/credentials",
                         p.config_path ? p.config_path : "~/.aws/config");

    *ret_profile = p;
    p = (struct aws_profile){NULL};
    return OK;
}

void aws_profile_release(struct aws_profile *p)
{
    secret_release(&p->secret_key);
    secret_release(&p->session_token);
    char *texts[] = {p->name,      p->access_key,   p->region,      p->endpoint,
                     p->ca_bundle, p->other_source, p->config_path, p->credentials_path};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        free(texts[i]);
    *p = (struct aws_profile){NULL};
}
