/* Pictures: what they say, that nothing can break out of them, and that Graphviz takes them. */
#include "tests/support/scratch.h"
#include "tests/view/stacked.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static void a_picture_has_legend_nodes_and_edges(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = stacked_merge("main.go;~app.run 300\nmain.go 100", NULL);
    assert_rendered(
        m, "", dot_render,
        "digraph \"app\" {\n"
        "node [style=filled fillcolor=\"#f8f8f8\"]\n"
        "subgraph cluster_L { \"File: app\" [shape=box fontsize=16 label=\"File: app\\lType: cpu\\lShowing "
        "nodes "
        "accounting for 400ns, 100% of 400ns total\\l\" tooltip=\"app\"] }\n"
        "N1 [label=\"main\\ngo\\n100ns (25.00%)\\nof 400ns (100%)\" id=\"node1\" fontsize=18 shape=box "
        "tooltip=\"main.go (400ns)\" color=\"#b20000\" fillcolor=\"#edd5d5\"]\n"
        "N2 [label=\"app\\nrun\\n300ns (75.00%)\" id=\"node2\" fontsize=24 shape=box tooltip=\"app.run "
        "(300ns)\" "
        "color=\"#b20e00\" fillcolor=\"#edd7d5\"]\n"
        "N1 -> N2 [label=\" 300ns\\n (inline)\" weight=76 penwidth=4 color=\"#b20e00\" tooltip=\"main.go -> "
        "app.run (300ns)\" labeltooltip=\"main.go -> app.run (300ns)\"]\n"
        "}\n");
}

static void what_grew_is_red_and_what_shrank_green(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = stacked_merge("a 100\nb 10", "a 10\nb 100");
    struct buf out CLEANUP(buf_release) = rendered(m, "", dot_render);
    assert_non_null(strstr(buf_cstr(&out), "tooltip=\"a (90ns)\" color=\"#b20a00\" fillcolor=\"#edd6d5\""));
    assert_non_null(strstr(buf_cstr(&out), "tooltip=\"b (-90ns)\" color=\"#0ab200\" fillcolor=\"#d6edd5\""));
}

static void an_edge_over_nodes_that_were_left_out_is_dotted(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = stacked_merge("main;tiny;a 9\nmain;b 91", NULL);
    struct buf out CLEANUP(buf_release) = rendered(m, "nodecount=3", dot_render);
    assert_null(strstr(buf_cstr(&out), "tiny"));
    assert_non_null(strstr(buf_cstr(&out), " tooltip=\"main ... a (9ns)\" labeltooltip=\"main ... a (9ns)\" "
                                           "style=\"dotted\"]"));
}

static void tags_hang_on_their_node(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = stacked_merge("a 3 user=ann #bytes=16", NULL);
    struct buf out CLEANUP(buf_release) = rendered(m, "", dot_render);
    assert_non_null(
        strstr(buf_cstr(&out),
               "N1_0 [label = \"user:ann\" id=\"N1_0\" fontsize=8 shape=box3d tooltip=\"3ns\"]\n"
               "N1 -> N1_0 [label=\" 3ns\" weight=100 tooltip=\"3ns\" labeltooltip=\"3ns\"]\n"
               "NN1_0_0 [label = \"16B\" id=\"NN1_0_0\" fontsize=8 shape=box3d tooltip=\"3ns\"]\n"
               "N1_0 -> NN1_0_0 [label=\" 3ns\" weight=100 tooltip=\"3ns\" labeltooltip=\"3ns\"]\n"));
}

static void frames_stand_in_lines_with_base_names_of_files(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = stacked_merge("web::Server::run<T[...]> 3", NULL);
    struct buf out CLEANUP(buf_release) = rendered(m, "granularity=addresses", dot_render);
    assert_non_null(strstr(buf_cstr(&out),
                           "N1 [label=\"0000000000400010\\nServer\\nrun<T[\xe2\x80\xa6]>\\nall.c:10\\n3ns "));
    assert_non_null(
        strstr(buf_cstr(&out), "tooltip=\"0000000000400010 web::Server::run<T[...]> /src/all.c:10 (3ns)\""));
}

/* --- Graphviz ------------------------------------------------------------- */

static struct buf read_file(const char *path)
{
    struct buf b = BUF_INIT(ROOMY);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_true(buf_reserve(&b, MIB));
    b.len = fread(b.ptr, 1, MIB, f);
    b.ptr[b.len] = '\0';
    assert_int_equal(fclose(f), 0);
    return b;
}

