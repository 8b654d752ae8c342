/*
 * A page of a listing, in two pieces. What is accepted keeps every promise of the store: order, prefix,
 * bound, a token that leads on.
 */
#include "base/limits.h"
#include "s3/list_xml.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_page(const struct list_request *request, const struct store_page *page)
{
    struct slice before = request->after;
    if (page->count > request->max_keys)
        abort();
    for (size_t i = 0; i < page->count; i++) {
        struct slice key = page->entries[i].key;
        if (!slice_starts(key, request->prefix) || slice_cmp(before, key) >= 0)
            abort();
        before = key;
    }
    struct list_request next = *request;
    if (page->more && (!list_request_resume(&next, page->token) || !slice_eq(next.after, before)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice document = slice_make(data, size);
    size_t cut = size > 0 ? data[0] * size / 256 : 0;
    struct list_request request = {.prefix = SLICE("a"),
                                   .after = SLICE("a"),
                                   .server_token = SLICE("t"),
                                   .max_keys = 5};
    struct list_xml *l = list_xml_new(&request);
    (void)(list_xml_feed(l, slice_sub(document, 0, cut)) && list_xml_feed(l, slice_from(document, cut)));
    struct store_page page;
    struct error_xml fault;
    if (list_xml_finish(l, &page, &fault, NULL) == OK) {
        check_page(&request, &page);
        store_page_release(&page);
    }
    list_xml_free(l);
    return 0;
}
