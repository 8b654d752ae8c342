/* Which nodes and edges a call graph has, and with which values. */
#include "view/graph.h"

#include "tests/view/stacked.h"

static enum graph_kind graph_kind;

static void print_edge(const struct graph *g, const struct graph_edge *e, struct buf *out)
{
    struct slice from = graph_name(g, e->from), to = graph_name(g, e->to);
    buf_printf(out, "  %.*s -> %.*s %lld", SLICE_ARG(from), SLICE_ARG(to), (long long)e->weight);
    if (e->base_weight != 0)
        buf_printf(out, " (base %lld)", (long long)e->base_weight);
    buf_printf(out, "%s%s\n", e->residual ? " residual" : "", e->inlined ? " inlined" : "");
}

/* Nodes with the edges that leave them. */
static enum status print_graph(struct view *v, struct buf *out, struct error *err)
{
    struct graph *g CLEANUP(graph_freep) = NULL;
    enum status status = graph_build(v, graph_kind, &g, err);
    if (status != OK)
        return status;

    for (uint32_t i = 0; i < g->shown; i++) {
        const struct graph_node *node = graph_node(g, i);
        buf_printf(out, "%.*s %lld %lld", SLICE_ARG(graph_name(g, i)), (long long)node->flat,
                   (long long)node->cum);
        if (node->base_flat != 0 || node->base_cum != 0)
            buf_printf(out, " (base %lld %lld)", (long long)node->base_flat, (long long)node->base_cum);
        buf_append_byte(out, '\n');
        for (uint32_t k = 0; k < node->outs.count; k++)
            print_edge(g, graph_edge(g, &g->outs, node->outs, k), out);
    }
    buf_printf(out, "%lld of %lld, %u of %u, dropped %u and %u\n", (long long)g->flat_sum,
               (long long)v->total, g->shown, g->nodes_in_all, g->dropped_nodes, g->dropped_edges);
    return OK;
}

static void assert_graph_of(enum graph_kind kind, const char *source, const char *base, const char *words,
                            const char *expected)
{
    struct merge *m CLEANUP(merge_freep) = stacked_merge(source, base);
    graph_kind = kind;
    assert_rendered(m, words, print_graph, expected);
}

static void assert_graph(const char *source, const char *words, const char *expected)
{
    assert_graph_of(GRAPH_TOP, source, NULL, words, expected);
}

static void a_frame_holds_what_it_does_itself_and_what_it_calls(void **state)
{
    (void)state;
    assert_graph("main;run;step 30\nmain;run 5\nmain;stop 2", "",
                 "step 30 30\n"
                 "run 5 35\n  run -> step 30\n"
                 "stop 2 2\n"
                 "main 0 37\n  main -> run 35\n  main -> stop 2\n"
                 "37 of 37, 4 of 4, dropped 0 and 0\n");
}

static void a_frame_or_call_that_stands_twice_in_a_stack_counts_once(void **state)
{
    (void)state;
    assert_graph("a;b;a;b;c 7\nb;b 1", "",
                 "c 7 7\n"
                 "b 1 8\n  b -> a 7\n  b -> c 7\n"
                 "a 0 7\n  a -> b 7\n"
                 "8 of 8, 3 of 3, dropped 0 and 0\n");
}

static void samples_of_value_zero_are_no_part_of_it(void **state)
{
    (void)state;
    assert_graph("a;b 0\nc 1", "", "c 1 1\n1 of 1, 1 of 1, dropped 0 and 0\n");
    assert_graph("", "", "0 of 0, 0 of 0, dropped 0 and 0\n");
}

static void an_edge_is_inlined_if_every_call_was(void **state)
{
    (void)state;
    assert_graph("main;run;~step 3\nmain;~run;~step 1", "",
                 "step 4 4\n"
                 "main 0 4\n  main -> run 4\n"
                 "run 0 4\n  run -> step 4 inlined\n"
                 "4 of 4, 3 of 3, dropped 0 and 0\n");
}

static void equal_values_stand_by_name(void **state)
{
    (void)state;
    assert_graph("b 2\nc 2\na 2\nd 3", "", "d 3 3\na 2 2\nb 2 2\nc 2 2\n9 of 9, 4 of 4, dropped 0 and 0\n");
}

static void sorted_by_cum_callers_stand_before_callees(void **state)
{
    (void)state;
    assert_graph("main;run;step 30\nmain;wait 3", "sort=cum",
                 "main 0 33\n  main -> run 30\n  main -> wait 3\n"
                 "run 0 30\n  run -> step 30\n"
                 "step 30 30\n"
                 "wait 3 3\n"
                 "33 of 33, 4 of 4, dropped 0 and 0\n");
}

static void nodes_below_the_cutoff_leave_and_edges_go_over_them(void **state)
{
    (void)state;
    /* step has a cum of 40, of which 12 go over tiny, which leaves; so does what tiny did itself. */
    assert_graph("main;step 28\nmain;tiny;step 12\nmain;tiny 4\nmain;other 60", "nodefraction=0.2",
                 "other 60 60\n"
                 "step 40 40\n"
                 "main 0 104\n  main -> other 60\n  main -> step 40 residual\n"
                 "100 of 104, 3 of 3, dropped 1 and 0\n");
}

