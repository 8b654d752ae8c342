/* The limits of what is known of a profile. */
#include "model/profile_meta.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NOW INT64_C(1795406423517)

static char many[200];

static struct profile_meta good(void)
{
    struct digest digest = {{7}};
    return (struct profile_meta){
        .id = id_make(0, NOW, &digest),
        .service = SLICE("svc"),
        .type = SLICE("cpu"),
        .labels = {.items = {{SLICE("k"), SLICE("v")}}, .count = 1},
        .created_at_ms = NOW,
    };
}

static void assert_refused(const struct profile_meta *meta, const char *expected)
{
    struct error err;
    assert_int_equal(profile_meta_check(meta, NOW, &err), E_INVALID);
    assert_string_equal(err.text, expected);
}

static void what_is_within_all_limits_is_accepted(void **state)
{
    (void)state;
    struct profile_meta meta = good();
    assert_int_equal(profile_meta_check(&meta, NOW, NULL), OK);
    meta.service = slice_make(many, 128);
    meta.type = slice_make(many, 32);
    meta.created_at_ms = 0;
    assert_int_equal(profile_meta_check(&meta, NOW, NULL), OK);
    meta.created_at_ms = NOW + 600000;
    assert_int_equal(profile_meta_check(&meta, NOW, NULL), OK);
}

static void service_and_type_are_limited_text(void **state)
{
    (void)state;
    struct profile_meta meta = good();
    meta.service = SLICE_NULL;
    assert_refused(&meta, "missing \"service\"");
    meta.service = slice_make(many, 129);
    assert_refused(&meta, "service is 129 bytes long, at most 128");
    meta.service = SLICE("a\xff");
    assert_refused(&meta, "service \"a\xff\" is not UTF-8");
    meta.service = SLICE("a\0b");
    assert_refused(&meta, "service \"a\\x00b\" holds a NUL");
    meta = good();
    meta.type = SLICE("");
    assert_refused(&meta, "missing \"type\"");
    meta.type = slice_make(many, 33);
    assert_refused(&meta, "type is 33 bytes long, at most 32");
}

static void created_at_lies_between_1970_and_ten_minutes_from_now(void **state)
{
    (void)state;
    struct profile_meta meta = good();
    meta.created_at_ms = -1;
    assert_refused(&meta, "created_at is before 1970");
    meta.created_at_ms = TIME_MAX_MS + 1;
    assert_refused(&meta, "created_at is after 9999");
    meta.created_at_ms = NOW + 600001;
    assert_refused(&meta,
                   "created_at 2026-11-23T04:10:23Z is ahead of the collector's clock by 600 s, at most 600");
    assert_int_equal(profile_meta_check_key(&meta, NULL), OK);
}

static void labels_are_checked(void **state)
{
    (void)state;
    struct profile_meta meta = good();
    meta.labels.items[0].key = SLICE_NULL;
    assert_refused(&meta, "label key is empty");
}

static void lists_begin_with_the_newest(void **state)
{
    (void)state;
    struct profile_meta a = good(), b = good();
    assert_int_equal(profile_meta_cmp_newest(&a, &b), 0);
    b.created_at_ms--;
    assert_true(profile_meta_cmp_newest(&a, &b) < 0 && profile_meta_cmp_newest(&b, &a) > 0);
    b.created_at_ms = a.created_at_ms;
    b.id.text[ID_BYTES - 1] = 'z';
    assert_true(profile_meta_cmp_newest(&a, &b) > 0 && profile_meta_cmp_newest(&b, &a) < 0);
}

static void equality_looks_at_every_field(void **state)
{
    (void)state;
    struct profile_meta a = good(), changed[6];
    for (size_t i = 0; i < ARRAY_LEN(changed); i++)
        changed[i] = a;
    assert_true(profile_meta_equal(&a, &changed[0]));
    changed[0].id.text[0] = '1';
    changed[1].service = SLICE("other");
    changed[2].type = SLICE("heap");
    changed[3].labels.count = 0;
    changed[4].created_at_ms++;
    changed[5].facts.present = true;
    for (size_t i = 0; i < ARRAY_LEN(changed); i++)
        assert_false(profile_meta_equal(&a, &changed[i]));
}

int main(void)
{
    memset(many, 'm', sizeof many);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_within_all_limits_is_accepted),
        cmocka_unit_test(service_and_type_are_limited_text),
        cmocka_unit_test(created_at_lies_between_1970_and_ten_minutes_from_now),
        cmocka_unit_test(labels_are_checked),
        cmocka_unit_test(lists_begin_with_the_newest),
        cmocka_unit_test(equality_looks_at_every_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
