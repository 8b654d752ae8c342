#include "s3/xml.h"

#include "base/buf.h"
#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* What the parser said, as one text: "+name" and "-name=text". */
static void on_open(void *user, unsigned depth, const char *name)
{
    buf_printf(user, "+%u%s ", depth, name);
}

static bool on_close(void *user, unsigned depth, const char *name, struct slice text, struct error *err)
{
    buf_printf(user, "-%u%s=%.*s ", depth, name, SLICE_ARG(text));
    if (strcmp(name, "refuse") != 0)
        return true;

    (void)error_set(err, E_CORRUPT, "refused");
    return false;
}

static const struct xml_handler handler = {on_open, on_close};

/* Fed in pieces of `piece` bytes. */
static enum status read_in(struct slice document, size_t piece, struct buf *seen, struct error *err)
{
    struct xml_reader *r = xml_reader_new(&handler, seen, 64 * KIB);
    while (document.len > 0 && xml_reader_feed(r, slice_sub(document, 0, piece)))
        document = slice_from(document, piece);
    enum status code = xml_reader_finish(r, err);
    xml_reader_free(r);
    return code;
}

static void elements_and_texts_arrive_whole_however_they_are_cut(void **state)
{
    (void)state;
    struct slice document =
        SLICE("<?xml version=\"1.0\"?>\n<a xmlns='urn:x'> <b>1 &amp; 2&#x21;</b><n:c xmlns:n='u' "
              "q='z'><![CDATA[<3]]></n:c></a>\n");
    for (size_t piece = 1; piece <= document.len; piece++) {
        struct buf seen CLEANUP(buf_release) = BUF_INIT(4096);
        assert_int_equal(read_in(document, piece, &seen, NULL), OK);
        assert_string_equal(buf_cstr(&seen), "+1a +2b -2b=1 & 2! +2c -2c=<3 -1a= ");
    }
}

static void broken_documents_are_corrupt(void **state)
{
    (void)state;
    const char *const bad[] = {"",
                               "x",
                               "<a>",
                               "<a></b>",
                               "<a/><b/>",
                               "<a>&no;</a>",
                               "<a>\x01</a>",
                               "<a b></a>",
                               "<a>\xff\xfe</a>",
                               "<a><b></a></b>"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct buf seen CLEANUP(buf_release) = BUF_INIT(4096);
        struct error error = {.code = OK};
        if (read_in(slice_of(bad[i]), 3, &seen, &error) != E_CORRUPT)
            fail_msg("'%s' was read", bad[i]);
        assert_non_null(strstr(error.text, "XML"));
    }
}

static void a_document_type_stops_it_before_an_entity_can_grow(void **state)
{
    (void)state;
    struct slice bomb =
        SLICE("<!DOCTYPE a [<!ENTITY x 'xxxxxxxx'><!ENTITY y '&x;&x;&x;'>]><a><b>&y;</b></a>");
    struct buf seen CLEANUP(buf_release) = BUF_INIT(4096);
    struct error error = {.code = OK};
    assert_int_equal(read_in(bomb, bomb.len, &seen, &error), E_CORRUPT);
    assert_string_equal(error.text, "XML with a document type");
    assert_int_equal(seen.len, 0);
}

static void nothing_outside_is_fetched(void **state)
{
    (void)state;
    struct slice document = SLICE("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>");
    struct buf seen CLEANUP(buf_release) = BUF_INIT(4096);
    assert_int_equal(read_in(document, 1, &seen, NULL), E_CORRUPT);
    assert_int_equal(seen.len, 0);
}

static void depth_text_and_size_are_bounded(void **state)
{
    (void)state;
    struct buf deep CLEANUP(buf_release) = BUF_INIT(64 * KIB), wide CLEANUP(buf_release) = BUF_INIT(64 * KIB);
    for (size_t i = 0; i <= LIMIT_XML_DEPTH; i++)
        buf_append_cstr(&deep, "<a>");
    buf_append_cstr(&wide, "<a>");
    for (size_t i = 0; i <= LIMIT_XML_TEXT_BYTES; i++)
        buf_append_byte(&wide, 'x');
    buf_append_cstr(&wide, "</a>");

    struct buf seen CLEANUP(buf_release) = BUF_INIT(4096);
    struct error error = {.code = OK};
    assert_int_equal(read_in(buf_slice(&deep), 1000, &seen, &error), E_CORRUPT);
    assert_non_null(strstr(error.text, "deeper than 16"));
    assert_int_equal(read_in(buf_slice(&wide), 1000, &seen, &error), E_CORRUPT);
    assert_non_null(strstr(error.text, "over 4096 bytes"));

    struct xml_reader *r = xml_reader_new(&handler, &seen, 10);
    assert_false(xml_reader_feed(r, SLICE("<a>45678901")));
    assert_int_equal(xml_reader_finish(r, &error), E_CORRUPT);
    assert_non_null(strstr(error.text, "over 10 bytes"));
    xml_reader_free(r);
}

static void the_handlers_refusal_is_the_fault(void **state)
{
    (void)state;
    struct buf seen CLEANUP(buf_release) = BUF_INIT(4096);
    struct error error = {.code = OK};
    assert_int_equal(read_in(SLICE("<a><refuse/><b/></a>"), 100, &seen, &error), E_CORRUPT);
    assert_string_equal(error.text, "refused");
    assert_string_equal(buf_cstr(&seen), "+1a +2refuse -2refuse= ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_and_texts_arrive_whole_however_they_are_cut),
        cmocka_unit_test(broken_documents_are_corrupt),
        cmocka_unit_test(a_document_type_stops_it_before_an_entity_can_grow),
        cmocka_unit_test(nothing_outside_is_fetched),
        cmocka_unit_test(depth_text_and_size_are_bounded),
        cmocka_unit_test(the_handlers_refusal_is_the_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
