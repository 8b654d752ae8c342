/* Forms with files, as browsers send them. */
#include "http/multipart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define FORM                                                                                                 \
    "--b\r\nContent-Disposition: form-data; name=\"profile\"; filename=\"a;name=b.pb.gz\"\r\n"               \
    "Content-Type: application/octet-stream\r\n\r\none\r\n--not b\r\n\r\n--b \r\n"                           \
    "content-disposition: form-data; filename=x; name=base\r\n\r\n\r\n--b--\r\nepilogue"

static void parts_have_names_and_bytes(void **state)
{
    (void)state;
    struct multipart form = MULTIPART_INIT(SLICE(FORM), SLICE("b"));
    struct multipart_part part;
    struct error err;
    bool more = false;

    assert_int_equal(multipart_next(&form, &part, &more, &err), OK);
    assert_true(more);
    assert_true(slice_eq_cstr(part.name, "profile"));
    assert_true(slice_eq_cstr(part.body, "one\r\n--not b\r\n"));
    assert_int_equal(multipart_next(&form, &part, &more, &err), OK);
    assert_true(more);
    assert_true(slice_eq_cstr(part.name, "base"));
    assert_int_equal(part.body.len, 0);
    assert_int_equal(multipart_next(&form, &part, &more, &err), OK);
    assert_false(more);
    assert_int_equal(multipart_next(&form, &part, &more, &err), OK);
    assert_false(more);
}

/* Whatever is cut off, it is said and nothing is read beyond it. */
static void a_form_that_is_cut_is_refused(void **state)
{
    (void)state;
    size_t whole = strstr(FORM, "--b--") - FORM + strlen("--b--");

    for (size_t len = 0; len < whole; len++) {
        char *cut = malloc(len + 1);
        memcpy(cut, FORM, len);
        struct multipart form = MULTIPART_INIT(slice_make(cut, len), SLICE("b"));
        struct multipart_part part;
        struct error err;
        enum status status = OK;
        bool more = true;

        while (status == OK && more)
            status = multipart_next(&form, &part, &more, &err);
        if (status != E_INVALID)
            fail_msg("%zu bytes: %d", len, status);
        free(cut);
    }
}

static void what_is_no_form_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *body, *boundary, *says;
    } rows[] = {
        {"--b\r\n\r\n--b--", "", "without a boundary"},
        {"nothing", "b", "no part"},
        {"--b\r\nContent-Type: x\r\n\r\nbody\r\n--b--", "b", "no name"},
        {"--bc\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--b--", "b", "middle"},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct multipart form = MULTIPART_INIT(slice_of(rows[i].body), slice_of(rows[i].boundary));
        struct multipart_part part;
        struct error err;
        bool more;

        assert_int_equal(multipart_next(&form, &part, &more, &err), E_INVALID);
        assert_non_null(strstr(err.text, rows[i].says));
    }
}

static void the_content_type_says_the_boundary(void **state)
{
    (void)state;
    struct slice boundary;
    char text[160];

    assert_true(multipart_is(SLICE("multipart/form-data; boundary=abc"), &boundary));
    assert_true(slice_eq_cstr(boundary, "abc"));
    assert_true(multipart_is(SLICE("Multipart/Form-Data;charset=utf-8; Boundary=\"a;b c\""), &boundary));
    assert_true(slice_eq_cstr(boundary, "a;b c"));
    assert_true(multipart_is(SLICE("multipart/form-data"), &boundary));
    assert_int_equal(boundary.len, 0);
    snprintf(text, sizeof(text), "multipart/form-data; boundary=%071d", 0);
    assert_true(multipart_is(slice_of(text), &boundary));
    assert_int_equal(boundary.len, 0);
    assert_false(multipart_is(SLICE("application/octet-stream; boundary=abc"), &boundary));
    assert_false(multipart_is(SLICE(""), &boundary));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_have_names_and_bytes),
        cmocka_unit_test(a_form_that_is_cut_is_refused),
        cmocka_unit_test(what_is_no_form_is_refused),
        cmocka_unit_test(the_content_type_says_the_boundary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
