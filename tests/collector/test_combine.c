/* Merges and single profiles: complete, or declared, or an error that names what is wrong. */
#include "collector/combine.h"

#include "base/gzip.h"
#include "pprof/scan.h"
#include "tests/collector/stage.c" /* NOLINT(bugprone-suspicious-include): one program */

#define MERGE "/api/0/profiles/merge?service=svc&type=cpu&from=-1h"

static struct id put_file(struct stage *s, const char *name, int number)
{
    char identity[32];

    snprintf(identity, sizeof(identity), "%d", number);
    return stage_put(s, &(struct given){.mint_ms = stage_now_ms(s) - 1000 + number,
                                        .identity = identity,
                                        .body = stage_file(s, name)});
}

static void take_away(struct stage *s, int number)
{
    char identity[32];
    struct given given = {.mint_ms = stage_now_ms(s) - 1000 + number, .identity = identity};

    snprintf(identity, sizeof(identity), "%d", number);
    struct profile_meta meta = stage_meta(s, &given);
    stage_remove(s, &meta);
}

static int64_t total_of(struct stage *s, struct slice body)
{
    struct scan_limits limits = SCAN_LIMITS_DEFAULT;
    struct scan_result scan;
    struct error err;

    if (pprof_scan(body, &limits, &s->arena, &scan, &err) != OK)
        fail_msg("%s", err.text);
    return scan.types[0].total;
}

static void one_alone_is_byte_for_byte_what_was_stored(void **state)
{
    struct stage *s = *state;
    struct id id = put_file(s, "go/cpu-000.pb.gz", 1);
    char target[128];

    assert_int_equal(stage_get(s, MERGE), 200);
    assert_true(slice_eq(stage_bytes(s), stage_file(s, "go/cpu-000.pb.gz")));
    assert_string_equal(stage_header(s, "Content-Type"), "application/octet-stream");
    assert_string_equal(stage_header(s, "Content-Disposition"), "attachment; filename=\"cpu\"");
    assert_string_equal(stage_header(s, "X-Brazier-Profiles"), "1");
    snprintf(target, sizeof(target), "/api/0/profiles/%s", id.text);
    assert_int_equal(stage_get(s, target), 200);
    assert_true(slice_eq(stage_bytes(s), stage_file(s, "go/cpu-000.pb.gz")));
}

/* Clients of a merge read pprof, whatever was sent. */
static void one_alone_in_another_format_is_pprof_in_a_merge(void **state)
{
    struct stage *s = *state;
    struct slice sent = stage_file(s, "folded/py-spy.folded");
    int64_t total = total_of(s, sent);
    char target[128];

    assert_int_equal(stage_post(s, "service=svc&type=cpu", sent), 200);
    snprintf(target, sizeof(target), "/api/0/profiles/%s", stage_said_id(s).text);
    assert_int_equal(stage_get(s, target), 200);
    assert_true(slice_eq(stage_bytes(s), sent));
    assert_int_equal(stage_get(s, MERGE), 200);
    assert_string_equal(stage_header(s, "X-Brazier-Profiles"), "1");
    assert_true(gzip_looks(stage_bytes(s)));
    assert_int_equal(total_of(s, stage_bytes(s)), total);

    assert_int_equal(stage_post(s, "service=svc&type=cpu&labels=again%3D1", sent), 200);
    assert_int_equal(stage_get(s, MERGE), 200);
    assert_string_equal(stage_header(s, "X-Brazier-Profiles"), "2");
    assert_int_equal(total_of(s, stage_bytes(s)), 2 * total);
}

static void a_merge_adds_up_and_does_not_depend_on_who_asks(void **state)
{
    struct stage *s = *state;
    int64_t sum = 0;
    struct slice first;

    for (int i = 0; i < 20; i++) {
        const char *name = i % 2 ? "go/cpu-000.pb.gz" : "go/cpu-009.pb.gz";

        put_file(s, name, i);
        sum += total_of(s, stage_file(s, name));
    }
    assert_int_equal(stage_get(s, MERGE), 200);
    assert_string_equal(stage_header(s, "X-Brazier-Profiles"), "20");
    assert_int_equal(total_of(s, stage_bytes(s)), sum);
    first = arena_copy(&s->arena, stage_bytes(s));
    assert_int_equal(stage_get(s, MERGE), 200);
    assert_true(slice_eq(stage_bytes(s), first));
    assert_int_equal(metrics_get(s->app->metrics, METRIC_MERGED), 40);
    assert_int_equal(budget_used(&s->app->merging), 0);
}

