/*
 * The map of a program is what its kernel said, and it says more than one mapping for one file: parts that
 * lie side by side are joined, and the program itself comes first, because tools name a profile after its
 * first mapping.
 *
 * An address is looked up in the mappings sorted by their start. Two repairs are for addresses outside of all
 * of them. A mapping that lacks its first part (its offset tells) is made longer at the front, once. What is
 * then still nowhere goes into a mapping of everything, so that whoever merges has a file for each address;
 * from then on that one takes all strays. So the search for a mapping to lengthen, which looks at all of
 * them, is done once for each mapping at most.
 */
#include "pprof/maps.h"

#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

enum {
    ATTRIBUTES_MAX = 8,
    MAIN_START = 0x400000,
};

struct entry {
    uint64_t start, limit, offset;
    struct slice file, build_id;
};

struct attribute {
    struct slice name, value;
};

/* A part of the address space that belongs to an entry. */
struct range {
    uint64_t start, limit;
    uint32_t entry;
};

struct maps {
    struct quota *quota;
    struct column entries; /* struct entry */
    struct column ranges;  /* struct range, sorted, without overlaps */
    struct attribute attributes[ATTRIBUTES_MAX];
    size_t attributes_count;
    bool any_stray; /* some address is in none */
    bool is_full;   /* the quota refused */
};

static void maps_release(struct maps *m)
{
    column_release(&m->entries, m->quota);
    column_release(&m->ranges, m->quota);
}

bool maps_begin(struct slice line)
{
    static const char *const heads[] = {"MAPPED_LIBRARIES:", "--- Memory map: ---"};
    for (size_t i = 0; i < ARRAY_LEN(heads); i++)
        if (line.len > 0 && memmem(line.ptr, line.len, heads[i], strlen(heads[i])))
            return true;

    return false;
}

/* --- reading --- */

static struct entry *entry_at(const struct maps *m, size_t i)
{
    return &COLUMN_AT(m->entries, struct entry)[i];
}

/* Of characters of `set` only, and not empty. */
static bool consists_of(struct slice s, const char *set)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == '\0' || !strchr(set, s.ptr[i]))
            return false;

    return s.len > 0;
}

static bool is_hex(struct slice s)
{
    return consists_of(s, "0123456789abcdefABCDEF");
}

/* "400000-500000" or "0x400000 0x500000:" */
static bool take_range(struct slice *s, struct entry *e)
{
    if (!take_hex(s, &e->start))
        return false;
    if (s->len > 0 && s->ptr[0] == '-')
        *s = slice_from(*s, 1);
    else if (s->len == 0 || s->ptr[0] != ' ')
        return false;
    if (!take_hex(s, &e->limit))
        return false;
    if (s->len > 0 && s->ptr[0] == ':')
        *s = slice_from(*s, 1);

    return s->len == 0 || s->ptr[0] == ' ' || s->ptr[0] == '\t';
}

/* " 00001000 fe:00 10100784   /bin/app (deleted)" */
static bool read_kernel_form(struct slice s, struct entry *e)
{
    struct slice offset = take_token(&s), device = take_token(&s), inode = take_token(&s);
    size_t colon = slice_find(device, ':');
    if (!is_hex(offset) || !is_hex(slice_sub(device, 0, colon)) || !is_hex(slice_from(device, colon + 1)) ||
        !consists_of(inode, "0123456789"))
        return false;

    struct slice file = slice_trim(s), deleted = SLICE("(deleted)");
    if (slice_ends(file, deleted))
        file = slice_trim(slice_sub(file, 0, file.len - deleted.len));
    e->file = file;
    return take_hex(&offset, &e->offset);
}

/* " /bin/app (@1000) abc123", all of it optional */
static bool read_brief_form(struct slice s, struct entry *e)
{
    e->file = take_token(&s);
    struct slice rest = s;
    if (take_text(&s, "(@") && take_hex(&s, &e->offset) && slice_starts(s, SLICE(")")))
        rest = slice_from(s, 1);
    struct slice build_id = take_token(&rest);
    if (is_hex(build_id))
        e->build_id = build_id;
    return true;
}

/* False: this is no mapping, or not of code. */
static bool read_entry(struct slice line, struct entry *ret_entry)
{
    struct entry e = {.file = SLICE_NULL};
    struct slice s = line;
    if (!take_range(&s, &e))
        return false;

    struct slice rest = s, rights = take_token(&s);
    if (!consists_of(rights, "-rwxps"))
        s = rest;
    else if (!memchr(rights.ptr, 'x', rights.len))
        return false;
    if (!read_kernel_form(s, &e) && !read_brief_form(s, &e))
        return false;

    *ret_entry = e;
    return e.start < e.limit;
}

