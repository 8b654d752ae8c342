/*
 * Keys kept and renewed. The cache's own thread loads; the tests wait for its callback, never for time. What
 * the wall clock says is an argument.
 */
#include "s3/credential_cache.h"

#include "tests/s3/home.h"

#include <pthread.h>

/* Counts the loads that the cache has told of. */
struct listener {
    pthread_mutex_t lock;
    pthread_cond_t told;
    unsigned loads, seen;
};

static void on_changed(void *user)
{
    struct listener *l = user;
    (void)pthread_mutex_lock(&l->lock);
    l->loads++;
    (void)pthread_cond_signal(&l->told);
    (void)pthread_mutex_unlock(&l->lock);
}

/* Until one load more has ended than at the last call. */
static void wait_for_load(struct listener *l)
{
    (void)pthread_mutex_lock(&l->lock);
    while (l->loads == l->seen)
        (void)pthread_cond_wait(&l->told, &l->lock);
    l->seen++;
    (void)pthread_mutex_unlock(&l->lock);
}

static struct credential_cache *open_cache(struct listener *l)
{
    *l = (struct listener){.lock = PTHREAD_MUTEX_INITIALIZER, .told = PTHREAD_COND_INITIALIZER};
    return credential_cache_new(
        &(struct credential_cache_options){.region = "us-east-1", .changed = on_changed, .user = l});
}

static void write_keys(struct home *h, const char *id)
{
    char text[128];
    (void)snprintf(text, sizeof text, "[default]\naws_access_key_id = %s\naws_secret_access_key = s\n", id);
    home_write(h->credentials, text);
}

#define EXPIRES_MS 1925028000000 /* 2031-01-01T10:00:00Z */
#define KEYS(id)                                                                                             \
    "{\"AccessKeyId\":\"" id                                                                                 \
    "\",\"SecretAccessKey\":\"s\",\"Token\":\"t\",\"Expiration\":\"2031-01-01T10:00:00Z\"}"

static void keys_are_there_after_the_first_load_with_their_source(void **state)
{
    (void)state;
    struct home h = home_make(NULL, NULL);
    write_keys(&h, "A");
    struct listener l;
    struct credential_cache *c = open_cache(&l);
    wait_for_load(&l);
    struct credential_copy copy = {.generation = 0};
    assert_int_equal(credential_cache_get(c, 0, &copy, NULL), OK);
    assert_string_equal(copy.credentials.access_key, "A");
    assert_int_equal(copy.generation, 1);
    struct buf source CLEANUP(buf_release) = BUF_INIT(512);
    credential_cache_source(c, &source);
    assert_string_equal(buf_cstr(&source), "profile 'default' of the shared AWS files");
    credentials_release(&copy.credentials);
    credential_cache_close(c);
    home_remove(&h);
}

static void refused_keys_are_loaded_again_and_others_are_handed_out(void **state)
{
    (void)state;
    struct home h = home_make(NULL, NULL);
    write_keys(&h, "A");
    struct listener l;
    struct credential_cache *c = open_cache(&l);
    wait_for_load(&l);
    struct credential_copy copy = {.generation = 0};
    assert_int_equal(credential_cache_get(c, 0, &copy, NULL), OK);
    write_keys(&h, "B");
    assert_true(credential_cache_refused(c, copy.generation));
    wait_for_load(&l);
    assert_int_equal(credential_cache_get(c, 0, &copy, NULL), OK);
    assert_string_equal(copy.credentials.access_key, "B");
    assert_int_equal(copy.generation, 2);

    /* Who was refused with the old ones need not load: there are others already. */
    assert_true(credential_cache_refused(c, 1));
    /* The new ones were loaded a moment ago. */
    assert_false(credential_cache_refused(c, 2));
    credentials_release(&copy.credentials);
    credential_cache_close(c);
    home_remove(&h);
}

static void the_same_keys_keep_their_generation(void **state)
{
    (void)state;
    struct home h = home_make(NULL, NULL);
    write_keys(&h, "A");
    struct listener l;
    struct credential_cache *c = open_cache(&l);
    wait_for_load(&l);
    assert_true(credential_cache_refused(c, 1));
    wait_for_load(&l);
    struct credential_copy copy = {.generation = 0};
    assert_int_equal(credential_cache_get(c, 0, &copy, NULL), OK);
    assert_int_equal(copy.generation, 1);
    credentials_release(&copy.credentials);
    credential_cache_close(c);
    home_remove(&h);
}

static void a_failed_first_load_is_told_with_its_reason(void **state)
{
    (void)state;
    struct home h = home_make(NULL, NULL);
    struct listener l;
    struct credential_cache *c = open_cache(&l);
    wait_for_load(&l);
    struct credential_copy copy = {.generation = 0};
    struct error error;
    assert_int_equal(credential_cache_get(c, 0, &copy, &error), E_CONFIG);
    assert_non_null(strstr(error.text, "no credentials"));
    struct buf source CLEANUP(buf_release) = BUF_INIT(512);
    credential_cache_source(c, &source);
    assert_string_equal(buf_cstr(&source), "none yet");
    credential_cache_close(c);
    home_remove(&h);
}

