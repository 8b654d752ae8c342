/* Profiles of a few named stacks, for tests of call trees and of what is drawn from them. */
#ifndef TESTS_VIEW_GROWING_H
#define TESTS_VIEW_GROWING_H

#include "base/arena.h"
#include "tests/view/rendering.h"
#include "view/tree.h"

enum { STACK_FRAMES = 8 };

/* "main;run^parse", root first, with a value of samples and one of cpu; '^' stands before what is inlined;
 * each function is in a file of its own, "/src/NAME.c" when the name is plain. */
struct stack_line {
    const char *stack;
    int64_t samples, cpu;
};

UNUSED static uint64_t grow_location(struct build *b, struct slice names, uint64_t *ids, struct arena *texts)
{
    struct build_location l = {.id = ++*ids};
    struct slice name;
    while (slice_split(&names, '^', &name)) {
        const char *text = arena_copy(texts, name).ptr;
        char *file = arena_alloc(texts, name.len + 16);
        (void)snprintf(file, name.len + 16, "/src/%s.c", text);
        build_function(b, (struct build_function){.id = ++*ids, .name = text, .file = file, .start_line = 3});
        for (size_t i = l.lines_count++; i > 0; i--)
            l.lines[i] = l.lines[i - 1];
        l.lines[0] = (struct build_line){.function = *ids, .line = 7};
    }
    build_location(b, l);
    return l.id;
}

/* Adds a profile of these. */
UNUSED static void grow(struct merge *m, const struct stack_line *lines, size_t count, enum merge_side side)
{
    struct build b CLEANUP(build_release) = BUILD_INIT;
    struct arena texts CLEANUP(arena_release) = ARENA_INIT(MIB);
    struct error err = {0};
    uint64_t ids = 0;
    build_type(&b, "samples", "count");
    build_type(&b, "cpu", "nanoseconds");
    for (size_t i = 0; i < count; i++) {
        struct build_sample s = {.values = {lines[i].samples, lines[i].cpu}, .values_count = 2};
        struct slice rest = slice_of(lines[i].stack), piece;
        uint64_t path[STACK_FRAMES];
        size_t depth = 0;
        while (rest.len > 0 && slice_split(&rest, ';', &piece))
            path[depth++] = grow_location(&b, piece, &ids, &texts);
        while (depth > 0)
            s.locations[s.locations_count++] = path[--depth];
        build_sample(&b, s);
    }
    enum status status = merge_add(m, build_finish(&b), side, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(status, OK);
}

UNUSED static struct merge *grown(const struct stack_line *lines, size_t count)
{
    struct merge *m = merge_new(&(struct merge_options){0});
    grow(m, lines, count, MERGE_SOURCE);
    return m;
}

/* A difference whose base has no sample with a value. */
UNUSED static struct merge *grown_from_nothing(const struct stack_line *lines, size_t count)
{
    static const struct stack_line nothing[] = {{"main;run", 0, 0}};
    struct merge *m = grown(lines, count);
    grow(m, nothing, ARRAY_LEN(nothing), MERGE_BASE);
    return m;
}

/* A real profile. */
UNUSED static struct merge *merge_data(const char *name)
{
    struct buf body CLEANUP(buf_release) = read_data(name);
    struct merge *m = merge_new(&(struct merge_options){0});
    add(m, buf_slice(&body));
    return m;
}

UNUSED static struct merge *merge_difference(const char *name, const char *base)
{
    struct buf body CLEANUP(buf_release) = read_data(base);
    struct merge *m = merge_data(name);
    assert_int_equal(merge_add(m, buf_slice(&body), MERGE_BASE, NULL), OK);
    return m;
}

#endif
