/* From an id to its profile, with and without an index. */
#include "collector/lookup.h"

#include "tests/collector/stage.c" /* NOLINT(bugprone-suspicious-include): one program */

static int setup(void **state)
{
    struct stage *s = calloc(1, sizeof(*s));

    stage_init(s);
    stage_open(s);
    *state = s;
    return 0;
}

static void an_id_is_found_with_an_empty_index(void **state)
{
    struct stage *s = *state;
    struct given given = {.mint_ms = stage_now_ms(s) - 99 * TIME_DAY_MS,
                          .service = "a/b c",
                          .labels = "k=v,x=y%2C"};
    struct profile_meta found, meta = stage_meta(s, &given);
    struct error err;

    stage_put(s, &given);
    assert_int_equal(lookup_id(s->app, &meta.id, &s->arena, &found, &err), OK);
    assert_true(profile_meta_equal(&found, &meta));
    assert_int_equal(stage_profiles(s), 0);
}

static void an_id_that_nobody_has_is_not_found(void **state)
{
    struct stage *s = *state;
    struct given given = {.mint_ms = stage_now_ms(s)};
    struct profile_meta found, meta = stage_meta(s, &given);
    struct error err;

    stage_put(s, &(struct given){.mint_ms = stage_now_ms(s), .identity = "another of the same ms"});
    assert_int_equal(lookup_id(s->app, &meta.id, &s->arena, &found, &err), E_NOT_FOUND);
    assert_non_null(strstr(err.text, meta.id.text));
}

static void a_bucket_that_does_not_answer_is_not_a_missing_profile(void **state)
{
    struct stage *s = *state;
    struct given given = {.mint_ms = stage_now_ms(s)};
    struct profile_meta found, meta = stage_meta(s, &given);
    struct error err;

    stage_put(s, &given);
    stage_fail(s, FAULT_VERB(STORE_LIST), 1, E_UNAVAILABLE);
    assert_int_equal(lookup_id(s->app, &meta.id, &s->arena, &found, &err), E_UNAVAILABLE);
    stage_fail(s, FAULT_VERB(STORE_LIST), 1, E_DENIED);
    assert_int_equal(lookup_id(s->app, &meta.id, &s->arena, &found, &err), E_UNAVAILABLE);
    assert_int_equal(lookup_id(s->app, &meta.id, &s->arena, &found, &err), OK);
}

static void what_the_index_knows_needs_no_bucket(void **state)
{
    struct stage *s = *state;
    struct given given = {.mint_ms = stage_now_ms(s)}, again = {.mint_ms = stage_now_ms(s) + 50};
    struct profile_meta found, meta = stage_meta(s, &given), alias = stage_meta(s, &again);
    struct error err;

    stage_index(s, &meta);
    stage_index(s, &alias);
    stage_fail(s, FAULT_ALL_VERBS, UINT_MAX, E_UNAVAILABLE);
    assert_int_equal(lookup_id(s->app, &meta.id, &s->arena, &found, &err), OK);
    assert_true(profile_meta_equal(&found, &meta));
    assert_int_equal(lookup_id(s->app, &alias.id, &s->arena, &found, &err), OK);
    assert_string_equal(found.id.text, meta.id.text);
}

static void a_deleted_one_is_not_looked_for_in_the_bucket(void **state)
{
    struct stage *s = *state;
    struct given given = {.mint_ms = stage_now_ms(s)};
    struct profile_meta found, meta = stage_meta(s, &given);
    struct error err;

    stage_put(s, &given);
    stage_put_tombstone(s, &meta.id, given.mint_ms + 1);
    assert_int_equal(audit_range(s->app->audit, 0, given.mint_ms - 1, given.mint_ms + 2,
                                 &(struct audit_result){0}, &err),
                     OK);
    stage_put(s, &given); /* the audit has deleted it */
    assert_int_equal(lookup_id(s->app, &meta.id, &s->arena, &found, &err), E_NOT_FOUND);
    assert_non_null(strstr(err.text, "was deleted"));
    assert_int_equal(lookup_id_in_store(s->app, &meta.id, &s->arena, &found, &err), OK);
}

static void other_things_under_the_id_are_passed_over(void **state)
{
    struct stage *s = *state;
    struct given given = {.mint_ms = stage_now_ms(s)};
    struct profile_meta found, meta = stage_meta(s, &given);
    struct buf key CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct error err;

    key_id_prefix(SLICE_NULL, &meta.id, &key);
    buf_append_cstr(&key, "a.later");
    stage_put_key(s, buf_cstr(&key), SLICE("x"));
    assert_int_equal(lookup_id(s->app, &meta.id, &s->arena, &found, &err), E_NOT_FOUND);
    stage_put(s, &given);
    assert_int_equal(lookup_id(s->app, &meta.id, &s->arena, &found, &err), OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_id_is_found_with_an_empty_index),
        TEST(an_id_that_nobody_has_is_not_found),
        TEST(a_bucket_that_does_not_answer_is_not_a_missing_profile),
        TEST(what_the_index_knows_needs_no_bucket),
        TEST(a_deleted_one_is_not_looked_for_in_the_bucket),
        TEST(other_things_under_the_id_are_passed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
