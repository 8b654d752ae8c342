/* Merging in tests, and reading what came out. */
#ifndef TESTS_PPROF_MERGING_H
#define TESTS_PPROF_MERGING_H

#include "pprof/merge.h"
#include "tests/pprof/fixture.h"

UNUSED static void add(struct merge *m, struct slice body)
{
    struct error err = {0};
    enum status status = merge_add(m, body, MERGE_SOURCE, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(status, OK);
}

UNUSED static struct buf written(struct merge *m)
{
    struct buf out = BUF_INIT(ROOMY);
    struct error err = {0};
    enum status status = merge_write_raw(m, &out, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(status, OK);
    return out;
}

UNUSED static struct buf merged_of(const struct slice *bodies, size_t count)
{
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    for (size_t i = 0; i < count; i++)
        add(m, bodies[i]);
    return written(m);
}

UNUSED static char *meaning_of(struct slice proto)
{
    struct meaning m CLEANUP(meaning_release) = MEANING_INIT;
    meaning_add(&m, proto, 1);
    return meaning_text(&m);
}

UNUSED static void assert_same_bytes(struct buf a, struct buf b)
{
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.ptr, b.ptr, a.len);
}

/* A written profile, read. */
struct reading {
    struct buf bytes;
    struct quota quota;
    struct profile profile;
};

UNUSED static void read_back(struct reading *r, struct buf bytes)
{
    *r = (struct reading){.bytes = bytes, .quota = QUOTA_INIT(SIZE_MAX, NULL)};
    profile_init(&r->profile, &r->quota);
    assert_int_equal(profile_read(&r->profile, buf_slice(&r->bytes), NULL), OK);
}

UNUSED static void reading_release(struct reading *r)
{
    profile_release(&r->profile);
    buf_release(&r->bytes);
}

UNUSED static void assert_string(const struct reading *r, uint32_t string, const char *expected)
{
    struct slice s = profile_string(&r->profile, string);
    if (!slice_eq_cstr(s, expected))
        fail_msg("'%.*s' is not '%s'", SLICE_ARG(s), expected);
}

#endif
