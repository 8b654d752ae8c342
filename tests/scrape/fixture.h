/* What tests of scraping share: targets that were found, as text, and small profiles. */
#ifndef SCRAPE_FIXTURE_H
#define SCRAPE_FIXTURE_H

#include "pprof/builder.h"
#include "scrape/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROOMY = 1 << 20 };

/* One line a target: "name=value name=value\n", in the order that they were set. */
UNUSED static enum status note_found(void *user, struct attributes *found, struct error *err)
{
    struct buf *out = user;

    assert_int_equal(attributes_check(found, err), OK);
    for (size_t i = 0; i < found->count; i++)
        buf_printf(out, "%s%.*s=%.*s", i > 0 ? " " : "", SLICE_ARG(found->items[i].name),
                   SLICE_ARG(found->items[i].value));
    buf_append_byte(out, '\n');
    return OK;
}

UNUSED static void says(const struct error *err, const char *part)
{
    if (!strstr(err->text, part))
        fail_msg("'%s' says nothing of '%s'", err->text, part);
}

/* A stack of one function with its values. */
struct row {
    const char *function;
    int64_t values[2];
};

/* As Go's: two types, "contentions" and "delay" unless `types` says others. */
UNUSED static struct buf profile_of(int64_t time_ns, const char *const types[2], const struct row *rows,
                                    size_t count)
{
    struct buf out = BUF_INIT(ROOMY);
    struct quota quota = QUOTA_INIT(SIZE_MAX, NULL);
    struct builder b CLEANUP(builder_release) = {0};
    struct error err = {0};

    builder_init(&b, &out, &quota);
    builder_type(&b, slice_of(types ? types[0] : "contentions"), SLICE("count"));
    builder_type(&b, slice_of(types ? types[1] : "delay"), SLICE("nanoseconds"));
    for (size_t i = 0; i < count; i++) {
        builder_frame(&b, builder_name(&b, slice_of(rows[i].function)));
        builder_sample(&b, rows[i].values);
    }
    assert_int_equal(builder_finish(&b, &(struct builder_header){.time_nanos = time_ns}, &err), OK);
    return out;
}

#endif
