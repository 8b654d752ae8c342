/* Call trees: what stands where, that nothing is lost whatever is pruned, and that no order of inputs shows.
 */
#include "tests/view/growing.h"

struct opened {
    struct view_options options;
    struct view *v;
    struct tree *tree;
};

static void opened_release(struct opened *o)
{
    tree_free(o->tree);
    view_free(o->v);
}

static void open_tree(struct opened *o, struct merge *m, struct tree_options options)
{
    struct error err = {0};
    *o = (struct opened){.options = VIEW_OPTIONS_DEFAULT};
    assert_int_equal(view_open(m, &o->options, NULL, &o->v, &err), OK);
    enum status status = tree_build(o->v, &options, &o->tree, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(status, OK);
}

static const struct tree_options ALL = {.type = TREE_ALL_TYPES}, CPU = {.type = 1};

/* "main 60/0(run 50/20 parse 10/10)": total/self; a diff: source-base of each. */
static void print_node(const struct tree *t, uint32_t node, struct buf *out)
{
    const struct tree_node *n = tree_node(t, node);
    struct tree_value v = tree_value(t, node, t->types - 1);
    if (n->frame == TREE_NONE)
        buf_append_cstr(out, "*");
    else if (n->frame == TREE_REMAINDER)
        buf_printf(out, "%u more", n->folded);
    else
        view_frame_name(t->view, n->frame, out);
    if (n->inlined)
        buf_append_cstr(out, "^");
    if (t->sides > 1)
        buf_printf(out, " %ld-%ld/%ld-%ld", v.total, v.base_total, v.self, v.base_self);
    else
        buf_printf(out, " %ld/%ld", v.total, v.self);
    for (uint32_t kid = n->first; kid != TREE_NONE; kid = tree_node(t, kid)->next) {
        assert_int_equal(tree_node(t, kid)->parent, node);
        assert_int_equal(tree_node(t, kid)->depth, n->depth + 1);
        buf_append_cstr(out, kid == n->first ? "(" : " ");
        print_node(t, kid, out);
    }
    if (n->first != TREE_NONE)
        buf_append_byte(out, ')');
}

static void assert_tree(struct merge *m, struct tree_options options, const char *expected)
{
    struct opened o CLEANUP(opened_release);
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    open_tree(&o, m, options);
    print_node(o.tree, 0, &out);
    assert_string_equal(buf_cstr(&out), expected);
}

static const struct stack_line SMALL[] = {
    {"main;run;parse", 1, 10},    {"main;run", 2, 20}, {"main;run;lex", 1, 10}, {"main;idle", 1, 1},
    {"main;run;parse;new", 1, 5}, {"", 1, 3},          {"gc", 4, 40},           {"main;run;zero", 0, 0},
    {"main;only samples", 9, 0},
};

static void nodes_are_paths_with_self_and_total(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = grown(SMALL, ARRAY_LEN(SMALL));
    assert_tree(m, CPU, "* 89/3(main 46/0(run 45/20(parse 15/10(new 5/5) lex 10/10) idle 1/1) gc 40/40)");
}

static void a_tree_of_all_types_has_what_is_in_any(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = grown(SMALL, ARRAY_LEN(SMALL));
    struct opened o CLEANUP(opened_release);
    open_tree(&o, m, ALL);
    assert_int_equal(o.tree->types, 2);
    assert_int_equal(tree_value(o.tree, 0, 0).total, 20);
    assert_int_equal(tree_value(o.tree, 0, 1).total, 89);
    assert_tree(
        m, ALL,
        "* 89/3(main 46/0(run 45/20(parse 15/10(new 5/5) lex 10/10) idle 1/1 only samples 0/0) gc 40/40)");
}

static void children_of_equal_value_stand_by_name(void **state)
{
    (void)state;
    static const struct stack_line lines[] = {
        {"b", 1, 1}, {"c", 1, 1}, {"a", 1, 1}, {"d", 1, 2}, {"e", 1, -3}};
    struct merge *m CLEANUP(merge_freep) = grown(lines, ARRAY_LEN(lines));
    assert_tree(m, CPU, "* 2/0(e -3/-3 d 2/2 a 1/1 b 1/1 c 1/1)");
}

static void inlined_is_what_was_inlined_in_every_call(void **state)
{
    (void)state;
    static const struct stack_line lines[] = {{"main;run^parse", 1, 1},
                                              {"main;run^lex", 1, 1},
                                              {"main;run;lex", 1, 1}};
    struct merge *m CLEANUP(merge_freep) = grown(lines, ARRAY_LEN(lines));
    assert_tree(m, CPU, "* 3/0(main 3/0(run 3/0(lex 2/2 parse^ 1/1)))");
}

static void a_difference_has_two_sides(void **state)
{
    (void)state;
    static const struct stack_line base[] = {{"main;run", 1, 10}, {"main;gone", 1, 4}};
    static const struct stack_line source[] = {{"main;run", 1, 12}, {"main;new", 1, 7}};
    struct merge *m CLEANUP(merge_freep) = grown(source, ARRAY_LEN(source));
    grow(m, base, ARRAY_LEN(base), MERGE_BASE);
    assert_tree(m, CPU, "* 19-14/0-0(main 19-14/0-0(run 12-10/12-10 new 7-0/7-0 gone 0-4/0-4))");
}

static void what_is_pruned_stands_in_a_remainder(void **state)
{
    (void)state;
    static const struct stack_line lines[] = {{"main;big", 1, 1000},
                                              {"main;a;b", 1, 4},
                                              {"main;c", 1, 3},
                                              {"d;e", 1, 2}};
    struct merge *m CLEANUP(merge_freep) = grown(lines, ARRAY_LEN(lines));
    struct tree_options options = {.type = 1, .min_fraction = 0.1};
    assert_tree(m, options, "* 1009/0(main 1007/0(big 1000/1000 3 more 7/7) 2 more 2/2)");
    options.min_fraction = 0.0039; /* of 1009: a and b just stay, and c is alone and without children */
    assert_tree(m, options, "* 1009/0(main 1007/0(big 1000/1000 a 4/0(b 4/4) c 3/3) 2 more 2/2)");
}

static void a_heavy_node_is_kept_below_a_light_one(void **state)
{
    (void)state;
    static const struct stack_line lines[] = {{"light;plus", 1, 100},
                                              {"light;minus", 1, -99},
                                              {"light;a;b", 1, 1}};
    struct merge *m CLEANUP(merge_freep) = grown(lines, ARRAY_LEN(lines));
    const struct tree_options options = {.type = 1, .min_fraction = 0.3};
    assert_tree(m, options, "* 2/0(light 2/0(plus 100/100 minus -99/-99 2 more 1/1))");
}

static void a_type_that_is_not_shown_keeps_its_nodes_too(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = grown(SMALL, ARRAY_LEN(SMALL));
    const struct tree_options options = {.type = TREE_ALL_TYPES, .min_fraction = 0.4};
    assert_tree(m, options, "* 89/3(main 46/0(run 45/20(3 more 25/25) idle 1/1 only samples 0/0) gc 40/40)");
}

/* --- for any profile and any pruning --- */

static void insist_on_sums(const struct tree *t)
{
    uint32_t pruned = 0;
    for (uint32_t type = 0; type < t->types; type++)
        for (uint32_t i = 0; i < tree_count(t); i++) {
            struct tree_value v = tree_value(t, i, type), sum = v;
            for (uint32_t kid = tree_node(t, i)->first; kid != TREE_NONE; kid = tree_node(t, kid)->next) {
                sum.self += tree_value(t, kid, type).total;
                sum.base_self += tree_value(t, kid, type).base_total;
            }
            assert_int_equal(sum.self, v.total);
            assert_int_equal(sum.base_self, v.base_total);
        }
    for (uint32_t i = 0; i < tree_count(t); i++)
        pruned += tree_node(t, i)->folded;
    assert_int_equal(pruned, t->pruned);
}

/* Shown and in remainders: all that there are without pruning, and the same sums. */
static void insist_on_pruning(struct merge *m, struct tree_options options)
{
    struct opened all CLEANUP(opened_release), some CLEANUP(opened_release);
    open_tree(&all, m, (struct tree_options){.type = options.type});
    open_tree(&some, m, options);
    insist_on_sums(all.tree);
    insist_on_sums(some.tree);
    uint32_t nodes = some.tree->pruned;
    for (uint32_t i = 0; i < tree_count(some.tree); i++)
        nodes += tree_node(some.tree, i)->frame != TREE_REMAINDER;
    assert_int_equal(nodes, tree_count(all.tree));
    if (options.max_nodes > 1)
        assert_in_range(tree_count(some.tree), 1, (uintmax_t)options.max_nodes);
    for (uint32_t type = 0; type < all.tree->types; type++) {
        assert_int_equal(tree_value(some.tree, 0, type).total, tree_value(all.tree, 0, type).total);
        assert_int_equal(tree_value(some.tree, 0, type).base_total, tree_value(all.tree, 0, type).base_total);
    }
}

static void insist_on_prunings(struct merge *m, size_t step)
{
    static const double fractions[] = {0, 0.0001, 0.01, 0.3, 1};
    static const int64_t counts[] = {0, 2, 3, 7, 100};
    for (size_t i = 0; i < ARRAY_LEN(fractions); i++)
        for (size_t j = i % step; j < ARRAY_LEN(counts); j += step)
            insist_on_pruning(m, (struct tree_options){.type = (i + j) % 2 ? 1 : TREE_ALL_TYPES,
                                                       .min_fraction = fractions[i],
                                                       .max_nodes = counts[j]});
}

static void sums_hold_whatever_is_pruned(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct random random;
        random_seed(&random, seed);
        struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
        for (uint64_t i = 0; i < 2 + seed % 3; i++) {
            struct build b CLEANUP(build_release) = BUILD_INIT;
            assert_int_equal(merge_add(m, random_profile(&b, &random), i % 2 ? MERGE_BASE : MERGE_SOURCE,
                                       NULL),
                             OK);
        }
        insist_on_prunings(m, 1);
    }
    struct merge *cpu CLEANUP(merge_freep) = merge_data("go/cpu-000.pb.gz");
    insist_on_prunings(cpu, 4);
    struct merge *diff CLEANUP(merge_freep) = merge_difference("go/cpu-000.pb.gz", "go/cpu-009.pb.gz");
    insist_on_prunings(diff, 5);
}

