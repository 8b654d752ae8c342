/*
 * Go's count profiles with debug=1: goroutine, threadcreate, and those that a program makes itself. A header
 * with the name of the profile, which becomes the sample type, and a line for each stack:
 *
 *     goroutine profile: total 12
 *     3 @ 0x43a0b2 0x46a181
 *
 * Sources: Go's runtime/pprof; google/pprof's profile/legacy_profile.go.
 */
#include "pprof/callers.h"
#include "pprof/format_rows.h"
#include "pprof/maps.h"

/* The name, if the line is a header: one word, then exactly this. */
static bool read_header(struct slice line, struct slice *ret_name)
{
    struct slice name = take_token(&line);
    struct slice middle = SLICE(" profile: total ");
    uint64_t total;
    *ret_name = name;
    return name.len > 0 && slice_starts(line, middle) && slice_to_u64(slice_from(line, middle.len), &total);
}

bool format_count_detect(struct slice inflated)
{
    struct slice name;
    return read_header(lines_first(inflated), &name);
}

enum status format_count_convert(struct slice inflated, struct buf *out, struct quota *quota,
                                 struct error *err)
{
    struct lines lines = LINES_OF(inflated);
    struct slice line, name;
    if (!lines_next_said(&lines, &line) || !read_header(line, &name))
        return lines_fault(&lines, "this is no header of a count profile", err);

    struct builder b CLEANUP(builder_release);
    builder_init(&b, out, quota);
    builder_type(&b, name, SLICE("count"));
    while (!builder_failed(&b) && lines_next_said(&lines, &line) && !slice_starts(line, SLICE("---"))) {
        int64_t count;
        if (!take_number(&line, &count) || count < 0 || !take_text(&line, "@"))
            return lines_fault(&lines, "this is no sample of a count profile", err);
        if (!callers_push(&b, line))
            return lines_fault(&lines, "what stands behind '@' is no list of addresses", err);

        builder_sample(&b, &count);
    }
    while (!builder_failed(&b) && !maps_begin(line) && lines_next(&lines, &line))
        ;
    maps_place(&lines, &b);
    return builder_finish(&b,
                          &(struct builder_header){.period_type = name,
                                                   .period_unit = SLICE("count"),
                                                   .period = 1,
                                                   .drop_frames = slice_of(CALLERS_PROFILERS)},
                          err);
}