static void an_object_that_is_gone_is_an_error_that_names_it_or_is_declared(void **state)
{
    struct stage *s = *state;
    struct id gone;

    put_file(s, "go/cpu-000.pb.gz", 1);
    gone = put_file(s, "go/cpu-009.pb.gz", 2);
    put_file(s, "go/cpu-009.pb.gz", 3);
    assert_int_equal(stage_get(s, MERGE), 200);
    take_away(s, 2);
    assert_int_equal(stage_get(s, MERGE), 500);
    assert_says(s, gone.text);
    assert_says(s, "partial=1");
    assert_int_equal(stage_get(s, MERGE "&partial=1"), 200);
    assert_non_null(strstr(stage_header(s, "X-Brazier-Missing"), gone.text));
    assert_true(strncmp(stage_header(s, "X-Brazier-Missing"), "1 ", 2) == 0);
    assert_string_equal(stage_header(s, "X-Brazier-Profiles"), "2");
}

static void an_object_that_is_gone_while_nothing_can_be_listed_is_503(void **state)
{
    struct stage *s = *state;
    struct id gone;

    put_file(s, "go/cpu-000.pb.gz", 1);
    gone = put_file(s, "go/cpu-009.pb.gz", 2);
    assert_int_equal(stage_get(s, MERGE), 200);
    take_away(s, 2);
    stage_fail(s, FAULT_VERB(STORE_LIST), UINT_MAX, E_UNAVAILABLE);
    assert_int_equal(stage_get(s, MERGE), 503);
    assert_says(s, gone.text);
    assert_says(s, "cannot be listed");
    assert_int_equal(stage_get(s, MERGE "&partial=1"), 200);
    assert_non_null(stage_header(s, "X-Brazier-Stale"));
}

static void what_was_deleted_meanwhile_does_not_belong_to_the_answer(void **state)
{
    struct stage *s = *state;
    struct id gone;

    put_file(s, "go/cpu-000.pb.gz", 1);
    gone = put_file(s, "go/cpu-009.pb.gz", 2);
    assert_int_equal(stage_get(s, MERGE), 200);
    /* The plan is made from an index that has not heard of it; the second barrier has. */
    stage_put_tombstone(s, &gone, stage_now_ms(s));
    take_away(s, 2);
    stage_fail(s, FAULT_VERB(STORE_LIST), 1, E_UNAVAILABLE);
    assert_int_equal(stage_get(s, MERGE), 200);
    assert_null(stage_header(s, "X-Brazier-Missing"));
    assert_string_equal(stage_header(s, "X-Brazier-Profiles"), "1");
    assert_int_equal(total_of(s, stage_bytes(s)), total_of(s, stage_file(s, "go/cpu-000.pb.gz")));
}

static void if_all_of_it_was_deleted_nothing_is_found(void **state)
{
    struct stage *s = *state;
    struct id gone = put_file(s, "go/cpu-000.pb.gz", 1);
    char target[128];

    assert_int_equal(stage_get(s, MERGE), 200);
    stage_put_tombstone(s, &gone, stage_now_ms(s));
    take_away(s, 1);
    stage_fail(s, FAULT_VERB(STORE_LIST), 1, E_UNAVAILABLE);
    assert_int_equal(stage_get(s, MERGE), 404);
    assert_says(s, "nothing found: service \"svc\"");
    snprintf(target, sizeof(target), "/api/0/profiles/%s", gone.text);
    assert_int_equal(stage_get(s, target), 404);
}

