/*
 * One row an option. Setters look at the form of a value only: whether a pattern can be compiled or a label
 * exists shows when it is used, against a profile. Where pprof takes anything (a fraction of 7, nodecount of
 * -12) the value is refused here: it is a mistake that the answer would hide.
 *
 * group_by is what people look for when they come from tables, tagroot what pprof calls it. Both set one
 * field, so they are refused together; tagroot's row stands first, whichever was given first.
 */
#include "view/options.h"

#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_BYTES = 60, NUMBER_BYTES = 32 };

static enum status refuse(struct error *err, const char *name, struct slice value, const char *why)
{
    char shown[SHOWN_BYTES + 1];
    size_t len = value.len < SHOWN_BYTES ? value.len : SHOWN_BYTES;
    for (size_t i = 0; i < len; i++)
        shown[i] = (unsigned char)value.ptr[i] < ' ' || value.ptr[i] == '\x7f' ? '?' : value.ptr[i];
    shown[len] = '\0';
    return error_set(err, E_INVALID, "bad \"%s\" \"%s%s\": %s", name, shown, len < value.len ? "..." : "",
                     why);
}

static enum status to_count(const char *name, struct slice value, int64_t min, int64_t max,
                            int64_t *ret_count, struct error *err)
{
    int64_t count;
    if (!slice_to_i64(value, &count))
        return refuse(err, name, value, "not a number");
    if (count < min || count > max) {
        char why[64];
        (void)snprintf(why, sizeof why, "not between %ld and %ld", min, max);
        return refuse(err, name, value, why);
    }
    *ret_count = count;
    return OK;
}

static enum status to_fraction(const char *name, struct slice value, double *ret_fraction, struct error *err)
{
    char text[NUMBER_BYTES] = "", *end = text;
    double fraction = -1;
    if (value.len > 0 && value.len < sizeof text) {
        memcpy(text, value.ptr, value.len);
        /* No spaces, signs, hexadecimals, infinities. */
        if (strspn(text, "0123456789.eE-") == value.len && text[0] != '-')
            fraction = strtod(text, &end);
    }
    if (end == text || *end != '\0')
        return refuse(err, name, value, "not a number");
    if (!(fraction >= 0 && fraction <= 1))
        return refuse(err, name, value, "not between 0 and 1");

    *ret_fraction = fraction;
    return OK;
}

static enum status to_bool(const char *name, struct slice value, bool *ret_bool, struct error *err)
{
    bool yes = slice_eq(value, SLICE("1")) || slice_eq(value, SLICE("true"));
    if (!yes && !slice_eq(value, SLICE("0")) && !slice_eq(value, SLICE("false")))
        return refuse(err, name, value, "neither 1 nor 0");

    *ret_bool = yes;
    return OK;
}

/* A list in which more pieces than anyone types would cost time for each sample. */
static enum status to_list(const char *name, struct slice value, size_t max, struct slice *ret_list,
                           struct error *err)
{
    struct slice rest = value, piece;
    size_t pieces = 0;
    while (slice_split(&rest, ',', &piece))
        pieces++;
    if (pieces > max) {
        char why[64];
        (void)snprintf(why, sizeof why, "more than %zu parts", max);
        return refuse(err, name, value, why);
    }
    *ret_list = value;
    return OK;
}

#define SETTER(name)                                                                                         \
    static enum status set_##name(struct view_options *o, struct slice value, struct error *err)

#define TEXT_SETTER(name)                                                                                    \
    SETTER(name)                                                                                             \
    {                                                                                                        \
        (void)err;                                                                                           \
        o->name = value;                                                                                     \
        return OK;                                                                                           \
    }

TEXT_SETTER(sample_index)
TEXT_SETTER(focus)
TEXT_SETTER(ignore)
TEXT_SETTER(hide)
TEXT_SETTER(show)
TEXT_SETTER(show_from)
TEXT_SETTER(function)

SETTER(tagfocus)
{
    return to_list("tagfocus", value, LIMIT_TAG_PATTERNS, &o->tagfocus, err);
}

SETTER(tagignore)
{
    return to_list("tagignore", value, LIMIT_TAG_PATTERNS, &o->tagignore, err);
}

SETTER(tagroot)
{
    return to_list("tagroot", value, LIMIT_TAG_KEYS, &o->tagroot, err);
}

SETTER(tagleaf)
{
    return to_list("tagleaf", value, LIMIT_TAG_KEYS, &o->tagleaf, err);
}

SETTER(group_by)
{
    if (slice_find(value, ',') != value.len)
        return refuse(err, "group_by", value, "one label only; tagroot takes several");
    if (value.len > 0 && o->tagroot.len > 0)
        return refuse(err, "group_by", value,
                      "it is tagroot with one label, and tagroot is given too: leave out one");

    o->tagroot = value;
    return OK;
}

