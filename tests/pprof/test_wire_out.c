/* The wire writer: lengths of every size, nested, and at the bound. */
#include "tests/pprof/fixture.h"

static void messages_of_every_length_are_read_back(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 1, 127, 128, 129, 16383, 16384, 2097151, 2097152};
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        struct buf b CLEANUP(buf_release) = BUF_INIT(ROOMY);
        size_t outer = wire_out_begin(&b, 1);
        size_t inner = wire_out_begin(&b, 2);
        struct buf content CLEANUP(buf_release) = BUF_INIT(ROOMY);
        for (size_t n = 0; n < lengths[i]; n++)
            buf_append_byte(&content, (char)(n * 31));
        buf_append(&b, buf_slice(&content));
        wire_out_end(&b, inner);
        wire_out_end(&b, outer);
        wire_out_number(&b, 3, 5);
        assert_int_equal(b.ptr[b.len], '\0');

        struct wire w = wire_of(buf_slice(&b));
        struct wire_field f = {0}, g = {0};
        assert_true(wire_next(&w, &f));
        struct wire in = wire_of(f.bytes);
        assert_true(wire_next(&in, &g));
        assert_int_equal(g.number, 2);
        assert_true(slice_eq(g.bytes, buf_slice(&content)));
        assert_true(wire_next(&w, &f));
        assert_int_equal(f.value, 5);
        assert_false(wire_next(&w, &f));
    }
}

static void zero_numbers_are_left_out_and_empty_elements_are_not(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_release) = BUF_INIT(ROOMY);
    wire_out_number(&b, 3, 0);
    assert_int_equal(b.len, 0);
    wire_out_bytes(&b, 6, SLICE(""));
    assert_int_equal(b.len, 2);
}

static void a_full_buffer_stays_within_its_bound(void **state)
{
    (void)state;
    for (size_t max = 0; max < 200; max++) {
        struct buf b CLEANUP(buf_release) = BUF_INIT(max);
        size_t outer = wire_out_begin(&b, 1);
        for (int i = 0; i < 30; i++)
            wire_out_number(&b, 2, UINT64_MAX);
        wire_out_end(&b, outer);
        assert_true(b.full);
        assert_true(b.len <= max);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_of_every_length_are_read_back),
        cmocka_unit_test(zero_numbers_are_left_out_and_empty_elements_are_not),
        cmocka_unit_test(a_full_buffer_stays_within_its_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