static void a_damaged_object_is_named_and_not_skipped(void **state)
{
    struct stage *s = *state;
    struct slice body = stage_file(s, "go/cpu-009.pb.gz");
    struct id bad;

    put_file(s, "go/cpu-000.pb.gz", 1);
    bad = stage_put(s, &(struct given){.mint_ms = stage_now_ms(s) - 500,
                                       .identity = "bad",
                                       .body = slice_sub(body, 0, body.len / 2)});
    assert_int_equal(stage_get(s, MERGE), 500);
    assert_says(s, bad.text);
    assert_int_equal(stage_get(s, MERGE "&partial=1"), 500);
    assert_says(s, bad.text);
}

static void profiles_that_do_not_go_together_are_400_and_named(void **state)
{
    struct stage *s = *state;
    struct id cpu = put_file(s, "go/cpu-000.pb.gz", 1), heap = put_file(s, "go/heap-000.pb.gz", 2);
    char target[128];

    assert_int_equal(stage_get(s, MERGE), 400);
    assert_says(s, heap.text);
    snprintf(target, sizeof(target), "/api/0/profiles/%s+%s", cpu.text, heap.text);
    assert_int_equal(stage_get(s, target), 400);
    assert_says(s, heap.text);
}

static void a_bucket_that_does_not_answer_is_503_and_names_where_it_stopped(void **state)
{
    struct stage *s = *state;
    struct id first = put_file(s, "go/cpu-000.pb.gz", 1);
    char target[128];

    put_file(s, "go/cpu-009.pb.gz", 2);
    assert_int_equal(stage_get(s, MERGE), 200);
    for (unsigned after = 0; after < 2; after++) {
        fault_store_set(s->fault, (struct fault){.verbs = FAULT_VERB(STORE_GET),
                                                 .after = after,
                                                 .times = 1,
                                                 .status = after ? E_DENIED : E_UNAVAILABLE});
        assert_int_equal(stage_get(s, MERGE "&partial=1"), 503);
        assert_says(s, "profile 0");
    }
    stage_fail(s, FAULT_VERB(STORE_GET), 1, E_UNAVAILABLE);
    snprintf(target, sizeof(target), "/api/0/profiles/%s", first.text);
    assert_int_equal(stage_get(s, target), 503);
    assert_says(s, first.text);
    assert_int_equal(budget_used(&s->app->merging), 0);
}

static void ids_are_merged_as_often_as_they_are_named_and_aliases_once(void **state)
{
    struct stage *s = *state;
    struct slice body = stage_file(s, "go/cpu-000.pb.gz");
    int64_t one = total_of(s, body);
    struct id id = stage_put(s, &(struct given){.mint_ms = stage_now_ms(s) - 100, .body = body});
    struct id alias = stage_put(s, &(struct given){.mint_ms = stage_now_ms(s) - 50, .body = body});
    struct id other = put_file(s, "go/cpu-009.pb.gz", 9);
    char target[256];

    assert_int_equal(stage_get(s, MERGE), 200);
    assert_string_equal(stage_header(s, "X-Brazier-Profiles"), "2");
    snprintf(target, sizeof(target), "/api/0/profiles/%s+%s", id.text, id.text);
    assert_int_equal(stage_get(s, target), 200);
    assert_int_equal(total_of(s, stage_bytes(s)), 2 * one);
    snprintf(target, sizeof(target), "/api/0/profiles/%s%%2B%s", id.text, alias.text);
    assert_int_equal(stage_get(s, target), 200);
    assert_true(slice_eq(stage_bytes(s), body));
    snprintf(target, sizeof(target), "/api/0/profiles/%s%%252B%s", id.text, other.text);
    assert_int_equal(stage_get(s, target), 200);
    assert_string_equal(stage_header(s, "X-Brazier-Profiles"), "2");
}

