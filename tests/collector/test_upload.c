/* Uploads: what clients send, understood or refused. */
#include "collector/upload.h"

#include "base/file.h"
#include "base/gzip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW INT64_C(1800000000000)

struct fixture {
    struct arena arena;
    struct buf file;
    struct upload_input in;
    struct upload upload;
    struct error err;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->arena = ARENA_INIT(MIB);
    f->file = BUF_INIT(LIMIT_BODY_BYTES);
    f->in = (struct upload_input){.service = SLICE("checkout"),
                                  .type = SLICE("cpu"),
                                  .max_inflated_bytes = LIMIT_INFLATED_BYTES,
                                  .now_ms = NOW};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    upload_release(&f->upload);
    buf_release(&f->file);
    arena_release(&f->arena);
    free(f);
    return 0;
}

static void load(struct fixture *f, const char *name)
{
    char path[128];

    snprintf(path, sizeof(path), "tests/data/%s", name);
    buf_reset(&f->file);
    if (file_read(path, &f->file, &f->err) != OK)
        fail_msg("%s", f->err.text);
    f->in.body = buf_slice(&f->file);
}

static enum status read_all(struct fixture *f)
{
    upload_release(&f->upload);
    if (upload_read_params(&f->in, &f->arena, &f->upload, &f->err) != OK)
        return f->err.code;
    return upload_read_body(&f->in, &f->arena, &f->upload, &f->err);
}

static void assert_read(struct fixture *f)
{
    if (read_all(f) != OK)
        fail_msg("%s", f->err.text);
}

static void assert_refused(struct fixture *f, enum status code, const char *says)
{
    assert_int_equal(read_all(f), code);
    if (!strstr(f->err.text, says))
        fail_msg("'%s' does not say '%s'", f->err.text, says);
}

static void a_cpu_profile_gives_its_time_its_duration_and_its_totals(void **state)
{
    struct fixture *f = *state;

    load(f, "go/cpu-000.pb.gz");
    assert_read(f);
    assert_true(f->upload.meta.created_at_ms > INT64_C(1500000000000));
    assert_true(f->upload.meta.created_at_ms < NOW + TIME_DAY_MS);
    assert_true(f->upload.meta.facts.present);
    assert_int_equal(f->upload.meta.facts.count, 2);
    assert_true(slice_eq_cstr(f->upload.meta.facts.items[1].name, "cpu"));
    assert_true(f->upload.meta.facts.items[0].total > 0);
    assert_true(f->upload.meta.facts.duration_ms >= 8000);
    assert_false(f->upload.empty);
    assert_ptr_equal(f->upload.blob.ptr, f->in.body.ptr);
}

static void parameters_are_refused_in_the_words_that_clients_know(void **state)
{
    struct fixture *f = *state;

    f->in.service = SLICE_NULL;
    assert_refused(f, E_INVALID, "bad request: missing \"service\"");
    f->in.service = SLICE("s");
    f->in.type = SLICE("CPU");
    assert_refused(f, E_INVALID, "unknown profile type");
    f->in.type = SLICE_NULL;
    assert_refused(f, E_INVALID, "missing \"type\": one of cpu");
    f->in.type = SLICE("cpu");
    f->in.labels = SLICE("a%=1");
    assert_refused(f, E_INVALID, "bad \"labels\" \"a%=1\": invalid URL escape \"%\"");
    f->in.labels = SLICE_NULL;
    f->in.created_at = SLICE("yesterday");
    assert_refused(f, E_INVALID, "bad \"created_at\" \"yesterday\"");
}

static void limits_are_named_with_their_number(void **state)
{
    struct fixture *f = *state;
    char many[600];

    memset(many, 'x', sizeof(many));
    f->in.service = slice_make(many, LIMIT_SERVICE_BYTES + 1);
    assert_refused(f, E_INVALID, "128");
    f->in.service = SLICE("s");
    f->in.idempotency_key = slice_make(many, LIMIT_IDEMPOTENCY_KEY_BYTES + 1);
    assert_refused(f, E_INVALID, "255");
    f->in.idempotency_key = SLICE_NULL;
    f->in.created_at = SLICE("2090-01-01T00:00:00");
    assert_int_equal(read_all(f), E_INVALID);
}

static void a_heap_profile_declared_cpu_is_told_what_it_looks_like(void **state)
{
    struct fixture *f = *state;

    load(f, "go/heap-000.pb.gz");
    assert_refused(f, E_INVALID, "looks like heap");
    f->in.type = SLICE("other");
    assert_read(f);
    f->in.type = SLICE("allocs");
    assert_read(f);
}

static void what_is_no_profile_is_refused_and_a_trace_is_not_looked_at(void **state)
{
    struct fixture *f = *state;

    f->in.body = SLICE_NULL;
    assert_refused(f, E_INVALID, "empty input file");
    f->in.body = SLICE("<html>hello</html>");
    assert_refused(f, E_INVALID, "unrecognized profile format");
    f->in.type = SLICE("trace");
    assert_read(f);
    assert_false(f->upload.meta.facts.present);
    assert_int_equal(f->upload.meta.created_at_ms, NOW);
}