static void the_cutoff_is_a_share_of_what_the_filters_left(void **state)
{
    (void)state;
    assert_graph("main;a 900\nmain;b;c 90\nmain;b;d 10", "focus=^b$ nodefraction=0.2 edgefraction=0",
                 "c 90 90\n"
                 "b 0 100\n  b -> c 90\n"
                 "main 0 100\n  main -> b 100\n"
                 "90 of 1000, 3 of 3, dropped 1 and 0\n");
}

static void nodecount_keeps_the_first_ones(void **state)
{
    (void)state;
    assert_graph("main;run;a 30\nmain;run;b 20\nmain;run;c 10", "nodecount=2",
                 "a 30 30\nb 20 20\n50 of 60, 2 of 5, dropped 0 and 0\n");
    assert_graph("main;run;a 30\nmain;run;b 20\nmain;run;c 10", "nodecount=3 sort=cum",
                 "main 0 60\n  main -> run 60\n"
                 "run 0 60\n  run -> a 30\n"
                 "a 30 30\n"
                 "30 of 60, 3 of 5, dropped 0 and 0\n");
    assert_graph("a 1\nb 2", "nodecount=0", "b 2 2\na 1 1\n3 of 3, 2 of 2, dropped 0 and 0\n");
}

static void light_edges_leave(void **state)
{
    (void)state;
    assert_graph("main;a 30\nmain;b;a 4\nmain;b 26", "edgefraction=0.1",
                 "a 34 34\n"
                 "b 26 30\n"
                 "main 0 60\n  main -> a 30\n  main -> b 30\n"
                 "60 of 60, 3 of 3, dropped 0 and 1\n");
}

static void nothing_leaves_when_trim_is_off(void **state)
{
    (void)state;
    assert_graph("main;a 999\nmain;b 1", "trim=0 nodefraction=0.5 edgefraction=0.5 nodecount=1",
                 "a 999 999\n"
                 "b 1 1\n"
                 "main 0 1000\n  main -> a 999\n  main -> b 1\n"
                 "1000 of 1000, 3 of 3, dropped 0 and 0\n");
}

