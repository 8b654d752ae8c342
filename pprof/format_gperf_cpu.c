/*
 * gperftools' CPU profiles (CPUPROFILE, ProfilerStart()): words of the machine that wrote them. A header 0,
 * 3, 0, period in microseconds, 0; samples: count, depth, addresses from the leaf on; an end mark 0, 1, 0;
 * and /proc/self/maps as text. The same layout with 1 in the third word comes from a Java agent, whose
 * addresses mean nothing without a symbol table of its own: that one is kept and not read.
 *
 * The signal handler's own frame often stands between the leaf and its caller. It is found by being there in
 * nearly all samples, and is taken out, up to two times. Likewise the leaf may stand there twice, once as the
 * interrupted address and once as a return address. So the samples are walked some times, always straight
 * from the bytes.
 *
 * Sources: https://gperftools.github.io/gperftools/cpuprofile-fileformat.html; google/pprof's
 * profile/legacy_profile.go for what is taken out.
 */
#include "pprof/callers.h"
#include "pprof/format_rows.h"
#include "pprof/maps.h"

#include <inttypes.h>

enum { HEADER_WORDS = 5, FRAMES_TAKEN_OUT = 2, ALIKE = 32 };

struct words {
    struct slice rest;
    size_t width; /* bytes of one, 4 or 8 */
    bool big_endian;
};

static bool next_word(struct words *w, uint64_t *ret_word)
{
    if (w->rest.len < w->width)
        return false;

    uint64_t word = 0;
    for (size_t i = 0; i < w->width; i++) {
        size_t at = w->big_endian ? i : w->width - 1 - i;
        word = word << 8 | (unsigned char)w->rest.ptr[at];
    }
    w->rest = slice_from(w->rest, w->width);
    *ret_word = word;
    return true;
}

/* The words behind the header, if it is one of that kind. */
static bool read_header(struct slice in, uint64_t kind, struct words *ret_words, uint64_t *ret_period_us)
{
    for (unsigned form = 0; form < 4; form++) {
        struct words w = {in, form < 2 ? 4 : 8, form % 2 == 1};
        uint64_t word[HEADER_WORDS];
        size_t count = 0;
        while (count < HEADER_WORDS && next_word(&w, &word[count]))
            count++;
        if (count < HEADER_WORDS || word[0] != 0 || word[1] != 3 || word[2] != kind || word[3] == 0 ||
            word[4] != 0)
            continue;
        *ret_words = w;
        *ret_period_us = word[3];
        return true;
    }
    return false;
}

bool format_gperf_cpu_detect(struct slice inflated)
{
    struct words w;
    uint64_t period;
    return read_header(inflated, 0, &w, &period);
}

bool format_java_cpu_detect(struct slice inflated)
{
    struct words w;
    uint64_t period;
    return read_header(inflated, 1, &w, &period);
}

struct cpu {
    struct words samples;
    struct slice map;
    int64_t period_ns;
    uint64_t count; /* of samples */
    uint64_t taken_out[FRAMES_TAKEN_OUT];
    size_t taken_out_count;
};

struct cpu_sample {
    uint64_t count;
    struct words frames;
    uint64_t depth;
};

/* False at the end: of the data, at the mark, or in the middle of a sample. */
static bool next_sample(struct words *w, struct cpu_sample *ret_sample, bool *ret_cut)
{
    struct cpu_sample s;
    *ret_cut = false;
    if (w->rest.len == 0)
        return false;

    *ret_cut = true;
    if (!next_word(w, &s.count) || !next_word(w, &s.depth) || s.depth > w->rest.len / w->width)
        return false;

    *ret_cut = false;
    s.frames = *w;
    w->rest = slice_from(w->rest, (size_t)s.depth * w->width);
    uint64_t first = 1;
    struct words frames = s.frames;
    if (s.count == 0 && s.depth == 1 && next_word(&frames, &first) && first == 0)
        return false;

    *ret_sample = s;
    return true;
}

/* The next frame from the leaf on, but for what is taken out; all but the leaf as callers. */
static bool next_frame(const struct cpu *c, struct cpu_sample *s, uint64_t *nth, uint64_t *ret_address)
{
    uint64_t word;
    if (s->depth == 0 || !next_word(&s->frames, &word))
        return false;

    s->depth--;
    if ((*nth)++ == 0) {
        *ret_address = word;
        return true;
    }
    *ret_address = word - 1;
    if (*nth == 2)
        for (size_t i = 0; i < c->taken_out_count; i++) {
            if (*ret_address != c->taken_out[i])
                continue;
            if (s->depth == 0 || !next_word(&s->frames, &word))
                return false;
            s->depth--;
            *ret_address = word - 1;
        }
    return true;
}

