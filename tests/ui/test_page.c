/* Every file of ui/ is served, plain and packed, as what it is. */
#include "ui/page.h"

#include "base/gzip.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void a_file_is_found_by_its_name_only(void **state)
{
    (void)state;
    const struct page_file *file = page_find(SLICE("index.html"));

    assert_non_null(file);
    assert_string_equal(file->content_type, "text/html; charset=utf-8");
    assert_null(page_find(SLICE("")));
    assert_null(page_find(SLICE("index.htm")));
    assert_null(page_find(SLICE("../ui/index.html")));
}

static void what_is_packed_is_the_same_and_has_another_tag(void **state)
{
    (void)state;
    size_t sum = 0;

    for (size_t i = 0; page_at(i); i++) {
        struct page_form plain, packed;
        struct error err;

        page_get(page_at(i), false, &plain);
        page_get(page_at(i), true, &packed);
        assert_false(plain.is_gzip);
        sum += packed.bytes.len;
        if (!packed.is_gzip) {
            assert_string_equal(plain.etag, packed.etag);
            continue;
        }
        assert_true(packed.bytes.len < plain.bytes.len);
        assert_string_not_equal(plain.etag, packed.etag);
        struct buf out CLEANUP(buf_release) = BUF_INIT(plain.bytes.len);
        assert_int_equal(gzip_inflate(packed.bytes, plain.bytes.len, 1000, &out, &err), OK);
        assert_true(slice_eq(buf_slice(&out), plain.bytes));
    }
    assert_true(sum > 0);
    assert_true(sum < 150 * 1000UL); /* what a page may cost on a slow line */
}

/* A file that somebody forgot to give a row would be missing in the browser only. */
static void every_file_of_the_folder_has_a_row(void **state)
{
    (void)state;
    static const char *const kinds[] = {".html", ".css", ".js", ".svg"};
    DIR *folder = opendir("ui");
    size_t seen = 0;

    if (!folder) {
        skip(); /* run from elsewhere */
        return;
    }
    for (const struct dirent *entry; (entry = readdir(folder));) {
        for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
            if (!slice_ends(slice_of(entry->d_name), slice_of(kinds[k])))
                continue;
            seen++;
            if (!page_find(slice_of(entry->d_name)))
                fail_msg("ui/%s has no row in ui/page.c", entry->d_name);
        }
    }
    closedir(folder);
    assert_true(seen > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_found_by_its_name_only),
        cmocka_unit_test(what_is_packed_is_the_same_and_has_another_tag),
        cmocka_unit_test(every_file_of_the_folder_has_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
