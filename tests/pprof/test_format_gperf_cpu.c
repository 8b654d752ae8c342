/* gperftools' CPU profiles. test_oracle.c compares a real one sample for sample. */
#include "tests/pprof/converting.h"

struct words {
    struct buf bytes;
    size_t width;
    bool big_endian;
};

static void put(struct words *w, uint64_t word)
{
    for (size_t i = 0; i < w->width; i++)
        buf_append_byte(&w->bytes, (char)(word >> 8 * (w->big_endian ? w->width - 1 - i : i)));
}

static void put_all(struct words *w, const uint64_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put(w, words[i]);
}

#define PUT(w, ...)                                                                                          \
    put_all((w), (const uint64_t[]){__VA_ARGS__}, sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

static void words_release(struct words *w)
{
    buf_release(&w->bytes);
}

static struct words words_begin(size_t width, bool big_endian)
{
    struct words w = {BUF_INIT(ROOMY), width, big_endian};
    PUT(&w, 0, 3, 0, 10000, 0);
    return w;
}

static void assert_means(struct words *w, const char *expected)
{
    struct buf proto CLEANUP(buf_release) = converted(buf_slice(&w->bytes));
    char *meaning = meaning_of(buf_slice(&proto));
    assert_string_equal(meaning, expected);
    free(meaning);
}

static void assert_refused(struct words *w, const char *expected)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct quota quota = QUOTA_INIT(ROOMY, NULL);
    struct slice proto;
    struct error err;
    assert_int_equal(format_to_pprof(buf_slice(&w->bytes), &out, &quota, &proto, &err), E_INVALID);
    assert_string_equal(err.text, expected);
}

static void words_of_every_machine_are_read(void **state)
{
    (void)state;
    for (unsigned form = 0; form < 4; form++) {
        struct words w CLEANUP(words_release) = words_begin(form < 2 ? 4 : 8, form % 2 == 1);
        PUT(&w, 2, 2, 0x401000, 0x402001);
        PUT(&w, 1, 2, 0x401000, 0x403001);
        PUT(&w, 0, 1, 0);
        buf_append_cstr(&w.bytes, "00400000-00500000 r-xp 00000000 08:01 7    /bin/app\n");
        assert_means(&w, "samples:\n"
                         "/bin/app@0/100+1000\n/bin/app@0/100+2000\n|  2 20000000\n"
                         "/bin/app@0/100+1000\n/bin/app@0/100+3000\n|  1 10000000\n");
    }
}

static void a_frame_behind_the_leaf_of_all_samples_is_the_handler_s(void **state)
{
    (void)state;
    struct words w CLEANUP(words_release) = words_begin(8, false);
    PUT(&w, 1, 4, 0x10, 0x91, 0x81, 0x21);
    PUT(&w, 1, 4, 0x11, 0x91, 0x81, 0x22);
    PUT(&w, 1, 3, 0x12, 0x91, 0x81);
    assert_means(&w, "samples:\n@0/0+10\n@0/0+20\n|  1 10000000\n@0/0+11\n@0/0+21\n|  1 10000000\n"
                     "@0/0+12\n|  1 10000000\n");
}

static void a_leaf_that_stands_there_twice_is_taken_once(void **state)
{
    (void)state;
    struct words w CLEANUP(words_release) = words_begin(8, false);
    PUT(&w, 1, 3, 0x10, 0x10, 0x21);
    PUT(&w, 1, 2, 0x11, 0x22);
    PUT(&w, 0, 1, 0);
    assert_means(&w, "samples:\n@0/0+10\n@0/0+20\n|  1 10000000\n@0/0+11\n@0/0+21\n|  1 10000000\n");
}

static void one_that_was_cut_off_is_refused(void **state)
{
    (void)state;
    struct words w CLEANUP(words_release) = words_begin(8, false);
    PUT(&w, 1, 2, 0x10, 0x21);
    assert_means(&w, "samples:\n@0/0+10\n|  1 10000000\n"); /* between two samples: as far as it goes */
    PUT(&w, 1, 2, 0x10);
    assert_refused(&w, "malformed profile: it is cut off in sample 2");
    w.bytes.len -= 8;
    assert_refused(&w, "malformed profile: it is cut off in sample 2");
    w.bytes.len -= 12;
    assert_refused(&w, "malformed profile: it is cut off in sample 2");
}

static void absurd_numbers_are_refused(void **state)
{
    (void)state;
    struct words w CLEANUP(words_release) = words_begin(8, false);
    PUT(&w, INT64_MAX / 10000000 + 1, 1, 0x10);
    assert_refused(&w, "malformed profile: sample 1 was seen 922337203686 times");
    w.bytes.len -= 24;
    PUT(&w, 1, UINT64_MAX, 0x10);
    assert_refused(&w, "malformed profile: it is cut off in sample 1");
    struct words period CLEANUP(words_release) = {BUF_INIT(ROOMY), 8, false};
    PUT(&period, 0, 3, 0, UINT64_MAX, 0);
    assert_refused(&period, "malformed profile: this is no header of a gperftools CPU profile");
}

static void a_stack_that_is_too_deep_is_too_large(void **state)
{
    (void)state;
    struct words w CLEANUP(words_release) = words_begin(8, false);
    PUT(&w, 1, LIMIT_PPROF_DEPTH + 3);
    for (uint64_t i = 0; i < LIMIT_PPROF_DEPTH + 3; i++)
        put(&w, i * 16 + 1); /* two of them are taken for the handler's */
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct quota quota = QUOTA_INIT(ROOMY, NULL);
    struct slice proto;
    assert_int_equal(format_to_pprof(buf_slice(&w.bytes), &out, &quota, &proto, NULL), E_TOO_LARGE);
}

static void a_real_one_has_its_program_first(void **state)
{
    (void)state;
    struct reading r CLEANUP(reading_release);
    read_converted(&r, "gperftools/cpu.prof");
    assert_types(&r, "samples/count cpu/nanoseconds");
    assert_int_equal(r.profile.period, 4000000);
    assert_int_equal(total_of(&r, 1), 4000000 * total_of(&r, 0));
    assert_true(total_of(&r, 0) > 100);
    assert_string(&r, COLUMN_AT(r.profile.mappings, struct profile_mapping)->filename, "/tmp/burn/burn");
    assert_bounded("gperftools/cpu.prof");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_every_machine_are_read),
        cmocka_unit_test(a_frame_behind_the_leaf_of_all_samples_is_the_handler_s),
        cmocka_unit_test(a_leaf_that_stands_there_twice_is_taken_once),
        cmocka_unit_test(one_that_was_cut_off_is_refused),
        cmocka_unit_test(absurd_numbers_are_refused),
        cmocka_unit_test(a_stack_that_is_too_deep_is_too_large),
        cmocka_unit_test(a_real_one_has_its_program_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
