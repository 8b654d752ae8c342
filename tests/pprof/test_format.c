/* What a profile is, by its content; nothing else may pass for one. */
#include "tests/pprof/converting.h"

static void assert_format(struct slice body, const char *name)
{
    const struct format *f = format_detect(body);
    assert_string_equal(f ? f->name : "none", name);
}

static const char heap[] = "heap profile in text form (Go, gperftools)";
static const char contention[] = "contention profile in text form (Go block and mutex, gperftools)";
static const char counts[] = "Go count profile in text form (goroutine, threadcreate)";

static void real_profiles_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *file, *name;
    } cases[] = {
        {"legacy/go-heap-debug1.txt", heap},
        {"legacy/go-goroutine-debug1.txt", counts},
        {"legacy/go-threadcreate-debug1.txt", counts},
        {"legacy/go-block-debug1.txt", contention},
        {"legacy/go-mutex-debug1.txt", contention},
        {"legacy/go-goroutine-debug2.txt", "none"},
        {"gperftools/cpu.prof", "gperftools CPU profile"},
        {"gperftools/heap.txt", heap},
        {"gperftools/heap-sample.txt", heap},
        {"gperftools/heap-growth.txt", heap},
        {"jemalloc/heap.heap", "jemalloc heap profile"},
        {"jemalloc/accum.heap", "jemalloc heap profile"},
        {"perf/cpu-clock.txt", "perf script output"},
        {"perf/two-events-inlined.txt", "perf script output"},
        {"perf/no-chains.txt", "perf script output"},
        {"folded/perf.folded", "folded stacks"},
        {"folded/py-spy.folded", "folded stacks"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf b CLEANUP(buf_release) = read_data(cases[i].file);
        assert_format(buf_slice(&b), cases[i].name);
    }
}

