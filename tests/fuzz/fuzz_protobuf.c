/*
 * The reader against protobuf-c: both get the same bytes. What one cannot read, the other must not accept;
 * what protobuf-c reads is judged here by the rules of validity, written down once more, and the reader must
 * say the same; and when it is accepted, every field must have the same value.
 *
 * They may differ where protobuf-c is narrower: tags and lengths of more than five bytes, and the field
 * number 0, which others skip like any that they do not know. And a second time_nanos cannot be seen in what
 * protobuf-c gives.
 */
#include "base/limits.h"
#include "pprof/sample.h"
#include "tests/fuzz/profile.pb-c.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 1 << 20, HEAD_MAX = 5, LEVELS = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds)
{
    if (!holds)
        abort();
}

/* --- what protobuf-c can read ----------------------------------------------- */

static bool short_varint(const uint8_t *at, const uint8_t *end)
{
    for (int i = 0; i < HEAD_MAX && at < end; i++, at++)
        if (*at < 0x80)
            return true;

    return at == end;
}

/* No field 0, no tag or length of over five bytes, in whatever may be a message. */
static bool is_narrow(struct slice message, int levels)
{
    struct wire w = wire_of(message);
    struct wire_field f;
    for (const uint8_t *at = w.at; wire_next(&w, &f); at = w.at) {
        if (!short_varint(at, w.end) || f.number == 0)
            return false;
        if (f.type != WIRE_BYTES)
            continue;
        while (*at >= 0x80)
            at++;
        if (!short_varint(at + 1, w.end) || (levels > 0 && !is_narrow(f.bytes, levels - 1)))
            return false;
    }
    return true;
}

/* --- what is valid ------------------------------------------------------------ */

/* Index of the element with that id, or n. All have their id first. */
#define FIND(all, n, wanted)                                                                                 \
    ({                                                                                                       \
        size_t at_ = 0;                                                                                      \
        while (at_ < (n) && (all)[at_]->id != (wanted))                                                      \
            at_++;                                                                                           \
        at_;                                                                                                 \
    })

#define IDS_ARE_GOOD(all, n)                                                                                 \
    ({                                                                                                       \
        bool good_ = true;                                                                                   \
        for (size_t i_ = 0; i_ < (n); i_++)                                                                  \
            good_ &= (all)[i_]->id != 0 && FIND(all, n, (all)[i_]->id) == i_;                                \
        good_;                                                                                               \
    })

static bool types_are_good(Oracle__ValueType *const *types, size_t count, size_t strings)
{
    for (size_t i = 0; i < count; i++)
        if (types[i]->type >= strings || types[i]->unit >= strings)
            return false;

    return true;
}

static bool header_is_good(const Oracle__Profile *p)
{
    size_t strings = p->n_string_table;
    if (strings == 0 || p->string_table[0].len > 0 || (p->n_sample_type == 0 && p->n_sample > 0))
        return false;

    /* The last one counts. */
    bool period = p->n_period_type == 0 || types_are_good(&p->period_type[p->n_period_type - 1], 1, strings);
    bool good = period && types_are_good(p->sample_type, p->n_sample_type, strings) &&
                p->drop_frames < strings && p->keep_frames < strings && p->default_sample_type < strings &&
                p->doc_url < strings;
    for (size_t i = 0; i < p->n_comment; i++)
        good &= p->comment[i] < strings;
    return good;
}

static bool symbols_are_good(const Oracle__Profile *p)
{
    size_t strings = p->n_string_table;
    bool good = IDS_ARE_GOOD(p->mapping, p->n_mapping) && IDS_ARE_GOOD(p->function, p->n_function) &&
                IDS_ARE_GOOD(p->location, p->n_location);
    for (size_t i = 0; i < p->n_mapping; i++)
        good &= p->mapping[i]->filename < strings && p->mapping[i]->build_id < strings;
    for (size_t i = 0; i < p->n_function; i++)
        good &= p->function[i]->name < strings && p->function[i]->system_name < strings &&
                p->function[i]->filename < strings;
    for (size_t i = 0; good && i < p->n_location; i++) {
        const Oracle__Location *l = p->location[i];
        good &= l->mapping_id == 0 || FIND(p->mapping, p->n_mapping, l->mapping_id) < p->n_mapping;
        for (size_t k = 0; k < l->n_line; k++)
            good &= FIND(p->function, p->n_function, l->line[k]->function_id) < p->n_function;
    }
    return good;
}

