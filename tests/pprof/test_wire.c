/* The wire reader: what it reads, and that it never reads behind the end. */
#include "tests/pprof/fixture.h"

static void numbers_of_every_length_are_read(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits <= 64; bits++) {
        uint64_t value = bits == 0 ? 0 : UINT64_MAX >> (64 - bits);
        struct buf b CLEANUP(buf_release) = BUF_INIT(64);
        wire_out_varint(&b, value);
        assert_int_equal(b.len, bits == 0 ? 1 : (bits + 6) / 7);
        struct wire w = wire_of(buf_slice(&b));
        uint64_t read = 1;
        assert_true(wire_varint(&w, &read));
        assert_int_equal(read, value);
        assert_true(w.at == w.end);
    }
}

static void a_number_that_ends_too_early_is_a_fault_at_every_length(void **state)
{
    (void)state;
    for (size_t len = 0; len < WIRE_VARINT_MAX; len++) {
        char *bytes = mem_alloc(len);
        memset(bytes, 0xff, len);
        struct wire w = wire_of(slice_make(bytes, len));
        uint64_t value;
        assert_false(wire_varint(&w, &value));
        assert_string_equal(w.fault, "truncated varint");
        free(bytes);
    }
}

static void a_number_of_eleven_bytes_is_a_fault(void **state)
{
    (void)state;
    struct wire w = wire_of(SLICE("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    uint64_t value;
    assert_false(wire_varint(&w, &value));
    assert_string_equal(w.fault, "varint longer than 10 bytes");
}

static void bits_beyond_64_are_dropped(void **state)
{
    (void)state;
    struct wire w = wire_of(SLICE("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"));
    uint64_t value;
    assert_true(wire_varint(&w, &value));
    assert_int_equal(value, UINT64_MAX);
}

static void every_wire_type_is_read_and_unknown_fields_can_be_skipped(void **state)
{
    (void)state;
    struct wire w = wire_of(SLICE("\x08\x96\x01\x11\x01\x02\x03\x04\x05\x06\x07\x08\x1a\x02hi\x25\x01\x00\x00"
                                  "\x80\xf8\xff\xff\xff\xff\x01\x05"));
    struct wire_field f;
    assert_true(wire_next(&w, &f));
    assert_int_equal(f.number, 1);
    assert_int_equal(f.value, 150);
    assert_true(wire_next(&w, &f));
    assert_int_equal(f.type, WIRE_FIXED64);
    assert_int_equal(f.value, 0x0807060504030201);
    assert_true(wire_next(&w, &f));
    assert_true(slice_eq_cstr(f.bytes, "hi"));
    assert_true(wire_next(&w, &f));
    assert_int_equal(f.type, WIRE_FIXED32);
    assert_int_equal(f.value, 0x80000001);
    assert_true(wire_next(&w, &f));
    assert_int_equal(f.number, UINT32_MAX);
    assert_false(wire_next(&w, &f));
    assert_null(w.fault);
}

static void lengths_beyond_the_end_are_faults(void **state)
{
    (void)state;
    static const struct {
        struct slice bytes;
        const char *fault;
    } cases[] = {
        {{"\x0a\x05hell", 6}, "length beyond the end of the data"},
        {{"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11}, "length beyond the end of the data"},
        {{"\x09\x01\x02\x03", 4}, "truncated fixed number"},
        {{"\x0d\x01\x02\x03", 4}, "truncated fixed number"},
        {{"\x0a", 1}, "truncated varint"},
        {{"\x08", 1}, "truncated varint"},
        {{"\x80", 1}, "truncated varint"},
        {{"\x0b\x0c", 2}, "unknown wire type"},
        {{"\x0e\x00", 2}, "unknown wire type"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct wire w = wire_of(cases[i].bytes);
        struct wire_field f;
        assert_false(wire_next(&w, &f));
        assert_string_equal(w.fault, cases[i].fault);
        assert_false(wire_next(&w, &f));
    }
}

static void nothing_is_read_from_nothing(void **state)
{
    (void)state;
    struct wire w = wire_of(SLICE_NULL);
    struct wire_field f;
    assert_false(wire_next(&w, &f));
    assert_null(w.fault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_every_length_are_read),
        cmocka_unit_test(a_number_that_ends_too_early_is_a_fault_at_every_length),
        cmocka_unit_test(a_number_of_eleven_bytes_is_a_fault),
        cmocka_unit_test(bits_beyond_64_are_dropped),
        cmocka_unit_test(every_wire_type_is_read_and_unknown_fields_can_be_skipped),
        cmocka_unit_test(lengths_beyond_the_end_are_faults),
        cmocka_unit_test(nothing_is_read_from_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