/* "build=/bin/app": a mapping of the file "$build" is one of that. */
static void read_attribute(struct maps *m, struct slice line)
{
    size_t equals = slice_find(line, '=');
    if (equals == line.len || m->attributes_count == ATTRIBUTES_MAX)
        return;

    m->attributes[m->attributes_count++] =
        (struct attribute){.name = slice_trim(slice_sub(line, 0, equals)),
                           .value = slice_trim(slice_from(line, equals + 1))};
}

static void resolve_attribute(const struct maps *m, struct entry *e)
{
    for (size_t i = 0; e->file.len > 1 && e->file.ptr[0] == '$' && i < m->attributes_count; i++)
        if (slice_eq(slice_from(e->file, 1), m->attributes[i].name))
            e->file = m->attributes[i].value;
}

/* Is b the continuation of a? */
static bool continues(const struct entry *a, const struct entry *b)
{
    bool same_file = a->file.len == 0 || b->file.len == 0 || slice_eq(a->file, b->file);
    bool same_build = a->build_id.len == 0 || b->build_id.len == 0 || slice_eq(a->build_id, b->build_id);
    bool offset_fits = a->offset == 0 || b->offset == 0 || a->offset + (a->limit - a->start) == b->offset;
    return same_file && same_build && a->limit == b->start && offset_fits;
}

/* False when there is no room. */
static bool add_entry(struct maps *m, const struct entry *e)
{
    struct entry *last = m->entries.count > 0 ? entry_at(m, m->entries.count - 1) : NULL;
    if (last && continues(last, e)) {
        last->limit = e->limit;
        if (e->file.len > 0)
            last->file = e->file;
        if (e->build_id.len > 0)
            last->build_id = e->build_id;
        return true;
    }

    struct entry *element =
        m->entries.count < LIMIT_PPROF_MAP_ENTRIES ? column_add(&m->entries, 1, m->quota) : NULL;
    if (element)
        *element = *e;
    return element;
}

static bool read_map(struct maps *m, struct lines *text)
{
    struct slice line;
    while (lines_next(text, &line)) {
        struct entry e;
        line = slice_trim(line);
        if (!read_entry(line, &e)) {
            read_attribute(m, line);
            continue;
        }
        resolve_attribute(m, &e);
        if (!add_entry(m, &e))
            return false;
    }
    return true;
}

/* --- the first one --- */

/* "/lib/libc.so.6", "libm-2.so", "[vdso]", "" */
bool maps_may_be_program(struct slice file)
{
    if (file.len == 0 || file.ptr[0] == '[')
        return false;

    for (size_t i = 0; i + 3 <= file.len; i++) {
        struct slice s = slice_from(file, i);
        if (slice_eq(s, SLICE(".so")) ||
            (s.len > 4 && slice_starts(s, SLICE(".so")) && (s.ptr[3] == '.' || s.ptr[3] == '_') &&
             s.ptr[4] >= '0' && s.ptr[4] <= '9'))
            return false;
    }
    return true;
}

static void put_program_first(struct maps *m)
{
    for (size_t i = 0; i < m->entries.count; i++) {
        if (!maps_may_be_program(entry_at(m, i)->file))
            continue;
        struct entry program = *entry_at(m, i);
        *entry_at(m, i) = *entry_at(m, 0);
        *entry_at(m, 0) = program;
        break;
    }
    if (m->entries.count > 1 && slice_starts(entry_at(m, 0)->file, SLICE("/anon_hugepage")) &&
        entry_at(m, 0)->limit == entry_at(m, 1)->start) {
        m->entries.count--;
        memmove(entry_at(m, 0), entry_at(m, 1), m->entries.count * sizeof(struct entry));
    }
    /* A program that was moved to huge pages shows the middle of it first. */
    if (m->entries.count > 0 && entry_at(m, 0)->start - entry_at(m, 0)->offset == MAIN_START) {
        entry_at(m, 0)->start = MAIN_START;
        entry_at(m, 0)->offset = 0;
    }
}

/* --- looking up --- */

static int compare_ranges(const void *a, const void *b)
{
    const struct range *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;

    return (x->entry > y->entry) - (x->entry < y->entry);
}

/* Of two that overlap, which kernels do not have, the lower one wins. */
static bool sort_ranges(struct maps *m)
{
    size_t count = m->entries.count;
    struct range *ranges = count > 0 ? column_add(&m->ranges, count, m->quota) : NULL;
    if (!ranges)
        return count == 0;

    for (size_t i = 0; i < count; i++)
        ranges[i] = (struct range){entry_at(m, i)->start, entry_at(m, i)->limit, (uint32_t)i};
    qsort(ranges, count, sizeof *ranges, compare_ranges);
    uint64_t end = 0;
    for (size_t i = 0; i < count; i++) {
        if (ranges[i].start < end)
            ranges[i].start = end;
        if (ranges[i].limit < ranges[i].start)
            ranges[i].limit = ranges[i].start;
        end = ranges[i].limit;
    }
    return true;
}

