/*
 * tagfocus and tagignore. A range is compared with numeric labels, in the unit that the first label of that
 * key has in the whole profile (pprof takes one unit for each key). Regular expressions are searched in
 * texts: with a key any of the expressions may match one of its values; without a key each of them must match
 * some "key:value".
 *
 * A pattern may have dozens of expressions: they are compiled and searched one after the other, so that only
 * one is in memory, and each label is looked at once by each.
 */
#include "view/filter_stage.h"

#include "base/hash.h"
#include "pprof/order.h"
#include "view/tag_range.h"

struct tagging {
    struct filter *f;
    const char *option, *note;
    char flag;          /* SET_FOCUS or SET_IGNORE */
    struct slice key;   /* empty: any */
    struct slice value; /* what follows */
};

static struct stack_labels labels_of(const struct filter *f, uint32_t set)
{
    return COLUMN_AT(f->in->stacks.sets, struct stack_labels)[set];
}

static const struct stack_label *label_at(const struct filter *f, struct stack_labels of, uint32_t nth)
{
    return &COLUMN_AT(f->in->stacks.labels, struct stack_label)[of.at + nth];
}

static bool is_used(const struct filter *f, uint32_t set)
{
    return COLUMN_AT(f->sets, char)[set] & SET_USED;
}

/* --- units --- */

struct units {
    struct filter *f;
    struct column of_keys; /* uint32_t by string: the unit of the key's numbers, INTERN_NONE: none has one */
    struct column several; /* char by string: the key has several */
};

static void units_release(struct units *u)
{
    column_release(&u->of_keys, u->f->quota);
    column_release(&u->several, u->f->quota);
}

static void note_units(struct filter *f, const struct stack_label *label, uint32_t used)
{
    buf_append_cstr(f->notes, "For tag ");
    filter_note_text(f, filter_string(f, label->key));
    buf_append_cstr(f->notes, " used unit ");
    filter_note_text(f, filter_string(f, used));
    buf_append_cstr(f->notes, ", also encountered unit(s) ");
    filter_note_text(f, filter_string(f, label->unit));
    buf_append_byte(f->notes, '\n');
}

/* Takes the units of a set for those keys that have none yet. True if a key has another already. */
static bool take_units(struct units *u, uint32_t set, bool note)
{
    bool several = false;
    struct stack_labels of = labels_of(u->f, set);
    for (uint32_t i = 0; i < of.count; i++) {
        const struct stack_label *label = label_at(u->f, of, i);
        uint32_t *unit = &COLUMN_AT(u->of_keys, uint32_t)[label->key];
        char *noted = &COLUMN_AT(u->several, char)[label->key];
        if (label->text != 0 || label->unit == 0)
            continue;
        if (*unit == INTERN_NONE)
            *unit = label->unit;
        if (*unit == label->unit)
            continue;
        several = true;
        if (note && !*noted)
            note_units(u->f, label, *unit);
        *noted = true;
    }
    return several;
}

static bool units_reset(struct units *u)
{
    size_t strings = intern_count(&u->f->in->symbols.strings);
    return column_fill(&u->of_keys, strings, 0xff, u->f->quota) &&
           column_fill(&u->several, strings, 0, u->f->quota);
}

/* Which is first when there are several must not depend on the order of merging: samples are taken in the
 * order in which they are written. That is rare, and costs a sort. */
static enum status take_units_in_order(struct units *u, struct error *err)
{
    struct order o CLEANUP(order_release);
    enum status status = order_build(&o, u->f->in, err);
    if (status != OK)
        return status;
    if (!units_reset(u))
        return quota_error(u->f->quota, err);

    for (size_t i = 0; i < o.samples.count; i++) {
        uint32_t sample = COLUMN_AT(o.samples, uint32_t)[i];
        (void)take_units(u, COLUMN_AT(u->f->in->stacks.samples, struct stack)[sample].labels, true);
    }
    return OK;
}

static enum status units_init(struct units *u, struct filter *f, struct error *err)
{
    *u = (struct units){.f = f, .of_keys = COLUMN_OF(uint32_t), .several = COLUMN_OF(char)};
    if (!units_reset(u))
        return quota_error(f->quota, err);

