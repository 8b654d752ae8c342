/* Folded stacks: what is read is what was written. */
#include "tests/pprof/converting.h"

static void stacks_are_turned_leaf_first(void **state)
{
    (void)state;
    assert_converts("main;parse;read 12\nmain;parse 3\r\nmain 0\n\nmain;parse;read 1\n",
                    "samples:\n"
                    "+0 parse(parse :0):0:0\n+0 main(main :0):0:0\n|  3\n"
                    "+0 read(read :0):0:0\n+0 parse(parse :0):0:0\n+0 main(main :0):0:0\n|  13\n");
}

static void names_are_left_as_they_are(void **state)
{
    (void)state;
    assert_converts(
        "a b (c.py:12);[kernel]_[k] -5\n",
        "samples:\n+0 [kernel]_[k]([kernel]_[k] :0):0:0\n+0 a b (c.py:12)(a b (c.py:12) :0):0:0\n|  -5\n");
    assert_converts(";a 1\n", "samples:\n+0 a(a :0):0:0\n+0 ( :0):0:0\n|  1\n");
    assert_converts(" 7\n[no stack] 1\na;a 1\na;a 1\n",
                    "samples:\n+0 a(a :0):0:0\n+0 a(a :0):0:0\n|  2\n|  8\n");
}

static void two_columns_are_a_difference(void **state)
{
    (void)state;
    static const char fault[] =
        "folded stacks with two counts are a difference, which is no profile: send what was "
        "compared, each with one count";
    assert_fault("main;parse 10 20\nmain;read 0 -3\n", fault);
    assert_fault("main;parse 10 20\n\n[no stack] 0 1\n", fault);
    assert_converts("main;thread 10 20\nmain;read 3\n",
                    "samples:\n+0 read(read :0):0:0\n+0 main(main :0):0:0\n|  3\n"
                    "+0 thread 10(thread 10 :0):0:0\n+0 main(main :0):0:0\n|  20\n");
}

static void escapes_are_taken_off(void **state)
{
    (void)state;
    assert_converts("a\\;b;c\\\\;d\\ne\\r;f\\x\\ 1\n",
                    "samples:\n+0 f\\x\\(f\\x\\ :0):0:0\n+0 d\ne\r(d\ne\r :0):0:0\n+0 c\\(c\\ :0):0:0\n+0 "
                    "a;b(a;b :0):0:0\n|  1\n");
}

static void what_is_no_utf8_is_marked(void **state)
{
    (void)state;
    struct buf text CLEANUP(buf_release) = BUF_INIT(ROOMY);
    for (size_t i = 0; i < 500; i++)
        buf_append_cstr(&text, "a;b;c;d 0\n");
    buf_append_cstr(&text, "a\xff\xc3 1\nd\xc3\xa9j\xc3\xa0 1\n");
    assert_converts(
        buf_cstr(&text),
        "samples:\n+0 a?\?(a?\? :0):0:0\n|  1\n+0 d\xc3\xa9j\xc3\xa0(d\xc3\xa9j\xc3\xa0 :0):0:0\n|  1\n");
}

/* The sum of the last words of all lines. */
static int64_t sum_of(const char *file)
{
    struct buf b CLEANUP(buf_release) = read_data(file);
    struct slice rest = buf_slice(&b), line;
    int64_t sum = 0, count;
    while (slice_split(&rest, '\n', &line))
        if (line.len > 0) {
            const char *blank = memrchr(line.ptr, ' ', line.len);
            assert_true(slice_to_i64(slice_from(line, (size_t)(blank + 1 - line.ptr)), &count));
            sum += count;
        }
    return sum;
}

static void real_ones_keep_their_sums(void **state)
{
    (void)state;
    static const char *const files[] = {"folded/perf.folded", "folded/py-spy.folded"};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct reading r CLEANUP(reading_release);
        read_converted(&r, files[i]);
        assert_types(&r, "samples/count");
        assert_int_equal(total_of(&r, 0), sum_of(files[i]));
        assert_bounded(files[i]);
    }
}

static void a_stack_that_is_too_deep_is_too_large(void **state)
{
    (void)state;
    struct buf text CLEANUP(buf_release) = BUF_INIT(ROOMY), out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct quota quota = QUOTA_INIT(ROOMY, NULL);
    struct slice proto;
    for (size_t i = 1; i < LIMIT_PPROF_DEPTH; i++)
        buf_append_cstr(&text, "a;");
    buf_append_cstr(&text, "a");
    size_t len = text.len;
    buf_append_cstr(&text, " 1\n");
    assert_int_equal(format_to_pprof(buf_slice(&text), &out, &quota, &proto, NULL), OK);
    text.len = len;
    buf_append_cstr(&text, ";b 1\n");
    assert_int_equal(format_to_pprof(buf_slice(&text), &out, &quota, &proto, NULL), E_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stacks_are_turned_leaf_first),
        cmocka_unit_test(names_are_left_as_they_are),
        cmocka_unit_test(two_columns_are_a_difference),
        cmocka_unit_test(escapes_are_taken_off),
        cmocka_unit_test(what_is_no_utf8_is_marked),
        cmocka_unit_test(real_ones_keep_their_sums),
        cmocka_unit_test(a_stack_that_is_too_deep_is_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
