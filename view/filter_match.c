/*
 * Functions share names and files, locations share functions: a verdict is kept by string, so that a profile
 * of a million frames costs as many searches as it has distinct names. Strings of pseudo frames are few and
 * searched each time.
 */
#include "view/filter_stage.h"

enum { UNKNOWN, NO, YES };

/* Where a profile has no mapping at all, pprof makes up one without a file that all locations are in. */
static bool has_mapping(const struct symbols *s)
{
    for (uint32_t i = 0; i < s->mappings.count; i++)
        if (COLUMN_AT(s->mappings, struct symbol_mapping)[i].is_known)
            return true;

    return false;
}

enum status filter_regex_new(const struct filter *f, const char *option, struct slice pattern,
                             struct regex **ret_regex, struct error *err)
{
    enum status status = regex_new(option, pattern, ret_regex, err);
    if (status == OK)
        regex_allow(*ret_regex, f->search_ns);
    return status;
}

enum status filter_regex_check(struct filter *f, const struct regex *r, struct error *err)
{
    f->search_ns -= regex_spent_ns(r);
    return regex_check(r, err);
}

enum status filter_match_init(struct filter_match *m, const struct filter *f, const char *option,
                              struct slice pattern, struct error *err)
{
    *m = (struct filter_match){.f = f,
                               .verdicts = COLUMN_OF(char),
                               .makes_up_mapping = !has_mapping(&f->in->symbols)};
    enum status status = filter_regex_new(f, option, pattern, &m->regex, err);
    if (status != OK)
        return status;
    if (!column_fill(&m->verdicts, intern_count(&f->in->symbols.strings), UNKNOWN, f->quota))
        return quota_error(f->quota, err);

    return OK;
}

void filter_match_release(struct filter_match *m)
{
    regex_free(m->regex);
    column_release(&m->verdicts, m->f->quota);
}

static bool match_string(struct filter_match *m, uint32_t string)
{
    char *verdict = &COLUMN_AT(m->verdicts, char)[string];
    if (*verdict == UNKNOWN)
        *verdict = regex_matches(m->regex, filter_string(m->f, string)) ? YES : NO;
    return *verdict == YES;
}

bool filter_match_line(struct filter_match *m, uint32_t line)
{
    const struct filter *f = m->f;
    const struct symbols *s = &f->in->symbols;
    if (line < s->lines.count) {
        uint32_t function = COLUMN_AT(s->lines, struct symbol_line)[line].function;
        const struct symbol_function *of = &COLUMN_AT(s->functions, struct symbol_function)[function];
        return match_string(m, of->name) || match_string(m, of->file);
    }

    const struct filter_pseudo *p = &COLUMN_AT(f->pseudos, struct filter_pseudo)[line - s->lines.count];
    return regex_matches(m->regex, intern_get(&f->pseudo_strings, p->name)) ||
           regex_matches(m->regex, intern_get(&f->pseudo_strings, p->file));
}

bool filter_match_mapping(struct filter_match *m, uint32_t location)
{
    const struct symbols *s = &m->f->in->symbols;
    if (location >= s->locations.count)
        return false;

    uint32_t mapping = COLUMN_AT(s->locations, struct symbol_location)[location].mapping;
    if (mapping != SYMBOL_NONE)
        return match_string(m, COLUMN_AT(s->mappings, struct symbol_mapping)[mapping].file);

    return m->makes_up_mapping && match_string(m, 0);
}