    bool several = false;
    for (uint32_t set = 0; set < f->sets.count; set++)
        if (is_used(f, set))
            several |= take_units(u, set, false);
    return several ? take_units_in_order(u, err) : OK;
}

static struct slice unit_of(const struct units *u, uint32_t key)
{
    uint32_t unit = COLUMN_AT(u->of_keys, uint32_t)[key];
    struct slice name = filter_string(u->f, key);
    if (unit != INTERN_NONE)
        return filter_string(u->f, unit);

    /* The runtimes that write these two without a unit mean bytes. */
    return slice_eq_cstr(name, "alignment") || slice_eq_cstr(name, "request") ? SLICE("bytes") : name;
}

/* --- ranges --- */

static bool has_in_range(const struct tagging *t, const struct units *u, const struct tag_range *range,
                         uint32_t set)
{
    struct stack_labels of = labels_of(t->f, set);
    for (uint32_t i = 0; i < of.count; i++) {
        const struct stack_label *label = label_at(t->f, of, i);
        if (label->text != 0 || (t->key.len > 0 && !slice_eq(filter_string(t->f, label->key), t->key)))
            continue;
        if (tag_range_holds(range, label->number, unit_of(u, label->key)))
            return true;
    }
    return false;
}

static enum status match_range(const struct tagging *t, const struct tag_range *range, struct error *err)
{
    struct units u CLEANUP(units_release);
    enum status status = units_init(&u, t->f, err);
    if (status != OK)
        return status;

    buf_printf(t->f->notes, "%s:Interpreted '", t->option);
    filter_note_text(t->f, t->value);
    buf_append_cstr(t->f->notes, "' as range, not regexp\n");
    for (uint32_t set = 0; set < t->f->sets.count; set++)
        if (is_used(t->f, set) && has_in_range(t, &u, range, set))
            COLUMN_AT(t->f->sets, char)[set] |= t->flag;
    return OK;
}

/* --- expressions --- */

enum { UNKNOWN, NO, YES };

struct text_pair {
    uint32_t key, text;
};

/* Texts of labels, each once. */
struct texts {
    const struct tagging *t;
    struct regex *regex;
    struct column pairs;    /* struct text_pair */
    struct column verdicts; /* char by pair, of the regex at hand */
    struct table known;
    struct buf text;
    bool failed, too_long;
};

static void texts_release(struct texts *x)
{
    regex_free(x->regex);
    column_release(&x->pairs, x->t->f->quota);
    column_release(&x->verdicts, x->t->f->quota);
    table_release(&x->known, x->t->f->quota);
    buf_release(&x->text);
}

/* INTERN_NONE: the quota refuses. */
static uint32_t pair_of(struct texts *x, const struct stack_label *label)
{
    struct quota *q = x->t->f->quota;
    uint64_t hash = hash64_pair(label->key, label->text);
    struct table_probe probe;
    for (uint32_t i = table_first(&x->known, hash, &probe); i != TABLE_NONE;
         i = table_next(&x->known, &probe)) {
        const struct text_pair *p = &COLUMN_AT(x->pairs, struct text_pair)[i];
        if (p->key == label->key && p->text == label->text)
            return i;
    }
    uint32_t index = (uint32_t)x->pairs.count;
    struct text_pair *added = column_add(&x->pairs, 1, q);
    char *verdict = column_add(&x->verdicts, 1, q);
    if (!added || !verdict || !table_put(&x->known, hash, index, q))
        return INTERN_NONE;

    *added = (struct text_pair){label->key, label->text};
    *verdict = UNKNOWN;
    return index;
}

static bool text_matches(struct texts *x, const struct stack_label *label)
{
    const struct filter *f = x->t->f;
    uint32_t pair = pair_of(x, label);
    if (pair == INTERN_NONE) {
        x->failed = true;
        return false;
    }
    char *verdict = &COLUMN_AT(x->verdicts, char)[pair];
    if (*verdict == UNKNOWN) {
        buf_reset(&x->text);
        if (x->t->key.len == 0) {
            buf_append(&x->text, filter_string(f, label->key));
            buf_append_byte(&x->text, ':');
        }
        buf_append(&x->text, filter_string(f, label->text));
        x->too_long |= x->text.full;
        *verdict = regex_matches(x->regex, buf_slice(&x->text)) ? YES : NO;
    }
    return *verdict == YES;
}

