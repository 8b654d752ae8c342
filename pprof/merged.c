/*
 * The rules for headers. "First" cannot mean "added first", or two replicas that fetch in another order would
 * give other bytes; it means the earliest profile, and the smallest text where two are equally early.
 */
#include "pprof/merged.h"

#include "base/limits.h"

#include <stdio.h>

void merged_init(struct merged *m, struct quota *quota)
{
    *m = (struct merged){.quota = quota, .comments = COLUMN_OF(uint32_t)};
    symbols_init(&m->symbols, quota);
    stacks_init(&m->stacks, 0, quota);
}

void merged_release(struct merged *m)
{
    symbols_release(&m->symbols);
    stacks_release(&m->stacks);
    column_release(&m->comments, m->quota);
}

__int128 merged_rank(const struct profile *p, enum merge_side side)
{
    __int128 time = p->time_nanos != 0 ? p->time_nanos : INT64_MAX;
    return side == MERGE_BASE ? time + ((__int128)1 << 64) : time;
}

static void print_type(struct buf *b, struct slice type, struct slice unit)
{
    buf_printf(b, "%s%.*s/%.*s", b->len > 0 ? ", " : "", SLICE_ARG(type), SLICE_ARG(unit));
}

static struct slice text_of(const struct merged *m, uint32_t string)
{
    return intern_get(&m->symbols.strings, string);
}

static bool same_type(const struct merged *m, struct merged_type mine, struct slice type, struct slice unit)
{
    return slice_eq(text_of(m, mine.type), type) && slice_eq(text_of(m, mine.unit), unit);
}

static bool same_as(const struct merged *m, struct merged_type mine, const struct profile *p,
                    struct profile_value_type theirs)
{
    return same_type(m, mine, profile_string(p, theirs.type), profile_string(p, theirs.unit));
}

static bool same_as_merged(const struct merged *m, struct merged_type mine, const struct merged *other,
                           struct merged_type theirs)
{
    return same_type(m, mine, text_of(other, theirs.type), text_of(other, theirs.unit));
}

static void print_merged(const struct merged *m, struct buf *b, const struct merged_type *types, size_t count)
{
    for (size_t i = 0; i < count; i++)
        print_type(b, text_of(m, types[i].type), text_of(m, types[i].unit));
}

static void print_profile(const struct profile *p, struct buf *b, const struct profile_value_type *types,
                          size_t count)
{
    for (size_t i = 0; i < count; i++)
        print_type(b, profile_string(p, types[i].type), profile_string(p, types[i].unit));
}

/* Both lists fit the text: long ones are cut. */
enum { TYPES_TEXT_MAX = 200 };

static enum status unlike(const struct merged *m, bool types_fit, const struct buf *theirs, struct error *err)
{
    struct buf mine CLEANUP(buf_release) = BUF_INIT(TYPES_TEXT_MAX);
    print_merged(m, &mine, types_fit ? &m->period_type : m->types, types_fit ? 1 : m->types_count);
    return error_set(err, E_INVALID, "cannot merge: the %s '%s' is unlike the others' '%s'",
                     types_fit ? "period type" : "list of sample types", buf_cstr(theirs), buf_cstr(&mine));
}

static bool has_comment(const struct merged *m, struct slice text)
{
    for (size_t i = 0; i < m->comments.count; i++)
        if (slice_eq(text_of(m, COLUMN_AT(m->comments, uint32_t)[i]), text))
            return true;

    return false;
}

/* Each comment is looked for among all the others: that has to end somewhere, and the result must be a
 * profile that can be read. */
static enum status comments_fit(size_t count, struct error *err)
{
    if (count <= LIMIT_PPROF_COMMENTS)
        return OK;

    return error_set(err, E_TOO_LARGE, "cannot merge: there are more than %lu comments in all",
                     LIMIT_PPROF_COMMENTS);
}

enum status merged_fits(const struct merged *m, const struct profile *p, struct error *err)
{
    if (!m->started)
        return OK;

    const struct profile_value_type *theirs = COLUMN_AT(p->types, struct profile_value_type);
    bool types_fit = m->types_count == p->types.count;
    for (uint32_t i = 0; types_fit && i < m->types_count; i++)
        types_fit = same_as(m, m->types[i], p, theirs[i]);
    if (!types_fit || !same_as(m, m->period_type, p, p->period_type)) {
        struct buf text CLEANUP(buf_release) = BUF_INIT(TYPES_TEXT_MAX);
        print_profile(p, &text, types_fit ? &p->period_type : theirs, types_fit ? 1 : p->types.count);
        return unlike(m, types_fit, &text, err);
    }

    size_t comments = m->comments.count;
    for (size_t i = 0; i < p->comments.count; i++)
        comments += !has_comment(m, profile_string(p, COLUMN_AT(p->comments, uint32_t)[i]));
    return comments_fit(comments, err);
}

enum status merged_fits_merged(const struct merged *m, const struct merged *other, struct error *err)
{
    if (!m->started || !other->started)
        return OK;

