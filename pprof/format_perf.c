/*
 * What `perf script` prints. Each sample has a head and below it its stack, if call chains were recorded,
 * from the leaf on; a blank line ends it. The sample types are "samples" and one for each event of the file,
 * sorted by name so that two files of the same events have the same types; so the heads are read twice.
 *
 * Frames inlined into each other have one address and become one location. perf numbers addresses from the
 * start of the file that they are in, or as they were in memory, as it likes; either way they say nothing
 * about where that file was mapped, so mappings have a file and no place. Times are those of a clock that
 * starts with the machine: they tell how long, not when.
 *
 * Source: perf-script(1).
 */
#include "pprof/builder.h"
#include "pprof/format_rows.h"
#include "pprof/maps.h"
#include "pprof/perf_text.h"

#include "base/limits.h"

enum { EVENTS_MAX = LIMIT_PPROF_TYPES - 1, FRAMES_MAX = 4 * LIMIT_PPROF_DEPTH };

struct perf {
    struct lines lines;
    struct builder b;
    struct slice events[EVENTS_MAX]; /* sorted */
    size_t events_count;
    struct column frames;  /* struct perf_frame, of the sample at hand */
    struct intern objects; /* number n is mapping n - 1 */
    struct slice program;  /* the first that may be one: tools name a profile after its first mapping */
    int64_t time_first, time_last;
    int64_t period; /* 0: they differ */
};

static void perf_release(struct perf *p)
{
    column_release(&p->frames, p->b.quota);
    intern_release(&p->objects, p->b.quota);
    builder_release(&p->b);
}

bool format_perf_detect(struct slice inflated)
{
    struct perf_head head;
    return perf_head_read(lines_first(inflated), &head);
}

/* A frame is indented by a tab: that a name in it looks like a head is no matter. Comments are of --header.
 */
static bool is_head(struct slice line, struct perf_head *ret_head)
{
    return line.len > 0 && line.ptr[0] != '\t' && line.ptr[0] != '#' && perf_head_read(line, ret_head);
}

/* Two blanks, not more: those are a frame whose tab somebody has expanded. */
static bool is_source(struct slice line)
{
    return line.len > 2 && slice_starts(line, SLICE("  ")) && line.ptr[2] != ' ';
}

/* "PERF_RECORD_COMM: ...", what happened beside the samples (--show-task-events and so on). */
static bool is_record(const struct perf_head *head)
{
    return slice_starts(head->event, SLICE("PERF_RECORD_"));
}

/* --- the events --- */

/* Where it stands, or would stand. */
static size_t event_at(const struct perf *p, struct slice event)
{
    size_t at = 0;
    while (at < p->events_count && slice_cmp(p->events[at], event) < 0)
        at++;
    return at;
}

static enum status add_event(struct perf *p, struct slice event, struct error *err)
{
    size_t at = event_at(p, event);
    if (at < p->events_count && slice_eq(p->events[at], event))
        return OK;
    if (p->events_count == EVENTS_MAX)
        return error_set(err, E_TOO_LARGE, "the profile has more than %d events", (int)EVENTS_MAX);

    for (size_t i = p->events_count++; i > at; i--)
        p->events[i] = p->events[i - 1];
    p->events[at] = event;
    return OK;
}

static void look_for_program(struct perf *p, struct slice line)
{
    struct perf_frame frame;
    if (p->program.len == 0 && perf_frame_read(line, &frame) && maps_may_be_program(frame.object))
        p->program = frame.object;
}

/* What the heads say together. */
static enum status read_heads(struct perf *p, struct error *err)
{
    struct lines lines = p->lines;
    struct slice line;
    struct perf_head head;
    for (bool any = false; lines_next(&lines, &line);) {
        if (!is_head(line, &head)) {
            look_for_program(p, line);
            continue;
        }
        if (is_record(&head))
            continue;
        look_for_program(p, head.rest);
        enum status status = add_event(p, head.event, err);
        if (status != OK)
            return status;

        if (!any) {
            p->time_first = p->time_last = head.time_ns;
            p->period = head.period;
        }
        any = true;
        p->time_first = head.time_ns < p->time_first ? head.time_ns : p->time_first;
        p->time_last = head.time_ns > p->time_last ? head.time_ns : p->time_last;
        p->period = head.period == p->period ? p->period : 0;
    }
    return OK;
}

static struct slice unit_of(struct slice event)
{
    bool is_time = slice_eq(event, SLICE("cpu-clock")) || slice_eq(event, SLICE("task-clock"));
    return is_time ? SLICE("nanoseconds") : SLICE("count");
}

/* The one that most people mean. */
static struct slice default_event(const struct perf *p)
{
    static const char *const wanted[] = {"cycles", "cpu-clock", "task-clock"};
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
        for (size_t k = 0; k < p->events_count; k++)
            if (slice_eq_cstr(p->events[k], wanted[i]))
                return p->events[k];

    return SLICE_NULL;
}

/* --- stacks --- */

static uint32_t mapping_of(struct perf *p, struct slice object)
{
    if (object.len == 0)
        return BUILDER_NONE;

    uint32_t known = intern_count(&p->objects), number = intern_put(&p->objects, object, p->b.quota);
    if (number == INTERN_NONE)
        builder_refuse(&p->b, NULL, 0);
    else if (number == known)
        builder_mapping(&p->b, &(struct builder_mapping){.file = object, .flags = MAPPING_HAS_FUNCTIONS});
    return number == INTERN_NONE ? BUILDER_NONE : number - 1;
}