/* What `dot` makes of a picture. False: there is no Graphviz here. Complaints fail the test. */
static bool graphviz(struct slice picture, const char *format, struct buf *ret_out)
{
    char *scratch = scratch_new();
    char *in = scratch_path(scratch, "in"), *out = scratch_path(scratch, "out"),
         *err = scratch_path(scratch, "err");
    FILE *f = fopen(in, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(picture.ptr, 1, picture.len, f), picture.len);
    assert_int_equal(fclose(f), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int to = open(err, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (dup2(to, 2) == 2)
            (void)execlp("dot", "dot", format, "-o", out, in, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    bool found = WEXITSTATUS(status) != 127;
    if (found) {
        struct buf complaints CLEANUP(buf_release) = read_file(err);
        assert_string_equal(buf_cstr(&complaints), "");
        assert_int_equal(WEXITSTATUS(status), 0);
        *ret_out = read_file(out);
    }
    scratch_remove(scratch);
    free(in);
    free(out);
    free(err);
    return found;
}

static size_t count_of(struct slice text, const char *word)
{
    size_t count = 0, length = strlen(word);
    for (size_t i = 0; i + length <= text.len; i++)
        count += memcmp(text.ptr + i, word, length) == 0;
    return count;
}

/* "-Tplain" has a line "node ..." for each node: there are as many as we drew, whatever they are called. */
static void names_cannot_break_out(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    static char endless[20001];
    memset(endless, '.', sizeof endless - 1);
    const char *const hostile[] = {
        "a\"] evil1 [label=\"",
        "a\\",
        "a\\\"] evil2 [label=\\\"x",
        "<b>bold</b>",
        "<<table>>",
        "a\nb\" evil3",
        "&amp;&#34;&quot;",
        "/* x",
        "// # x",
        "\\N\\G\\l\\",
        "\xff\xfe\"",
        "{a|b}",
        "{}[];->",
        "\x1b[31m\r\x01 &#27; \xc2\x9b \xe2\x80\xae",
        endless, /* Graphviz takes no longer strings than 16 KiB */
    };
    build_type(&b, "c\"pu\\", "\"] evil4 [label=\"");
    build_mapping(&b, (struct build_mapping){.id = 1, .limit = 0x1000, .file = "/bin/\"} evil5 {\""});
    build_number(&b, 13, (int64_t)build_string(&b, "a comment \"] evil6 [\\"));
    for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
        build_function(&b, (struct build_function){.id = i + 1, .name = hostile[i], .file = hostile[i]});
        build_location(&b, (struct build_location){
                               .id = i + 1, .mapping = 1, .lines = {{i + 1, 7, 0}}, .lines_count = 1});
        build_sample(&b, (struct build_sample){.locations = {i + 1, 1 + i / 2},
                                               .locations_count = 2,
                                               .values = {9},
                                               .values_count = 1,
                                               .labels = {{.key = hostile[i], .text = hostile[i]}},
                                               .labels_count = 1});
    }
    add(m, build_finish(&b));
    struct buf picture CLEANUP(buf_release) = rendered(m, "granularity=lines nodecount=0", dot_render);
    struct buf plain CLEANUP(buf_release) = BUF_INIT(ROOMY);
    size_t nodes = 1; /* the legend */
    for (struct slice rest = buf_slice(&picture), line; slice_split(&rest, '\n', &line);)
        nodes += slice_starts(line, SLICE("N")) && slice_find(line, ' ') < slice_find(line, '[') &&
                 count_of(slice_sub(line, 0, slice_find(line, '[')), "->") == 0;
    assert_true(nodes > ARRAY_LEN(hostile));
    for (size_t i = 0; i < picture.len; i++)
        assert_true((unsigned char)picture.ptr[i] >= ' ' || picture.ptr[i] == '\n');
    if (!graphviz(buf_slice(&picture), "-Tplain", &plain))
        skip();
    assert_int_equal(count_of(buf_slice(&plain), "\nnode "), nodes);
    assert_int_equal(count_of(buf_slice(&plain), "\nnode evil"), 0);
}

static void graphviz_draws_real_profiles(void **state)
{
    (void)state;
    static const char *const files[] = {"go/cpu-000.pb.gz", "go/heap-000.pb.gz", "go/cpu-empty.pb.gz"};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct buf body CLEANUP(buf_release) = read_data(files[i]);
        struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
        add(m, buf_slice(&body));
        struct buf picture CLEANUP(buf_release) = rendered(m, "nodecount=30", dot_render);
        struct buf drawn CLEANUP(buf_release) = BUF_INIT(ROOMY);
        if (!graphviz(buf_slice(&picture), "-Tsvg", &drawn))
            skip();
        assert_true(count_of(buf_slice(&drawn), "<svg ") == 1);
        assert_int_equal(count_of(buf_slice(&drawn), "class=\"edge\""),
                         count_of(buf_slice(&picture), "\nN") - count_of(buf_slice(&picture), "id=\"N") -
                             count_of(buf_slice(&picture), "id=\"node"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_has_legend_nodes_and_edges),
        cmocka_unit_test(what_grew_is_red_and_what_shrank_green),
        cmocka_unit_test(an_edge_over_nodes_that_were_left_out_is_dotted),
        cmocka_unit_test(tags_hang_on_their_node),
        cmocka_unit_test(frames_stand_in_lines_with_base_names_of_files),
        cmocka_unit_test(names_cannot_break_out),
        cmocka_unit_test(graphviz_draws_real_profiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