static void a_tree_has_eighty_nodes_and_a_top_table_all(void **state)
{
    (void)state;
    struct buf stacks CLEANUP(buf_release) = BUF_INIT(ROOMY);
    for (int i = 0; i < 90; i++)
        buf_printf(&stacks, "f%02d 10\n", i);
    struct merge *m CLEANUP(merge_freep) = stacked_merge(buf_cstr(&stacks), NULL);
    static const struct {
        enum graph_kind kind;
        const char *words, *end;
    } cases[] = {{GRAPH_TOP, "", "900 of 900, 90 of 90, dropped 0 and 0\n"},
                 {GRAPH_CALLS, "", "800 of 900, 80 of 90, dropped 0 and 0\n"},
                 {GRAPH_PICTURE, "", "800 of 900, 80 of 90, dropped 0 and 0\n"},
                 {GRAPH_WHOLE, "", "900 of 900, 90 of 90, dropped 0 and 0\n"},
                 {GRAPH_CALLS, "nodecount=0", "900 of 900, 90 of 90, dropped 0 and 0\n"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        graph_kind = cases[i].kind;
        struct buf out CLEANUP(buf_release) = rendered(m, cases[i].words, print_graph);
        assert_true(slice_ends(buf_slice(&out), slice_of(cases[i].end)));
    }
}

static void a_picture_leaves_out_residual_edges_that_another_way_joins(void **state)
{
    (void)state;
    /* main ... leaf over tiny; but main -> run -> leaf is drawn. */
    const char *stacks = "main;run;leaf 50\nmain;tiny;leaf 9\nmain;run 30\nmain 30";
    assert_graph_of(GRAPH_CALLS, stacks, NULL, "nodefraction=0.1 sort=cum",
                    "main 30 119\n  main -> run 80\n  main -> leaf 9 residual\n"
                    "run 30 80\n  run -> leaf 50\n"
                    "leaf 59 59\n"
                    "119 of 119, 3 of 3, dropped 1 and 0\n");
    assert_graph_of(GRAPH_PICTURE, stacks, NULL, "nodefraction=0.1",
                    "main 30 119\n  main -> run 80\n"
                    "leaf 59 59\n"
                    "run 30 80\n  run -> leaf 50\n"
                    "119 of 119, 3 of 3, dropped 1 and 0\n");
}

static void a_picture_prefers_nodes_where_ways_meet_or_part(void **state)
{
    (void)state;
    /* pass only hands on what it gets. */
    assert_graph_of(GRAPH_PICTURE, "main;pass;fork;a 10\nmain;pass;fork;b 10", NULL, "nodecount=4",
                    "a 10 10\n"
                    "b 10 10\n"
                    "fork 0 20\n  fork -> a 10\n  fork -> b 10\n"
                    "main 0 20\n  main -> fork 20 residual\n"
                    "20 of 20, 4 of 5, dropped 0 and 0\n");
}

static void a_difference_keeps_both_sides(void **state)
{
    (void)state;
    assert_graph_of(GRAPH_TOP, "main;run;step 30\nmain;new 4", "main;run;step 20\nmain;old 5", "trim=0",
                    "step 10 10 (base 20 20)\n"
                    "old -5 -5 (base 5 5)\n"
                    "new 4 4\n"
                    "main 0 9 (base 0 25)\n"
                    "  main -> run 10 (base 20)\n  main -> old -5 (base 5)\n  main -> new 4\n"
                    "run 0 10 (base 0 20)\n  run -> step 10 (base 20)\n"
                    "9 of 25, 5 of 5, dropped 0 and 0\n");
}

static void a_node_whose_sides_are_equal_is_not_shown_but_edges_to_it_are(void **state)
{
    (void)state;
    assert_graph_of(GRAPH_TOP, "main;same 30\nmain;more 3", "main;same 30\nmain;more 1", "trim=0",
                    "more 2 2 (base 1 1)\n"
                    "main 0 2 (base 0 31)\n  main -> more 2 (base 1)\n  main -> same 0 (base 30)\n"
                    "2 of 31, 2 of 2, dropped 0 and 0\n");
}

static void one_unit_suits_all_values(void **state)
{
    (void)state;
    static const struct {
        const char *stacks, *unit;
    } cases[] = {
        {"a 3\nb 7", "ns"},
        {"a 3000000000\nb 500000000", "ms"}, /* 500ms and 3000ms stand well together */
        {"a 3000000000\nb 20000000", "s"},   /* 0.02s can be seen still */
        {"a 3000000000\nb 2000000", "ms"},   /* 0.00s could not */
        {"a 90000000000\nb 2000\nmain;c 1", "ns"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct merge *m CLEANUP(merge_freep) = stacked_merge(cases[i].stacks, NULL);
        struct view_options options = VIEW_OPTIONS_DEFAULT;
        options.no_trim = true;
        struct view *v CLEANUP(view_freep) = NULL;
        struct graph *g CLEANUP(graph_freep) = NULL;
        assert_int_equal(view_open(m, &options, NULL, &v, NULL), OK);
        assert_int_equal(graph_build(v, GRAPH_TOP, &g, NULL), OK);
        assert_true(slice_eq_cstr(g->unit, cases[i].unit));
    }
}

/* Memory runs out at every point; nothing is left behind. */
static void a_graph_that_gets_no_memory_gives_back_what_it_had(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) =
        stacked_merge("main;run;~step 30 user=ann #bytes=16\nmain;tiny;step 12 user=ben\nmain;other 60",
                      NULL);
    struct view_options options = VIEW_OPTIONS_DEFAULT;
    options.node_fraction = 0.2;
    options.node_count = 3;
    size_t refused = 0;
    for (size_t max = 1000;; max += 200) {
        struct budget budget;
        budget_init(&budget, max + merge_stats(m).bytes);
        struct view *v CLEANUP(view_freep) = NULL;
        struct graph *g CLEANUP(graph_freep) = NULL;
        struct error err;
        if (view_open(m, &options, &budget, &v, &err) != OK)
            continue;

        size_t held = v->quota.used - v->steps.cap * v->steps.width;
        enum status status = graph_build(v, GRAPH_PICTURE, &g, &err);
        if (status == OK)
            break;
        assert_int_equal(status, E_TOO_LARGE);
        assert_int_equal(v->quota.used - v->steps.cap * v->steps.width, held);
        refused++;
    }
    assert_true(refused > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_holds_what_it_does_itself_and_what_it_calls),
        cmocka_unit_test(a_frame_or_call_that_stands_twice_in_a_stack_counts_once),
        cmocka_unit_test(samples_of_value_zero_are_no_part_of_it),
        cmocka_unit_test(an_edge_is_inlined_if_every_call_was),
        cmocka_unit_test(equal_values_stand_by_name),
        cmocka_unit_test(sorted_by_cum_callers_stand_before_callees),
        cmocka_unit_test(nodes_below_the_cutoff_leave_and_edges_go_over_them),
        cmocka_unit_test(the_cutoff_is_a_share_of_what_the_filters_left),
        cmocka_unit_test(nodecount_keeps_the_first_ones),
        cmocka_unit_test(light_edges_leave),
        cmocka_unit_test(nothing_leaves_when_trim_is_off),
        cmocka_unit_test(a_tree_has_eighty_nodes_and_a_top_table_all),
        cmocka_unit_test(a_picture_leaves_out_residual_edges_that_another_way_joins),
        cmocka_unit_test(a_picture_prefers_nodes_where_ways_meet_or_part),
        cmocka_unit_test(a_difference_keeps_both_sides),
        cmocka_unit_test(a_node_whose_sides_are_equal_is_not_shown_but_edges_to_it_are),
        cmocka_unit_test(one_unit_suits_all_values),
        cmocka_unit_test(a_graph_that_gets_no_memory_gives_back_what_it_had),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
