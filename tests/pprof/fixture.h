/*
 * Profiles for the tests of pprof/: a builder that writes any profile, right or wrong; random profiles; and a
 * plain reading of a profile as sorted lines "stack | labels = values", in which tables and hashes have no
 * part: what two profiles mean is the same if these are.
 */
#ifndef TESTS_PPROF_FIXTURE_H
#define TESTS_PPROF_FIXTURE_H

#include "base/alloc.h"
#include "base/gzip.h"
#include "base/limits.h"
#include "base/random.h"
#include "pprof/sample.h"
#include "pprof/wire_out.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROOMY = 1 << 26, BUILD_STRINGS_MAX = 256 };

/* --- building ------------------------------------------------------------- */

struct build {
    struct buf out;
    const char *strings[BUILD_STRINGS_MAX];
    size_t strings_count;
    bool is_unpacked;      /* repeated numbers as single fields */
    bool no_inner_columns; /* random lines have columns in the outermost only */
};

#define BUILD_INIT ((struct build){.out = BUF_INIT(ROOMY), .strings = {""}, .strings_count = 1})

UNUSED static void build_release(struct build *b)
{
    buf_release(&b->out);
}

/* The index of a string; the text is borrowed. */
UNUSED static uint64_t build_string(struct build *b, const char *text)
{
    for (size_t i = 0; i < b->strings_count; i++)
        if (strcmp(b->strings[i], text) == 0)
            return i;

    assert_true(b->strings_count < BUILD_STRINGS_MAX);
    b->strings[b->strings_count] = text;
    return b->strings_count++;
}

UNUSED static void build_value_type(struct build *b, uint32_t field, const char *type, const char *unit)
{
    size_t begun = wire_out_begin(&b->out, field);
    wire_out_number(&b->out, 1, build_string(b, type));
    wire_out_number(&b->out, 2, build_string(b, unit));
    wire_out_end(&b->out, begun);
}

UNUSED static void build_type(struct build *b, const char *type, const char *unit)
{
    build_value_type(b, 1, type, unit);
}

struct build_mapping {
    uint64_t id, start, limit, offset;
    const char *file, *build_id;
    bool has_functions;
};

UNUSED static void build_mapping(struct build *b, struct build_mapping m)
{
    size_t begun = wire_out_begin(&b->out, 3);
    wire_out_number(&b->out, 1, m.id);
    wire_out_number(&b->out, 2, m.start);
    wire_out_number(&b->out, 3, m.limit);
    wire_out_number(&b->out, 4, m.offset);
    wire_out_number(&b->out, 5, build_string(b, m.file ? m.file : ""));
    wire_out_number(&b->out, 6, build_string(b, m.build_id ? m.build_id : ""));
    wire_out_number(&b->out, 7, m.has_functions);
    wire_out_end(&b->out, begun);
}

struct build_function {
    uint64_t id;
    const char *name, *system_name, *file;
    int64_t start_line;
};

UNUSED static void build_function(struct build *b, struct build_function f)
{
    size_t begun = wire_out_begin(&b->out, 5);
    wire_out_number(&b->out, 1, f.id);
    wire_out_number(&b->out, 2, build_string(b, f.name));
    wire_out_number(&b->out, 3, build_string(b, f.system_name ? f.system_name : f.name));
    wire_out_number(&b->out, 4, build_string(b, f.file ? f.file : ""));
    wire_out_number(&b->out, 5, (uint64_t)f.start_line);
    wire_out_end(&b->out, begun);
}

struct build_line {
    uint64_t function;
    int64_t line, column;
};

struct build_location {
    uint64_t id, mapping, address;
    struct build_line lines[3];
    size_t lines_count;
    bool folded;
};

UNUSED static void build_location(struct build *b, struct build_location l)
{
    size_t begun = wire_out_begin(&b->out, 4);
    wire_out_number(&b->out, 1, l.id);
    wire_out_number(&b->out, 2, l.mapping);
    wire_out_number(&b->out, 3, l.address);
    for (size_t i = 0; i < l.lines_count; i++) {
        size_t line = wire_out_begin(&b->out, 4);
        wire_out_number(&b->out, 1, l.lines[i].function);
        wire_out_number(&b->out, 2, (uint64_t)l.lines[i].line);
        wire_out_number(&b->out, 3, (uint64_t)l.lines[i].column);
        wire_out_end(&b->out, line);
    }
    wire_out_number(&b->out, 5, l.folded);
    wire_out_end(&b->out, begun);
}