static void at_most_so_many_nodes_are_kept_and_as_many_as_fit(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = merge_data("go/cpu-000.pb.gz");
    for (int64_t count = 2; count < 400; count += 57) {
        struct opened o CLEANUP(opened_release);
        open_tree(&o, m, (struct tree_options){.type = 1, .max_nodes = count});
        /* One more node may bring a remainder of its own; single nodes take a remainder's place. */
        assert_in_range(tree_count(o.tree), (uintmax_t)count - 1, (uintmax_t)count);
    }
}

static void the_order_of_inputs_does_not_show(void **state)
{
    (void)state;
    struct buf a CLEANUP(buf_release) = read_data("go/cpu-000.pb.gz");
    struct buf b CLEANUP(buf_release) = read_data("go/cpu-009.pb.gz");
    const struct slice there[] = {buf_slice(&a), buf_slice(&b)}, back[] = {there[1], there[0]};
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct merge *n CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    for (size_t i = 0; i < 2; i++) {
        add(m, there[i]);
        add(n, back[i]);
    }
    for (int64_t count = 0; count < 1000; count += 300) {
        struct opened x CLEANUP(opened_release), y CLEANUP(opened_release);
        struct buf s CLEANUP(buf_release) = BUF_INIT(ROOMY), t CLEANUP(buf_release) = BUF_INIT(ROOMY);
        open_tree(&x, m, (struct tree_options){.type = 1, .max_nodes = count});
        open_tree(&y, n, (struct tree_options){.type = 1, .max_nodes = count});
        print_node(x.tree, 0, &s);
        print_node(y.tree, 0, &t);
        assert_string_equal(buf_cstr(&s), buf_cstr(&t));
    }
}