static bool sample_is_good(const Oracle__Profile *p, const Oracle__Sample *s)
{
    size_t strings = p->n_string_table;
    bool good = s->n_value == p->n_sample_type;
    for (size_t i = 0; good && i < s->n_location_id; i++)
        good &= FIND(p->location, p->n_location, s->location_id[i]) < p->n_location;
    for (size_t i = 0; good && i < s->n_label; i++) {
        const Oracle__Label *l = s->label[i];
        good &= l->key < strings && l->str < strings && (l->str != 0 || l->num_unit < strings);
    }
    return good;
}

static bool is_good(const Oracle__Profile *p)
{
    if (!header_is_good(p) || !symbols_are_good(p))
        return false;
    for (size_t i = 0; i < p->n_sample; i++)
        if (!sample_is_good(p, p->sample[i]))
            return false;

    return true;
}

/* --- what it says --------------------------------------------------------------- */

static void insist_same_header(const struct profile *p, const Oracle__Profile *o)
{
    insist(p->types.count == o->n_sample_type && p->strings.count == o->n_string_table);
    for (size_t i = 0; i < p->types.count; i++) {
        struct profile_value_type t = COLUMN_AT(p->types, struct profile_value_type)[i];
        insist(t.type == o->sample_type[i]->type && t.unit == o->sample_type[i]->unit);
    }
    for (uint32_t i = 0; i < p->strings.count; i++)
        insist(slice_eq(profile_string(p, i), slice_make(o->string_table[i].data, o->string_table[i].len)));
    insist(p->drop_frames == o->drop_frames && p->keep_frames == o->keep_frames);
    insist(p->default_type == o->default_sample_type && p->doc_url == o->doc_url);
    insist(p->time_nanos == (int64_t)o->time_nanos && p->duration_nanos == (int64_t)o->duration_nanos);
    insist(p->period == (int64_t)o->period);
    if (o->n_period_type > 0) {
        const Oracle__ValueType *t = o->period_type[o->n_period_type - 1];
        insist(p->period_type.type == t->type && p->period_type.unit == t->unit);
    }
    insist(p->comments.count == o->n_comment);
    for (size_t i = 0; i < o->n_comment; i++)
        insist(COLUMN_AT(p->comments, uint32_t)[i] == o->comment[i]);
}

static void insist_same_mapping(const struct profile_mapping *m, const Oracle__Mapping *o)
{
    uint32_t flags = (o->has_functions ? MAPPING_HAS_FUNCTIONS : 0U) |
                     (o->has_filenames ? MAPPING_HAS_FILENAMES : 0U) |
                     (o->has_line_numbers ? MAPPING_HAS_LINE_NUMBERS : 0U) |
                     (o->has_inline_frames ? MAPPING_HAS_INLINE_FRAMES : 0U);
    insist(m->start == o->memory_start && m->limit == o->memory_limit && m->offset == o->file_offset);
    insist(m->filename == o->filename && m->build_id == o->build_id && m->flags == flags);
}

static void insist_same_location(const struct profile *p, const struct profile_location *l,
                                 const Oracle__Profile *all, const Oracle__Location *o)
{
    insist(l->address == o->address && l->folded == (o->is_folded != 0) && l->lines_count == o->n_line);
    insist(l->mapping == (o->mapping_id ? FIND(all->mapping, all->n_mapping, o->mapping_id) : PROFILE_NONE));
    for (size_t i = 0; i < o->n_line; i++) {
        const struct profile_line *line = &profile_lines(p, l)[i];
        insist(line->line == (int64_t)o->line[i]->line && line->column == (int64_t)o->line[i]->column);
        insist(all->function[line->function]->id == o->line[i]->function_id);
    }
}

