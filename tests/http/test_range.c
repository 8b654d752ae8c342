#include "http/range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void ranges_follow_the_rfc(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        uint64_t size;
        enum range_kind kind;
        uint64_t from, len;
    } rows[] = {
        {"bytes=0-499", 10000, RANGE_PART, 0, 500},
        {"bytes=500-999", 10000, RANGE_PART, 500, 500},
        {"bytes=-500", 10000, RANGE_PART, 9500, 500},
        {"bytes=9500-", 10000, RANGE_PART, 9500, 500},
        {"BYTES=0-0", 1, RANGE_PART, 0, 1},
        {"bytes=0-99", 10, RANGE_PART, 0, 10},
        {"bytes=-99", 10, RANGE_PART, 0, 10},
        {"bytes= 1-2 ", 10, RANGE_PART, 1, 2},
        {"bytes=3-99999999999999999999999", 10, RANGE_PART, 3, 7},
        {"bytes=10-", 10, RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=99999999999999999999999-", 10, RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=-0", 10, RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=0-", 0, RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=-1", 0, RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=0-1,5-6", 10, RANGE_NONE, 0, 0},
        {"bytes=5-4", 10, RANGE_NONE, 0, 0},
        {"bytes=-", 10, RANGE_NONE, 0, 0},
        {"bytes=", 10, RANGE_NONE, 0, 0},
        {"bytes", 10, RANGE_NONE, 0, 0},
        {"", 10, RANGE_NONE, 0, 0},
        {"lines=0-1", 10, RANGE_NONE, 0, 0},
        {"bytes=a-b", 10, RANGE_NONE, 0, 0},
        {"bytes=+1-2", 10, RANGE_NONE, 0, 0},
        {"bytes=--1", 10, RANGE_NONE, 0, 0},
        {"bytes=1", 10, RANGE_NONE, 0, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint64_t from = 0, len = 0;
        enum range_kind kind = range_parse(slice_of(rows[i].header), rows[i].size, &from, &len);
        if (kind != rows[i].kind || from != rows[i].from || len != rows[i].len)
            fail_msg("%s of %lu: kind %d, %lu bytes at %lu", rows[i].header, (unsigned long)rows[i].size,
                     (int)kind, (unsigned long)len, (unsigned long)from);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ranges_follow_the_rfc)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
