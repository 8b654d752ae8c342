#include "s3/list_xml.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define PAGE(middle)                                                                                         \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "                                         \
    "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>test</Name>" middle "</ListBucketResult>"
#define ENTRY(key)                                                                                           \
    "<Contents><Key>" key                                                                                    \
    "</Key><LastModified>2009-10-12T17:50:30.000Z</LastModified><Size>12</Size></Contents>"
#define END         "<IsTruncated>false</IsTruncated>"
#define MORE(token) "<IsTruncated>true</IsTruncated><NextContinuationToken>" token "</NextContinuationToken>"

static enum status read_page(const struct list_request *request, struct slice document, size_t piece,
                             struct store_page *ret_page, struct error *err)
{
    struct list_xml *l = list_xml_new(request);
    struct error_xml fault;
    while (document.len > 0 && list_xml_feed(l, slice_sub(document, 0, piece)))
        document = slice_from(document, piece);
    enum status code = list_xml_finish(l, ret_page, &fault, err);
    list_xml_free(l);
    return code;
}

static const struct list_request below_a = {.prefix = {"a/", 2}, .max_keys = 3};

static void expect_corrupt(const struct list_request *request, const char *document, const char *text)
{
    struct store_page page;
    struct error error = {.code = OK};
    if (read_page(request, slice_of(document), 100, &page, &error) != E_CORRUPT)
        fail_msg("was read: %s", document);
    if (!strstr(error.text, text))
        fail_msg("'%s' says nothing of '%s'", error.text, text);
}

static void a_page_is_read_however_it_is_cut(void **state)
{
    (void)state;
    struct slice document = SLICE(PAGE(END ENTRY("a/1") ENTRY("a/1x") ENTRY("a/2")));
    for (size_t piece = 1; piece < document.len; piece += 7) {
        struct store_page page;
        assert_int_equal(read_page(&below_a, document, piece, &page, NULL), OK);
        assert_int_equal(page.count, 3);
        assert_true(slice_eq(page.entries[1].key, SLICE("a/1x")));
        assert_int_equal(page.entries[1].bytes, 12);
        assert_int_equal(page.entries[1].modified_ms, 1255369830000);
        assert_false(page.more);
        store_page_release(&page);
    }
}

static void an_empty_page_is_a_page(void **state)
{
    (void)state;
    struct store_page page;
    assert_int_equal(read_page(&below_a, SLICE(PAGE(END)), 100, &page, NULL), OK);
    assert_int_equal(page.count, 0);
    store_page_release(&page);
}

static void keys_are_decoded_if_the_answer_says_so_wherever_it_says_it(void **state)
{
    (void)state;
    struct store_page page;
    struct slice document =
        SLICE(PAGE(END ENTRY("a%2F%01") ENTRY("a/b+c%2Bd") ENTRY("a/z") "<EncodingType>url</EncodingType>"));
    assert_int_equal(read_page(&below_a, document, 100, &page, NULL), OK);
    assert_true(slice_eq(page.entries[0].key, SLICE("a/\x01")));
    assert_true(slice_eq(page.entries[1].key, SLICE("a/b c+d")));
    store_page_release(&page);

    assert_int_equal(read_page(&below_a, SLICE(PAGE(END ENTRY("a/%41"))), 100, &page, NULL), OK);
    assert_true(slice_eq(page.entries[0].key, SLICE("a/%41")));
    store_page_release(&page);
}

static void the_next_page_goes_on_behind_the_last_key_with_the_servers_token(void **state)
{
    (void)state;
    struct store_page page;
    assert_int_equal(read_page(&below_a, SLICE(PAGE(MORE("t:1=") ENTRY("a/1") ENTRY("a/2"))), 100, &page,
                               NULL),
                     OK);
    assert_true(page.more);
    struct list_request next = below_a;
    assert_true(list_request_resume(&next, page.token));
    assert_true(slice_eq(next.after, SLICE("a/2")));
    assert_true(slice_eq(next.server_token, SLICE("t:1=")));

    expect_corrupt(&next, PAGE(END ENTRY("a/2")), "out of order");
    expect_corrupt(&next, PAGE(END ENTRY("a/15")), "out of order");
    expect_corrupt(&next, PAGE(MORE("t:1=") ENTRY("a/3")), "repeated");
    struct store_page last;
    assert_int_equal(read_page(&next, SLICE(PAGE(MORE("t2"))), 100, &last, NULL), OK);
    assert_true(slice_eq(last.token, SLICE("3:a/2t2")));
    store_page_release(&last);
    store_page_release(&page);
}