UNUSED static void build_numbers(struct build *b, uint32_t field, const uint64_t *numbers, size_t count)
{
    if (b->is_unpacked) {
        for (size_t i = 0; i < count; i++) {
            wire_out_varint(&b->out, field << 3 | WIRE_VARINT);
            wire_out_varint(&b->out, numbers[i]);
        }
        return;
    }
    size_t packed = wire_out_begin(&b->out, field);
    for (size_t i = 0; i < count; i++)
        wire_out_varint(&b->out, numbers[i]);
    wire_out_end(&b->out, packed);
}

struct build_label {
    const char *key, *text; /* text NULL: a number */
    int64_t number;
    const char *unit;
};

struct build_sample {
    uint64_t locations[8];
    size_t locations_count;
    int64_t values[4];
    size_t values_count;
    struct build_label labels[4];
    size_t labels_count;
};

UNUSED static void build_sample(struct build *b, struct build_sample s)
{
    uint64_t values[4];
    for (size_t i = 0; i < s.values_count; i++)
        values[i] = (uint64_t)s.values[i];
    size_t begun = wire_out_begin(&b->out, 2);
    build_numbers(b, 1, s.locations, s.locations_count);
    build_numbers(b, 2, values, s.values_count);
    for (size_t i = 0; i < s.labels_count; i++) {
        size_t label = wire_out_begin(&b->out, 3);
        wire_out_number(&b->out, 1, build_string(b, s.labels[i].key));
        if (s.labels[i].text)
            wire_out_number(&b->out, 2, build_string(b, s.labels[i].text));
        wire_out_number(&b->out, 3, (uint64_t)s.labels[i].number);
        if (s.labels[i].unit)
            wire_out_number(&b->out, 4, build_string(b, s.labels[i].unit));
        wire_out_end(&b->out, label);
    }
    wire_out_end(&b->out, begun);
}

/* Any header field that is a number. */
UNUSED static void build_number(struct build *b, uint32_t field, int64_t value)
{
    wire_out_number(&b->out, field, (uint64_t)value);
}

/* Writes the strings; the profile is valid until b is released. */
UNUSED static struct slice build_finish(struct build *b)
{
    for (size_t i = 0; i < b->strings_count; i++)
        wire_out_bytes(&b->out, 6, slice_of(b->strings[i]));
    assert_false(b->out.full);
    return buf_slice(&b->out);
}

/* "samples/count, cpu/nanoseconds", one function main at one location 1. */
UNUSED static void build_start(struct build *b)
{
    build_type(b, "samples", "count");
    build_type(b, "cpu", "nanoseconds");
    build_value_type(b, 11, "cpu", "nanoseconds");
    build_number(b, 12, 10000000);
    build_function(b, (struct build_function){.id = 1, .name = "main"});
    build_location(b,
                   (struct build_location){.id = 1, .lines = {{.function = 1, .line = 7}}, .lines_count = 1});
}

/* --- random profiles ------------------------------------------------------ */

enum { RANDOM_SPREAD = 6 };

/* Ids of one kind in one profile: 1, 2, 3..., or scattered, or at the end of the range. */
UNUSED static uint64_t random_id(uint64_t style, uint64_t nth)
{
    switch (style % 3) {
    case 0: return nth + 1;
    case 1: return (nth + 1) * 7919;
    default: return UINT64_MAX - nth * 3;
    }
}

UNUSED static struct build_label random_label(struct random *r)
{
    static const char *const keys[] = {"thread", "bytes", "", "path"};
    static const char *const texts[] = {"a", "b", "main"};
    static const char *const units[] = {NULL, "bytes", "ms"};
    struct build_label l = {.key = keys[random_below(r, ARRAY_LEN(keys))]};
    if (random_below(r, 2) == 0)
        l.text = texts[random_below(r, ARRAY_LEN(texts))];
    else
        l = (struct build_label){l.key, NULL, (int64_t)random_below(r, 5) - 2, units[random_below(r, 3)]};
    return l;
}