static void sums_that_do_not_fit_stay_at_the_end_and_are_told(void **state)
{
    (void)state;
    static const struct stack_line lines[] = {{"main;a", 1, INT64_MAX},
                                              {"main;b", 1, INT64_MAX},
                                              {"c", 1, 1}};
    struct merge *m CLEANUP(merge_freep) = grown(lines, ARRAY_LEN(lines));
    struct opened o CLEANUP(opened_release);
    open_tree(&o, m, CPU);
    assert_true(o.tree->saturated);
    assert_int_equal(tree_value(o.tree, 0, 0).total, INT64_MAX);
    struct merge *fine CLEANUP(merge_freep) = grown(lines, 1);
    struct opened p CLEANUP(opened_release);
    open_tree(&p, fine, CPU);
    assert_false(p.tree->saturated);
}

enum { DEEP = (int)LIMIT_PPROF_DEPTH };

/* One sample, as deep as a profile may be, in which each location has three frames. */
static struct merge *merge_deep(void)
{
    struct build b CLEANUP(build_release) = BUILD_INIT;
    struct buf ids CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct merge *m = merge_new(&(struct merge_options){0});
    build_start(&b);
    build_location(&b, (struct build_location){.id = 2,
                                               .lines = {{.function = 1}, {.function = 1}, {.function = 1}},
                                               .lines_count = 3});
    for (int i = 0; i < DEEP; i++)
        wire_out_varint(&ids, 2);
    size_t begun = wire_out_begin(&b.out, 2);
    wire_out_bytes(&b.out, 1, buf_slice(&ids));
    wire_out_bytes(&b.out, 2, SLICE("\x01\x05"));
    wire_out_end(&b.out, begun);
    add(m, build_finish(&b));
    return m;
}

static void the_deepest_stack_is_drawn(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = merge_deep();
    struct opened o CLEANUP(opened_release);
    open_tree(&o, m, CPU);
    assert_int_equal(o.tree->depth, 3 * DEEP);
    assert_int_equal(tree_value(o.tree, 3 * DEEP, 0).self, 5);
    insist_on_pruning(m, (struct tree_options){.type = 1, .max_nodes = 100});
}

