/* A home directory of AWS files for one test, and an environment that points there. */
#ifndef TESTS_S3_HOME_H
#define TESTS_S3_HOME_H

#include "tests/s3/talk.h"

#include <sys/stat.h>
#include <unistd.h>

struct home {
    char path[64];
    char config[96], credentials[96];
};

static inline void home_write(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

/* The texts are ~/.aws/config and ~/.aws/credentials; NULL: no such file. */
static inline struct home home_make(const char *config, const char *credentials)
{
    struct home h = {.path = "/tmp/brazier-test-home-XXXXXX"};
    assert_non_null(mkdtemp(h.path));
    char aws[80];
    (void)snprintf(aws, sizeof aws, "%s/.aws", h.path);
    assert_int_equal(mkdir(aws, 0700), 0);
    (void)snprintf(h.config, sizeof h.config, "%s/config", aws);
    (void)snprintf(h.credentials, sizeof h.credentials, "%s/credentials", aws);
    if (config)
        home_write(h.config, config);
    if (credentials)
        home_write(h.credentials, credentials);
    talk_environment();
    (void)setenv("HOME", h.path, 1);
    return h;
}

static inline void home_remove(struct home *h)
{
    char aws[80];
    (void)snprintf(aws, sizeof aws, "%s/.aws", h->path);
    (void)unlink(h->config);
    (void)unlink(h->credentials);
    (void)rmdir(aws);
    (void)rmdir(h->path);
    talk_environment();
}

#endif
