/* Inputs on their way to pprof: whatever they claim about their size, memory is taken before it is used. */
#include "pprof/input.h"

#include "tests/pprof/fixture.h"

enum { MAX = 4 << 20 };

static struct input new_input(void)
{
    return (struct input){.max_bytes = MAX, .max_ratio = 200};
}

/* A valid profile of about `bytes`, mostly one string. */
static struct buf profile_of(size_t bytes)
{
    struct build b CLEANUP(build_release) = BUILD_INIT;
    char *text = mem_zero(1, bytes + 1);
    for (size_t i = 0; i < bytes; i++)
        text[i] = (char)('a' + i * i % 23);
    build_start(&b);
    (void)build_string(&b, text);
    (void)build_finish(&b);
    struct buf out = buf_take(&b.out);
    free(text);
    return out;
}

static struct buf zipped(struct slice bytes)
{
    struct buf out = BUF_INIT(ROOMY);
    assert_int_equal(gzip_deflate(bytes, 6, &out, NULL), OK);
    return out;
}

static void assert_reads(struct slice body, struct slice expected)
{
    struct quota q = QUOTA_INIT(ROOMY, NULL);
    struct input in = new_input();
    struct slice proto;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(input_read(&in, body, &q, &proto, NULL), OK);
        assert_true(slice_eq(proto, expected));
        assert_true(in.inflated.buf.cap <= in.inflated.held);
        assert_int_equal(q.used, in.inflated.held + in.converted.held);
    }
    input_release(&in, &q);
    assert_int_equal(q.used, 0);
}

static void a_raw_profile_is_itself_and_takes_no_memory(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_release) = profile_of(100);
    struct quota q = QUOTA_INIT(0, NULL);
    struct input in = new_input();
    struct slice proto;
    assert_int_equal(input_read(&in, buf_slice(&b), &q, &proto, NULL), OK);
    assert_ptr_equal(proto.ptr, b.ptr);
    input_release(&in, &q);
}

static void gzip_of_any_number_of_members_is_inflated(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_release) = profile_of(1 << 20);
    struct buf one CLEANUP(buf_release) = zipped(buf_slice(&b));
    assert_reads(buf_slice(&one), buf_slice(&b));

    /* The trailer tells of the last member only, which is short here. */
    struct buf head CLEANUP(buf_release) = zipped(slice_sub(buf_slice(&b), 0, b.len - 5));
    struct buf tail CLEANUP(buf_release) = zipped(slice_from(buf_slice(&b), b.len - 5));
    buf_append(&head, buf_slice(&tail));
    assert_reads(buf_slice(&head), buf_slice(&b));
}

static void a_trailer_that_lies_is_damage_and_not_memory(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_release) = profile_of(1000);
    struct buf body CLEANUP(buf_release) = zipped(buf_slice(&b));
    memset(body.ptr + body.len - 4, 0xff, 4);
    struct quota q = QUOTA_INIT(ROOMY, NULL);
    struct input in = new_input();
    struct slice proto;
    assert_int_equal(input_read(&in, buf_slice(&body), &q, &proto, NULL), E_INVALID);
    assert_true(q.peak <= MAX);
    input_release(&in, &q);
    assert_int_equal(q.used, 0);
}

static void a_bomb_is_refused_within_its_bounds(void **state)
{
    (void)state;
    struct buf zeros CLEANUP(buf_release) = BUF_INIT(ROOMY);
    assert_true(buf_reserve(&zeros, 3 * MAX));
    memset(zeros.ptr, 0, 3 * MAX);
    zeros.len = 3 * MAX;
    struct buf body CLEANUP(buf_release) = zipped(buf_slice(&zeros));
    struct quota q = QUOTA_INIT(ROOMY, NULL);
    struct input in = new_input();
    struct slice proto;
    struct error err;
    assert_int_equal(input_read(&in, buf_slice(&body), &q, &proto, &err), E_TOO_LARGE);
    assert_non_null(strstr(err.text, "inflates to over"));
    assert_false(quota_refused(&q));
    assert_true(q.peak <= MAX);
    input_release(&in, &q);
}

static void text_becomes_pprof(void **state)
{
    (void)state;
    struct buf text CLEANUP(buf_release) = read_data("legacy/go-heap-debug1.txt");
    struct buf body CLEANUP(buf_release) = zipped(buf_slice(&text));
    struct quota q = QUOTA_INIT(ROOMY, NULL);
    struct input in = new_input();
    struct slice proto, again;
    assert_int_equal(input_read(&in, buf_slice(&body), &q, &proto, NULL), OK);
    assert_true(in.converted.buf.cap <= in.converted.held);
    struct profile p;
    profile_init(&p, &q);
    assert_int_equal(profile_read(&p, proto, NULL), OK);
    profile_release(&p);
    assert_int_equal(input_read(&in, buf_slice(&text), &q, &again, NULL), OK);
    input_release(&in, &q);
    assert_int_equal(q.used, 0);
}

static void what_the_quota_refuses_is_never_there(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_release) = profile_of(1 << 18);
    struct buf body CLEANUP(buf_release) = zipped(buf_slice(&b));
    size_t refused = 0;
    for (size_t max = 0; max < 1 << 19; max += 1 << 14) {
        struct quota q = QUOTA_INIT(max, NULL);
        struct input in = new_input();
        struct slice proto;
        enum status status = input_read(&in, buf_slice(&body), &q, &proto, NULL);
        assert_true(status == OK || status == E_TOO_LARGE);
        assert_int_equal(status == E_TOO_LARGE, quota_refused(&q));
        assert_true(in.inflated.buf.cap <= max);
        refused += status != OK;
        input_release(&in, &q);
    }
    assert_in_range(refused, 16, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_raw_profile_is_itself_and_takes_no_memory),
        cmocka_unit_test(gzip_of_any_number_of_members_is_inflated),
        cmocka_unit_test(a_trailer_that_lies_is_damage_and_not_memory),
        cmocka_unit_test(a_bomb_is_refused_within_its_bounds),
        cmocka_unit_test(text_becomes_pprof),
        cmocka_unit_test(what_the_quota_refuses_is_never_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
