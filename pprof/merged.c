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

int64_t merged_order_time(const struct profile *p)
{
    return p->time_nanos != 0 ? p->time_nanos : INT64_MAX;
}

static void print_type(struct buf *b, struct slice type, struct slice unit)
{
    buf_printf(b, "%s%.*s/%.*s", b->len > 0 ? ", " : "", SLICE_ARG(type), SLICE_ARG(unit));
}

static bool same_type(const struct merged *m, struct merged_type mine, const struct profile *p,
                      struct profile_value_type theirs)
{
    return slice_eq(intern_get(&m->symbols.strings, mine.type), profile_string(p, theirs.type)) &&
           slice_eq(intern_get(&m->symbols.strings, mine.unit), profile_string(p, theirs.unit));
}

static void print_mine(const struct merged *m, struct buf *b, const struct merged_type *types, size_t count)
{
    for (size_t i = 0; i < count; i++)
        print_type(b, intern_get(&m->symbols.strings, types[i].type),
                   intern_get(&m->symbols.strings, types[i].unit));
}

static void print_theirs(const struct profile *p, struct buf *b, const struct profile_value_type *types,
                         size_t count)
{
    for (size_t i = 0; i < count; i++)
        print_type(b, profile_string(p, types[i].type), profile_string(p, types[i].unit));
}

/* Both lists fit the text: long ones are cut. */
enum { TYPES_TEXT_MAX = 200 };

static bool has_comment(const struct merged *m, struct slice text)
{
    for (size_t i = 0; i < m->comments.count; i++)
        if (slice_eq(intern_get(&m->symbols.strings, COLUMN_AT(m->comments, uint32_t)[i]), text))
            return true;

    return false;
}

/* Each comment is looked for among all the others: that has to end somewhere, and the result must be a
 * profile that can be read. */
static enum status comments_fit(const struct merged *m, const struct profile *p, struct error *err)
{
    size_t count = m->comments.count;
    for (size_t i = 0; i < p->comments.count; i++)
        count += !has_comment(m, profile_string(p, COLUMN_AT(p->comments, uint32_t)[i]));
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
        types_fit = same_type(m, m->types[i], p, theirs[i]);
    bool period_fits = same_type(m, m->period_type, p, p->period_type);
    if (types_fit && period_fits)
        return comments_fit(m, p, err);

    struct buf a CLEANUP(buf_release) = BUF_INIT(TYPES_TEXT_MAX);
    struct buf b CLEANUP(buf_release) = BUF_INIT(TYPES_TEXT_MAX);
    print_theirs(p, &a, types_fit ? &p->period_type : theirs, types_fit ? 1 : p->types.count);
    print_mine(m, &b, types_fit ? &m->period_type : m->types, types_fit ? 1 : m->types_count);
    return error_set(err, E_INVALID, "cannot merge: the %s '%s' is unlike the others' '%s'",
                     types_fit ? "period type" : "list of sample types", buf_cstr(&a), buf_cstr(&b));
}

static bool take_type(struct merged *m, const struct profile *p, struct profile_value_type from,
                      struct merged_type *to)
{
    to->type = intern_put(&m->symbols.strings, profile_string(p, from.type), m->quota);
    to->unit = intern_put(&m->symbols.strings, profile_string(p, from.unit), m->quota);
    return to->type != INTERN_NONE && to->unit != INTERN_NONE;
}

static bool start(struct merged *m, const struct profile *p)
{
    m->started = true;
    m->types_count = (uint32_t)p->types.count;
    m->period = p->period;
    if (!take_type(m, p, p->period_type, &m->period_type))
        return false;

    for (uint32_t i = 0; i < m->types_count; i++)
        if (!take_type(m, p, COLUMN_AT(p->types, struct profile_value_type)[i], &m->types[i]))
            return false;

    return true;
}

static bool take_first(struct merged *m, const struct profile *p, uint32_t string, struct merged_first *first)
{
    struct slice text = profile_string(p, string);
    int64_t at = merged_order_time(p);
    if (text.len == 0 || (first->string != 0 && at > first->at))
        return true;
    if (first->string != 0 && at == first->at &&
        slice_cmp(text, intern_get(&m->symbols.strings, first->string)) >= 0)
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

bool merged_header(struct merged *m, const struct profile *p)
{
    if (!m->started && !start(m, p))
        return false;

    if (p->period > m->period)
        m->period = p->period;
    if (p->time_nanos != 0 && (m->time_nanos == 0 || p->time_nanos < m->time_nanos))
        m->time_nanos = p->time_nanos;
    m->duration_nanos += p->duration_nanos;
    for (size_t i = 0; i < p->comments.count; i++)
        if (!take_comment(m, profile_string(p, COLUMN_AT(p->comments, uint32_t)[i])))
            return false;

    return take_first(m, p, p->default_type, &m->default_type) && take_first(m, p, p->doc_url, &m->doc_url) &&
           take_first(m, p, p->drop_frames, &m->drop_frames) &&
           take_first(m, p, p->keep_frames, &m->keep_frames);
}
