/* Text in XML: whatever the bytes, it stays text. */
#include "base/random.h"
#include "tests/pprof/fixture.h"
#include "view/markup.h"

static void assert_text(struct slice in, const char *expected)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    markup_text(in, &out);
    assert_string_equal(buf_cstr(&out), expected);
}

static void what_xml_reads_is_escaped(void **state)
{
    (void)state;
    assert_text(SLICE("<script>a & b</script>"), "&lt;script&gt;a &amp; b&lt;/script&gt;");
    assert_text(SLICE("\"onload='x'"), "&quot;onload=&#39;x&#39;");
    assert_text(SLICE("]]>"), "]]&gt;");
    assert_text(SLICE("&amp;"), "&amp;amp;");
    assert_text(SLICE(""), "");
}

static void control_characters_are_shown_as_pictures(void **state)
{
    (void)state;
    assert_text(SLICE("a\0b"), "a\xe2\x90\x80"
                               "b");
    assert_text(SLICE("\n\r\t\x1b\x7f"), "\xe2\x90\x8a\xe2\x90\x8d\xe2\x90\x89\xe2\x90\x9b\xe2\x90\xa1");
}

#define BAD "\xef\xbf\xbd"

static void what_is_no_text_is_replaced(void **state)
{
    (void)state;
    assert_text(SLICE("a\xff\xc3(\xe2\x82"), "a" BAD BAD "(" BAD BAD);
    assert_text(SLICE("\xed\xa0\x80"), BAD BAD BAD);         /* a surrogate */
    assert_text(SLICE("\xef\xbf\xbe\xef\xbf\xbf"), BAD BAD); /* U+FFFE, U+FFFF */
    assert_text(SLICE("\xc2\x85\xc2\x9f"), BAD BAD);         /* C1 */
    assert_text(SLICE("\xe2\x80\xa8\xe2\x80\xa9"), BAD BAD); /* line separators */
}

static void marks_of_direction_are_replaced(void **state)
{
    (void)state;
    assert_text(SLICE("\xe2\x80\xaegnp.exe"), BAD "gnp.exe");
    assert_text(SLICE("\xe2\x81\xa6\xe2\x80\x8f\xd8\x9c"), BAD BAD BAD);
}

static void other_languages_stay(void **state)
{
    (void)state;
    const char *text =
        "na\xc3\xafve \xe6\x97\xa5\xe6\x9c\xac \xd9\x85 \xf0\x9f\x98\x80 \xe2\x80\xa6\xef\xbf\xbc";
    assert_text(slice_of(text), text);
}

/* All that may come out of random bytes. */
static void anything_gives_one_line_of_text(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 7);
    for (int round = 0; round < 2000; round++) {
        char in[24];
        for (size_t i = 0; i < sizeof in; i++)
            in[i] = (char)random_below(&random, round % 2 ? 256 : 128);
        struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
        markup_text(slice_make(in, sizeof in), &out);
        assert_true(slice_is_utf8(buf_slice(&out)));
        for (size_t i = 0; i < out.len; i++) {
            unsigned char c = (unsigned char)out.ptr[i];
            assert_true(c >= ' ' && c != 0x7f && c != '<' && c != '>' && c != '"' && c != '\'');
            if (c == '&')
                assert_non_null(memchr(out.ptr + i, ';', out.len - i));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_xml_reads_is_escaped),
        cmocka_unit_test(control_characters_are_shown_as_pictures),
        cmocka_unit_test(what_is_no_text_is_replaced),
        cmocka_unit_test(marks_of_direction_are_replaced),
        cmocka_unit_test(other_languages_stay),
        cmocka_unit_test(anything_gives_one_line_of_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