static bool has_text(struct texts *x, uint32_t set)
{
    const struct tagging *t = x->t;
    struct stack_labels of = labels_of(t->f, set);
    for (uint32_t i = 0; i < of.count; i++) {
        const struct stack_label *label = label_at(t->f, of, i);
        if (label->text == 0 || (t->key.len > 0 && !slice_eq(filter_string(t->f, label->key), t->key)))
            continue;
        if (text_matches(x, label))
            return true;
    }
    return false;
}

/* With a key one expression is enough, without one all must match. */
static void match_sets(struct texts *x)
{
    const struct tagging *t = x->t;
    bool any = t->key.len > 0;
    for (uint32_t set = 0; set < t->f->sets.count && !x->failed && !x->too_long; set++) {
        char *flags = &COLUMN_AT(t->f->sets, char)[set];
        bool matches = (*flags & t->flag) != 0;
        if (!is_used(t->f, set) || matches == any)
            continue;

        *flags = (char)(has_text(x, set) ? *flags | t->flag : *flags & ~t->flag);
    }
}

static enum status texts_failed(const struct texts *x, struct error *err)
{
    if (x->too_long)
        return error_set(err, E_TOO_LARGE, "a label for %s is over %lu bytes", x->t->option,
                         LIMIT_REGEX_TEXT_BYTES);

    return quota_error(x->t->f->quota, err);
}

static void set_all(const struct tagging *t)
{
    for (uint32_t set = 0; set < t->f->sets.count; set++)
        COLUMN_AT(t->f->sets, char)[set] |= t->flag;
}

static enum status match_expressions(const struct tagging *t, struct error *err)
{
    struct texts x CLEANUP(texts_release) = {.t = t,
                                             .pairs = COLUMN_OF(struct text_pair),
                                             .verdicts = COLUMN_OF(char),
                                             .known = TABLE_INIT,
                                             .text = BUF_INIT(LIMIT_REGEX_TEXT_BYTES)};
    struct slice rest = t->value, expression;
    if (t->key.len == 0)
        set_all(t);
    while (slice_split(&rest, ',', &expression)) {
        regex_free(x.regex);
        x.regex = NULL;
        enum status status = filter_regex_new(t->f, t->option, expression, &x.regex, err);
        if (status != OK)
            return status;

        if (x.verdicts.count > 0)
            memset(x.verdicts.ptr, UNKNOWN, x.verdicts.count);
        match_sets(&x);
        if (x.failed || x.too_long)
            return texts_failed(&x, err);

        status = filter_regex_check(t->f, x.regex, err);
        if (status != OK)
            return status;
    }
    return OK;
}

static enum status match_tags(struct tagging t, struct slice pattern, struct error *err)
{
    size_t equals = slice_find(pattern, '=');
    t.value = equals < pattern.len ? slice_from(pattern, equals + 1) : pattern;
    if (equals < pattern.len)
        t.key = slice_sub(pattern, 0, equals);

    struct tag_range range;
    bool is_range;
    enum status status = tag_range_parse(t.option, t.value, &is_range, &range, err);
    if (status != OK)
        return status;

    return is_range ? match_range(&t, &range, err) : match_expressions(&t, err);
}

enum status filter_tags(struct filter *f, struct error *err)
{
    const struct view_options *o = f->options;
    struct tagging focus = {.f = f, .option = "tagfocus", .flag = SET_FOCUS};
    struct tagging ignore = {.f = f, .option = "tagignore", .flag = SET_IGNORE};
    enum status status = OK;
    if (o->tagfocus.len > 0)
        status = match_tags(focus, o->tagfocus, err);
    else
        set_all(&focus);
    if (status == OK && o->tagignore.len > 0)
        status = match_tags(ignore, o->tagignore, err);
    return status;
}