static struct symbol_line line_of(struct perf *p, const struct perf_frame *f)
{
    struct builder_function function = {.name = f->symbol, .file = f->file};
    return (struct symbol_line){.line = f->line, .function = builder_function(&p->b, &function)};
}

/* Pushes the location that begins with frame `at`; gives the index of the frame behind it. */
static size_t push_location(struct perf *p, size_t at)
{
    struct symbol_line lines[LIMIT_PPROF_LINES];
    const struct perf_frame *frames = COLUMN_AT(p->frames, struct perf_frame);
    struct builder_location l = {.address = frames[at].address, .mapping = BUILDER_NONE, .lines = lines};
    for (bool is_whole = false; !is_whole && l.lines_count < LIMIT_PPROF_LINES; at++) {
        const struct perf_frame *f = &frames[at];
        if (f->symbol.len > 0)
            lines[l.lines_count++] = line_of(p, f);
        if (f->object.len > 0)
            l.mapping = mapping_of(p, f->object);
        is_whole = !f->is_inlined || at + 1 == p->frames.count || frames[at + 1].address != f->address;
    }
    builder_frame(&p->b, builder_location(&p->b, &l));
    return at;
}

static void add_sample(struct perf *p, const struct perf_head *head)
{
    int64_t values[LIMIT_PPROF_TYPES] = {1};
    for (size_t i = 0; i < p->frames.count && !builder_failed(&p->b);)
        i = push_location(p, i);
    values[1 + event_at(p, head->event)] = head->period;
    builder_text_label(&p->b, SLICE("comm"), head->comm);
    builder_number_label(&p->b, SLICE("pid"), head->pid, SLICE(""));
    builder_number_label(&p->b, SLICE("tid"), head->tid, SLICE(""));
    builder_sample(&p->b, values);
    column_reset(&p->frames);
}

static bool add_frame(struct perf *p, const struct perf_frame *frame)
{
    struct perf_frame *element = p->frames.count < FRAMES_MAX ? column_add(&p->frames, 1, p->b.quota) : NULL;
    if (!element) {
        builder_refuse(&p->b, p->frames.count < FRAMES_MAX ? NULL : "frames at a sample", FRAMES_MAX);
        return false;
    }

    *element = *frame;
    return true;
}

/* The frames up to the blank line, or to the next head, which *ret_next then is. */
static enum status read_stack(struct perf *p, struct slice *ret_next, struct error *err)
{
    struct slice line;
    struct perf_head head;
    struct perf_frame frame;
    *ret_next = SLICE_NULL;
    while (!builder_failed(&p->b) && lines_next(&p->lines, &line)) {
        if (slice_trim(line).len == 0)
            return OK;
        if (is_head(line, &head)) {
            *ret_next = line;
            return OK;
        }
        if (is_source(line) && p->frames.count > 0)
            perf_frame_source(line, &COLUMN_AT(p->frames, struct perf_frame)[p->frames.count - 1]);
        else if (!perf_frame_read(line, &frame))
            return lines_fault(&p->lines, "this is no frame of perf script (\"7f3a12 main+0x1f (/bin/app)\")",
                               err);
        else
            (void)add_frame(p, &frame);
    }
    return OK;
}

static enum status add_samples(struct perf *p, struct error *err)
{
    struct slice line = SLICE_NULL;
    while (!builder_failed(&p->b) && (line.ptr || lines_next(&p->lines, &line))) {
        struct perf_head head;
        struct perf_frame frame;
        if (line.len == 0 || line.ptr[0] == '#' || slice_trim(line).len == 0) {
            line = SLICE_NULL;
            continue;
        }
        if (!is_head(line, &head))
            return lines_fault(&p->lines,
                               "this is no sample of perf script (\"app 12 34.5: 250000 cycles:\")", err);
        if (is_record(&head)) {
            line = SLICE_NULL;
            continue;
        }

        if (perf_frame_read(head.rest, &frame) && (frame.object.len > 0 || frame.symbol.len > 0))
            (void)add_frame(p, &frame);
        enum status status = read_stack(p, &line, err);
        if (status != OK)
            return status;

        add_sample(p, &head);
    }
    return OK;
}

enum status format_perf_convert(struct slice inflated, struct buf *out, struct quota *quota,
                                struct error *err)
{
    struct perf p CLEANUP(perf_release) = {.lines = LINES_OF(inflated),
                                           .frames = COLUMN_OF(struct perf_frame),
                                           .objects = INTERN_INIT};
    builder_init(&p.b, out, quota);
    enum status status = read_heads(&p, err);
    if (status != OK)
        return status;

    builder_type(&p.b, SLICE("samples"), SLICE("count"));
    for (size_t i = 0; i < p.events_count; i++)
        builder_type(&p.b, p.events[i], unit_of(p.events[i]));
    (void)mapping_of(&p, p.program);
    status = add_samples(&p, err);
    if (status != OK)
        return status;

    struct slice main_event = p.events_count > 0 ? p.events[0] : SLICE_NULL;
    return builder_finish(&p.b,
                          &(struct builder_header){.duration_nanos = p.time_last - p.time_first,
                                                   .period_type = main_event,
                                                   .period_unit = unit_of(main_event),
                                                   .period = p.period,
                                                   .default_type = default_event(&p)},
                          err);
}
