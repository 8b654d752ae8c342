/* Keys of profefe's own documentation, and what is near them. */
#include "model/profefe_key.h"
#include "model/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_key(const char *path, const char *expected)
{
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(64 * KIB);
    struct buf out CLEANUP(buf_release) = BUF_INIT(4096);
    struct profefe_key key;
    struct error err;
    char at[TIME_RFC3339_BYTES];

    if (profefe_key_parse(slice_of(path), &arena, &key, &err) != OK)
        fail_msg("%s: %s", path, err.text);
    time_format_rfc3339(key.created_at_ms, at);
    buf_printf(&out, "%.*s %s %s ", SLICE_ARG(key.service), key.type->name, at);
    labels_format(&key.labels, &out);
    assert_string_equal(buf_cstr(&out), expected);
}

static void assert_refused(const char *path, enum status code, const char *text)
{
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(64 * KIB);
    struct profefe_key key;
    struct error err;

    assert_int_equal(profefe_key_parse(slice_of(path), &arena, &key, &err), code);
    assert_string_equal(err.text, text);
}

static void a_key_says_service_type_time_and_labels(void **state)
{
    (void)state;
    assert_key("P0.svc1/1/bpc00mript33iv4net01,k1=v1,k2=v2", "svc1 cpu 2020-02-27T17:46:03Z k1=v1,k2=v2");
    assert_key("P0.svc5340/1/bjo4dbb8di1baajdbcng,dc=fra,region=eu",
               "svc5340 cpu 2019-05-30T21:10:05Z dc=fra,region=eu");
    assert_key("P0.svc1/2/bpc00mript33iv4net01", "svc1 heap 2020-02-27T17:46:03Z ");
}

static void every_number_is_a_type(void **state)
{
    static const char *const names[][2] = {{"1", "cpu"},     {"2", "heap"},      {"3", "block"},
                                           {"4", "mutex"},   {"5", "goroutine"}, {"6", "threadcreate"},
                                           {"127", "other"}, {"128", "trace"}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct arena arena CLEANUP(arena_release) = ARENA_INIT(64 * KIB);
        struct buf path CLEANUP(buf_release) = BUF_INIT(256);
        struct profefe_key key;

        buf_printf(&path, "P0.s/%s/bpc00mript33iv4net01", names[i][0]);
        assert_int_equal(profefe_key_parse(buf_slice(&path), &arena, &key, NULL), OK);
        assert_string_equal(key.type->name, names[i][1]);
    }
    assert_refused("P0.s/7/bpc00mript33iv4net01", E_INVALID, "profefe knows no type \"7\"");
}

static void a_path_in_front_is_passed_over(void **state)
{
    (void)state;
    assert_key("/backup/profefe/P0.svc1/3/bpc00mript33iv4net01", "svc1 block 2020-02-27T17:46:03Z ");
    assert_key("./P0.old/P0.svc1/3/bpc00mript33iv4net01", "svc1 block 2020-02-27T17:46:03Z ");
}

static void a_service_may_hold_slashes_and_dots(void **state)
{
    (void)state;
    assert_key("P0.team/a/b.c/4/bpc00mript33iv4net01", "team/a/b.c mutex 2020-02-27T17:46:03Z ");
}

static void labels_are_unescaped(void **state)
{
    (void)state;
    assert_key("P0.s/1/bpc00mript33iv4net01,path=%2Fa%2Cb,v=1.0%2Bx",
               "s cpu 2020-02-27T17:46:03Z path=%2Fa%2Cb,v=1.0%2Bx");
}

static void what_is_no_key_is_not_found(void **state)
{
    (void)state;
    assert_refused("cpu.pb.gz", E_NOT_FOUND, "not a key of profefe's: \"cpu.pb.gz\"");
    assert_refused("xP0.s/1/bpc00mript33iv4net01", E_NOT_FOUND,
                   "not a key of profefe's: \"xP0.s/1/bpc00mript33iv4net01\"");
    assert_refused("P0.s", E_NOT_FOUND, "not a key of profefe's: \"P0.s\"");
    assert_refused("", E_NOT_FOUND, "not a key of profefe's: \"\"");
}

static void what_is_wrong_with_a_key_is_said(void **state)
{
    (void)state;
    assert_refused("P0./1/bpc00mript33iv4net01", E_INVALID, "the key names no service");
    assert_refused("P0.s/1/bpc00mript33iv4net0", E_INVALID, "the key has a bad xid \"bpc00mript33iv4net0\"");
    assert_refused("P0.s/1/bpc00mript33iv4netw1", E_INVALID,
                   "the key has a bad xid \"bpc00mript33iv4netw1\"");
    assert_refused("P0.s/1/bpc00mript33iv4net01,a=%zz", E_INVALID,
                   "bad \"labels\" \"a=%zz\": invalid URL escape \"%zz\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_says_service_type_time_and_labels),
        cmocka_unit_test(every_number_is_a_type),
        cmocka_unit_test(a_path_in_front_is_passed_over),
        cmocka_unit_test(a_service_may_hold_slashes_and_dots),
        cmocka_unit_test(labels_are_unescaped),
        cmocka_unit_test(what_is_no_key_is_not_found),
        cmocka_unit_test(what_is_wrong_with_a_key_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
