/* What questions say about labels, beyond pairs. */
#include "model/matchers.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct reading {
    struct arena arena;
    struct labels labels;
    struct matchers matchers;
    struct error err;
    enum status status;
};

static void read_text(struct reading *r, const char *text)
{
    *r = (struct reading){.arena = ARENA_INIT(64 * KIB)};
    r->status = matchers_parse(slice_of(text), &r->arena, &r->labels, &r->matchers, &r->err);
}

static void assert_matcher(const struct matcher *m, enum matcher_kind kind, const char *key,
                           const char *value)
{
    assert_int_equal(m->kind, kind);
    assert_true(slice_eq_cstr(m->key, key));
    assert_true(slice_eq_cstr(m->value, value));
}

static void operators_are_told_from_pairs(void **state)
{
    (void)state;
    struct reading r;

    read_text(&r, "region=fra, host != a,version=~1\\..*,tier!~canary|test,x==y,empty!=");
    assert_int_equal(r.status, OK);
    assert_int_equal(r.labels.count, 2);
    assert_true(slice_eq_cstr(r.labels.items[0].key, "region"));
    assert_true(slice_eq_cstr(r.labels.items[1].value, "=y"));
    assert_int_equal(r.matchers.count, 4);
    assert_matcher(&r.matchers.items[0], MATCHER_NOT_EQUAL, "host", "a");
    assert_matcher(&r.matchers.items[1], MATCHER_REGEX, "version", "1\\..*");
    assert_matcher(&r.matchers.items[2], MATCHER_NOT_REGEX, "tier", "canary|test");
    assert_matcher(&r.matchers.items[3], MATCHER_NOT_EQUAL, "empty", "");
    arena_release(&r.arena);
}

static void what_is_escaped_is_no_operator(void **state)
{
    (void)state;
    struct reading r;

    read_text(&r, "a=%7Eb,c%21=d,e=~x%2Cy%2B+z");
    assert_int_equal(r.status, OK);
    assert_int_equal(r.labels.count, 2);
    assert_true(slice_eq_cstr(r.labels.items[0].value, "~b"));
    assert_true(slice_eq_cstr(r.labels.items[1].key, "c!"));
    assert_int_equal(r.matchers.count, 1);
    assert_matcher(&r.matchers.items[0], MATCHER_REGEX, "e", "x,y+ z");
    arena_release(&r.arena);
}

static void what_was_read_is_written_so_that_it_is_read_again(void **state)
{
    (void)state;
    struct buf text CLEANUP(buf_release) = BUF_INIT(KIB), again CLEANUP(buf_release) = BUF_INIT(KIB);
    struct reading r, back;

    read_text(&r, "a=%7Eb,c%21=d,e=~x%2Cy%25,f!~%28%3D,g!=%7E");
    assert_int_equal(r.status, E_INVALID); /* "(=" is no pattern */
    arena_release(&r.arena);
    read_text(&r, "a=%7Eb,c%21=d,e=~x%2Cy%25,f!~%28%3D%29,g!=%7E");
    assert_int_equal(r.status, OK);
    matchers_format(&r.labels, &r.matchers, &text);
    read_text(&back, buf_cstr(&text));
    assert_int_equal(back.status, OK);
    assert_true(labels_equal(&r.labels, &back.labels));
    matchers_format(&back.labels, &back.matchers, &again);
    assert_string_equal(buf_cstr(&text), buf_cstr(&again));
    arena_release(&r.arena);
    arena_release(&back.arena);
}

static void what_is_no_matcher_is_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } rows[] = {{"a=~(", "labels regexp"},
                {"a=~x)(y", "labels regexp"},
                {"!=x", "a label is missing"},
                {"a!~%zz", "%zz"},
                {"a=b,c%1=d,e!=f", "invalid URL escape"}};
    struct reading r;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        read_text(&r, rows[i].text);
        assert_int_equal(r.status, E_INVALID);
        if (!strstr(r.err.text, rows[i].says))
            fail_msg("%s: %s", rows[i].text, r.err.text);
        arena_release(&r.arena);
    }
}

static void too_many_matchers_are_refused(void **state)
{
    (void)state;
    struct buf text CLEANUP(buf_release) = BUF_INIT(KIB);
    struct reading r;

    for (unsigned i = 0; i <= LIMIT_LABELS; i++)
        buf_printf(&text, "k%u!=v,", i);
    read_text(&r, buf_cstr(&text));
    assert_int_equal(r.status, E_TOO_LARGE);
    arena_release(&r.arena);
}

/* Several values of one label: any of them counts; a label that is not there has none. */
static void matchers_hold_as_they_are_documented(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool holds;
    } rows[] = {
        {"dc!=fra", false},         {"dc!=ams", true},  {"no!=x", true},       {"no!=", true},
        {"dc=~fr", false},          {"dc=~fr.", true},  {"dc=~FRA", false},    {"dc=~(?i)FRA", true},
        {"dc=~x|fra|y", true},      {"dc!~fra", false}, {"dc!~fr", true},      {"no=~.*", false},
        {"no!~.*", true},           {"v=~2", true},     {"v=~1", true},        {"v!=1", false},
        {"v!~1|2", false},          {"v!~3", true},     {"dc=~.*,v!=9", true}, {"dc=~.*,v!=2", false},
        {"dc=~^fra$,v=~\\d", true},
    };
    const struct labels labels = {.items = {{SLICE("dc"), SLICE("fra")},
                                            {SLICE("v"), SLICE("1")},
                                            {SLICE("v"), SLICE("2")}},
                                  .count = 3};

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct matching *matching CLEANUP(matching_freep) = NULL;
        struct reading r;

        read_text(&r, rows[i].text);
        assert_int_equal(r.status, OK);
        assert_int_equal(matching_new(&r.matchers, &matching, &r.err), OK);
        if (matching_has(matching, &labels) != rows[i].holds)
            fail_msg("%s: %d", rows[i].text, !rows[i].holds);
        assert_int_equal(matching_check(matching, &r.err), OK);
        arena_release(&r.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_are_told_from_pairs),
        cmocka_unit_test(what_is_escaped_is_no_operator),
        cmocka_unit_test(what_was_read_is_written_so_that_it_is_read_again),
        cmocka_unit_test(what_is_no_matcher_is_refused_by_name),
        cmocka_unit_test(too_many_matchers_are_refused),
        cmocka_unit_test(matchers_hold_as_they_are_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