UNUSED static void random_symbols(struct build *b, struct random *r, uint64_t style)
{
    static const char *const names[] = {"main", "parse", "read<int>", "gc", "a;b", "\xc3\xa9t\xc3\xa9"};
    static const char *const files[] = {"a.go", "b.go", ""};
    for (uint64_t i = 0; i < RANDOM_SPREAD; i++)
        build_function(b, (struct build_function){.id = random_id(style, i),
                                                  .name = names[i],
                                                  .file = files[random_below(r, 2)],
                                                  .start_line = (int64_t)random_below(r, 2)});
    for (uint64_t i = 0; i < 2; i++) {
        uint64_t start = 0x400000 + random_below(r, 3) * 0x10000;
        build_mapping(b, (struct build_mapping){.id = random_id(style + 1, i),
                                                .start = start,
                                                .limit = start + 0x5000 + random_below(r, 2),
                                                .offset = i * 0x1000,
                                                .file = i ? "/lib/libc.so" : "/bin/app",
                                                .build_id = random_below(r, 4) ? "" : "abc"});
    }
    for (uint64_t i = 0; i < RANDOM_SPREAD; i++) {
        struct build_location l = {.id = random_id(style + 2, i),
                                   .mapping =
                                       random_below(r, 3) ? random_id(style + 1, random_below(r, 2)) : 0,
                                   .address = 0x450000 + random_below(r, 3),
                                   .lines_count = random_below(r, 4),
                                   .folded = random_below(r, 8) == 0};
        for (size_t k = 0; k < l.lines_count; k++) {
            l.lines[k] = (struct build_line){random_id(style, random_below(r, RANDOM_SPREAD)),
                                             (int64_t)random_below(r, 3) - 1, (int64_t)random_below(r, 2)};
            if (b->no_inner_columns && k + 1 < l.lines_count)
                l.lines[k].column = 0;
        }
        for (size_t k = 0; b->no_inner_columns && k + 1 < l.lines_count; k++)
            l.lines[k].column = 0;
        build_location(b, l);
    }
}

/* One of a small universe, so that samples, locations and mappings of several fall together. */
UNUSED static struct slice random_profile(struct build *b, struct random *r)
{
    uint64_t style = random_below(r, 9);
    b->is_unpacked = random_below(r, 3) == 0;
    build_type(b, "samples", "count");
    build_type(b, "cpu", "nanoseconds");
    build_value_type(b, 11, "cpu", "nanoseconds");
    bool symbols_first = random_below(r, 2) == 0;
    if (symbols_first)
        random_symbols(b, r, style);
    for (uint64_t i = random_below(r, 20); i > 0; i--) {
        struct build_sample s = {.locations_count = random_below(r, 5),
                                 .values_count = 2,
                                 .labels_count = random_below(r, 4)};
        for (size_t k = 0; k < s.locations_count; k++)
            s.locations[k] = random_id(style + 2, random_below(r, RANDOM_SPREAD));
        for (size_t k = 0; k < s.values_count; k++)
            s.values[k] = (int64_t)random_below(r, 7) - 3;
        for (size_t k = 0; k < s.labels_count; k++)
            s.labels[k] = random_label(r);
        build_sample(b, s);
    }
    if (!symbols_first)
        random_symbols(b, r, style);
    build_number(b, 9, (int64_t)random_below(r, 4) * 1000);
    build_number(b, 10, (int64_t)random_below(r, 100));
    build_number(b, 12, (int64_t)random_below(r, 3));
    return build_finish(b);
}

/* --- meaning -------------------------------------------------------------- */

struct meaning {
    struct buf text;    /* keys, one behind the other, each with a NUL */
    struct column rows; /* struct meaning_row */
    struct quota quota;
    size_t types;
};

struct meaning_row {
    size_t at;
    int64_t values[LIMIT_PPROF_TYPES];
};

#define MEANING_INIT                                                                                         \
    ((struct meaning){.text = BUF_INIT(ROOMY),                                                               \
                      .rows = COLUMN_OF(struct meaning_row),                                                 \
                      .quota = QUOTA_INIT(SIZE_MAX, NULL)})

UNUSED static void meaning_release(struct meaning *m)
{
    buf_release(&m->text);
    column_release(&m->rows, &m->quota);
}

UNUSED static void meaning_print_location(const struct profile *p, const struct profile_location *l,
                                          struct buf *b)
{
    uint64_t address = l->address;
    if (l->mapping != PROFILE_NONE) {
        const struct profile_mapping *m = &COLUMN_AT(p->mappings, struct profile_mapping)[l->mapping];
        struct slice name = profile_string(p, m->build_id);
        if (name.len == 0)
            name = profile_string(p, m->filename);
        address -= m->start;
        buf_printf(b, "%.*s@%lx/%lx", SLICE_ARG(name), m->offset, (m->limit - m->start + 4095) / 4096);
    }
    buf_printf(b, "+%lx%s", address, l->folded ? "folded" : "");
    for (uint32_t i = 0; i < l->lines_count; i++) {
        const struct profile_line *line = &COLUMN_AT(p->lines, struct profile_line)[l->lines_at + i];
        const struct profile_function *f = &COLUMN_AT(p->functions, struct profile_function)[line->function];
        buf_printf(b, " %.*s(%.*s %.*s:%ld):%ld:%ld", SLICE_ARG(profile_string(p, f->name)),
                   SLICE_ARG(profile_string(p, f->system_name)), SLICE_ARG(profile_string(p, f->filename)),
                   f->start_line, line->line, line->column);
    }
    buf_append_cstr(b, "\n");
}

