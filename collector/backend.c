/*
 * The layers are stacked here, bottom up. A further store is a row in the table and a function that opens it.
 *
 * A bucket that is away must not keep a replica from starting: after an outage of everything somebody has to
 * be first, and questions about what is indexed can be answered. A bucket that says no is a mistake to be
 * mended.
 */
#include "collector/backend.h"

#include "collector/tail.h"
#include "model/key.h"
#include "store/directory.h"
#include "store/retry.h"
#include "store/stats.h"

#include <stdio.h>
#include <string.h>

enum { CHECK_TIMEOUT_MS = 5000 };

static enum status open_directory(const struct config *config, enum backend_use use, struct backend *b,
                                  char *ret_warning, struct error *err)
{
    const char *dir = config->store + strlen("file:");
    struct store *store;

    (void)ret_warning;
    if (dir[0] == '\0')
        return error_set(err, E_CONFIG, "--store is 'file:' without a directory: say file:DIR");
    if (directory_store_open(dir, use == BACKEND_WRITE, &store, err) != OK) {
        error_wrap(err, "--store %s", config->store);
        return err->code = E_CONFIG;
    }
    b->sweeps = true;
    b->attempts = stats_store_new(store);
    return OK;
}

static enum status open_s3(const struct config *config, UNUSED enum backend_use use, struct backend *b,
                           char *ret_warning, struct error *err)
{
    const struct s3_flags flags = {config->store, config->s3_endpoint, config->s3_region,
                                   config->s3_path_style};

    if (s3_config_resolve(&flags, &b->s3_config, err) != OK)
        return err->code;
    b->root = b->s3_config.root;
    if (key_root_check(b->root, err) != OK || s3_store_open(&b->s3_config.options, &b->s3, err) != OK) {
        s3_config_release(&b->s3_config);
        return err->code;
    }
    b->attempts = stats_store_new(b->s3);
    b->skew_ms = TAIL_SKEW_MS;

    switch (s3_store_check(b->s3, b->root, CHECK_TIMEOUT_MS, err)) {
    case OK: return OK;
    case E_CONFIG:
    case E_DENIED:
        store_close(b->attempts);
        s3_config_release(&b->s3_config);
        return err->code;
    default: snprintf(ret_warning, ERROR_TEXT_MAX, "%s", err->text); return OK;
    }
}

enum status backend_open(const struct config *config, enum backend_use use, struct timer *timer,
                         struct backend *ret_backend, char *ret_warning, struct error *err)
{
    static const struct {
        const char *scheme;
        enum status (*open)(const struct config *config, enum backend_use use, struct backend *b,
                            char *ret_warning, struct error *err);
    } schemes[] = {{"file:", open_directory}, {"s3://", open_s3}};

    ret_warning[0] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
        struct backend b = {0};

        if (strncmp(config->store, schemes[i].scheme, strlen(schemes[i].scheme)) != 0)
            continue;
        if (schemes[i].open(config, use, &b, ret_warning, err) != OK)
            return err->code;
        b.retry = retry_store_new(b.attempts, timer);
        b.store = stats_store_new(b.retry);
        *ret_backend = b;
        return OK;
    }
    return error_set(err, E_CONFIG, "--store is '%s': say file:DIR or s3://BUCKET[/ROOT]", config->store);
}

void backend_stop(struct backend *b)
{
    if (b->retry) /* first: it would try again what ends now */
        retry_store_stop(b->retry);
    if (b->s3)
        s3_store_stop(b->s3);
}

void backend_close(struct backend *b)
{
    store_close(b->store);
    if (b->s3)
        s3_config_release(&b->s3_config);
    *b = (struct backend){0};
}
