/*
 * A conversation of the S3 store with a scripted server: what every test that holds one needs. The
 * environment has static keys and nothing else of AWS.
 */
#ifndef TESTS_S3_TALK_H
#define TESTS_S3_TALK_H

#include "base/clock.h"
#include "s3/s3.h"
#include "tests/support/fake_s3.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct talk {
    struct fake_s3 *fake;
    struct store *store;
};

/* Nothing of the machine that the test runs on. */
static inline void talk_environment(void)
{
    static const char *const names[] = {"AWS_PROFILE",
                                        "AWS_SESSION_TOKEN",
                                        "AWS_WEB_IDENTITY_TOKEN_FILE",
                                        "AWS_ROLE_ARN",
                                        "AWS_ROLE_SESSION_NAME",
                                        "AWS_CONFIG_FILE",
                                        "AWS_SHARED_CREDENTIALS_FILE",
                                        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                                        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
                                        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                                        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                                        "AWS_ENDPOINT_URL",
                                        "AWS_ENDPOINT_URL_S3",
                                        "AWS_ENDPOINT_URL_STS",
                                        "AWS_REGION",
                                        "AWS_DEFAULT_REGION",
                                        "AWS_CA_BUNDLE",
                                        "AWS_ACCESS_KEY_ID",
                                        "AWS_SECRET_ACCESS_KEY",
                                        "http_proxy",
                                        "https_proxy",
                                        "HTTPS_PROXY",
                                        "all_proxy"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)unsetenv(names[i]);
    (void)setenv("HOME", "/nonexistent", 1);
    (void)setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
}

static inline void talk_static_keys(void)
{
    talk_environment();
    (void)setenv("AWS_ACCESS_KEY_ID", "AKTEST", 1);
    (void)setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
}

/* Opens the bucket 'test' at the fake, with the keys that the environment gives. */
static inline struct talk talk_open(const struct fake_step *steps, size_t count)
{
    struct talk t = {.fake = fake_s3_start(steps, count)};
    char endpoint[64];
    (void)snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%d", fake_s3_port(t.fake));
    struct error error;
    if (s3_store_open(&(struct s3_options){.bucket = "test", .endpoint = endpoint}, &t.store, &error) != OK)
        fail_msg("%s", error.text);
    return t;
}

/* Runs the operation within 10 s, or what its deadline says if it has one. */
static inline void talk_run(struct talk *t, struct store_op *op, enum status wanted)
{
    if (op->deadline_ms == 0)
        op->deadline_ms = clock_mono_ms() + 10000;
    enum status code = store_run(t->store, op);
    if (code != wanted)
        fail_msg("%s instead of %s: %s", status_name(code), status_name(wanted),
                 code == OK ? "" : op->error.text);
}

/* Two operations under way at the same time, both to end well. */
struct talk_pair {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    int left;
};

static inline void talk_one_less(struct store_op *op)
{
    struct talk_pair *pair = op->user;
    (void)pthread_mutex_lock(&pair->lock);
    pair->left--;
    (void)pthread_cond_signal(&pair->ended);
    (void)pthread_mutex_unlock(&pair->lock);
}

static inline void talk_two_puts(struct talk *t)
{
    struct talk_pair pair = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 2};
    struct store_op ops[2];
    for (size_t i = 0; i < 2; i++) {
        ops[i] = (struct store_op){.verb = STORE_PUT,
                                   .key = SLICE("a/k"),
                                   .body = SLICE("hello"),
                                   .deadline_ms = clock_mono_ms() + 10000,
                                   .done = talk_one_less,
                                   .user = &pair};
        store_submit(t->store, &ops[i]);
    }
    (void)pthread_mutex_lock(&pair.lock);
    while (pair.left > 0)
        (void)pthread_cond_wait(&pair.ended, &pair.lock);
    (void)pthread_mutex_unlock(&pair.lock);
    for (size_t i = 0; i < 2; i++)
        if (ops[i].error.code != OK)
            fail_msg("%s", ops[i].error.text);
}

static inline void talk_says(const struct store_op *op, const char *part)
{
    if (!strstr(op->error.text, part))
        fail_msg("'%s' says nothing of '%s'", op->error.text, part);
}

/* Closes the store; the test fails if the conversation was another. */
static inline void talk_close(struct talk *t)
{
    store_close(t->store);
    char *fault = fake_s3_end(t->fake);
    if (fault) {
        print_error("%s\n", fault);
        free(fault);
        fail();
    }
}

#endif
