/* The parts that a configuration is read by, between its files only. */
#ifndef SCRAPE_CONFIG_PART_H
#define SCRAPE_CONFIG_PART_H

#include "scrape/config.h"
#include "scrape/field.h"

/* The keys that say how a server is spoken to: `prefix`_basic_auth() and so on read them into a struct
 * access, which stands at `offset` in the struct. */
#define CONFIG_ACCESS(prefix, offset)                                                                        \
    {"basic_auth", FIELD_READ, 0, 0, prefix##_basic_auth},                                                   \
        {"authorization", FIELD_READ, 0, 0, prefix##_authorization},                                         \
        {"tls_config", FIELD_READ, 0, 0, prefix##_tls},                                                      \
    {                                                                                                        \
        "bearer_token_file", FIELD_PATH, (offset) + offsetof(struct access, bearer_file), 0, NULL            \
    }

NODISCARD enum status config_basic_auth(struct reader *r, struct yaml value, struct access *a,
                                        struct error *err);
NODISCARD enum status config_authorization(struct reader *r, struct yaml value, struct access *a,
                                           struct error *err);
NODISCARD enum status config_tls(struct reader *r, struct yaml value, struct access *a, struct error *err);

/* The values of static_configs, file_sd_configs and so on, into a struct job. */
enum status config_static(struct reader *r, struct yaml value, void *job, struct error *err);
enum status config_file_sd(struct reader *r, struct yaml value, void *job, struct error *err);
enum status config_http_sd(struct reader *r, struct yaml value, void *job, struct error *err);
enum status config_dns_sd(struct reader *r, struct yaml value, void *job, struct error *err);
enum status config_kubernetes_sd(struct reader *r, struct yaml value, void *job, struct error *err);
/* profiles and relabel_configs, into a struct job. */
enum status config_profiles(struct reader *r, struct yaml value, void *into, struct error *err);
enum status config_relabel(struct reader *r, struct yaml value, void *into, struct error *err);

#endif
