/*
 * Profiles written as stacks, a line for each sample: "main;run;~step 30 user=ann #bytes=16": root first; '~'
 * in front of a frame that was inlined into the one before; labels, and numeric ones with '#'.
 */
#ifndef TESTS_VIEW_STACKED_H
#define TESTS_VIEW_STACKED_H

#include "base/arena.h"
#include "tests/view/rendering.h"

enum { STACKED_MAX = 120 };

struct stacked {
    struct build b;
    struct arena texts;
    const char *functions[STACKED_MAX]; /* ids count from 1 */
    const char *locations[STACKED_MAX];
    size_t functions_count, locations_count;
};

UNUSED static void stacked_release(struct stacked *s)
{
    build_release(&s->b);
    arena_release(&s->texts);
}

UNUSED static const char *stacked_text(struct stacked *s, struct slice text)
{
    return arena_copy(&s->texts, text).ptr;
}

/* Its id, counted from 1; *ret_is_new when it was not there. */
UNUSED static uint64_t stacked_find(const char **texts, size_t *count, const char *text, bool *ret_is_new)
{
    size_t i = 0;
    while (i < *count && strcmp(texts[i], text) != 0)
        i++;
    *ret_is_new = i == *count;
    if (*ret_is_new) {
        assert_true(*count < STACKED_MAX);
        texts[(*count)++] = text;
    }
    return i + 1;
}

UNUSED static uint64_t stacked_function(struct stacked *s, struct slice name)
{
    bool is_new;
    const char *text = stacked_text(s, name);
    uint64_t id = stacked_find(s->functions, &s->functions_count, text, &is_new);
    if (is_new)
        build_function(&s->b, (struct build_function){.id = id, .name = text, .file = "/src/all.c"});
    return id;
}

/* A frame with those that were inlined into it: "run;~step". */
UNUSED static uint64_t stacked_location(struct stacked *s, struct slice frames)
{
    bool is_new;
    struct build_location l = {.mapping = 1};
    l.id = stacked_find(s->locations, &s->locations_count, stacked_text(s, frames), &is_new);
    l.address = 0x400000 + l.id * 16;
    if (!is_new)
        return l.id;

    struct slice rest = frames, frame, all[ARRAY_LEN(l.lines)];
    while (slice_split(&rest, ';', &frame)) {
        assert_true(l.lines_count < ARRAY_LEN(l.lines));
        all[l.lines_count++] = slice_starts(frame, SLICE("~")) ? slice_from(frame, 1) : frame;
    }
    for (size_t i = 0; i < l.lines_count; i++)
        l.lines[i] =
            (struct build_line){stacked_function(s, all[l.lines_count - 1 - i]), (int64_t)(10 * l.id), 0};
    build_location(&s->b, l);
    return l.id;
}

UNUSED static void stacked_stack(struct stacked *s, struct slice stack, struct build_sample *sample)
{
    while (stack.len > 0) {
        size_t end = slice_find(stack, ';');
        while (end < stack.len && slice_starts(slice_from(stack, end), SLICE(";~")))
            end += 1 + slice_find(slice_from(stack, end + 1), ';');
        assert_true(sample->locations_count < ARRAY_LEN(sample->locations));
        /* The leaf comes first. */
        memmove(sample->locations + 1, sample->locations,
                sample->locations_count * sizeof sample->locations[0]);
        sample->locations[0] = stacked_location(s, slice_sub(stack, 0, end));
        sample->locations_count++;
        stack = slice_from(stack, end + 1);
    }
}

UNUSED static struct build_label stacked_label(struct stacked *s, struct slice word)
{
    size_t at = slice_find(word, '=');
    struct slice value = slice_from(word, at + 1);
    bool is_number = slice_starts(word, SLICE("#"));
    struct build_label label = {.key = stacked_text(s, slice_sub(word, is_number, at - is_number))};
    if (is_number)
        assert_true(slice_to_i64(value, &label.number));
    else
        label.text = stacked_text(s, value);
    return label;
}

UNUSED static void stacked_sample(struct stacked *s, struct slice line)
{
    struct build_sample sample = {.values_count = 1};
    struct slice rest = line, stack = SLICE_NULL, value = SLICE_NULL, word;
    assert_true(slice_split(&rest, ' ', &stack));
    assert_true(slice_split(&rest, ' ', &value));
    assert_true(slice_to_i64(value, &sample.values[0]));
    stacked_stack(s, stack, &sample);
    while (rest.ptr && slice_split(&rest, ' ', &word))
        sample.labels[sample.labels_count++] = stacked_label(s, word);
    build_sample(&s->b, sample);
}

UNUSED static void stacked_add(struct merge *m, const char *lines, const char *unit, enum merge_side side)
{
    struct stacked s CLEANUP(stacked_release) = {.b = BUILD_INIT, .texts = ARENA_INIT(ROOMY)};
    struct error err = {0};
    build_type(&s.b, "cpu", unit);
    build_mapping(&s.b,
                  (struct build_mapping){.id = 1, .start = 0x400000, .limit = 0x500000, .file = "/bin/app"});
    struct slice rest = slice_of(lines), line;
    while (rest.len > 0 && slice_split(&rest, '\n', &line))
        if (line.len > 0)
            stacked_sample(&s, line);
    enum status status = merge_add(m, build_finish(&s.b), side, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(status, OK);
}

/* base may be NULL. */
UNUSED static struct merge *stacked_merge(const char *source, const char *base)
{
    struct merge *m = merge_new(&(struct merge_options){0});
    stacked_add(m, source, "nanoseconds", MERGE_SOURCE);
    if (base)
        stacked_add(m, base, "nanoseconds", MERGE_BASE);
    return m;
}

#endif
