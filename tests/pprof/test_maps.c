/* Memory maps: which mapping an address is in. test_oracle.c compares random ones. */
#include "pprof/maps.h"

#include "tests/pprof/merging.h"

/* What two addresses become with this map. */
static void assert_placed(const char *map, uint64_t one, uint64_t other, const char *expected)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct quota quota = QUOTA_INIT(ROOMY, NULL);
    struct lines text = LINES_OF(slice_of(map));
    struct builder b CLEANUP(builder_release);
    builder_init(&b, &out, &quota);
    builder_type(&b, SLICE("samples"), SLICE("count"));
    builder_frame(&b, builder_address(&b, one, BUILDER_NONE));
    builder_frame(&b, builder_address(&b, other, BUILDER_NONE));
    builder_sample(&b, &(int64_t){1});
    maps_place(&text, &b);
    assert_int_equal(builder_finish(&b, &(struct builder_header){.period = 1}, NULL), OK);
    char *meaning = meaning_of(buf_slice(&out));
    assert_string_equal(meaning, expected);
    free(meaning);
}

static void heads_are_told(void **state)
{
    (void)state;
    assert_true(maps_begin(SLICE("MAPPED_LIBRARIES:")));
    assert_true(maps_begin(SLICE("--- Memory map: ---")));
    assert_false(maps_begin(SLICE("--- Memory: ---")));
    assert_false(maps_begin(SLICE_NULL));
}

static void both_forms_are_read(void **state)
{
    (void)state;
    assert_placed("00001000-00002000 r--p 00000000 fe:00 77    /bin/app\n"
                  "00002000-00004000 r-xp 00001000 fe:00 77    /bin/my app (deleted)\n"
                  "00006000-00007000 --xp 00000000 00:00 0 \n"
                  "0x8000-0x9000: $build (@1000) abc123\n",
                  0x2fff, 0x6001, "samples:\n/bin/my app@1000/2+fff\n@0/1+1\n|  1\n");
    assert_placed("build=/bin/built\n0x8000 0x9000: r-xp $build (@1000)\n0xa000-0xb000 x.so (@0) abc123\n",
                  0x8001, 0xa001, "samples:\n/bin/built@1000/1+1\nabc123@0/1+1\n|  1\n");
}

static void parts_of_one_file_are_joined(void **state)
{
    (void)state;
    assert_placed("1000-2000 r-xp 00001000 fe:00 77 /bin/app\n2000-3000 r-xp 00002000 fe:00 77 /bin/app\n"
                  "3000-4000 r-xp 00009000 fe:00 77 /bin/app\n",
                  0x2001, 0x3001, "samples:\n/bin/app@1000/2+1001\n/bin/app@9000/1+1\n|  1\n");
}

static void a_mapping_without_its_first_part_is_lengthened(void **state)
{
    (void)state;
    assert_placed("5000-6000 r-xp 00001000 fe:00 77 /lib/a.so\n", 0x4001, 0x5001,
                  "samples:\n/lib/a.so@0/2+1\n/lib/a.so@0/2+1001\n|  1\n");
    /* On both sides of another, which comes first in the map. */
    assert_placed("4000-5000 r-xp 00000000 fe:00 77 /bin/app\n5000-6000 r-xp 00002000 fe:00 77 /lib/a.so\n",
                  0x3001, 0x3002, "samples:\n/lib/a.so@0/3+1\n/lib/a.so@0/3+2\n|  1\n");
    assert_placed("4000-5000 r-xp 00000000 fe:00 77 /bin/app\n5000-6000 r-xp 00002000 fe:00 77 /lib/a.so\n",
                  0x3001, 0x4001, "samples:\n/lib/a.so@0/3+1\n/bin/app@0/1+1\n|  1\n");
}

static void addresses_nowhere_share_a_mapping_of_everything(void **state)
{
    (void)state;
    assert_placed("", 0x1, 0x4001, "samples:\n@0/0+1\n@0/0+4001\n|  1\n");
    assert_placed("5000-6000 r-xp 00000000 fe:00 77 /lib/a.so\n", 0x4001, 0,
                  "samples:\n@0/0+4001\n+0\n|  1\n"); /* 0 is no address */
}

static void junk_is_skipped(void **state)
{
    (void)state;
    assert_placed("=\n====\n$\n1000\n1000-\n-1000\nx-y\n2000-1000 r-xp 0 0:0 0 a\n10000000000000000-1 r-xp\n"
                  "1000-2000 r-xp 00000000 fe:00 77 /bin/app\n",
                  0x1001, 0x1002, "samples:\n/bin/app@0/1+1\n/bin/app@0/1+2\n|  1\n");
}

static void too_many_mappings_are_too_large(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY), map CLEANUP(buf_release) = BUF_INIT(ROOMY);
    for (size_t i = 0; i <= LIMIT_PPROF_MAP_ENTRIES; i++)
        buf_printf(&map, "%zx-%zx r-xp 0 0:0 0 a\n", i * 0x2000 + 0x1000, i * 0x2000 + 0x2000);
    struct quota quota = QUOTA_INIT(ROOMY, NULL);
    struct lines text = LINES_OF(buf_slice(&map));
    struct error err;
    struct builder b CLEANUP(builder_release);
    builder_init(&b, &out, &quota);
    maps_place(&text, &b);
    assert_int_equal(builder_finish(&b, &(struct builder_header){.period = 1}, &err), E_TOO_LARGE);
    assert_string_equal(err.text, "the profile has more than 10000 executable mappings in its memory map");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads_are_told),
        cmocka_unit_test(both_forms_are_read),
        cmocka_unit_test(parts_of_one_file_are_joined),
        cmocka_unit_test(a_mapping_without_its_first_part_is_lengthened),
        cmocka_unit_test(addresses_nowhere_share_a_mapping_of_everything),
        cmocka_unit_test(junk_is_skipped),
        cmocka_unit_test(too_many_mappings_are_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
