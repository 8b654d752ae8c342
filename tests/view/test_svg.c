/*
 * The flame graph as SVG: well-formed whatever names are, as wide as its values, and telling both sides of a
 * diff. tests/e2e/ opens it in a browser.
 */
#include "tests/view/growing.h"

#include <math.h>

extern const char view_svg_js[], view_svg_css[];

static const struct stack_line SMALL[] = {{"main;run", 2, 200},
                                          {"main;run^parse", 1, 100},
                                          {"main;lex", 1, 90},
                                          {"idle", 5, 10}};

static void assert_part(struct buf out, const char *part)
{
    if (!strstr(buf_cstr(&out), part))
        fail_msg("%s is not in %s", part, buf_cstr(&out));
}

static void assert_svg(struct merge *m, const char *words, const char *part)
{
    struct buf out CLEANUP(buf_release) = rendered(m, words, svg_render);
    assert_part(out, part);
}

static void a_box_says_its_value_share_and_place(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = grown(SMALL, ARRAY_LEN(SMALL));
    struct buf out CLEANUP(buf_release) = rendered(m, "", svg_render);
    assert_part(out, "<title>cpu 400ns</title>");
    assert_part(out, "<g><title>all\n400ns (100%), self 0</title><rect class=\"all\" x=\"10\" y=\"52\" "
                     "width=\"1180\" height=\"17\"/><text x=\"14\" y=\"65\">all</text></g>");
    assert_part(out, "<g><title>run\n300ns (75.00%), self 200ns (50.00%)\n/src/run.c:3</title>");
    assert_part(out, "<title>parse\n100ns (25.00%), self 100ns (25.00%)\n/src/parse.c:3\ninlined</title>");
    assert_part(out, "x=\"1160.5\" y=\"70\" width=\"29.5\"");
}

static void shares_are_of_all_before_filters(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = grown(SMALL, ARRAY_LEN(SMALL));
    assert_svg(m, "focus=lex", "<title>cpu 90ns (22.50%) of 400ns</title>");
    assert_svg(m, "focus=lex", "<g><title>lex\n90ns (22.50%), self 90ns (22.50%)");
}

static void a_difference_is_as_wide_as_both_sides_and_tells_them(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    grow(m, (const struct stack_line[]){{"same", 1, 100}, {"grew", 1, 80}, {"new", 1, 20}}, 3, MERGE_SOURCE);
    grow(m, (const struct stack_line[]){{"same", 1, 100}, {"grew", 1, 40}, {"gone", 1, 60}}, 3, MERGE_BASE);
    struct buf out CLEANUP(buf_release) = rendered(m, "", svg_render);
    assert_part(out, "<title>cpu 200ns \xe2\x86\x92 200ns</title>");
    assert_part(out, "<g><title>same\n100ns (50.00%) \xe2\x86\x92 100ns (50.00%): 0, +0.0%\nself ");
    assert_part(out, "<rect class=\"same\" x=\"10\" y=\"82\" width=\"1180\"");
    assert_part(out, "<rect class=\"same\" x=\"10\" y=\"100\" width=\"590\"");
    assert_part(out, "<title>grew\n40ns (20.00%) \xe2\x86\x92 80ns (40.00%): +40ns, +100.0%\n");
    assert_part(out, "<rect class=\"grew4\" x=\"600\" y=\"100\" width=\"354\"");
    assert_part(out, "<title>gone\n60ns (30.00%) \xe2\x86\x92 0: -60ns, gone\n");
    assert_part(out, "<rect class=\"shrank8\" x=\"954\" y=\"100\" width=\"177\"");
    assert_part(out, "<title>new\n0 \xe2\x86\x92 20ns (10.00%): +20ns, new\n");
    assert_part(out, "<rect class=\"grew8\" x=\"1131\" y=\"100\" width=\"59\"");
}

static void small_nodes_are_folded_visibly(void **state)
{
    (void)state;
    static const struct stack_line lines[] = {{"main;big", 1, 1000000}, {"main;a;b", 1, 4}, {"main;c", 1, 3}};
    struct merge *m CLEANUP(merge_freep) = grown(lines, ARRAY_LEN(lines));
    struct buf out CLEANUP(buf_release) = rendered(m, "", svg_render);
    assert_part(
        out,
        "<g><title>\xe2\x80\xa6 3 more\n7ns (&lt;0.01%), self 7ns (&lt;0.01%)\ntoo small to be drawn one by "
        "one</title><rect class=\"more\"");
    assert_part(out, "3 small nodes folded into striped boxes");
    assert_svg(m, "min_fraction=0.000001", "<g><title>b\n4ns");
}

