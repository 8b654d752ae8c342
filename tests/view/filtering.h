/* Filters in tests: a small profile, and what options leave of it as text. */
#ifndef TESTS_VIEW_FILTERING_H
#define TESTS_VIEW_FILTERING_H

#include "tests/pprof/fixture.h"
#include "view/format.h"

/* What a filter left: a line for each stack, sorted, "names | labels = value". Names are written as callers
 * see them, root first: parted by spaces, inlined ones after a '<'. */
struct left {
    struct buf text;
    struct buf notes;
};

UNUSED static void left_release(struct left *l)
{
    buf_release(&l->text);
    buf_release(&l->notes);
}

UNUSED static void left_print_location(const struct merged *m, uint32_t location, struct buf *b)
{
    const struct symbols *s = &m->symbols;
    const struct symbol_location *l = &COLUMN_AT(s->locations, struct symbol_location)[location];
    if (l->lines_count == 0)
        buf_printf(b, "%lx", l->offset);
    for (uint32_t i = l->lines_count; i-- > 0;) {
        const struct symbol_line *line = &COLUMN_AT(s->lines, struct symbol_line)[l->lines_at + i];
        const struct symbol_function *f = &COLUMN_AT(s->functions, struct symbol_function)[line->function];
        buf_printf(b, "%s%.*s", i + 1 < l->lines_count ? "<" : "",
                   SLICE_ARG(intern_get(&s->strings, f->name)));
    }
}

UNUSED static void left_print_sample(const struct merged *m, uint32_t index, struct buf *b)
{
    const struct stacks *s = &m->stacks;
    const struct intern *strings = &m->symbols.strings;
    struct stack sample = COLUMN_AT(s->samples, struct stack)[index];
    struct stack_labels set = COLUMN_AT(s->sets, struct stack_labels)[sample.labels];
    bool saturated = false;
    for (uint32_t i = sample.depth; i-- > 0;) {
        left_print_location(m, COLUMN_AT(s->locations, uint32_t)[sample.at + i], b);
        buf_append_byte(b, ' ');
    }
    buf_append_byte(b, '|');
    for (uint32_t i = 0; i < set.count; i++) {
        const struct stack_label *label = &COLUMN_AT(s->labels, struct stack_label)[set.at + i];
        buf_printf(b, " %.*s:%.*s", SLICE_ARG(intern_get(strings, label->key)),
                   SLICE_ARG(intern_get(strings, label->text)));
        if (label->text == 0)
            buf_printf(b, "%ld%.*s", label->number, SLICE_ARG(intern_get(strings, label->unit)));
    }
    buf_printf(b, " = %ld\n", stacks_sum(s, index, 0, &saturated));
}

UNUSED static void left_print(const struct merged *m, struct buf *out)
{
    char *lines[64];
    size_t count = 0;
    for (uint32_t i = 0; i < m->stacks.samples.count; i++) {
        struct buf line CLEANUP(buf_release) = BUF_INIT(ROOMY);
        if (stacks_is_zero(&m->stacks, i))
            continue;

        assert_true(count < ARRAY_LEN(lines));
        left_print_sample(m, i, &line);
        lines[count++] = mem_cstr(line.ptr, line.len);
    }
    qsort(lines, count, sizeof *lines, meaning_compare);
    for (size_t i = 0; i < count; i++) {
        buf_append_cstr(out, lines[i]);
        free(lines[i]);
    }
}

/* options: names and values, one after the other, NULL behind the last. */
UNUSED static enum status filter_body(struct slice body, const char *const *options, struct left *ret_left,
                                      struct error *err)
{
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct view_options all = VIEW_OPTIONS_DEFAULT;
    struct view *v CLEANUP(view_freep) = NULL;
    assert_int_equal(merge_add(m, body, MERGE_SOURCE, err), OK);
    for (; options[0]; options += 2) {
        enum status set = view_option_find(slice_of(options[0]))->set(&all, slice_of(options[1]), err);
        if (set != OK)
            return set;
    }
    enum status status = view_open(m, &all, NULL, &v, err);
    if (status != OK)
        return status;

    *ret_left = (struct left){BUF_INIT(ROOMY), BUF_INIT(ROOMY)};
    left_print(v->merged, &ret_left->text);
    buf_append(&ret_left->notes, buf_slice(&v->notes));
    return OK;
}

