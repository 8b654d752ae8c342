/*
 * The text forms are told by their first line, the binary ones by their first words. What is left is protobuf
 * if its first tag could begin a profile: a field that profile.proto has with the wire type it has there, or
 * one that it does not have yet. So a Go trace, an HTML error page, multipart or plain noise is
 * "unrecognized", while a damaged profile is refused later by the reader, which knows what is wrong with it.
 */
#include "pprof/detect.h"

#include "pprof/wire.h"

enum { FIRST_LINE_MAX = 1024 };

static struct slice first_line(struct slice in)
{
    struct slice rest = slice_sub(in, 0, FIRST_LINE_MAX);
    struct slice line;
    while (slice_split(&rest, '\n', &line)) {
        line = slice_trim(line);
        if (line.len > 0 && line.ptr[0] != '#')
            return line;
    }
    return SLICE_NULL;
}

static bool is_heap_text(struct slice in)
{
    return slice_starts(first_line(in), SLICE("heap profile:"));
}

/* Its addresses mean nothing without the map, which the engine does not read. */
static bool is_mapped_heap_text(struct slice in)
{
    static const char *const sentinels[] = {"MAPPED_LIBRARIES:", "--- Memory map: ---"};
    if (!is_heap_text(in))
        return false;

    for (size_t i = 0; i < ARRAY_LEN(sentinels); i++)
        if (memmem(in.ptr, in.len, sentinels[i], strlen(sentinels[i])))
            return true;

    return false;
}

static bool is_contention_text(struct slice in)
{
    struct slice line = first_line(in);
    return slice_starts(line, SLICE("--- contention:")) || slice_starts(line, SLICE("--- mutex:"));
}

static bool is_contentionz_text(struct slice in)
{
    return slice_starts(first_line(in), SLICE("--- contentionz "));
}

/* "goroutine profile: total 12": one word, then exactly this. */
static bool is_count_text(struct slice in)
{
    struct slice line = first_line(in);
    size_t word = slice_find(line, ' ');
    struct slice middle = SLICE(" profile: total ");
    uint64_t total;
    return word > 0 && slice_starts(slice_from(line, word), middle) &&
           slice_to_u64(slice_from(line, word + middle.len), &total);
}

static bool is_thread_text(struct slice in)
{
    struct slice line = first_line(in);
    return slice_starts(line, SLICE("--- threadz ")) || slice_starts(line, SLICE("--- Thread "));
}

/* Words of the machine that wrote it: 0, 3, 0 (1 for Java), the period, 0; little-endian, 4 or 8 bytes each.
 */
static bool is_gperftools_cpu(struct slice in)
{
    for (size_t width = 4; width <= 8; width += 4) {
        uint64_t word[5] = {1};
        struct wire w = wire_of(in);
        size_t read = 0;
        while (read < 5 && wire_fixed(&w, width, &word[read]))
            read++;
        if (read == 5 && word[0] == 0 && word[1] == 3 && word[2] <= 1 && word[3] > 0 && word[4] == 0)
            return true;
    }
    return false;
}

static bool is_proto(struct slice in)
{
    struct wire w = wire_of(in);
    uint64_t tag;
    if (w.at == w.end || !wire_varint(&w, &tag))
        return false;

    unsigned type = (unsigned)(tag & 7);
    switch (tag >> 3) {
    case 0: return false;
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
    case 11: return type == WIRE_BYTES;
    case 13: return type == WIRE_BYTES || type == WIRE_VARINT;
    case 7:
    case 8:
    case 9:
    case 10:
    case 12:
    case 14:
    case 15: return type == WIRE_VARINT;
    default: return type == WIRE_VARINT || type == WIRE_FIXED64 || type == WIRE_BYTES || type == WIRE_FIXED32;
    }
}

struct row {
    enum pprof_format format;
    const char *name;
    bool (*is)(struct slice inflated);
    bool merges;
};

/* In the order of asking: protobuf last, because its test is the weakest. */
static const struct row rows[] = {
    {PPROF_MAPPED_HEAP_TEXT, "heap profile in text form with a memory map", is_mapped_heap_text, false},
    {PPROF_GO_HEAP_TEXT, "heap profile in text form", is_heap_text, true},
    {PPROF_GO_CONTENTION_TEXT, "Go contention profile in text form", is_contention_text, true},
    {PPROF_CONTENTIONZ_TEXT, "contention profile in text form", is_contentionz_text, false},
    {PPROF_GO_COUNT_TEXT, "Go count profile in text form", is_count_text, true},
    {PPROF_THREAD_TEXT, "thread profile in text form", is_thread_text, false},
    {PPROF_GPERFTOOLS_CPU, "gperftools CPU profile", is_gperftools_cpu, false},
    {PPROF_PROTO, "pprof", is_proto, true},
};

enum pprof_format pprof_detect(struct slice inflated)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (rows[i].is(inflated))
            return rows[i].format;

    return PPROF_UNKNOWN;
}

static const struct row *row_of(enum pprof_format format)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (rows[i].format == format)
            return &rows[i];

    return NULL;
}

const char *pprof_format_name(enum pprof_format format)
{
    const struct row *row = row_of(format);
    return row ? row->name : "unknown";
}

bool pprof_format_merges(enum pprof_format format)
{
    const struct row *row = row_of(format);
    return row && row->merges;
}