static void nothing_to_show_is_said(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = merge_data("go/cpu-empty.pb.gz");
    assert_svg(m, "", "No sample has a value of this type.");
    struct merge *n CLEANUP(merge_freep) = grown(SMALL, ARRAY_LEN(SMALL));
    assert_svg(n, "focus=nowhere", "Focus expression matched no samples</text>");
}

/* --- well-formed --- */

/* Reads a tag, from '<' to '>'; attributes are quoted. Its name goes on the stack or comes off. */
static size_t read_tag(const char *text, char stack[][16], size_t *depth)
{
    size_t at = 1, len = strcspn(text + (text[1] == '/' ? 2 : 1), " />\n");
    bool quoted = false;
    while (text[at] != '\0' && (quoted || text[at] != '>')) {
        quoted ^= text[at] == '"';
        assert_int_not_equal(text[at], '<');
        at++;
    }
    assert_int_equal(text[at], '>');
    assert_true(len < 16);
    if (text[1] == '/') {
        assert_true(*depth > 0);
        --*depth;
        assert_int_equal(strlen(stack[*depth]), len);
        assert_memory_equal(stack[*depth], text + 2, len);
    } else if (text[at - 1] != '/') {
        assert_true(*depth < 16);
        memcpy(stack[*depth], text + 1, len);
        stack[*depth][len] = '\0';
        ++*depth;
    }
    return at + 1;
}

/* Of XML what we write: tags that match, no bare '&', one script whose end is ours. Tells how many boxes
 * there are. */