static void memory_is_the_views_and_is_given_back(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = merge_data("go/cpu-000.pb.gz");
    const struct view_options options = VIEW_OPTIONS_DEFAULT;
    struct view *v CLEANUP(view_freep) = NULL;
    struct tree *t = NULL;
    struct error err = {0};
    assert_int_equal(view_open(m, &options, NULL, &v, &err), OK);
    assert_int_equal(tree_build(v, &ALL, &t, &err), OK);
    tree_free(t);
    size_t before = v->quota.used, peak = v->quota.peak;
    for (size_t max = before; max < peak; max += (peak - before) / 50 + 1) {
        t = NULL;
        v->quota.max = max;
        v->quota.over_max = false;
        assert_int_equal(tree_build(v, &ALL, &t, &err), E_TOO_LARGE);
        assert_null(t);
        assert_int_equal(v->quota.used, before);
    }
}

static void sums_beyond_the_range_do_not_depend_on_the_order(void **state)
{
    (void)state;
    static const struct stack_line there[] = {{"a;x", 1, INT64_MAX},
                                              {"a;y", 1, INT64_MAX},
                                              {"a;z", 1, -INT64_MAX}};
    static const struct stack_line back[] = {{"a;z", 1, -INT64_MAX},
                                             {"a;y", 1, INT64_MAX},
                                             {"a;x", 1, INT64_MAX}};
    static const struct stack_line over[] = {{"a;b", 1, INT64_MAX}, {"a", 1, 2}, {"c", 1, -1}};
    const char *expected =
        "* 9223372036854775807/0(a 9223372036854775807/0(x 9223372036854775807/9223372036854775807 "
        "y 9223372036854775807/9223372036854775807 z -9223372036854775807/-9223372036854775807))";
    struct merge *m CLEANUP(merge_freep) = grown(there, ARRAY_LEN(there));
    struct merge *n CLEANUP(merge_freep) = grown(back, ARRAY_LEN(back));
    struct merge *o CLEANUP(merge_freep) = grown(over, ARRAY_LEN(over));
    assert_tree(m, CPU, expected);
    assert_tree(n, CPU, expected);
    assert_tree(o, CPU,
                "* 9223372036854775807/0(a 9223372036854775807/2(b 9223372036854775807/9223372036854775807) "
                "c -1/-1)");
}

static void what_does_not_fit_is_told_and_only_that(void **state)
{
    (void)state;
    static const struct stack_line fits[] = {{"a", 1, INT64_MAX}, {"b", 1, 1}, {"c", 1, -1}};
    static const struct stack_line lowest[] = {{"a", 1, INT64_MIN}};
    struct merge *m CLEANUP(merge_freep) = grown(fits, ARRAY_LEN(fits));
    struct merge *n CLEANUP(merge_freep) = grown(lowest, 1);
    struct merge *twice CLEANUP(merge_freep) = grown(lowest, 1);
    struct opened o CLEANUP(opened_release), p CLEANUP(opened_release), q CLEANUP(opened_release);
    open_tree(&o, m, CPU);
    assert_false(o.tree->saturated);
    grow(n, lowest, 1, MERGE_BASE);
    open_tree(&p, n, CPU);
    assert_true(p.tree->saturated);
    assert_int_equal(tree_value(p.tree, 0, 0).total, INT64_MIN);
    assert_int_equal(tree_value(p.tree, 0, 0).base_total, -INT64_MAX);
    grow(twice, lowest, 1, MERGE_SOURCE);
    open_tree(&q, twice, CPU);
    assert_true(q.tree->saturated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_are_paths_with_self_and_total),
        cmocka_unit_test(a_tree_of_all_types_has_what_is_in_any),
        cmocka_unit_test(children_of_equal_value_stand_by_name),
        cmocka_unit_test(inlined_is_what_was_inlined_in_every_call),
        cmocka_unit_test(a_difference_has_two_sides),
        cmocka_unit_test(what_is_pruned_stands_in_a_remainder),
        cmocka_unit_test(a_heavy_node_is_kept_below_a_light_one),
        cmocka_unit_test(a_type_that_is_not_shown_keeps_its_nodes_too),
        cmocka_unit_test(sums_hold_whatever_is_pruned),
        cmocka_unit_test(at_most_so_many_nodes_are_kept_and_as_many_as_fit),
        cmocka_unit_test(the_order_of_inputs_does_not_show),
        cmocka_unit_test(sums_that_do_not_fit_stay_at_the_end_and_are_told),
        cmocka_unit_test(the_deepest_stack_is_drawn),
        cmocka_unit_test(memory_is_the_views_and_is_given_back),
        cmocka_unit_test(sums_beyond_the_range_do_not_depend_on_the_order),
        cmocka_unit_test(what_does_not_fit_is_told_and_only_that),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
