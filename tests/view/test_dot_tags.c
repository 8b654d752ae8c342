/* Which boxes hang on a node. */
#include "tests/view/stacked.h"

/* Labels of the boxes in a picture, with what they weigh. */
static void assert_boxes(const char *stacks, const char *words, const char *expected)
{
    struct merge *m CLEANUP(merge_freep) = stacked_merge(stacks, NULL);
    struct buf out CLEANUP(buf_release) = rendered(m, words, dot_render);
    struct buf boxes CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct slice rest = buf_slice(&out), line;
    while (slice_split(&rest, '\n', &line)) {
        const char *label = line.len > 0 ? strstr(line.ptr, "[label = \"") : NULL;
        const char *weight = label ? strstr(label, "tooltip=\"") : NULL;
        if (!label || label > line.ptr + line.len)
            continue;
        label += strlen("[label = \"");
        weight += strlen("tooltip=\"");
        buf_printf(&boxes, "%.*s %.*s\n", (int)strcspn(label, "\""), label, (int)strcspn(weight, "\""),
                   weight);
    }
    assert_string_equal(buf_cstr(&boxes), expected);
}

static void the_four_heaviest_labels_are_drawn(void **state)
{
    (void)state;
    assert_boxes("a 1 k=a\na 5 k=b\na 2 k=c\na 3 k=d\na 4 k=e", "", "k:b 5ns\nk:e 4ns\nk:d 3ns\nk:c 2ns\n");
}

static void equal_labels_stand_by_name(void **state)
{
    (void)state;
    assert_boxes("a 1 k=b\na 1 k=a", "", "k:a 1ns\nk:b 1ns\n");
}

static void up_to_four_sizes_are_drawn_as_they_are(void **state)
{
    (void)state;
    assert_boxes("a 1 #bytes=16\na 5 #bytes=32\na 2 #bytes=2048", "", "32B 5ns\n2kB 2ns\n16B 1ns\n");
}

static void more_sizes_are_put_to_the_nearest_of_the_four_heaviest(void **state)
{
    (void)state;
    assert_boxes("a 50 #bytes=16\na 40 #bytes=1024\na 30 #bytes=65536\na 20 #bytes=1048576\na 1 #bytes=24\n"
                 "a 2 #bytes=8\na 3 #bytes=2048\na 9 #bytes=4194304",
                 "", "8B..24B 53ns\n1kB..2kB 43ns\n64kB 30ns\n1MB..4MB 29ns\n");
}

static void sizes_hang_on_the_labels_that_they_came_with(void **state)
{
    (void)state;
    assert_boxes("a 5 k=a #bytes=16\na 4 k=b #bytes=32\na 3 #bytes=64", "",
                 "k:a 5ns\n16B 5ns\nk:b 4ns\n32B 4ns\n64B 3ns\n");
}

static void a_node_that_calls_others_shows_only_its_own(void **state)
{
    (void)state;
    assert_boxes("a;b 9 k=x #bytes=16\na 1 k=y", "", "k:x 9ns\n16B 9ns\nk:y 1ns\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_four_heaviest_labels_are_drawn),
        cmocka_unit_test(equal_labels_stand_by_name),
        cmocka_unit_test(up_to_four_sizes_are_drawn_as_they_are),
        cmocka_unit_test(more_sizes_are_put_to_the_nearest_of_the_four_heaviest),
        cmocka_unit_test(sizes_hang_on_the_labels_that_they_came_with),
        cmocka_unit_test(a_node_that_calls_others_shows_only_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