/* The first range that ends behind the address; ranges.count if none does. */
static size_t range_of(const struct maps *m, uint64_t address)
{
    const struct range *ranges = COLUMN_AT(m->ranges, struct range);
    size_t low = 0, high = m->ranges.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ranges[middle].limit > address)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void put_range(struct maps *m, struct column *ranges, struct range r)
{
    if (r.start >= r.limit)
        return;
    struct range *put = column_add(ranges, 1, m->quota);
    m->is_full |= !put;
    if (put)
        *put = r;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t most(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Entry i, which began at `end`, now begins earlier. Between the two it has what nobody had, and what those
 * had that come later in the map. */
static void lengthen(struct maps *m, uint32_t i, uint64_t end)
{
    uint64_t start = entry_at(m, i)->start, done = start;
    struct column ranges = COLUMN_OF(struct range);
    for (size_t k = 0; k < m->ranges.count; k++) {
        struct range r = COLUMN_AT(m->ranges, struct range)[k];
        struct range inside = {most(r.start, start), least(r.limit, end), r.entry};
        put_range(m, &ranges, (struct range){r.start, least(r.limit, start), r.entry});
        if (r.entry < i && inside.start < inside.limit) {
            put_range(m, &ranges, (struct range){done, inside.start, i});
            put_range(m, &ranges, inside);
            done = inside.limit;
        }
        if (r.limit <= end)
            continue;
        put_range(m, &ranges, (struct range){done, end, i});
        done = end;
        put_range(m, &ranges, (struct range){most(r.start, end), r.limit, r.entry});
    }
    put_range(m, &ranges, (struct range){done, end, i});
    column_release(&m->ranges, m->quota);
    m->ranges = ranges;
}

/* The entry whose first part is missing in the map and has the address. */
static uint32_t repair(struct maps *m, uint64_t address)
{
    for (uint32_t i = 0; i < m->entries.count; i++) {
        struct entry *e = entry_at(m, i);
        if (e->offset == 0 || e->start - e->offset > address || address >= e->start)
            continue;
        uint64_t end = e->start;
        e->start -= e->offset;
        e->offset = 0;
        lengthen(m, i, end);
        return i;
    }
    return BUILDER_NONE;
}

/* The index of its entry, or BUILDER_NONE. */
static uint32_t find(struct maps *m, uint64_t address)
{
    size_t at = range_of(m, address);
    if (at < m->ranges.count && COLUMN_AT(m->ranges, struct range)[at].start <= address)
        return COLUMN_AT(m->ranges, struct range)[at].entry;

    uint32_t entry = m->any_stray ? BUILDER_NONE : repair(m, address);
    m->any_stray |= entry == BUILDER_NONE;
    return entry;
}

static void place_all(struct maps *m, struct builder *b)
{
    uint32_t everything = (uint32_t)m->entries.count;
    for (size_t i = 0; i < builder_locations(b); i++) {
        uint64_t address = builder_address_of(b, i);
        if (address == 0)
            continue;
        uint32_t entry = find(m, address);
        builder_place(b, i, entry == BUILDER_NONE ? everything : entry);
    }
    for (size_t i = 0; i < m->entries.count; i++) {
        const struct entry *e = entry_at(m, i);
        builder_mapping(b, &(struct builder_mapping){.start = e->start,
                                                     .limit = e->limit,
                                                     .offset = e->offset,
                                                     .file = e->file,
                                                     .build_id = e->build_id});
    }
    if (m->any_stray)
        builder_mapping(b, &(struct builder_mapping){.limit = UINT64_MAX});
}

void maps_place(struct lines *text, struct builder *b)
{
    struct maps m CLEANUP(maps_release) = {.quota = b->quota,
                                           .entries = COLUMN_OF(struct entry),
                                           .ranges = COLUMN_OF(struct range)};
    if (builder_failed(b))
        return;
    if (!read_map(&m, text)) {
        builder_refuse(b,
                       m.entries.count < LIMIT_PPROF_MAP_ENTRIES ? NULL
                                                                 : "executable mappings in its memory map",
                       LIMIT_PPROF_MAP_ENTRIES);
        return;
    }
    put_program_first(&m);
    m.is_full = !sort_ranges(&m);
    if (!m.is_full)
        place_all(&m, b);
    if (m.is_full)
        builder_refuse(b, NULL, 0);
}
