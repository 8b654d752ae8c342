/* Labels of samples at nodes, and the room that they take. */
#include "view/tags.h"

#include "tests/view/stacked.h"

/* "node labels|name flat cum", a line each; the number's value behind its name. */
static enum status print_tags(struct view *v, struct buf *out, struct error *err)
{
    struct graph *g CLEANUP(graph_freep) = NULL;
    struct tags t CLEANUP(tags_release);
    assert_int_equal(graph_build(v, GRAPH_PICTURE, &g, err), OK);
    assert_true(tags_build(&t, g, g->shown));
    for (size_t i = 0; i < t.tags.count; i++) {
        const struct tag *tag = &COLUMN_AT(t.tags, struct tag)[i];
        struct slice labels = intern_get(&t.texts, tag->labels), name = intern_get(&t.texts, tag->name);
        buf_printf(out, "%.*s %.*s|%.*s", SLICE_ARG(graph_name(g, tag->node)), SLICE_ARG(labels),
                   SLICE_ARG(name));
        if (tag->name != 0)
            buf_printf(out, "=%lld", (long long)tag->value);
        buf_printf(out, " %lld %lld\n", (long long)tag->flat, (long long)tag->cum);
    }
    return OK;
}

static void assert_tags(const char *source, const char *base, const char *words, const char *expected)
{
    struct merge *m CLEANUP(merge_freep) = stacked_merge(source, base);
    assert_rendered(m, words, print_tags, expected);
}

static void samples_with_the_same_labels_share_a_tag(void **state)
{
    (void)state;
    assert_tags("main;a 3 user=ann\nmain;b 2 user=ann\nmain;b 1 user=ben\nmain 4", NULL, "",
                "main user:ann| 0 5\nmain user:ben| 0 1\n"
                "a user:ann| 3 3\n"
                "b user:ann| 2 2\nb user:ben| 1 1\n");
}

static void labels_are_joined_in_the_order_of_their_names(void **state)
{
    (void)state;
    assert_tags("a 3 user=ann team=x\na 2 team=x user=ann", NULL, "", "a team:x\\nuser:ann| 5 5\n");
}

static void only_sizes_in_bytes_are_told_of_numbers(void **state)
{
    (void)state;
    assert_tags("a 3 #bytes=2048 #request=7\na 2 #bytes=16 user=ann", NULL, "",
                "a user:ann| 2 2\na |2kB=2048 3 3\na user:ann|16B=16 2 2\n");
}

static void a_stack_that_goes_through_a_node_twice_counts_once(void **state)
{
    (void)state;
    assert_tags("a;b;a 3 user=ann", NULL, "nodecount=0", "a user:ann| 3 3\nb user:ann| 0 3\n");
}

static void small_tags_leave_as_small_nodes_do(void **state)
{
    (void)state;
    assert_tags("a 99 user=ann\na 1 user=ben", NULL, "nodefraction=0.02", "a user:ann| 99 99\n");
}

static void what_tells_a_base_is_no_tag(void **state)
{
    (void)state;
    assert_tags("a 3 user=ann", "a 9 user=ann", "", "a user:ann| -6 -6\n");
}

static void labels_cannot_leave_their_quotes(void **state)
{
    (void)state;
    assert_tags("a 3 us\"er=an\\n", NULL, "", "a us\\\"er:an\\\\n| 3 3\n");
}

/* With nodecount=4: main takes one room, a and its two tags three. */
static void tags_take_room_as_nodes_do(void **state)
{
    (void)state;
    assert_tags("main;a 30 user=ann\nmain;a 20 user=ben\nmain;b 10 user=ann\nmain;c 5", NULL, "nodecount=4",
                "a user:ann| 30 30\na user:ben| 20 20\n"
                "main user:ann| 0 40\nmain user:ben| 0 20\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_with_the_same_labels_share_a_tag),
        cmocka_unit_test(labels_are_joined_in_the_order_of_their_names),
        cmocka_unit_test(only_sizes_in_bytes_are_told_of_numbers),
        cmocka_unit_test(a_stack_that_goes_through_a_node_twice_counts_once),
        cmocka_unit_test(small_tags_leave_as_small_nodes_do),
        cmocka_unit_test(what_tells_a_base_is_no_tag),
        cmocka_unit_test(labels_cannot_leave_their_quotes),
        cmocka_unit_test(tags_take_room_as_nodes_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
