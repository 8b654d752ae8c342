/*
 * The text of `go tool pprof -raw`, when it reads the profile that pprof_render() writes: things have the
 * numbers that they have there. Times are in UTC.
 */
#include "view/format.h"

#include "pprof/order.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

enum {
    DURATION_SHOWN = 4,                  /* characters: "1m30" of 1m30.5s */
    GROUPS_MAX = LIMIT_PPROF_LABELS + 1, /* of one sample: that of a diff's base is one more */
};

struct raw {
    const struct merged *m;
    struct quota *quota;
    struct order order;
    struct buf *out;
    bool has_mappings;
};

static void raw_release(struct raw *r)
{
    order_release(&r->order);
}

static struct slice text_of(const struct raw *r, uint32_t string)
{
    return intern_get(&r->m->symbols.strings, string);
}

/* --- the head --- */

/* Without the zeros at the end: ".5" of 500 in 3 digits. */
static void print_fraction(struct buf *b, uint64_t fraction, int digits)
{
    if (fraction == 0)
        return;
    for (; fraction % 10 == 0; digits--)
        fraction /= 10;
    buf_printf(b, ".%0*" PRIu64, digits, fraction);
}

/* As Go prints durations: 1h2m3.5s, 1.5ms. */
static void print_duration(struct buf *b, int64_t nanos)
{
    uint64_t size = nanos < 0 ? 0 - (uint64_t)nanos : (uint64_t)nanos;
    static const struct {
        uint64_t each;
        const char *unit;
        int digits;
    } small[] = {{1, "ns", 0}, {1000, "\xc2\xb5s", 3}, {1000000, "ms", 6}};
    buf_append_cstr(b, nanos < 0 ? "-" : "");
    for (size_t i = 0; i < ARRAY_LEN(small); i++) {
        if (size < small[i].each * 1000) {
            buf_printf(b, "%" PRIu64, size / small[i].each);
            print_fraction(b, size % small[i].each, small[i].digits);
            buf_append_cstr(b, small[i].unit);
            return;
        }
    }
    uint64_t seconds = size / 1000000000;
    if (seconds >= 3600)
        buf_printf(b, "%" PRIu64 "h", seconds / 3600);
    if (seconds >= 60)
        buf_printf(b, "%" PRIu64 "m", seconds / 60 % 60);
    buf_printf(b, "%" PRIu64, seconds % 60);
    print_fraction(b, size % 1000000000, 9);
    buf_append_byte(b, 's');
}

static void print_duration_cut(struct buf *out, int64_t nanos)
{
    struct buf b CLEANUP(buf_release) = BUF_INIT(64);
    print_duration(&b, nanos);
    struct slice rest = buf_slice(&b);
    for (int i = 0; i < DURATION_SHOWN && rest.len > 0; i++)
        rest = slice_from(rest, slice_utf8_head(rest));
    buf_append(out, slice_sub(buf_slice(&b), 0, b.len - rest.len));
}

static void print_time(struct buf *out, int64_t nanos)
{
    time_t seconds = nanos / 1000000000;
    int64_t fraction = nanos % 1000000000;
    if (fraction < 0) {
        fraction += 1000000000;
        seconds--;
    }
    struct tm tm;
    char text[32] = "";
    if (gmtime_r(&seconds, &tm))
        (void)strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm);
    buf_append_cstr(out, text);
    print_fraction(out, (uint64_t)fraction, 9);
    buf_append_cstr(out, " +0000 UTC");
}