static void insist_same_symbols(const struct profile *p, const Oracle__Profile *o)
{
    insist(p->mappings.count == o->n_mapping && p->functions.count == o->n_function &&
           p->locations.count == o->n_location);
    for (size_t i = 0; i < o->n_mapping; i++)
        insist_same_mapping(&COLUMN_AT(p->mappings, struct profile_mapping)[i], o->mapping[i]);
    for (size_t i = 0; i < o->n_function; i++) {
        const struct profile_function *f = &COLUMN_AT(p->functions, struct profile_function)[i];
        insist(f->name == o->function[i]->name && f->system_name == o->function[i]->system_name);
        insist(f->filename == o->function[i]->filename &&
               f->start_line == (int64_t)o->function[i]->start_line);
    }
    for (size_t i = 0; i < o->n_location; i++)
        insist_same_location(p, &COLUMN_AT(p->locations, struct profile_location)[i], o, o->location[i]);
}

/* Labels that say nothing are left out. */
static bool says_something(const Oracle__Profile *o, const Oracle__Label *l)
{
    return l->str != 0 ? o->string_table[l->str].len > 0 : l->num != 0 || l->num_unit != 0;
}

static void insist_same_labels(const struct sample_reader *r, const Oracle__Profile *all,
                               const Oracle__Sample *o)
{
    size_t kept = 0;
    for (size_t i = 0; i < o->n_label; i++) {
        const Oracle__Label *l = o->label[i];
        if (!says_something(all, l))
            continue;

        insist(kept < r->labels.count);
        const struct sample_label *mine = &COLUMN_AT(r->labels, struct sample_label)[kept++];
        insist(mine->key == l->key && mine->text == l->str);
        insist(mine->number == (l->str ? 0 : (int64_t)l->num) && mine->unit == (l->str ? 0 : l->num_unit));
    }
    insist(kept == r->labels.count);
}

static void insist_same_sample(const struct sample_reader *r, const Oracle__Profile *all,
                               const Oracle__Sample *o)
{
    insist(r->locations.count == o->n_location_id && r->values.count == o->n_value);
    for (size_t i = 0; i < o->n_location_id; i++)
        insist(all->location[COLUMN_AT(r->locations, uint32_t)[i]]->id == o->location_id[i]);
    for (size_t i = 0; i < o->n_value; i++)
        insist(COLUMN_AT(r->values, int64_t)[i] == (int64_t)o->value[i]);
    insist_same_labels(r, all, o);
}

/* --- both ------------------------------------------------------------------------ */

/* Reads all; what there is to compare is compared as it is read. o: NULL, or valid. */
static enum status read_all(struct profile *p, struct sample_reader *r, struct slice bytes,
                            const Oracle__Profile *o, struct error *err)
{
    enum status status = profile_read(p, bytes, err);
    if (status != OK)
        return status;

    if (o) {
        insist_same_header(p, o);
        insist_same_symbols(p, o);
    }
    size_t nth = 0;
    sample_reader_start(r, p);
    for (bool more = true;; nth++) {
        status = sample_next(r, &more, err);
        if (status != OK || !more)
            break;
        if (o) {
            insist(nth < o->n_sample);
            insist_same_sample(r, o, o->sample[nth]);
        }
    }
    if (status == OK && o)
        insist(nth == o->n_sample);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > MAX_BYTES)
        return 0;

    Oracle__Profile *o = oracle__profile__unpack(NULL, size, data);
    bool good = o && is_good(o);
    struct quota quota = QUOTA_INIT(64UL * MAX_BYTES, NULL);
    struct slice bytes = slice_make(data, size);
    struct profile p;
    struct sample_reader r;
    struct error err;
    profile_init(&p, &quota);
    sample_reader_init(&r);
    enum status status = read_all(&p, &r, bytes, good ? o : NULL, &err);
    if (status == OK && !good)
        insist(!o && !is_narrow(bytes, LEVELS));
    if (status == E_INVALID && good)
        insist(strstr(err.text, "time_nanos stands there twice"));
    sample_reader_release(&r, &quota);
    profile_release(&p);
    insist(quota.used == 0);
    if (o)
        oracle__profile__free_unpacked(o, NULL);
    return 0;
}