UNUSED static void assert_left(struct slice body, const char *const *options, const char *text,
                               const char *notes)
{
    struct left l CLEANUP(left_release) = {BUF_INIT(0), BUF_INIT(0)};
    struct error err = {.text = ""};
    enum status status = filter_body(body, options, &l, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(status, OK);
    assert_string_equal(buf_cstr(&l.text), text);
    assert_string_equal(buf_cstr(&l.notes), notes);
}

#define OPTIONS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* main calls run, run calls parse, into which scan is inlined, and which calls malloc of another file.
 * Another sample is in code without names, and one has no stack. */
UNUSED static struct slice program(struct build *b)
{
    build_type(b, "samples", "count");
    build_mapping(b, (struct build_mapping){1, 0x1000, 0x2000, 0, "/bin/app", "", true});
    build_mapping(b, (struct build_mapping){2, 0x8000, 0x9000, 0, "/lib/libc.so", "", true});
    static const struct build_function functions[] = {{1, "main", NULL, "main.go", 0},
                                                      {2, "run", NULL, "run.go", 0},
                                                      {3, "parse", NULL, "parse.go", 0},
                                                      {4, "scan", NULL, "scan.go", 0},
                                                      {5, "malloc", NULL, "malloc.c", 0}};
    for (size_t i = 0; i < ARRAY_LEN(functions); i++)
        build_function(b, functions[i]);
    build_location(b, (struct build_location){1, 1, 0x1100, {{1, 10, 0}}, 1, false});
    build_location(b, (struct build_location){2, 1, 0x1200, {{2, 20, 0}}, 1, false});
    build_location(b, (struct build_location){3, 1, 0x1300, {{4, 40, 0}, {3, 30, 0}}, 2, false});
    build_location(b, (struct build_location){4, 2, 0x8100, {{5, 50, 0}}, 1, false});
    build_location(b, (struct build_location){5, 2, 0x8200, {{0}}, 0, false});
    static const struct build_sample samples[] = {
        {.locations = {4, 3, 2, 1}, .locations_count = 4, .values = {1}, .values_count = 1},
        {.locations = {3, 2, 1}, .locations_count = 3, .values = {2}, .values_count = 1},
        {.locations = {2, 1}, .locations_count = 2, .values = {4}, .values_count = 1},
        {.locations = {5, 1}, .locations_count = 2, .values = {8}, .values_count = 1},
        {.values = {16}, .values_count = 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(samples); i++)
        build_sample(b, samples[i]);
    return build_finish(b);
}

/* Of that program. */
UNUSED static void assert_program(const char *const *options, const char *text, const char *notes)
{
    struct build b CLEANUP(build_release) = BUILD_INIT;
    assert_left(program(&b), options, text, notes);
}

/* main with labels: thread a, threads b and c and 4096 bytes, 5 requests twice, none. */
UNUSED static struct slice labelled(struct build *b)
{
    static const struct build_sample samples[] = {
        {{1}, 1, {1, 1}, 2, {{"thread", "a", 0, NULL}, {"path", "/x", 0, NULL}}, 2},
        {{1},
         1,
         {2, 2},
         2,
         {{"thread", "b", 0, NULL}, {"thread", "c", 0, NULL}, {"bytes", NULL, 4096, "bytes"}},
         3},
        {{1}, 1, {4, 4}, 2, {{"request", NULL, 5, NULL}, {"request", NULL, 2048, NULL}}, 2},
        {{1}, 1, {8, 8}, 2, {{0}}, 0},
    };
    build_start(b);
    for (size_t i = 0; i < ARRAY_LEN(samples); i++)
        build_sample(b, samples[i]);
    return build_finish(b);
}

UNUSED static void assert_labelled(const char *option, const char *value, const char *text, const char *notes)
{
    struct build b CLEANUP(build_release) = BUILD_INIT;
    assert_left(labelled(&b), OPTIONS(option, value), text, notes);
}

#define LABELLED_A    "main | path:/x thread:a = 1\n"
#define LABELLED_B    "main | thread:b thread:c bytes:4096bytes = 2\n"
#define LABELLED_C    "main | request:5 request:2048 = 4\n"
#define LABELLED_NONE "main | = 8\n"

#endif
