/* The text form: what a person reads in a bucket browser. */
#include "model/key_form.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void every_part_stands_in_its_place(void **state)
{
    (void)state;
    struct profile_meta meta = {
        .service = SLICE("my svc"),
        .type = SLICE("cpu"),
        .created_at_ms = 1795406411172,
        .labels = {.items = {{SLICE("dc"), SLICE("fra_1")}, {SLICE("e"), SLICE("")}}, .count = 2},
        .facts = {.present = true, .duration_ms = 5},
    };
    struct buf out CLEANUP(buf_release) = BUF_INIT(KEY_FORM_BYTES);
    key_text_encode(&meta, true, &out);
    assert_string_equal(buf_cstr(&out), "my_20svc_.cpu_.01m838zdd4_.5-0_.dc_-fra_5f1_.e_-");
    buf_reset(&out);
    key_text_encode(&meta, false, &out);
    assert_string_equal(buf_cstr(&out), "my_20svc_.cpu_.01m838zdd4_._.dc_-fra_5f1_.e_-");
}

static void the_bound_is_kept(void **state)
{
    (void)state;
    struct profile_meta meta = {.service = SLICE("service"), .type = SLICE("cpu")};
    struct buf out CLEANUP(buf_release) = BUF_INIT(26);
    key_text_encode(&meta, true, &out);
    assert_int_equal(out.len, 26);
    assert_false(out.full);
    out.max--;
    buf_reset(&out);
    key_text_encode(&meta, true, &out);
    assert_true(out.full);
}

static void what_is_malformed_is_refused_by_its_part(void **state)
{
    (void)state;
    static const struct {
        const char *form, *fault;
    } cases[] = {
        {"", "malformed type"},
        {"s", "malformed type"},
        {"a b_.cpu_.01m838zdd4_.", "malformed service"},
        {"s_5F_.cpu_.01m838zdd4_.", "malformed service"},
        {"s_.c_u_.01m838zdd4_.", "malformed type"},
        {"s_.cpu", "malformed created_at"},
        {"s_.cpu_.01m838zdd_.", "malformed created_at"},
        {"s_.cpu_.01M838zdd4_.", "malformed created_at"},
        {"s_.cpu_.01m838zdd4", "missing facts"},
        {"s_.cpu_.01m838zdd4_.1", "facts are malformed"},
        {"s_.cpu_.01m838zdd4_._.", "malformed labels"},
        {"s_.cpu_.01m838zdd4_._.k", "malformed labels"},
        {"s_.cpu_.01m838zdd4_._.k_-v_-w", "malformed labels"},
        {"s_.cpu_.01m838zdd4_._.k_-v_", "malformed labels"},
        {"s_.cpu_.01m838zdd4_._.k_-v_.", "malformed labels"},
    };
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(1 << 16);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct profile_meta meta = {.created_at_ms = 77};
        struct error err = {0};
        assert_int_equal(key_text_decode(slice_of(cases[i].form), &arena, &meta, &err), E_INVALID);
        assert_string_equal(err.text, cases[i].fault);
        assert_true(meta.created_at_ms == 77);
    }
}

static void more_labels_than_there_may_be_are_refused(void **state)
{
    (void)state;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(1 << 16);
    struct buf form CLEANUP(buf_release) = BUF_INIT(KEY_FORM_BYTES);
    struct profile_meta meta;
    buf_append_cstr(&form, "s_.cpu_.01m838zdd4_.");
    for (int i = 0; i < 32; i++)
        buf_append_cstr(&form, "_.k_-v");
    assert_int_equal(key_text_decode(buf_slice(&form), &arena, &meta, NULL), OK);
    assert_int_equal(meta.labels.count, 32);
    buf_append_cstr(&form, "_.k_-v");
    assert_int_equal(key_text_decode(buf_slice(&form), &arena, &meta, NULL), E_INVALID);
}

static void a_full_arena_is_too_large(void **state)
{
    (void)state;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(16);
    struct profile_meta meta;
    assert_int_equal(key_text_decode(SLICE("s_.cpu_.01m838zdd4_."), &arena, &meta, NULL), E_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_stands_in_its_place),
        cmocka_unit_test(the_bound_is_kept),
        cmocka_unit_test(what_is_malformed_is_refused_by_its_part),
        cmocka_unit_test(more_labels_than_there_may_be_are_refused),
        cmocka_unit_test(a_full_arena_is_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