    bool types_fit = m->types_count == other->types_count;
    for (uint32_t i = 0; types_fit && i < m->types_count; i++)
        types_fit = same_as_merged(m, m->types[i], other, other->types[i]);
    if (!types_fit || !same_as_merged(m, m->period_type, other, other->period_type)) {
        struct buf text CLEANUP(buf_release) = BUF_INIT(TYPES_TEXT_MAX);
        print_merged(other, &text, types_fit ? &other->period_type : other->types,
                     types_fit ? 1 : other->types_count);
        return unlike(m, types_fit, &text, err);
    }

    size_t comments = m->comments.count;
    for (size_t i = 0; i < other->comments.count; i++)
        comments += !has_comment(m, text_of(other, COLUMN_AT(other->comments, uint32_t)[i]));
    return comments_fit(comments, err);
}

static bool take_type(struct merged *m, struct slice type, struct slice unit, struct merged_type *to)
{
    to->type = intern_put(&m->symbols.strings, type, m->quota);
    to->unit = intern_put(&m->symbols.strings, unit, m->quota);
    return to->type != INTERN_NONE && to->unit != INTERN_NONE;
}

static bool start(struct merged *m, const struct profile *p)
{
    m->started = true;
    m->types_count = (uint32_t)p->types.count;
    m->period = p->period;
    for (uint32_t i = 0; i < m->types_count; i++) {
        struct profile_value_type t = COLUMN_AT(p->types, struct profile_value_type)[i];
        if (!take_type(m, profile_string(p, t.type), profile_string(p, t.unit), &m->types[i]))
            return false;
    }
    return take_type(m, profile_string(p, p->period_type.type), profile_string(p, p->period_type.unit),
                     &m->period_type);
}

bool merged_start_as(struct merged *m, const struct merged *other)
{
    m->started = true;
    m->types_count = other->types_count;
    m->period = other->period;
    stacks_reset(&m->stacks, other->types_count);
    for (uint32_t i = 0; i < m->types_count; i++)
        if (!take_type(m, text_of(other, other->types[i].type), text_of(other, other->types[i].unit),
                       &m->types[i]))
            return false;

    return take_type(m, text_of(other, other->period_type.type), text_of(other, other->period_type.unit),
                     &m->period_type);
}

static bool take_first(struct merged *m, struct slice text, __int128 at, struct merged_first *first)
{
    if (text.len == 0 || (first->string != 0 && at > first->at))
        return true;
    if (first->string != 0 && at == first->at && slice_cmp(text, text_of(m, first->string)) >= 0)
        return true;

    uint32_t mine = intern_put(&m->symbols.strings, text, m->quota);
    if (mine == INTERN_NONE)
        return false;

    *first = (struct merged_first){mine, at};
    return true;
}

static bool take_comment(struct merged *m, struct slice text)
{
    uint32_t string = intern_put(&m->symbols.strings, text, m->quota);
    if (string == INTERN_NONE)
        return false;

    for (size_t i = 0; i < m->comments.count; i++)
        if (COLUMN_AT(m->comments, uint32_t)[i] == string)
            return true;

    uint32_t *element = column_add(&m->comments, 1, m->quota);
    if (element)
        *element = string;
    return element != NULL;
}

static void take_times(struct merged *m, int64_t period, int64_t time_nanos, __int128 duration_nanos)
{
    if (period > m->period)
        m->period = period;
    if (time_nanos != 0 && (m->time_nanos == 0 || time_nanos < m->time_nanos))
        m->time_nanos = time_nanos;
    m->duration_nanos += duration_nanos;
}

bool merged_header(struct merged *m, const struct profile *p, enum merge_side side)
{
    if (!m->started && !start(m, p))
        return false;

    take_times(m, p->period, p->time_nanos, p->duration_nanos);
    for (size_t i = 0; i < p->comments.count; i++)
        if (!take_comment(m, profile_string(p, COLUMN_AT(p->comments, uint32_t)[i])))
            return false;

    __int128 at = merged_rank(p, side);
    return take_first(m, profile_string(p, p->default_type), at, &m->default_type) &&
           take_first(m, profile_string(p, p->doc_url), at, &m->doc_url) &&
           take_first(m, profile_string(p, p->drop_frames), at, &m->drop_frames) &&
           take_first(m, profile_string(p, p->keep_frames), at, &m->keep_frames);
}

static bool take_first_of(struct merged *m, const struct merged *other, struct merged_first theirs,
                          struct merged_first *mine)
{
    return take_first(m, text_of(other, theirs.string), theirs.at, mine);
}

bool merged_header_of(struct merged *m, const struct merged *other)
{
    take_times(m, other->period, other->time_nanos, other->duration_nanos);
    for (size_t i = 0; i < other->comments.count; i++)
        if (!take_comment(m, text_of(other, COLUMN_AT(other->comments, uint32_t)[i])))
            return false;

    return take_first_of(m, other, other->default_type, &m->default_type) &&
           take_first_of(m, other, other->doc_url, &m->doc_url) &&
           take_first_of(m, other, other->drop_frames, &m->drop_frames) &&
           take_first_of(m, other, other->keep_frames, &m->keep_frames);
}