static void unknown_ids_of_a_list_are_all_named(void **state)
{
    struct stage *s = *state;
    struct id id = put_file(s, "go/cpu-000.pb.gz", 1);
    struct given nobody = {.mint_ms = stage_now_ms(s), .identity = "nobody"};
    struct given noone = {.mint_ms = stage_now_ms(s), .identity = "no one"};
    struct id a = stage_meta(s, &nobody).id, b = stage_meta(s, &noone).id;
    char target[256];

    snprintf(target, sizeof(target), "/api/0/profiles/%s+%s+%s", a.text, id.text, b.text);
    assert_int_equal(stage_get(s, target), 404);
    assert_says(s, "2 of 3 ids are unknown");
    assert_says(s, a.text);
    assert_says(s, b.text);
    snprintf(target, sizeof(target), "/api/0/profiles/%s+", id.text);
    assert_int_equal(stage_get(s, target), 404);
    assert_int_equal(stage_get(s, "/api/0/profiles/%25zz"), 400);
    assert_says(s, "invalid URL escape");
}

static void a_single_profile_has_a_tag_a_length_and_ranges(void **state)
{
    struct stage *s = *state;
    struct slice body = stage_file(s, "go/cpu-000.pb.gz");
    struct id id = put_file(s, "go/cpu-000.pb.gz", 1);
    char target[128], tag[128], length[32];

    snprintf(target, sizeof(target), "/api/0/profiles/%s", id.text);
    snprintf(length, sizeof(length), "%zu", body.len);
    assert_int_equal(stage_ask(s, "HEAD", target, NULL, SLICE_NULL), 200);
    assert_string_equal(stage_header(s, "Content-Length"), length);
    snprintf(tag, sizeof(tag), "\"%s\"", id.text);
    assert_string_equal(stage_header(s, "ETag"), tag);
    assert_int_equal(stage_ask(s, "GET", target, "Range: bytes=10-19\r\n", SLICE_NULL), 206);
    assert_true(slice_eq(stage_bytes(s), slice_sub(body, 10, 10)));
    snprintf(tag, sizeof(tag), "If-None-Match: \"%s\"\r\n", id.text);
    assert_int_equal(stage_ask(s, "GET", target, tag, SLICE_NULL), 304);
}

static void the_size_of_a_single_profile_needs_no_fetching(void **state)
{
    struct stage *s = *state;
    struct slice body = stage_file(s, "go/cpu-000.pb.gz");
    struct id id = put_file(s, "go/cpu-000.pb.gz", 1);
    char target[128], length[32];

    snprintf(target, sizeof(target), "/api/0/profiles/%s", id.text);
    snprintf(length, sizeof(length), "%zu", body.len);
    stage_fail(s, FAULT_VERB(STORE_GET), 1, E_DENIED);
    assert_int_equal(stage_ask(s, "HEAD", target, NULL, SLICE_NULL), 200);
    assert_string_equal(stage_header(s, "Content-Length"), length);
    assert_string_equal(stage_header(s, "X-Brazier-Profiles"), "1");
    /* The fault is still there for one who wants the bytes. */
    assert_int_not_equal(stage_get(s, target), 200);

    /* A store that does not say it is asked for the object. */
    stage_fail(s, FAULT_VERB(STORE_HEAD), 1, E_DENIED);
    assert_int_equal(stage_ask(s, "HEAD", target, NULL, SLICE_NULL), 200);
    assert_string_equal(stage_header(s, "Content-Length"), length);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(one_alone_is_byte_for_byte_what_was_stored),
        TEST(one_alone_in_another_format_is_pprof_in_a_merge),
        TEST(a_merge_adds_up_and_does_not_depend_on_who_asks),
        TEST(an_object_that_is_gone_is_an_error_that_names_it_or_is_declared),
        TEST(an_object_that_is_gone_while_nothing_can_be_listed_is_503),
        TEST(what_was_deleted_meanwhile_does_not_belong_to_the_answer),
        TEST(if_all_of_it_was_deleted_nothing_is_found),
        TEST(a_damaged_object_is_named_and_not_skipped),
        TEST(profiles_that_do_not_go_together_are_400_and_named),
        TEST(a_bucket_that_does_not_answer_is_503_and_names_where_it_stopped),
        TEST(ids_are_merged_as_often_as_they_are_named_and_aliases_once),
        TEST(unknown_ids_of_a_list_are_all_named),
        TEST(a_single_profile_has_a_tag_a_length_and_ranges),
        TEST(the_size_of_a_single_profile_needs_no_fetching),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