/* Labels as a set of keys, each with its values in order: texts, then numbers. */
UNUSED static void meaning_print_labels(const struct profile *p, const struct column *labels, struct buf *b)
{
    struct sample_label sorted[LIMIT_PPROF_LABELS];
    for (size_t i = 0; i < labels->count; i++) {
        struct sample_label l = COLUMN_AT(*labels, struct sample_label)[i];
        size_t at = i;
        for (; at > 0; at--) {
            int order = (l.text == 0) - (sorted[at - 1].text == 0);
            if (order == 0)
                order = slice_cmp(profile_string(p, l.key), profile_string(p, sorted[at - 1].key));
            if (order >= 0)
                break;
            sorted[at] = sorted[at - 1];
        }
        sorted[at] = l;
    }
    for (size_t i = 0; i < labels->count; i++)
        buf_printf(b, "%.*s=%.*s,%ld%.*s;", SLICE_ARG(profile_string(p, sorted[i].key)),
                   SLICE_ARG(profile_string(p, sorted[i].text)), sorted[i].number,
                   SLICE_ARG(profile_string(p, sorted[i].unit)));
}

UNUSED static void meaning_add_row(struct meaning *m, struct slice key, const int64_t *values, int64_t factor)
{
    struct meaning_row *row = NULL;
    for (size_t i = 0; i < m->rows.count && !row; i++)
        if (slice_eq(slice_of(m->text.ptr + COLUMN_AT(m->rows, struct meaning_row)[i].at), key))
            row = &COLUMN_AT(m->rows, struct meaning_row)[i];
    if (!row) {
        row = column_add(&m->rows, 1, &m->quota);
        *row = (struct meaning_row){.at = m->text.len};
        buf_append(&m->text, key);
        buf_append_byte(&m->text, '\0');
    }
    for (size_t i = 0; i < m->types; i++)
        row->values[i] += values[i] * factor;
}

/* Adds what a profile (not gzip) says, times factor. Quadratic: for small profiles. */
UNUSED static void meaning_add(struct meaning *m, struct slice proto, int64_t factor)
{
    struct profile p;
    struct sample_reader r;
    struct error err = {0};
    profile_init(&p, &m->quota);
    sample_reader_init(&r);
    enum status status = profile_read(&p, proto, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(status, OK);
    m->types = p.types.count;
    sample_reader_start(&r, &p);
    for (bool more = true;;) {
        assert_int_equal(sample_next(&r, &more, &err), OK);
        if (!more)
            break;

        struct buf key CLEANUP(buf_release) = BUF_INIT(ROOMY);
        for (size_t i = 0; i < r.locations.count; i++)
            meaning_print_location(&p,
                                   &COLUMN_AT(p.locations,
                                              struct profile_location)[COLUMN_AT(r.locations, uint32_t)[i]],
                                   &key);
        buf_append_cstr(&key, "| ");
        meaning_print_labels(&p, &r.labels, &key);
        meaning_add_row(m, buf_slice(&key), COLUMN_AT(r.values, int64_t), factor);
    }
    sample_reader_release(&r, &m->quota);
    profile_release(&p);
}

UNUSED static int meaning_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All rows that are not zero, sorted, as one text; freed by the caller. */
UNUSED static char *meaning_text(const struct meaning *m)
{
    size_t count = 0;
    char **lines = mem_zero(m->rows.count + 1, sizeof *lines);
    for (size_t i = 0; i < m->rows.count; i++) {
        const struct meaning_row *row = &COLUMN_AT(m->rows, struct meaning_row)[i];
        struct buf line = BUF_INIT(ROOMY);
        bool zero = true;
        buf_append_cstr(&line, m->text.ptr + row->at);
        for (size_t k = 0; k < m->types; k++) {
            buf_printf(&line, " %ld", row->values[k]);
            zero &= row->values[k] == 0;
        }
        buf_append_byte(&line, '\n');
        if (zero)
            buf_release(&line);
        else
            lines[count++] = line.ptr;
    }
    qsort(lines, count, sizeof *lines, meaning_compare);
    struct buf all = BUF_INIT(ROOMY);
    buf_append_cstr(&all, "samples:\n");
    for (size_t i = 0; i < count; i++) {
        buf_append_cstr(&all, lines[i]);
        free(lines[i]);
    }
    free(lines);
    return buf_take(&all).ptr;
}

/* --- files ---------------------------------------------------------------- */

UNUSED static struct buf read_data(const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "tests/data/%s", name);
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("%s cannot be opened; tests run in the top folder", path);
    struct buf b = BUF_INIT(ROOMY);
    for (size_t got = 1; got > 0; b.len += got) {
        assert_true(buf_reserve(&b, 65536));
        got = fread(b.ptr + b.len, 1, 65536, f);
    }
    (void)fclose(f);
    return b;
}

#endif
