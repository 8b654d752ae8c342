/* How servers are spoken to, as Prometheus' HTTP configuration says it. Secrets stand in files only: what is
 * in a configuration is read by many. */
#include "scrape/config_part.h"

enum status config_basic_auth(struct reader *r, struct yaml value, struct access *a, struct error *err)
{
    static const struct field fields[] = {
        {"username", FIELD_WORD, offsetof(struct access, user), 0, NULL},
        {"password_file", FIELD_PATH, offsetof(struct access, password_file), 0, NULL},
    };

    if (fields_read(r, value, fields, ARRAY_LEN(fields), a, err) != OK)
        return E_INVALID;
    if (!a->user || !a->password_file)
        return yaml_fault(value, err, "basic_auth needs username and password_file");
    return OK;
}

enum status config_authorization(struct reader *r, struct yaml value, struct access *a, struct error *err)
{
    struct authorization {
        const char *type, *file;
    } found = {"Bearer", NULL};
    static const struct field fields[] = {
        {"type", FIELD_WORD, offsetof(struct authorization, type), 0, NULL},
        {"credentials_file", FIELD_PATH, offsetof(struct authorization, file), 0, NULL},
    };

    if (fields_read(r, value, fields, ARRAY_LEN(fields), &found, err) != OK)
        return E_INVALID;
    if (!slice_eq_nocase(slice_of(found.type), SLICE("Bearer")))
        return yaml_fault(value, err, "the type of authorization is '%s': say Bearer, or use basic_auth",
                          found.type);
    if (!found.file)
        return yaml_fault(value, err, "authorization needs credentials_file");
    a->bearer_file = found.file;
    return OK;
}

enum status config_tls(struct reader *r, struct yaml value, struct access *a, struct error *err)
{
    static const struct field fields[] = {
        {"ca_file", FIELD_PATH, offsetof(struct access, ca_file), 0, NULL},
        {"cert_file", FIELD_PATH, offsetof(struct access, cert_file), 0, NULL},
        {"key_file", FIELD_PATH, offsetof(struct access, key_file), 0, NULL},
        {"server_name", FIELD_WORD, offsetof(struct access, server_name), 0, NULL},
        {"insecure_skip_verify", FIELD_FLAG, offsetof(struct access, is_insecure), 0, NULL},
    };

    if (fields_read(r, value, fields, ARRAY_LEN(fields), a, err) != OK)
        return E_INVALID;
    if (!a->cert_file != !a->key_file)
        return yaml_fault(value, err, "cert_file and key_file go together");
    return OK;
}
