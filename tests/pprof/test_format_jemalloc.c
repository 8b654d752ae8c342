/* jemalloc's heap dumps: what stands in them, and what jeprof makes of them. */
#include "pprof/scale.h"
#include "tests/pprof/converting.h"

static void sums_of_all_threads_are_taken_and_unsampled(void **state)
{
    (void)state;
    /* 1 / (1 - exp(-1024 / 512)) = 1.1565 */
    assert_converts("heap_v2/512\n"
                    "  t*: 4: 4096 [0: 0]\n"
                    "  t0: 2: 2048 [0: 0]\n"
                    "  t3: 2: 2048 [0: 0] a thread's name\n"
                    "@ 0x401 0x501\n"
                    "  t*: 3: 3072 [0: 0]\n"
                    "  t0: 3: 3072 [0: 0]\n"
                    "@\n"
                    "  t*: 1: 1024 [0: 0]\n"
                    "\n"
                    "MAPPED_LIBRARIES:\n"
                    "00000400-00000500 r-xp 00000000 08:01 7 /bin/app\n",
                    "samples:\n/bin/app@0/1+0\n@0/0+500\n|  3 3552\n|  1 1184\n");
}

static void what_was_ever_allocated_is_there_when_it_was_counted(void **state)
{
    (void)state;
    assert_converts("heap_v2/1\n  t*: 1: 10 [7: 70]\n@ 0x401\n  t*: 1: 10 [7: 70]\n",
                    "samples:\n@0/0+400\n|  7 70 1 10\n");
}

/* The numbers behind the first t*. */
static void read_header(const char *file, long ret_header[4])
{
    struct buf b CLEANUP(buf_release) = read_data(file);
    const char *at = strstr(buf_cstr(&b), "t*:");
    assert_non_null(at);
    /* NOLINTNEXTLINE(cert-err34-c): sums that our own code wrote */
    assert_int_equal(sscanf(at, "t*: %ld: %ld [%ld: %ld]", &ret_header[0], &ret_header[1], &ret_header[2],
                            &ret_header[3]),
                     4);
}

/* jemalloc writes a header that unsamples to the sum of what its stacks unsample to. */
static void real_dumps_add_up_to_their_header(void **state)
{
    (void)state;
    static const char *const files[] = {"jemalloc/heap.heap", "jemalloc/accum.heap"};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        long header[4];
        struct reading r CLEANUP(reading_release);
        read_converted(&r, files[i]);
        read_header(files[i], header);
        assert_types(&r, i == 0
                             ? "inuse_objects/count inuse_space/bytes"
                             : "alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes");
        for (size_t k = 0; k < 4 && k < r.profile.types.count; k += 2) {
            size_t type = (k + 2 * i) % r.profile.types.count;
            int64_t objects = header[k], bytes = header[k + 1];
            scale_heap(16384, &objects, &bytes);
            assert_true(objects > 0);
            assert_in_range(total_of(&r, type), objects * 99 / 100, objects * 101 / 100);
            assert_in_range(total_of(&r, type + 1), bytes * 99 / 100, bytes * 101 / 100);
        }
        /* burn.c keeps this much, in jemalloc's size classes; sampling errs. */
        int64_t kept = 1500 * 3072 + 40 * 524288;
        assert_in_range(total_of(&r, r.profile.types.count - 1), kept * 9 / 10, kept * 11 / 10);
        const struct profile_mapping *m = COLUMN_AT(r.profile.mappings, struct profile_mapping);
        assert_string(&r, m->filename, "/tmp/burn/burn");
        assert_int_equal(r.profile.period, 16384);
    }
}

static void jeprof_says_the_same(void **state)
{
    (void)state;
    static const struct {
        const char *file, *jeprof;
        size_t type;
    } cases[] = {{"jemalloc/heap.heap", "jemalloc/heap.jeprof", 1},
                 {"jemalloc/accum.heap", "jemalloc/accum.jeprof", 1}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct reading r CLEANUP(reading_release);
        struct buf said CLEANUP(buf_release) = read_data(cases[i].jeprof);
        long total;
        /* NOLINTNEXTLINE(cert-err34-c): sums that our own code wrote */
        assert_int_equal(sscanf(buf_cstr(&said), "Total: %ld B", &total), 1);
        read_converted(&r, cases[i].file);
        /* It keeps fractions until the end, and there are some stacks. */
        assert_in_range(total_of(&r, cases[i].type), total - 20, total + 20);
    }
}

static void faults_name_their_line(void **state)
{
    (void)state;
    assert_fault("heap_v2/512\n@ 0x401\n",
                 "malformed profile: line 2: this is no total of a jemalloc profile (\"t*: 1: 2 [3: 4]\")");
    assert_fault("heap_v2/512\nt*: 1: 2 [3: 4]\n@ 0x401\n@ 0x501\n",
                 "malformed profile: line 4: this is no total of a jemalloc profile (\"t*: 1: 2 [3: 4]\")");
    assert_fault("heap_v2/512\nt*: 1: -2 [3: 4]\n",
                 "malformed profile: line 2: this is no total of a jemalloc profile (\"t*: 1: 2 [3: 4]\")");
    assert_fault("heap_v2/512\nt*: 1: 2 [3: 4]\nx\n",
                 "malformed profile: line 3: this is no stack of a jemalloc profile (\"@ 0x401 0x501\")");
    assert_fault("heap_v2/512\nt*: 1: 2 [3: 4]\n@ x\n",
                 "malformed profile: line 3: this is no stack of a jemalloc profile (\"@ 0x401 0x501\")");
    assert_fault("heap_v2/512\nt*: 1: 2 [3: 4]\n@ 0x1\n",
                 "malformed profile: line 3: this is no total of a jemalloc profile (\"t*: 1: 2 [3: 4]\")");
}

static void memory_is_bounded(void **state)
{
    (void)state;
    assert_bounded("jemalloc/accum.heap");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_of_all_threads_are_taken_and_unsampled),
        cmocka_unit_test(what_was_ever_allocated_is_there_when_it_was_counted),
        cmocka_unit_test(real_dumps_add_up_to_their_header),
        cmocka_unit_test(jeprof_says_the_same),
        cmocka_unit_test(faults_name_their_line),
        cmocka_unit_test(memory_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
