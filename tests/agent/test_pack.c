/* What is packed unpacks to the same; what has no room says so. */
#include "agent/pack.h"
#include "base/gzip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void what_is_packed_unpacks_to_the_same(void **state)
{
    (void)state;
    struct buf in CLEANUP(buf_release) = BUF_INIT(1024 * 1024);
    struct buf packed CLEANUP(buf_release) = BUF_INIT(1024 * 1024);
    struct buf out CLEANUP(buf_release) = BUF_INIT(1024 * 1024);
    struct error err;

    for (int i = 0; i < 20000; i++)
        buf_printf(&in, "%d,", i * i % 97);
    assert_true(pack(buf_slice(&in), &packed));
    assert_in_range(packed.len, 1, in.len / 4);
    assert_int_equal(gzip_inflate(buf_slice(&packed), 1024 * 1024, 1000, &out, &err), OK);
    assert_true(slice_eq(buf_slice(&in), buf_slice(&out)));
}

static void what_has_no_room_is_refused(void **state)
{
    (void)state;
    struct buf packed CLEANUP(buf_release) = BUF_INIT(4);
    assert_false(pack(SLICE("some bytes"), &packed));
    assert_int_equal(packed.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_packed_unpacks_to_the_same),
        cmocka_unit_test(what_has_no_room_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