/* The caller of the leaf; false when there is none. */
static bool second_frame(const struct cpu *c, struct cpu_sample s, uint64_t *ret_address)
{
    uint64_t nth = 0, leaf;
    return next_frame(c, &s, &nth, &leaf) && next_frame(c, &s, &nth, ret_address);
}

/* The only second frame that could be in more than half of the samples. */
static uint64_t candidate(const struct cpu *c)
{
    struct words w = c->samples;
    struct cpu_sample s;
    uint64_t address, winner = 0, votes = 0;
    for (bool cut; next_sample(&w, &s, &cut);) {
        if (!second_frame(c, s, &address))
            continue;
        if (votes == 0)
            winner = address;
        votes += address == winner ? 1 : UINT64_MAX;
    }
    return winner;
}

static uint64_t count_second(const struct cpu *c, uint64_t wanted)
{
    struct words w = c->samples;
    struct cpu_sample s;
    uint64_t address, count = 0;
    for (bool cut; next_sample(&w, &s, &cut);)
        count += second_frame(c, s, &address) && address == wanted;
    return count;
}

static void find_handler_frames(struct cpu *c)
{
    while (c->taken_out_count < FRAMES_TAKEN_OUT) {
        uint64_t frame = candidate(c);
        if (c->count == 0 || count_second(c, frame) < c->count - c->count / ALIKE)
            return;
        c->taken_out[c->taken_out_count++] = frame;
    }
}

static enum status count_samples(struct cpu *c, struct error *err)
{
    struct words w = c->samples;
    struct cpu_sample s;
    bool cut;
    while (next_sample(&w, &s, &cut)) {
        c->count++;
        if (s.count > (uint64_t)(INT64_MAX / c->period_ns))
            return profile_fault(err, "sample %" PRIu64 " was seen %" PRIu64 " times", c->count, s.count);
    }
    if (cut)
        return profile_fault(err, "it is cut off in sample %" PRIu64, c->count + 1);

    c->map = w.rest;
    return OK;
}

static void add_sample(const struct cpu *c, struct builder *b, struct cpu_sample s)
{
    uint64_t nth = 0, leaf = 0, address;
    while (next_frame(c, &s, &nth, &address)) {
        /* One that is not pushed takes part in placing all the same, as it does in google/pprof. */
        uint32_t location = builder_address(b, address, BUILDER_NONE);
        if (nth == 1)
            leaf = address;
        if (nth != 2 || leaf != address + 1)
            builder_frame(b, location);
    }
    builder_sample(b, (int64_t[]){(int64_t)s.count, (int64_t)s.count * c->period_ns});
}

enum status format_gperf_cpu_convert(struct slice inflated, struct buf *out, struct quota *quota,
                                     struct error *err)
{
    struct cpu c = {.count = 0};
    uint64_t period_us;
    if (!read_header(inflated, 0, &c.samples, &period_us) || period_us > INT64_MAX / 1000)
        return profile_fault(err, "this is no header of a gperftools CPU profile");

    c.period_ns = (int64_t)period_us * 1000;
    enum status status = count_samples(&c, err);
    if (status != OK)
        return status;

    struct builder b CLEANUP(builder_release);
    builder_init(&b, out, quota);
    builder_type(&b, SLICE("samples"), SLICE("count"));
    builder_type(&b, SLICE("cpu"), SLICE("nanoseconds"));
    find_handler_frames(&c);
    struct words w = c.samples;
    struct cpu_sample s;
    for (bool cut; !builder_failed(&b) && next_sample(&w, &s, &cut);)
        add_sample(&c, &b, s);

    struct lines map = LINES_OF(c.map);
    maps_place(&map, &b);
    return builder_finish(&b,
                          &(struct builder_header){.period_type = SLICE("cpu"),
                                                   .period_unit = SLICE("nanoseconds"),
                                                   .period = c.period_ns,
                                                   .drop_frames = slice_of(CALLERS_PROFILERS)},
                          err);
}
