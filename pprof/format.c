/*
 * The binary forms are told by their first words, the text forms by their first line, the most telling first.
 * What is left is protobuf if its first tag could begin a profile: a field that profile.proto has with the
 * wire type it has there, or one that it does not have yet. So a Go trace, an HTML error page, multipart or
 * plain noise is "unrecognized", while a damaged profile is refused later by the reader, which knows what is
 * wrong with it. Protobuf comes last because its test is the weakest: a text that begins with 'h' or a blank
 * line would pass it, so what is text from end to end is none. (A profile has at least the length of its
 * empty string in it, a NUL.)
 */
#include "pprof/format.h"

#include "pprof/format_rows.h"
#include "pprof/lines.h"
#include "pprof/wire.h"

#include "base/limits.h"

#include <string.h>

enum { LOOKED_AT = 4 * KIB };

/* As far as it is looked at. Escapes are those of a terminal's colours. */
static bool is_text(struct slice in)
{
    struct slice head = slice_sub(in, 0, LOOKED_AT);
    for (size_t i = 0; i < head.len; i++)
        if ((unsigned char)head.ptr[i] < ' ' && !memchr("\t\n\v\f\r\033", head.ptr[i], 6))
            return false;

    return head.len > 0;
}

static bool is_proto(struct slice in)
{
    struct wire w = wire_of(in);
    uint64_t tag;
    if (is_text(in) || w.at == w.end || !wire_varint(&w, &tag))
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

/* Where the threads of a C++ program are; without a memory map of its own and often without addresses. */
static bool is_thread_text(struct slice in)
{
    struct slice line = lines_first(in);
    return slice_starts(line, SLICE("--- threadz ")) || slice_starts(line, SLICE("--- Thread "));
}

#define CONVERTED(name) format_##name##_detect, format_##name##_convert, false

const struct format FORMATS[] = {
    {"gperftools CPU profile", CONVERTED(gperf_cpu)},
    {"Java CPU profile", format_java_cpu_detect, NULL, false},
    {"heap profile in text form (Go, gperftools)", CONVERTED(heap)},
    {"jemalloc heap profile", CONVERTED(jemalloc)},
    {"contention profile in text form (Go block and mutex, gperftools)", CONVERTED(contention)},
    {"Go count profile in text form (goroutine, threadcreate)", CONVERTED(count)},
    {"thread profile in text form", is_thread_text, NULL, false},
    {"perf script output", CONVERTED(perf)},
    {"folded stacks", CONVERTED(folded)},
    {"pprof", is_proto, NULL, true},
};

const size_t FORMATS_COUNT = ARRAY_LEN(FORMATS);

const struct format *format_detect(struct slice inflated)
{
    for (size_t i = 0; i < FORMATS_COUNT; i++)
        if (FORMATS[i].detect(inflated))
            return &FORMATS[i];

    return NULL;
}

/* What people send by mistake, as far as that can be told: what goes before "is none of". */
static const char *looks_like(struct slice in)
{
    if (!is_text(in))
        return "this";

    struct slice head = slice_trim(slice_sub(in, 0, LOOKED_AT));
    char first = head.len > 0 ? head.ptr[0] : ' ';
    return first == '<'                   ? "this looks like HTML or XML and"
           : first == '{' || first == '[' ? "this looks like JSON or a log and"
                                          : "this is text, but no stacks (\"main;parse;read 12\") and";
}

enum status format_unknown(struct slice inflated, struct error *err)
{
    struct buf names CLEANUP(buf_release) = BUF_INIT(ERROR_TEXT_MAX);
    for (size_t i = FORMATS_COUNT; i > 0; i--)
        buf_printf(&names, "%s%s", i == FORMATS_COUNT ? "" : ", ", FORMATS[i - 1].name);
    return error_set(err, E_INVALID, "unrecognized profile format, %s is none of: %s", looks_like(inflated),
                     buf_cstr(&names));
}

enum status format_to_pprof(struct slice inflated, struct buf *out, struct quota *quota,
                            struct slice *ret_proto, struct error *err)
{
    const struct format *f = format_detect(inflated);
    if (!f)
        return format_unknown(inflated, err);
    if (!format_merges(f))
        return error_set(err, E_INVALID, "a %s cannot be merged", f->name);
    if (f->is_pprof) {
        *ret_proto = inflated;
        return OK;
    }

    buf_reset(out);
    enum status status = f->convert(inflated, out, quota, err);
    if (status == OK)
        *ret_proto = buf_slice(out);
    return status;
}
