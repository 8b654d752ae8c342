/* What a file is taken for when nobody says it, and the request that it becomes. */
#include "cli/push_item.h"

#include "base/file.h"
#include "model/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define WRITTEN_MS INT64_C(1600000000123)

static struct buf read_file(const char *path)
{
    struct buf body = BUF_INIT(4 * MIB);
    struct error err;

    if (file_read(path, &body, &err) != OK)
        fail_msg("%s", err.text);
    return body;
}

static void assert_judged(const struct push_defaults *defaults, const char *path, struct slice body,
                          const char *expected)
{
    struct push_item item CLEANUP(push_item_release) = PUSH_ITEM_INIT;
    struct buf request CLEANUP(buf_release) = BUF_INIT(4096);
    struct error err;

    if (push_item_judge(&item, defaults, &(struct push_source){path, WRITTEN_MS, body}, &err) != OK)
        fail_msg("%s: %s", path, err.text);
    assert_int_equal(push_item_path(&item, &request, &err), OK);
    assert_string_equal(buf_cstr(&request), expected);
}

static void assert_refused(const struct push_defaults *defaults, const char *path, struct slice body,
                           const char *expected)
{
    struct push_item item CLEANUP(push_item_release) = PUSH_ITEM_INIT;
    struct error err;

    assert_int_equal(push_item_judge(&item, defaults, &(struct push_source){path, WRITTEN_MS, body}, &err),
                     E_INVALID);
    assert_string_equal(err.text, expected);
}

static void a_profile_says_its_type_and_its_time_is_not_sent(void **state)
{
    struct buf cpu CLEANUP(buf_release) = read_file("tests/data/go/cpu-000.pb.gz");
    struct buf heap CLEANUP(buf_release) = read_file("tests/data/go/heap-000.pb.gz");
    struct push_defaults defaults = {.service = SLICE("shop")};

    (void)state;
    assert_judged(&defaults, "x", buf_slice(&cpu), "/api/0/profiles?service=shop&type=cpu");
    assert_judged(&defaults, "x", buf_slice(&heap), "/api/0/profiles?service=shop&type=heap");
    assert_judged(&defaults, "dir/allocs-1.pb.gz", buf_slice(&heap),
                  "/api/0/profiles?service=shop&type=allocs");
}

static void a_profile_without_a_time_has_that_of_its_file(void **state)
{
    struct push_defaults defaults = {.service = SLICE("shop"), .type = NULL};
    struct push_item item CLEANUP(push_item_release) = PUSH_ITEM_INIT;
    const struct push_source source = {"x.folded", WRITTEN_MS, SLICE("main;run 5\n")};

    (void)state;
    assert_int_equal(profile_type_parse(SLICE("other"), &defaults.type, NULL), OK);
    assert_int_equal(push_item_judge(&item, &defaults, &source, NULL), OK);
    struct buf request CLEANUP(buf_release) = BUF_INIT(4096);
    assert_int_equal(push_item_path(&item, &request, NULL), OK);
    assert_string_equal(buf_cstr(&request),
                        "/api/0/profiles?service=shop&type=other&created_at=1600000000.123");
}

static void what_is_given_is_not_guessed(void **state)
{
    struct buf heap CLEANUP(buf_release) = read_file("tests/data/go/heap-000.pb.gz");
    struct push_defaults defaults = {.service = SLICE("a b/c")};

    (void)state;
    assert_int_equal(profile_type_parse(SLICE("allocs"), &defaults.type, NULL), OK);
    defaults.labels.items[0] = (struct label){SLICE("v"), SLICE("1,0+x")};
    defaults.labels.count = 1;
    assert_judged(&defaults, "heap.pb.gz", buf_slice(&heap),
                  "/api/0/profiles?service=a%20b%2Fc&type=allocs&labels=v%3D1%252C0%252Bx");
    assert_int_equal(profile_type_parse(SLICE("cpu"), &defaults.type, NULL), OK);
    assert_refused(&defaults, "x", buf_slice(&heap),
                   "declared as cpu, but it looks like heap or allocs: its sample types are "
                   "\"alloc_objects\" \"count\", \"alloc_space\" \"bytes\", \"inuse_objects\" \"count\", "
                   "\"inuse_space\" \"bytes\"");
}

static void a_trace_is_told_by_its_first_bytes(void **state)
{
    struct push_defaults defaults = {.service = SLICE("shop")};
    struct push_item item CLEANUP(push_item_release) = PUSH_ITEM_INIT;

    (void)state;
    const struct push_source source = {"-", WRITTEN_MS, SLICE("go 1.19 trace\0\0\0rest")};
    assert_int_equal(push_item_judge(&item, &defaults, &source, NULL), OK);
    assert_string_equal(item.type->name, "trace");
}

static void a_key_of_profefe_says_everything(void **state)
{
    struct push_defaults defaults = {.is_profefe = true};

    (void)state;
    defaults.labels.items[0] = (struct label){SLICE("from"), SLICE("profefe")};
    defaults.labels.count = 1;
    assert_judged(&defaults, "copy/P0.svc1/128/bpc00mript33iv4net01,k1=v1,k2=a%2Cb", SLICE("any bytes"),
                  "/api/0/profiles?service=svc1&type=trace&labels=from%3Dprofefe%2Ck1%3Dv1%2Ck2%3Da%252Cb"
                  "&created_at=1582825563.000");
    assert_refused(&defaults, "cpu.pb.gz", SLICE("x"), "not a key of profefe's: \"cpu.pb.gz\"");
}

static void what_cannot_be_told_is_asked_for(void **state)
{
    struct buf block CLEANUP(buf_release) = read_file("tests/data/go/block-005.pb.gz");
    struct push_defaults defaults = {.service = SLICE("shop")};

    (void)state;
    assert_refused(&defaults, "x.pb.gz", buf_slice(&block),
                   "say --type: its type cannot be told: it looks like block or mutex");
    assert_refused(&defaults, "x.folded", SLICE("main;run 5\n"),
                   "say --type: its type cannot be told from its content");
    defaults.service = SLICE("");
    assert_refused(&defaults, "x.pb.gz", buf_slice(&block), "whose profile is it? say --service");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_profile_says_its_type_and_its_time_is_not_sent),
        cmocka_unit_test(a_profile_without_a_time_has_that_of_its_file),
        cmocka_unit_test(what_is_given_is_not_guessed),
        cmocka_unit_test(a_trace_is_told_by_its_first_bytes),
        cmocka_unit_test(a_key_of_profefe_says_everything),
        cmocka_unit_test(what_cannot_be_told_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