static void other_forms_are_told(void **state)
{
    (void)state;
    static const struct {
        struct slice body;
        const char *name;
    } cases[] = {
        {{"\n# comment\n  heap profile: 1: 2 [3: 4] @ heap/2\n", 48}, heap},
        {{"--- threadz 1 ---\n", 18}, "thread profile in text form"},
        {{"--- contentionz 1 ---\n", 22}, contention},
        {{"\0\0\0\0\3\0\0\0\0\0\0\0\x10\x27\0\0\0\0\0\0", 20}, "gperftools CPU profile"},
        {{"\0\0\0\0\0\0\0\3\0\0\0\0\0\0\x10\x27\0\0\0\0", 20}, "gperftools CPU profile"},
        {{"\0\0\0\0\3\0\0\0\1\0\0\0\x10\x27\0\0\0\0\0\0", 20}, "Java CPU profile"},
        {{"\0\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\x27\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 40},
         "gperftools CPU profile"},
        {{"heap_v2/1\n", 10}, "jemalloc heap profile"},
        {{"# ========\napp 12/13 [001] 5.000001: cycles:u: \n", 47}, "perf script output"},
        {{"\nmain;run 1", 11}, "folded stacks"},
        {{"php;main -3\r\n", 13}, "folded stacks"}, /* 'p' could begin a pprof */
        {{"a;b 1\n[no stack] 7\n", 19}, "folded stacks"},
        {{"\x0a\x00", 2}, "pprof"},
        {{"\x48\x01", 2}, "pprof"},
        {{"\x6a\x01\x00", 3}, "pprof"},
        {{"\x82\x01\x00", 3}, "pprof"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_format(cases[i].body, cases[i].name);
}

static void what_is_no_profile_is_unknown(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "go 1.19 trace\0\0\0",
        "<!DOCTYPE html>",
        "{\"code\":400}",
        "--boundary",
        "goroutine profile: total",
        "goroutine profile: total x",
        "\x80",
        "goroutine 1 [running]:",
        "main;parse 1.5\n",
        "main;parse 1\nand this is a letter\n",
        "main;parse\x01 1\n",
        "a;b 1\nc 2\nd 3\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        assert_format(slice_of(texts[i]), "none");
    assert_fault("go 1.19 trace\x01",
                 "unrecognized profile format, this is none of: pprof, folded stacks, perf script "
                 "output, thread profile in text form, Go count profile in text form (goroutine, "
                 "threadcreate), contention profile in text form (Go block and mutex, gperftools), "
                 "jemalloc heap profile, heap profile in text form (Go, gperftools), Java CPU "
                 "profile, gperftools CPU profile");
}

/* What people send by mistake; much of it has a number at the end of each line. */
static void texts_of_other_kinds_are_unknown(void **state)
{
    (void)state;
    static const char html[] = "this looks like HTML or XML and is none of",
                      json[] = "this looks like JSON or a log and is none of",
                      text[] = "this is text, but no stacks (\"main;parse;read 12\") and is none of";
    static const struct {
        const char *body, *hint;
    } cases[] = {
        {"<html>\r\n<head><title>502 Bad "
         "Gateway</title></head>\r\n<body>\r\n<hr><center>nginx/1.22.1</center>\r\n",
         html},
        {"\n\n<!DOCTYPE html>\n<html lang=\"en\">\n", html},
        {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code></Error>", html},
        {"{\"code\":404,\"error\":\"not found\"}\n", json},
        {"[1, 2, 3]\n", json},
        {"{\n  \"nodes\": 12\n}\n", json},
        {"[2026-01-02 10:00:01] request done in 12\n[2026-01-02 10:00:02] request done in 7\n", json},
        {"\"name\", \"count\"\n\"main\", 12\n", text},
        {"main, 12\nparse, 3\n", text},
        {"name; count; 12\nother; count; 3\n", text},
        {"a;b; 12\nc;d; 3\n", text},
        {"http_requests_total{code=\"200\"} 1027\nhttp_requests_total{code=\"400\"} 3\n", text},
        {"# HELP go_goroutines Number of goroutines.\n# TYPE go_goroutines gauge\ngo_goroutines 8\n", text},
        {"go_goroutines 8\ngo_threads 9\n", text},
        {"127.0.0.1 - - [10/Oct/2026:13:55:36 +0000] \"GET / HTTP/1.0\" 200 2326\n", text},
        {"Oct 10 13:55:36 web-1 app[77]: worker done; took 12\nOct 10 13:55:37 web-1 app[77]: idle 3\n",
         text},
        {"time=2026-01-02T10:00:00Z level=info msg=done ms= 12\n", text},
        {"total 8\n-rw-r--r-- 1 root root 12 Jan  2 10:00 cpu.pprof\n", text},
        {"total 48\n", text},
        {"  12 main\n   3 parse\n", text},
        {"main 12\nparse 3\n", text},
        {"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", text},
        {"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n", text},
        {"Profile Not Found", text},
        {"404 page not found\n", text},
        {"Could not enable CPU profiling: cpu profiling already in use\n", text},
        {"curl: (7) Failed to connect to localhost port 6060 after 0 ms: Couldn't connect to server\n", text},
        {"Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\nKeyError: 12\n", text},
        {"Exception in thread \"main\" java.lang.Error\n\tat a.B.c(B.java:12)\n", text},
        {"panic: oops\n\ngoroutine 1 [running]:\nmain.main()\n\t/a/main.go:3 +0x18\n", text},
        {"File: app\nType: cpu\nDuration: 30.1s, Total samples = 12\n      flat  flat%   sum%        cum   "
         "cum%\n",
         text},
        {"PING localhost (127.0.0.1) 56(84) bytes of data.\n", text},
        {"--0a1b\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\nx\r\n--0a1b--\r\n", text},
        {"service=api&type=cpu", text},
        {"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", text},
        {"H4sIAAAAAAAA/wEAAP//AAAAAAAAAAA=\n", text},
        {"P1", text},
        {"P\n", text},
        {"x1h1", text},
        {"\033[32mok\033[0m 12\n", text},
        {" \n\n", text},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct error err;
        assert_format(slice_of(cases[i].body), "none");
        assert_int_equal(format_unknown(slice_of(cases[i].body), &err), E_INVALID);
        assert_non_null(strstr(err.text, cases[i].hint));
    }
}

static void what_is_no_folded_stack_is_found_far_down(void **state)
{
    (void)state;
    struct buf text CLEANUP(buf_release) = BUF_INIT(ROOMY);
    for (size_t i = 0; i < 1000; i++)
        buf_append_cstr(&text, "main;parse;read 12\n");
    buf_append_cstr(&text, "main;parse\n");
    assert_format(buf_slice(&text), "folded stacks");
    assert_fault(buf_cstr(&text),
                 "malformed profile: line 1001: this is no folded stack (\"main;parse;read 12\")");
}

static void pprof_is_left_where_it_is(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_start(&b);
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct quota quota = QUOTA_INIT(0, NULL);
    struct slice body = build_finish(&b), proto;
    assert_int_equal(format_to_pprof(body, &out, &quota, &proto, NULL), OK);
    assert_ptr_equal(proto.ptr, body.ptr);
    assert_int_equal(out.len, 0);
}

static void what_is_only_kept_is_no_input_for_merges(void **state)
{
    (void)state;
    assert_false(format_merges(format_detect(SLICE("--- threadz 1 ---\n"))));
    assert_true(format_merges(format_detect(SLICE("main;run 1\n"))));
    assert_true(format_merges(format_detect(SLICE("\x0a\x00"))));
    assert_fault("--- threadz 1 ---\n", "a thread profile in text form cannot be merged");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_profiles_are_told),
        cmocka_unit_test(other_forms_are_told),
        cmocka_unit_test(what_is_no_profile_is_unknown),
        cmocka_unit_test(texts_of_other_kinds_are_unknown),
        cmocka_unit_test(what_is_no_folded_stack_is_found_far_down),
        cmocka_unit_test(pprof_is_left_where_it_is),
        cmocka_unit_test(what_is_only_kept_is_no_input_for_merges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