static struct fake_s3 *agent(const struct fake_step *steps, size_t count)
{
    struct fake_s3 *fake = fake_s3_start(steps, count);
    char url[64];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/", fake_s3_port(fake));
    (void)setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url, 1);
    return fake;
}

static void keys_are_renewed_5_minutes_before_they_expire_and_not_earlier(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.request = "GET *", .status = "200 OK", .answer = KEYS("ONE")},
        {.request = "GET *", .status = "200 OK", .answer = KEYS("TWO")},
    };
    struct home h = home_make(NULL, NULL);
    struct fake_s3 *fake = agent(talk, 2);
    struct listener l;
    struct credential_cache *c = open_cache(&l);
    wait_for_load(&l);
    struct credential_copy copy = {.generation = 0};
    const int64_t limit_ms = EXPIRES_MS - 5 * 60 * 1000;
    for (int i = 0; i < 100; i++)
        assert_int_equal(credential_cache_get(c, limit_ms, &copy, NULL), OK);
    /* Nobody waits for the renewal. */
    assert_int_equal(credential_cache_get(c, limit_ms + 1, &copy, NULL), OK);
    wait_for_load(&l);
    assert_int_equal(credential_cache_get(c, limit_ms, &copy, NULL), OK);
    assert_string_equal(copy.credentials.access_key, "TWO");
    credentials_release(&copy.credentials);
    credential_cache_close(c);
    char *fault = fake_s3_end(fake);
    assert_null(fault);
    home_remove(&h);
}

static void keys_that_cannot_be_renewed_are_handed_out_all_the_same(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.request = "GET *", .status = "200 OK", .answer = KEYS("ONE")},
        {.request = "GET *", .status = "500 Oops"},
    };
    struct home h = home_make(NULL, NULL);
    struct fake_s3 *fake = agent(talk, 2);
    struct listener l;
    struct credential_cache *c = open_cache(&l);
    wait_for_load(&l);
    struct credential_copy copy = {.generation = 0};
    struct error error;
    assert_int_equal(credential_cache_get(c, EXPIRES_MS + 1, &copy, &error), E_BUSY);
    wait_for_load(&l);
    assert_int_equal(credential_cache_get(c, EXPIRES_MS + 1, &copy, NULL), OK);
    assert_string_equal(copy.credentials.access_key, "ONE");
    credentials_release(&copy.credentials);
    credential_cache_close(c);
    char *fault = fake_s3_end(fake);
    assert_null(fault);
    home_remove(&h);
}

/* One load for a hundred that are refused at once. */
static void many_refusals_are_one_load(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.request = "GET *", .status = "200 OK", .answer = KEYS("ONE")},
        {.request = "GET *", .status = "200 OK", .answer = KEYS("TWO")},
    };
    struct home h = home_make(NULL, NULL);
    struct fake_s3 *fake = agent(talk, 2);
    struct listener l;
    struct credential_cache *c = open_cache(&l);
    wait_for_load(&l);
    for (int i = 0; i < 100; i++)
        assert_true(credential_cache_refused(c, 1));
    wait_for_load(&l);
    struct credential_copy copy = {.generation = 0};
    assert_int_equal(credential_cache_get(c, 0, &copy, NULL), OK);
    assert_string_equal(copy.credentials.access_key, "TWO");
    credentials_release(&copy.credentials);
    credential_cache_close(c);
    char *fault = fake_s3_end(fake);
    assert_null(fault);
    home_remove(&h);
}

static void closing_ends_a_load_that_hangs(void **state)
{
    (void)state;
    const struct fake_step talk[] = {{.request = "GET *"}};
    struct home h = home_make(NULL, NULL);
    struct fake_s3 *fake = agent(talk, 1);
    struct listener l;
    struct credential_cache *c = open_cache(&l);
    struct credential_copy copy = {.generation = 0};
    assert_int_equal(credential_cache_get(c, 0, &copy, NULL), E_BUSY);
    credential_cache_close(c);
    free(fake_s3_end(fake));
    home_remove(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_there_after_the_first_load_with_their_source),
        cmocka_unit_test(refused_keys_are_loaded_again_and_others_are_handed_out),
        cmocka_unit_test(the_same_keys_keep_their_generation),
        cmocka_unit_test(a_failed_first_load_is_told_with_its_reason),
        cmocka_unit_test(keys_are_renewed_5_minutes_before_they_expire_and_not_earlier),
        cmocka_unit_test(keys_that_cannot_be_renewed_are_handed_out_all_the_same),
        cmocka_unit_test(many_refusals_are_one_load),
        cmocka_unit_test(closing_ends_a_load_that_hangs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