static void a_token_of_someone_else_is_refused(void **state)
{
    (void)state;
    const char *const bad[] = {"",      "x", ":", "3", "3:", "3:abc", "x:abcd", "99999999999999999999:abc",
                               "-1:abc"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct list_request request = below_a;
        if (list_request_resume(&request, slice_of(bad[i])))
            fail_msg("'%s' was taken", bad[i]);
    }
}

static void a_page_that_makes_no_sense_is_corrupt(void **state)
{
    (void)state;
    struct list_request after = below_a;
    after.after = SLICE("a/1");
    expect_corrupt(&below_a, PAGE(END ENTRY("a/2") ENTRY("a/1")), "out of order");
    expect_corrupt(&below_a, PAGE(END ENTRY("a/1") ENTRY("a/1")), "out of order");
    expect_corrupt(&below_a, PAGE(END ENTRY("b/1")), "outside the prefix");
    expect_corrupt(&after, PAGE(END ENTRY("a/1")), "out of order");
    expect_corrupt(&below_a, PAGE(END ENTRY("a/1") ENTRY("a/2") ENTRY("a/3") ENTRY("a/4")),
                   "more than the 3");
    expect_corrupt(&below_a, PAGE("<IsTruncated>true</IsTruncated>"), "without a token");
    expect_corrupt(&below_a, PAGE("<IsTruncated>true</IsTruncated><NextContinuationToken/>"),
                   "without a token");
    expect_corrupt(&below_a, PAGE("<IsTruncated>maybe</IsTruncated>"), "IsTruncated");
    expect_corrupt(&below_a, PAGE(ENTRY("a/1")), "IsTruncated");
    expect_corrupt(&below_a, PAGE(END "<Contents><Size>1</Size></Contents>"), "without a key");
    expect_corrupt(&below_a, PAGE(END "<Contents><Key>a/1</Key></Contents>"), "without a key or a size");
    expect_corrupt(&below_a, PAGE(END "<Contents><Key>a/1</Key><Size>-1</Size></Contents>"), "or a size");
    expect_corrupt(&below_a, PAGE(END ENTRY("a/%4") "<EncodingType>url</EncodingType>"), "wrongly encoded");
    expect_corrupt(&below_a, "<html><body>hello</body></html>", "no <ListBucketResult>");
    expect_corrupt(&below_a, "<ListBucketResult><IsTruncated>false</IsTruncated>", "XML");
    expect_corrupt(&below_a, "", "XML");
}

static void a_page_over_4_mib_is_corrupt(void **state)
{
    (void)state;
    struct list_xml *l = list_xml_new(&below_a);
    struct buf filler CLEANUP(buf_release) = BUF_INIT(64 * KIB);
    buf_append_cstr(&filler, "<A>");
    while (filler.len < 4000)
        buf_append_byte(&filler, 'x');
    buf_append_cstr(&filler, "</A>");
    size_t fed = 0;
    bool wanted = list_xml_feed(l, SLICE("<ListBucketResult>"));
    while (wanted && fed < 2 * LIMIT_LIST_PAGE_BYTES) {
        wanted = list_xml_feed(l, buf_slice(&filler));
        fed += filler.len;
    }
    assert_false(wanted);
    assert_true(fed <= LIMIT_LIST_PAGE_BYTES + filler.len);
    struct store_page page;
    struct error_xml fault;
    struct error error;
    assert_int_equal(list_xml_finish(l, &page, &fault, &error), E_CORRUPT);
    list_xml_free(l);
}

static void an_error_inside_a_success_is_found(void **state)
{
    (void)state;
    struct list_xml *l = list_xml_new(&below_a);
    (void)list_xml_feed(l, SLICE("<Error><Code>InternalError</Code><RequestId>7</RequestId></Error>"));
    struct store_page page;
    struct error_xml fault;
    assert_int_equal(list_xml_finish(l, &page, &fault, NULL), E_CORRUPT);
    assert_true(fault.found);
    assert_string_equal(fault.code, "InternalError");
    assert_string_equal(fault.request_id, "7");
    list_xml_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_read_however_it_is_cut),
        cmocka_unit_test(an_empty_page_is_a_page),
        cmocka_unit_test(keys_are_decoded_if_the_answer_says_so_wherever_it_says_it),
        cmocka_unit_test(the_next_page_goes_on_behind_the_last_key_with_the_servers_token),
        cmocka_unit_test(a_token_of_someone_else_is_refused),
        cmocka_unit_test(a_page_that_makes_no_sense_is_corrupt),
        cmocka_unit_test(a_page_over_4_mib_is_corrupt),
        cmocka_unit_test(an_error_inside_a_success_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