/* Each with the totals of what it becomes, and refused as something else. */
static void other_formats_are_profiles_too(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *file, *type, *other, *fact, *unit;
    } cases[] = {
        {"gperftools/cpu.prof", "cpu", "heap", "cpu", "nanoseconds"},
        {"gperftools/heap.txt", "heap", "cpu", "inuse_space", "bytes"},
        {"gperftools/heap-growth.txt", "heap", "mutex", "space", "bytes"},
        {"jemalloc/heap.heap", "heap", "cpu", "inuse_space", "bytes"},
        {"perf/cpu-clock.txt", "cpu", "heap", "cpu-clock", "nanoseconds"},
        {"folded/py-spy.folded", "cpu", NULL, "samples", "count"},
        {"legacy/go-mutex-debug1.txt", "mutex", "cpu", "delay", "nanoseconds"},
        {"legacy/go-goroutine-debug1.txt", "goroutine", "threadcreate", "goroutine", "count"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct facts *facts = &f->upload.meta.facts;

        load(f, cases[i].file);
        f->in.type = slice_of(cases[i].type);
        assert_read(f);
        assert_true(facts->present);
        assert_true(slice_eq_cstr(facts->items[facts->default_index].name, cases[i].fact));
        assert_true(slice_eq_cstr(facts->items[facts->default_index].unit, cases[i].unit));
        assert_true(facts->items[facts->default_index].total > 0);
        assert_ptr_equal(f->upload.blob.ptr, f->in.body.ptr);
        assert_int_equal(f->upload.meta.created_at_ms, NOW);
        f->in.type = slice_of(cases[i].other);
        if (cases[i].other)
            assert_refused(f, E_INVALID, "it looks like");
    }
    f->in.type = SLICE("cpu");
    f->in.body = SLICE("main;parse;read 12\nmain;parse\n");
    assert_refused(f, E_INVALID, "main;parse;read 12\") and is none of: pprof, folded stacks, ");
}

static void the_time_in_the_profile_wins_over_the_parameter(void **state)
{
    struct fixture *f = *state;
    int64_t of_profile;

    load(f, "go/cpu-000.pb.gz");
    assert_read(f);
    of_profile = f->upload.meta.created_at_ms;
    f->in.created_at = SLICE("2020-01-01T00:00:00");
    assert_read(f);
    assert_int_equal(f->upload.meta.created_at_ms, of_profile);
    f->in.type = SLICE("trace");
    assert_read(f);
    assert_int_equal(f->upload.meta.created_at_ms, INT64_C(1577836800000));
}

static void equal_uploads_have_equal_digests_and_others_do_not(void **state)
{
    struct fixture *f = *state;
    struct digest first;

    load(f, "go/cpu-000.pb.gz");
    f->in.labels = SLICE("b=2,a=1");
    assert_read(f);
    first = f->upload.digest;

    f->in.labels = SLICE("a=1,,b=2,a=1");
    f->in.now_ms += 3600000;
    assert_read(f);
    assert_true(digest_equal(&first, &f->upload.digest));

    f->in.labels = SLICE("a=1,b=3");
    assert_read(f);
    assert_false(digest_equal(&first, &f->upload.digest));

    f->in.labels = SLICE("a=1,b=2");
    f->in.idempotency_key = SLICE("k");
    assert_read(f);
    assert_false(digest_equal(&first, &f->upload.digest));
}

static void gzip_on_top_of_gzip_comes_off_and_the_profiles_own_stays(void **state)
{
    struct fixture *f = *state;
    struct buf twice CLEANUP(buf_release) = BUF_INIT(MIB);
    struct slice once;

    load(f, "go/cpu-000.pb.gz");
    once = f->in.body;
    assert_int_equal(gzip_deflate(once, 1, &twice, &f->err), OK);
    f->in.content_encoding = SLICE("GZIP");
    f->in.body = buf_slice(&twice);
    assert_read(f);
    assert_true(slice_eq(f->upload.blob, once));

    f->in.body = once;
    assert_read(f);
    assert_true(slice_eq(f->upload.blob, once));

    f->in.content_encoding = SLICE("br");
    assert_refused(f, E_INVALID, "Content-Encoding \"br\"");
}

static void a_bomb_is_refused_before_it_is_inflated(void **state)
{
    struct fixture *f = *state;
    struct buf zeros CLEANUP(buf_release) = BUF_INIT(64 * MIB);
    struct buf bomb CLEANUP(buf_release) = BUF_INIT(MIB);

    assert_true(buf_reserve(&zeros, 32 * MIB));
    memset(zeros.ptr, 0, 32 * MIB);
    zeros.len = 32 * MIB;
    assert_int_equal(gzip_deflate(buf_slice(&zeros), 9, &bomb, &f->err), OK);
    f->in.body = buf_slice(&bomb);
    assert_int_equal(read_all(f), E_TOO_LARGE);
    f->in.content_encoding = SLICE("gzip");
    assert_int_equal(read_all(f), E_TOO_LARGE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_cpu_profile_gives_its_time_its_duration_and_its_totals),
        TEST(parameters_are_refused_in_the_words_that_clients_know),
        TEST(limits_are_named_with_their_number),
        TEST(a_heap_profile_declared_cpu_is_told_what_it_looks_like),
        TEST(what_is_no_profile_is_refused_and_a_trace_is_not_looked_at),
        TEST(other_formats_are_profiles_too),
        TEST(the_time_in_the_profile_wins_over_the_parameter),
        TEST(equal_uploads_have_equal_digests_and_others_do_not),
        TEST(gzip_on_top_of_gzip_comes_off_and_the_profiles_own_stays),
        TEST(a_bomb_is_refused_before_it_is_inflated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