/* The writer says so in a comment, and comments come before samples here. */
static bool is_saturated(const struct raw *r)
{
    const struct stacks *s = &r->m->stacks;
    bool saturated = stacks_clamp(r->m->duration_nanos) != r->m->duration_nanos;
    for (size_t i = 0; i < r->order.samples.count && s->carries.count > 0; i++)
        for (uint32_t k = 0; k < s->types; k++)
            (void)stacks_sum(s, COLUMN_AT(r->order.samples, uint32_t)[i], k, &saturated);
    return saturated;
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static bool print_comments(const struct raw *r)
{
    size_t count = r->m->comments.count;
    struct column numbers = COLUMN_OF(uint32_t);
    uint32_t *number = count > 0 ? column_add(&numbers, count, r->quota) : NULL;
    if (count > 0 && !number)
        return false;

    for (size_t i = 0; i < count; i++)
        number[i] = order_number(&r->order.strings, COLUMN_AT(r->m->comments, uint32_t)[i]);
    if (count > 0)
        qsort(number, count, sizeof *number, compare_numbers);
    for (size_t i = 0; i < count; i++) {
        uint32_t string = number[i] > 0 ? COLUMN_AT(r->order.strings.items, uint32_t)[number[i] - 1] : 0;
        buf_append_cstr(r->out, "Comment: ");
        buf_append(r->out, text_of(r, string));
        buf_append_byte(r->out, '\n');
    }
    if (is_saturated(r))
        buf_append_cstr(r->out, "Comment: " MERGED_SATURATED "\n");
    column_release(&numbers, r->quota);
    return true;
}

static void print_types(const struct raw *r)
{
    struct buf line CLEANUP(buf_release) = BUF_INIT(r->out->max);
    for (uint32_t i = 0; i < r->m->types_count; i++)
        buf_printf(&line, "%.*s/%.*s%s ", SLICE_ARG(text_of(r, r->m->types[i].type)),
                   SLICE_ARG(text_of(r, r->m->types[i].unit)),
                   r->m->types[i].type == r->m->default_type.string ? "[dflt]" : "");
    buf_append(r->out, slice_trim(buf_slice(&line)));
    buf_append_byte(r->out, '\n');
}

static void print_head(const struct raw *r)
{
    const struct merged *m = r->m;
    int64_t duration = stacks_clamp(m->duration_nanos);
    if (m->doc_url.string != 0)
        buf_printf(r->out, "Doc: %.*s\n", SLICE_ARG(text_of(r, m->doc_url.string)));
    buf_printf(r->out, "PeriodType: %.*s %.*s\nPeriod: %" PRId64 "\n",
               SLICE_ARG(text_of(r, m->period_type.type)), SLICE_ARG(text_of(r, m->period_type.unit)),
               m->period);
    if (m->time_nanos != 0) {
        buf_append_cstr(r->out, "Time: ");
        print_time(r->out, m->time_nanos);
        buf_append_byte(r->out, '\n');
    }
    if (duration != 0) {
        buf_append_cstr(r->out, "Duration: ");
        print_duration_cut(r->out, duration);
        buf_append_byte(r->out, '\n');
    }
    buf_append_cstr(r->out, "Samples:\n");
    print_types(r);
}

/* --- samples --- */

/* Labels of one key and kind: labels[0 .. count). */
static void print_group(const struct raw *r, const struct stack_label *labels, uint32_t count,
                        struct buf *out)
{
    bool is_text = labels[0].text != 0, has_unit = false;
    for (uint32_t i = 0; i < count; i++)
        has_unit |= labels[i].unit != 0;
    buf_append(out, text_of(r, labels[0].key));
    buf_append_cstr(out, ":[");
    for (uint32_t i = 0; i < count; i++) {
        buf_append_cstr(out, i > 0 ? " " : "");
        if (is_text)
            buf_append(out, text_of(r, labels[i].text));
        else
            buf_printf(out, "%" PRId64, labels[i].number);
        buf_append_cstr(out, has_unit ? " " : "");
        buf_append(out, text_of(r, labels[i].unit));
    }
    buf_append_byte(out, ']');
}

/* One line of groups; their texts are sorted, not their keys. */
static void print_groups(const struct raw *r, const struct stack_label *labels, uint32_t count)
{
    struct buf texts CLEANUP(buf_release) = BUF_INIT(r->out->max);
    struct slice groups[GROUPS_MAX];
    size_t ends[GROUPS_MAX], groups_count = 0;
    for (uint32_t i = 0, same; i < count; i += same) {
        for (same = 1; i + same < count && labels[i + same].key == labels[i].key;)
            same++;
        print_group(r, &labels[i], same, &texts);
        ends[groups_count++] = texts.len;
    }
    for (size_t i = 0; i < groups_count; i++) {
        size_t from = i > 0 ? ends[i - 1] : 0, at = i;
        struct slice group = slice_sub(buf_slice(&texts), from, ends[i] - from);
        for (; at > 0 && slice_cmp(group, groups[at - 1]) < 0; at--)
            groups[at] = groups[at - 1];
        groups[at] = group;
    }
    buf_append_cstr(r->out, "                ");
    for (size_t i = 0; i < groups_count; i++) {
        buf_append_cstr(r->out, i > 0 ? " " : "");
        buf_append(r->out, groups[i]);
    }
    buf_append_byte(r->out, '\n');
}

/* Texts stand before numbers. */
static void print_labels(const struct raw *r, uint32_t set)
{
    struct stack_labels of = COLUMN_AT(r->m->stacks.sets, struct stack_labels)[set];
    const struct stack_label *labels;
    uint32_t texts = 0;
    if (of.count == 0)
        return;

    labels = COLUMN_AT(r->m->stacks.labels, struct stack_label) + of.at;
    while (texts < of.count && labels[texts].text != 0)
        texts++;
    if (texts > 0)
        print_groups(r, labels, texts);
    if (texts < of.count)
        print_groups(r, labels + texts, of.count - texts);
}

/* Nearly all of the text is these. */
static void print_location_number(struct buf *out, uint32_t number)
{
    char text[11];
    size_t at = sizeof text;
    text[--at] = ' ';
    do {
        text[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    buf_append(out, slice_make(text + at, sizeof text - at));
}

static void print_sample(const struct raw *r, uint32_t index)
{
    const struct stacks *s = &r->m->stacks;
    struct stack sample = COLUMN_AT(s->samples, struct stack)[index];
    bool saturated = false;
    for (uint32_t i = 0; i < s->types; i++)
        buf_printf(r->out, " %10" PRId64, stacks_sum(s, index, i, &saturated));
    buf_append_cstr(r->out, ": ");
    for (uint32_t at = sample.at; at < sample.at + sample.depth; at++)
        print_location_number(r->out,
                              order_number(&r->order.locations, COLUMN_AT(s->locations, uint32_t)[at]));
    buf_append_byte(r->out, '\n');
    print_labels(r, sample.labels);
}

/* --- symbols --- */

/* A hexadecimal number as Go's %#x has it: 0 is 0x0. */
#define HEX "0x%" PRIx64

static void print_line(const struct raw *r, const struct symbol_line *line)
{
    const struct symbol_function *f =
        &COLUMN_AT(r->m->symbols.functions, struct symbol_function)[line->function];
    buf_append(r->out, text_of(r, f->name));
    buf_append_byte(r->out, ' ');
    buf_append(r->out, text_of(r, f->file));
    buf_printf(r->out, ":%" PRId64 ":%" PRId64 " s=%" PRId64, line->line, line->column, f->start_line);
    if (f->name != f->system_name)
        buf_printf(r->out, "(%.*s)", SLICE_ARG(text_of(r, f->system_name)));
    buf_append_byte(r->out, '\n');
}

static void print_location(const struct raw *r, uint32_t index)
{
    const struct symbols *s = &r->m->symbols;
    const struct symbol_location *l = &COLUMN_AT(s->locations, struct symbol_location)[index];
    uint64_t address = l->offset;
    uint32_t mapping = r->has_mappings ? 0 : 1;
    if (l->mapping != SYMBOL_NONE) {
        address += COLUMN_AT(s->mappings, struct symbol_mapping)[l->mapping].start;
        mapping = order_number(&r->order.mappings, l->mapping);
    }
    buf_printf(r->out, "%6u: " HEX " ", order_number(&r->order.locations, index), address);
    if (mapping != 0)
        buf_printf(r->out, "M=%u ", mapping);
    buf_append_cstr(r->out, l->folded ? "[F] " : "");
    for (uint32_t i = 0; i < l->lines_count; i++) {
        buf_append_cstr(r->out, i > 0 ? "             " : "");
        print_line(r, &COLUMN_AT(s->lines, struct symbol_line)[l->lines_at + i]);
    }
    if (l->lines_count == 0)
        buf_append_byte(r->out, '\n');
}

static void print_mapping(const struct raw *r, uint32_t index)
{
    const struct symbol_mapping *m = &COLUMN_AT(r->m->symbols.mappings, struct symbol_mapping)[index];
    buf_printf(r->out, "%u: " HEX "/" HEX "/" HEX " %.*s %.*s %s%s%s%s\n",
               order_number(&r->order.mappings, index), m->start, m->limit, m->offset,
               SLICE_ARG(text_of(r, m->file)), SLICE_ARG(text_of(r, m->build_id)),
               m->flags & MAPPING_HAS_FUNCTIONS ? "[FN]" : "", m->flags & MAPPING_HAS_FILENAMES ? "[FL]" : "",
               m->flags & MAPPING_HAS_LINE_NUMBERS ? "[LN]" : "",
               m->flags & MAPPING_HAS_INLINE_FRAMES ? "[IN]" : "");
}

static void print_each(const struct raw *r, const struct column *items,
                       void (*print)(const struct raw *, uint32_t))
{
    for (size_t i = 0; i < items->count && !r->out->full; i++)
        print(r, COLUMN_AT(*items, uint32_t)[i]);
}

enum status raw_render(struct view *v, struct buf *out, struct error *err)
{
    struct raw r CLEANUP(raw_release) = {.m = v->merged, .quota = &v->quota, .out = out};
    enum status status = order_build(&r.order, v->merged, err);
    if (status != OK)
        return status;

    r.has_mappings = r.order.mappings.items.count > 0;
    if (!print_comments(&r))
        return quota_error(r.quota, err);
    print_head(&r);
    print_each(&r, &r.order.samples, print_sample);
    buf_append_cstr(out, "Locations\n");
    print_each(&r, &r.order.locations.items, print_location);
    buf_append_cstr(out, "Mappings\n");
    print_each(&r, &r.order.mappings.items, print_mapping);
    /* Readers make one up where there is none. */
    if (!r.has_mappings)
        buf_append_cstr(out, "1: 0x0/0x0/0x0   \n");
    return buf_check(out, "the text", err);
}
