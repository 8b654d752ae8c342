/*
 * One pass over the locations for each option. Lines of a location are functions inlined into each other:
 * focus and ignore take a location for one frame, hide and show leave out single lines, and the location goes
 * when none is left.
 */
#include "view/filter_stage.h"

static bool matches_any(struct filter_match *m, uint32_t location)
{
    const struct filter_location *l = filter_location(m->f, location);
    for (uint32_t i = 0; i < l->count; i++)
        if (filter_match_line(m, *filter_line(m->f, l, i)))
            return true;

    return filter_match_mapping(m, location);
}

/* Keeps the lines that match, or those that do not. */
static void keep_lines(struct filter_match *m, struct filter_location *l, bool matching)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < l->count; i++) {
        uint32_t line = *filter_line(m->f, l, i);
        if (filter_match_line(m, line) == matching)
            *filter_line(m->f, l, kept++) = line;
    }
    l->count = kept;
}

/* Each of these: true if the location counts as a match of its option. */

static bool focus(struct filter_match *m, uint32_t location, struct filter_location *l)
{
    if ((l->flags & LOCATION_IGNORE) || !matches_any(m, location))
        return false;

    l->flags |= LOCATION_FOCUS;
    return true;
}

static bool ignore(struct filter_match *m, uint32_t location, struct filter_location *l)
{
    if (!matches_any(m, location))
        return false;

    l->flags |= LOCATION_IGNORE;
    return true;
}

static bool hide(struct filter_match *m, uint32_t location, struct filter_location *l)
{
    if (!matches_any(m, location))
        return false;

    if (filter_match_mapping(m, location))
        l->count = 0;
    else
        keep_lines(m, l, false);
    if (l->count == 0)
        l->flags |= LOCATION_HIDDEN;
    return true;
}

static bool show(struct filter_match *m, uint32_t location, struct filter_location *l)
{
    if (!filter_match_mapping(m, location))
        keep_lines(m, l, true);
    if (l->count == 0)
        l->flags |= LOCATION_HIDDEN;
    return l->count > 0;
}

static bool show_from(struct filter_match *m, uint32_t location, struct filter_location *l)
{
    bool found = filter_match_mapping(m, location);
    for (uint32_t i = l->count; i-- > 0 && !found;) {
        found = filter_match_line(m, *filter_line(m->f, l, i));
        if (found)
            l->count = i + 1;
    }
    if (found)
        l->flags |= LOCATION_FROM;
    return found;
}

struct pass {
    const char *option, *note;
    struct slice pattern;
    bool (*apply)(struct filter_match *m, uint32_t location, struct filter_location *l);
};

static enum status run(struct filter *f, struct pass p, bool *ret_found, struct error *err)
{
    struct filter_match m CLEANUP(filter_match_release);
    enum status status = filter_match_init(&m, f, p.option, p.pattern, err);
    if (status != OK)
        return status;

    bool found = false;
    for (uint32_t i = 0; i < f->locations.count; i++) {
        struct filter_location *l = filter_location(f, i);
        if (l->flags & LOCATION_USED)
            found |= p.apply(&m, i, l);
        f->hides |= (l->flags & LOCATION_HIDDEN) != 0;
    }
    *ret_found = found;
    return filter_regex_check(f, m.regex, err);
}

/* Without a focus everything is in it. */
static void focus_all(struct filter *f)
{
    for (uint32_t i = 0; i < f->locations.count; i++)
        filter_location(f, i)->flags |= LOCATION_FOCUS;
}

enum status filter_names(struct filter *f, struct error *err)
{
    const struct view_options *o = f->options;
    /* Ignore comes first: what is ignored does not count for focus. Notes stand in the order of pprof's. */
    const struct pass passes[] = {{"ignore", "Ignore", o->ignore, ignore},
                                  {"focus", "Focus", o->focus, focus},
                                  {"hide", "Hide", o->hide, hide},
                                  {"show", "Show", o->show, show},
                                  {"show_from", "ShowFrom", o->show_from, show_from}};
    static const size_t note_order[] = {1, 0, 2, 3, 4};
    bool found[ARRAY_LEN(passes)];
    if (o->focus.len == 0)
        focus_all(f);
    for (size_t i = 0; i < ARRAY_LEN(passes); i++) {
        found[i] = true;
        enum status status = passes[i].pattern.len > 0 ? run(f, passes[i], &found[i], err) : OK;
        if (status != OK)
            return status;
    }
    for (size_t i = 0; i < ARRAY_LEN(note_order); i++)
        if (!found[note_order[i]])
            filter_note(f, passes[note_order[i]].note);
    return OK;
}