static size_t assert_well_formed(struct slice svg)
{
    static const char start[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    char stack[16][16];
    size_t depth = 0, boxes = 0, scripts = 0;
    assert_true(slice_is_utf8(svg) && slice_starts(svg, slice_of(start)));
    assert_null(memchr(svg.ptr, '\0', svg.len));
    for (const char *at = svg.ptr + strlen(start); *at != '\0';) {
        if (strncmp(at, "<![CDATA[", 9) == 0) {
            assert_string_equal(stack[depth - 1], "script");
            at = strstr(at, "]]>") + 3;
            scripts++;
        } else if (*at == '<') {
            boxes += strncmp(at, "<g><title>", 10) == 0;
            at += read_tag(at, stack, &depth);
        } else {
            if (*at == '&')
                assert_true(strcspn(at, ";") < 7);
            assert_true((unsigned char)*at >= ' ' || *at == '\n');
            at++;
        }
    }
    assert_int_equal(depth, 0);
    assert_int_equal(scripts, 1);
    return boxes;
}

static void names_are_never_markup(void **state)
{
    (void)state;
    static const char *const names[] = {"<script>alert(1)</script>",
                                        "]]>",
                                        "\"onload=\"alert(1)",
                                        "&amp;&",
                                        "a\nb\tc\x01",
                                        "\xff\xfe\xc3",
                                        "\xe2\x80\xae",
                                        "</title><script>",
                                        "'><img src=x>",
                                        "<!--",
                                        "-->",
                                        "<![CDATA[",
                                        "\xef\xbf\xbe\xef\xbf\xbf",
                                        "{{1}}",
                                        "&#0;",
                                        "%s%n"};
    struct build b CLEANUP(build_release) = BUILD_INIT;
    char *lengthy = mem_alloc(5001);
    memset(lengthy, '<', 5000);
    lengthy[5000] = '\0';
    build_type(&b, "<cpu>", "\"nano&");
    for (uint64_t i = 0; i < ARRAY_LEN(names) + 1; i++) {
        const char *name = i < ARRAY_LEN(names) ? names[i] : lengthy;
        build_function(&b, (struct build_function){.id = i + 1, .name = name, .file = name});
        build_location(&b, (struct build_location){.id = i + 1,
                                                   .lines = {{.function = i + 1, .line = 1}},
                                                   .lines_count = 1});
        build_sample(&b, (struct build_sample){{i + 1, i / 2 + 1}, 2, {1000}, 1, {{0}}, 0});
    }
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    add(m, build_finish(&b));
    static const char *const words[] = {"", "granularity=files", "granularity=lines", "focus=<"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        struct buf out CLEANUP(buf_release) = rendered(m, words[i], svg_render);
        assert_in_range(assert_well_formed(buf_slice(&out)), 2, 40);
    }
    free(lengthy);
}

static void real_profiles_are_well_formed_and_bounded(void **state)
{
    (void)state;
    static const char *const names[] = {"go/cpu-000.pb.gz", "go/heap-000.pb.gz", "go/mutex-005.pb.gz",
                                        "node/time_0.pb.gz", "go/cpu-empty.pb.gz"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct merge *m CLEANUP(merge_freep) = merge_data(names[i]);
        struct buf out CLEANUP(buf_release) = rendered(m, "", svg_render);
        struct buf few CLEANUP(buf_release) = rendered(m, "max_nodes=50", svg_render);
        assert_in_range(assert_well_formed(buf_slice(&out)), 0, 20000);
        assert_in_range(assert_well_formed(buf_slice(&few)), 0, 50);
    }
    struct merge *m CLEANUP(merge_freep) = merge_difference("go/cpu-000.pb.gz", "go/cpu-009.pb.gz");
    struct buf out CLEANUP(buf_release) = rendered(m, "", svg_render);
    assert_true(assert_well_formed(buf_slice(&out)) > 500);
}

/* Style stands in the XML as it is, the script in a section that must not end early. */
static void script_and_style_can_stand_in_xml(void **state)
{
    (void)state;
    assert_null(strpbrk(view_svg_css, "<&"));
    assert_null(strstr(view_svg_js, "]]>"));
    assert_null(strstr(view_svg_js, "innerHTML"));
    assert_null(strstr(view_svg_js, "eval"));
}

static void children_stay_inside_their_parent(void **state)
{
    (void)state;
    static const struct stack_line lines[] = {
        {"a;b", 1, 100}, {"a;c", 1, -99}, {"a", 1, -1}, {"d;e", 1, 7}, {"d", 1, 3}};
    struct merge *m CLEANUP(merge_freep) = grown(lines, ARRAY_LEN(lines));
    struct buf out CLEANUP(buf_release) = rendered(m, "", svg_render);
    double lefts[8] = {0}, rights[8] = {0};
    size_t boxes = 0;
    for (const char *at = buf_cstr(&out); (at = strstr(at, "<g><title>")) != NULL; at++) {
        double x = strtod(strstr(at, " x=\"") + 4, NULL), width = strtod(strstr(at, " width=\"") + 8, NULL);
        size_t depth = (strtoul(strstr(at, " y=\"") + 4, NULL, 10) - 52) / 18;
        assert_true(depth == 0 || (x >= lefts[depth - 1] - 1e-4 && x + width <= rights[depth - 1] + 1e-4));
        assert_true(width > 0);
        lefts[depth] = x;
        rights[depth] = x + width;
        boxes++;
    }
    assert_int_equal(boxes, 6);
}

static void a_difference_from_nothing_is_one(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = grown_from_nothing((const struct stack_line[]){{"new", 1, 20}}, 1);
    struct buf out CLEANUP(buf_release) = rendered(m, "", svg_render);
    assert_part(out, "<title>cpu 0 \xe2\x86\x92 20ns</title>");
    assert_part(out, "<g><title>new\n0 \xe2\x86\x92 20ns (100%): +20ns, new\n");
    assert_part(out, "<rect class=\"grew8\" x=\"10\" y=\"100\" width=\"1180\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_box_says_its_value_share_and_place),
        cmocka_unit_test(shares_are_of_all_before_filters),
        cmocka_unit_test(a_difference_is_as_wide_as_both_sides_and_tells_them),
        cmocka_unit_test(small_nodes_are_folded_visibly),
        cmocka_unit_test(nothing_to_show_is_said),
        cmocka_unit_test(names_are_never_markup),
        cmocka_unit_test(real_profiles_are_well_formed_and_bounded),
        cmocka_unit_test(script_and_style_can_stand_in_xml),
        cmocka_unit_test(children_stay_inside_their_parent),
        cmocka_unit_test(a_difference_from_nothing_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
