/* Which profiles a question is about, and where the next page begins. */
#include "model/selector.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct profile_meta meta_at(int64_t created_at_ms, uint8_t salt)
{
    struct digest digest = {{salt}};
    return (struct profile_meta){
        .id = id_make(0, 5000, &digest),
        .service = SLICE("svc"),
        .type = SLICE("cpu"),
        .labels = {.items = {{SLICE("dc"), SLICE("fra")}, {SLICE("v"), SLICE("1")}}, .count = 2},
        .created_at_ms = created_at_ms,
    };
}

static void an_empty_selector_takes_all_within_its_times(void **state)
{
    (void)state;
    struct selector all = {.from_ms = 1000, .to_ms = 2000};
    struct profile_meta at[] = {meta_at(999, 1), meta_at(1000, 1), meta_at(2000, 1), meta_at(2001, 1)};
    assert_false(selector_matches(&all, &at[0]));
    assert_true(selector_matches(&all, &at[1]));
    assert_true(selector_matches(&all, &at[2]));
    assert_false(selector_matches(&all, &at[3]));
}

static void service_type_and_labels_must_all_be_met(void **state)
{
    (void)state;
    struct profile_meta meta = meta_at(1500, 1);
    struct selector sel = {.service = SLICE("svc"), .type = SLICE("cpu"), .to_ms = 2000};
    sel.labels = (struct labels){.items = {{SLICE("dc"), SLICE("fra")}}, .count = 1};
    assert_true(selector_matches(&sel, &meta));

    struct selector other = sel;
    other.service = SLICE("sv");
    assert_false(selector_matches(&other, &meta));
    other = sel;
    other.type = SLICE("heap");
    assert_false(selector_matches(&other, &meta));
    other = sel;
    other.labels.items[0].value = SLICE("");
    assert_false(selector_matches(&other, &meta));
    other = sel;
    other.labels.items[other.labels.count++] = (struct label){SLICE("dc"), SLICE("ams")};
    assert_false(selector_matches(&other, &meta));
}

static void a_cursor_comes_back(void **state)
{
    (void)state;
    struct profile_meta meta = meta_at(1795406411172, 3);
    struct cursor cursor;
    char text[CURSOR_TEXT_BYTES];
    cursor_encode(&meta, text);
    assert_int_equal(strlen(text), CURSOR_TEXT_BYTES - 1);
    assert_int_equal(cursor_decode(slice_of(text), &cursor, NULL), OK);
    assert_true(cursor.created_at_ms == meta.created_at_ms);
    assert_int_equal(id_cmp(&cursor.id, &meta.id), 0);
}

static void what_is_no_cursor_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "x",
        "01m838zdd4-001m838zsex-v9pkxyc34vav13p89rxfaqpz0",
        "01m838zdd4-001m838zsex-v9pkxyc34vav13p89rxfaqpz044",
        "01m838zdd4.001m838zsex-v9pkxyc34vav13p89rxfaqpz04",
        "01m838zddu-001m838zsex-v9pkxyc34vav13p89rxfaqpz04",
        "01m838zdd4-001m838zsex-v9pkxyc34vav13p89rxfaqpzu4",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct cursor cursor = {.created_at_ms = 77};
        struct error err;
        assert_int_equal(cursor_decode(slice_of(bad[i]), &cursor, &err), E_INVALID);
        assert_true(strncmp(err.text, "bad \"cursor\" \"", 14) == 0);
        assert_true(cursor.created_at_ms == 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_selector_takes_all_within_its_times),
        cmocka_unit_test(service_type_and_labels_must_all_be_met),
        cmocka_unit_test(a_cursor_comes_back),
        cmocka_unit_test(what_is_no_cursor_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
