/* Converting texts in tests: what comes out must be what both readers of a scan accept. */
#ifndef TESTS_PPROF_CONVERTING_H
#define TESTS_PPROF_CONVERTING_H

#include "pprof/format.h"
#include "tests/pprof/merging.h"
#include "tests/pprof/readers.h"

/* Detected by content, made pprof; released by the caller. */
UNUSED static struct buf converted(struct slice body)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY), copy = BUF_INIT(ROOMY);
    struct quota quota = QUOTA_INIT(ROOMY, NULL);
    struct slice proto;
    struct error err = {0};
    enum status status = format_to_pprof(body, &out, &quota, &proto, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(status, OK);
    assert_int_equal(quota.used, 0);
    assert_int_equal(readers_compare(proto, ROOMY), READERS_AGREE);
    buf_append(&copy, proto);
    return copy;
}

/* A file of tests/data/, converted and read. */
UNUSED static void read_converted(struct reading *r, const char *file)
{
    struct buf b CLEANUP(buf_release) = read_data(file);
    read_back(r, converted(buf_slice(&b)));
}

UNUSED static void assert_converts(const char *text, const char *expected)
{
    struct buf proto CLEANUP(buf_release) = converted(slice_of(text));
    char *meaning = meaning_of(buf_slice(&proto));
    assert_string_equal(meaning, expected);
    free(meaning);
}

/* "samples/count cpu/nanoseconds" */
UNUSED static void assert_types(const struct reading *r, const char *expected)
{
    struct buf said CLEANUP(buf_release) = BUF_INIT(ROOMY);
    for (size_t i = 0; i < r->profile.types.count; i++) {
        struct profile_value_type t = COLUMN_AT(r->profile.types, struct profile_value_type)[i];
        buf_printf(&said, "%s%.*s/%.*s", i > 0 ? " " : "", SLICE_ARG(profile_string(&r->profile, t.type)),
                   SLICE_ARG(profile_string(&r->profile, t.unit)));
    }
    assert_string_equal(buf_cstr(&said), expected);
}

/* The sum of one sample type over all samples. */
UNUSED static int64_t total_of(struct reading *r, size_t type)
{
    struct sample_reader reader;
    int64_t total = 0;
    sample_reader_init(&reader);
    sample_reader_start(&reader, &r->profile);
    for (bool more = true;;) {
        assert_int_equal(sample_next(&reader, &more, NULL), OK);
        if (!more)
            break;
        total += COLUMN_AT(reader.values, int64_t)[type];
    }
    sample_reader_release(&reader, &r->quota);
    return total;
}

UNUSED static void assert_fault(const char *text, const char *expected)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct quota quota = QUOTA_INIT(ROOMY, NULL);
    struct slice proto;
    struct error err = {0};
    assert_int_equal(format_to_pprof(slice_of(text), &out, &quota, &proto, &err), E_INVALID);
    assert_string_equal(err.text, expected);
    assert_int_equal(quota.used, 0);
}

/* In too little memory, of either kind, it is too large and nothing is lost. */
UNUSED static void assert_bounded(const char *file)
{
    struct buf b CLEANUP(buf_release) = read_data(file);
    for (size_t max = 50; max <= 400; max *= 2) {
        struct buf out CLEANUP(buf_release) = BUF_INIT(max), roomy CLEANUP(buf_release) = BUF_INIT(ROOMY);
        struct quota quota = QUOTA_INIT(ROOMY, NULL), small = QUOTA_INIT(max, NULL);
        struct slice proto;
        assert_int_equal(format_to_pprof(buf_slice(&b), &out, &quota, &proto, NULL), E_TOO_LARGE);
        assert_int_equal(format_to_pprof(buf_slice(&b), &roomy, &small, &proto, NULL), E_TOO_LARGE);
        assert_int_equal(quota.used + small.used, 0);
    }
}

#endif
