/*
 * Two questions. Any bytes as a document: json_get_string() must answer and, if it finds a string, give
 * UTF-8. Any bytes as a string: what the writer writes must be a document from which the reader gets the same
 * string back, but for bytes that are no UTF-8.
 */
#include "base/json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_MAX = 1 << 24 };

static void insist(bool holds)
{
    if (!holds)
        abort();
}

static void as_document(struct slice in)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(FUZZ_MAX);
    struct error err;
    enum status status = json_get_string(in, "a", &out, &err);
    insist(status == OK || status == E_INVALID || status == E_NOT_FOUND);
    insist(slice_is_utf8(buf_slice(&out)));
    insist(status == OK || out.len == 0);
}

static void as_string(struct slice in)
{
    struct buf doc CLEANUP(buf_release) = BUF_INIT(FUZZ_MAX);
    struct buf out CLEANUP(buf_release) = BUF_INIT(FUZZ_MAX);
    struct json j = JSON_INIT(&doc);
    json_object(&j);
    json_key(&j, "b");
    json_array(&j);
    json_i64(&j, -1);
    json_array_end(&j);
    json_key(&j, "a");
    json_string(&j, in);
    json_object_end(&j);
    insist(slice_is_utf8(buf_slice(&doc)));
    insist(slice_find(buf_slice(&doc), '<') == doc.len);

    /* jansson refuses a NUL in a string; the writer may write one. */
    enum status status = json_get_string(buf_slice(&doc), "a", &out, NULL);
    bool has_nul = slice_find(in, '\0') < in.len;
    insist(status == (has_nul ? E_INVALID : OK));
    if (status == OK && slice_is_utf8(in))
        insist(slice_eq(buf_slice(&out), in));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    as_document(slice_make(data, size));
    as_string(slice_make(data, size));
    return 0;
}
