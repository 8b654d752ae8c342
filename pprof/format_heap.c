/*
 * "heap profile: ...": Go's heap and allocs profiles with debug=1, and those of gperftools (HEAPPROFILE,
 * MallocExtension). One header, then a line for each stack, what is in use and, in brackets, all that was
 * ever allocated:
 *
 *     heap profile:   1541: 24504096 [ 21561: 124661096] @ heapprofile
 *         40: 20000000 [    40: 20000000] @ 0x55d1993962bd 0x55d19939632b
 *
 * The word behind the header's '@' says who wrote it. Go ("heap/N") and gperftools' sampler ("heap_v2/N")
 * write what was sampled, one allocation in N bytes on average, and leave it to the reader to estimate what
 * that stands for; "heapprofile" is exact. "growth" is where the address space grew. What Go writes behind
 * '#' (names, memory statistics) is for people and is skipped: addresses are what two such profiles have in
 * common. gperftools adds its memory map.
 *
 * Sources: Go's runtime/pprof; https://gperftools.github.io/gperftools/heapprofile.html; google/pprof's
 * profile/legacy_profile.go.
 */
#include "pprof/callers.h"
#include "pprof/format_rows.h"
#include "pprof/maps.h"
#include "pprof/scale.h"

enum { VALUES_MAX = 4 };

struct heap {
    struct lines lines;
    bool with_alloc; /* allocated beside in use */
    bool is_sampled; /* one allocation in `period` bytes */
    int64_t period;
};

struct heap_sample {
    int64_t values[VALUES_MAX];
    size_t values_count;
    int64_t block_bytes; /* size of one */
};

bool format_heap_detect(struct slice inflated)
{
    return slice_starts(lines_first(inflated), SLICE("heap profile:"));
}

/* The four numbers of the header and of each sample, and the '@' behind them. */
static bool take_numbers(struct slice *s, int64_t n[4])
{
    return take_number(s, &n[0]) && take_text(s, ":") && take_number(s, &n[1]) && take_text(s, "[") &&
           take_number(s, &n[2]) && take_text(s, ":") && take_number(s, &n[3]) && take_text(s, "]") &&
           take_text(s, "@");
}

/* "heap/1048576" */
static bool read_kind(struct slice kind, struct heap *h)
{
    struct slice rate = slice_from(kind, slice_find(kind, '/'));
    kind = slice_sub(kind, 0, kind.len - rate.len);
    int64_t interval = 0;
    if (rate.len > 1 && (!slice_to_i64(slice_from(rate, 1), &interval) || interval < 0))
        return false;
    if (slice_eq(kind, SLICE("heap")) || slice_eq(kind, SLICE("heap_v2")) ||
        slice_eq(kind, SLICE("heapz_v2"))) {
        /* Go writes twice the rate, for old readers. */
        h->is_sampled = true;
        h->period = kind.len == strlen("heap") ? interval / 2 : interval;
        return true;
    }

    h->period = 1;
    return slice_eq(kind, SLICE("heapprofile")) || slice_starts(kind, SLICE("growth")) ||
           slice_starts(kind, SLICE("fragmentation"));
}

static bool read_header(struct heap *h)
{
    struct slice line;
    int64_t n[4];
    if (!lines_next_said(&h->lines, &line) || !take_text(&line, "heap profile:") || !take_numbers(&line, n))
        return false;

    struct slice kind = take_token(&line);
    h->with_alloc =
        slice_starts(kind, SLICE("heap")) && ((n[2] != n[0] && n[2] != 0) || (n[3] != n[1] && n[3] != 0));
    return read_kind(kind, h);
}

static bool add_pair(const struct heap *h, int64_t count, int64_t bytes, struct heap_sample *s)
{
    if (count == 0 && bytes != 0)
        return false;

    if (count != 0) {
        s->block_bytes = count == -1 ? (int64_t) - (uint64_t)bytes : bytes / count;
        if (h->is_sampled)
            scale_heap(h->period, &count, &bytes);
    }
    s->values[s->values_count++] = count;
    s->values[s->values_count++] = bytes;
    return true;
}

static bool add_sample(const struct heap *h, struct slice line, struct builder *b)
{
    int64_t n[4];
    struct heap_sample s = {.values_count = 0};
    if (!take_numbers(&line, n) || (h->with_alloc && !add_pair(h, n[2], n[3], &s)) ||
        !add_pair(h, n[0], n[1], &s) || !callers_push(b, line))
        return false;

    builder_number_label(b, SLICE("bytes"), s.block_bytes, SLICE(""));
    builder_sample(b, s.values);
    return true;
}

static void add_types(const struct heap *h, struct builder *b)
{
    if (h->with_alloc) {
        builder_type(b, SLICE("alloc_objects"), SLICE("count"));
        builder_type(b, SLICE("alloc_space"), SLICE("bytes"));
    }
    builder_type(b, h->with_alloc ? SLICE("inuse_objects") : SLICE("objects"), SLICE("count"));
    builder_type(b, h->with_alloc ? SLICE("inuse_space") : SLICE("space"), SLICE("bytes"));
}

enum status format_heap_convert(struct slice inflated, struct buf *out, struct quota *quota,
                                struct error *err)
{
    struct heap h = {.lines = LINES_OF(inflated)};
    if (!read_header(&h))
        return lines_fault(&h.lines, "this is no header of a heap profile", err);

    struct builder b CLEANUP(builder_release);
    struct slice line;
    builder_init(&b, out, quota);
    add_types(&h, &b);
    while (!builder_failed(&b) && lines_next_said(&h.lines, &line) && !maps_begin(line))
        if (!add_sample(&h, line, &b))
            return lines_fault(&h.lines, "this is no sample of a heap profile", err);

    maps_place(&h.lines, &b);
    return builder_finish(&b,
                          &(struct builder_header){.period_type = SLICE("space"),
                                                   .period_unit = SLICE("bytes"),
                                                   .period = h.period,
                                                   .drop_frames = slice_of(CALLERS_ALLOCATORS),
                                                   .keep_frames = slice_of(CALLERS_ALLOCATORS_KEPT)},
                          err);
}