SETTER(granularity)
{
    static const char *const names[] = {[GRANULARITY_FUNCTIONS] = "functions",
                                        [GRANULARITY_FILEFUNCTIONS] = "filefunctions",
                                        [GRANULARITY_FILES] = "files",
                                        [GRANULARITY_LINES] = "lines",
                                        [GRANULARITY_ADDRESSES] = "addresses"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (slice_eq_cstr(value, names[i])) {
            o->granularity = (enum view_granularity)i;
            return OK;
        }
    }
    return refuse(err, "granularity", value, "none of functions, filefunctions, files, lines and addresses");
}

SETTER(sort)
{
    bool is_cum = slice_eq(value, SLICE("cum"));
    if (!is_cum && !slice_eq(value, SLICE("flat")))
        return refuse(err, "sort", value, "neither flat nor cum");

    o->cum_sort = is_cum;
    return OK;
}

SETTER(trim)
{
    bool trim = !o->no_trim;
    enum status status = to_bool("trim", value, &trim, err);
    if (status == OK)
        o->no_trim = !trim;
    return status;
}

SETTER(nodecount)
{
    return to_count("nodecount", value, -1, INT32_MAX, &o->node_count, err);
}

SETTER(nodefraction)
{
    return to_fraction("nodefraction", value, &o->node_fraction, err);
}

SETTER(edgefraction)
{
    return to_fraction("edgefraction", value, &o->edge_fraction, err);
}

SETTER(min_fraction)
{
    return to_fraction("min_fraction", value, &o->min_fraction, err);
}

SETTER(max_nodes)
{
    return to_count("max_nodes", value, 1, (int64_t)LIMIT_VIEW_NODES, &o->max_nodes, err);
}

const struct view_option VIEW_OPTIONS[] = {
    {"sample_index", "TYPE", "The sample type to show, by name or by number from 0.", set_sample_index},
    {"focus", "REGEX", "Keeps samples with a frame that matches (function, file or mapping).", set_focus},
    {"ignore", "REGEX", "Drops samples with a frame that matches.", set_ignore},
    {"hide", "REGEX", "Leaves out frames that match.", set_hide},
    {"show", "REGEX", "Leaves out frames that do not match.", set_show},
    {"show_from", "REGEX", "Leaves out what stands above the highest frame that matches.", set_show_from},
    {"tagfocus", "[KEY=]REGEX|RANGE", "Keeps samples with a label that matches or is in the range 32kb:64mb.",
     set_tagfocus},
    {"tagignore", "[KEY=]REGEX|RANGE", "Drops samples with a label that matches or is in the range.",
     set_tagignore},
    {"tagroot", "KEY[,KEY...]", "Makes the values of labels frames at the root.", set_tagroot},
    {"tagleaf", "KEY[,KEY...]", "Makes the values of labels frames at the leaf.", set_tagleaf},
    {"group_by", "KEY", "Groups by the values of one label, which become the root.", set_group_by},
    {"function", "REGEX", "The functions whose callers and callees peek shows.", set_function},
    {"granularity", "KIND", "What a frame is: functions, filefunctions, files, lines or addresses.",
     set_granularity},
    {"sort", "flat|cum", "Sorts tables by flat or by cumulative value.", set_sort},
    {"trim", "0|1", "0 shows every node and edge.", set_trim},
    {"nodecount", "N", "At most so many nodes; 0 is all of them.", set_nodecount},
    {"nodefraction", "FRACTION", "Leaves out nodes below this share of the total.", set_nodefraction},
    {"edgefraction", "FRACTION", "Leaves out edges below this share of the total.", set_edgefraction},
    {"min_fraction", "FRACTION", "Folds nodes of flame graphs below this share into a remainder.",
     set_min_fraction},
    {"max_nodes", "N", "At most so many nodes of a flame graph; what remains is folded.", set_max_nodes},
};

const size_t VIEW_OPTIONS_COUNT = ARRAY_LEN(VIEW_OPTIONS);

const struct view_option *view_option_find(struct slice name)
{
    for (size_t i = 0; i < VIEW_OPTIONS_COUNT; i++)
        if (slice_eq_cstr(name, VIEW_OPTIONS[i].name))
            return &VIEW_OPTIONS[i];

    return NULL;
}

bool view_options_filter(const struct view_options *o)
{
    const struct slice all[] = {o->focus,    o->ignore,    o->hide,    o->show,   o->show_from,
                                o->tagfocus, o->tagignore, o->tagroot, o->tagleaf};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (all[i].len > 0)
            return true;

    return false;
}
