/*
 * Options of views are made from VIEW_OPTIONS, so that a new one is there on the command line and over HTTP
 * at once.
 */
#include "cli/query_options.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { HOUR_MS = 3600 * 1000 };

struct grouped_row {
    unsigned groups;
    bool selects; /* given in argv, it says that a collector is meant */
    struct option_row row;
};

static void add_row(struct query_options *o, size_t *count, struct option_row row)
{
    assert(*count < QUERY_ROWS_MAX);
    o->rows[(*count)++] = row;
}

static void add_view_rows(struct query_options *o, size_t *count, unsigned groups)
{
    assert(VIEW_OPTIONS_COUNT <= QUERY_VIEW_MAX);
    for (size_t i = 0; (groups & ROWS_VIEW) && i < VIEW_OPTIONS_COUNT; i++) {
        char *name = o->view_names[i];
        (void)snprintf(name, QUERY_NAME_MAX, "%s", VIEW_OPTIONS[i].name);
        for (char *c = name; *c; c++)
            *c = (char)(*c == '_' ? '-' : *c);
        add_row(o, count,
                (struct option_row){.name = name,
                                    .kind = OPTION_TEXT,
                                    .value = &o->view_texts[i],
                                    .argument = VIEW_OPTIONS[i].argument,
                                    .help = VIEW_OPTIONS[i].help});
    }
}

static size_t add_rows(struct query_options *o, const struct grouped_row *all, size_t all_count, size_t count,
                       unsigned groups)
{
    for (size_t i = 0; i < all_count; i++) {
        if (!(all[i].groups & groups))
            continue;
        struct option_row row = all[i].row;
        row.ret_given = all[i].selects ? &o->given[count] : NULL;
        add_row(o, &count, row);
    }
    return count;
}

static size_t source_rows(struct query_options *o, size_t count, unsigned groups)
{
    struct selection *s = &o->selection, *b = &o->base;
    const struct grouped_row all[] = {
        {ROWS_SOURCE,
         false,
         {"collector", OPTION_TEXT, &o->collector, "http://127.0.0.1:10100", 0, 0, "URL", "where they are"}},
        {ROWS_SOURCE, true, {"service", OPTION_TEXT, &s->service, NULL, 0, 0, "NAME", "of this service"}},
        {ROWS_SOURCE,
         false,
         {"type", OPTION_TEXT, &s->type, NULL, 0, 0, "TYPE", "cpu, heap, ...; also of files in directories"}},
        {ROWS_SOURCE,
         true,
         {"label", OPTION_LIST, &s->labels, NULL, 0, 0, "KEY=VALUE",
          "with this label, or !=, =~REGEX, !~REGEX; may be repeated, all must hold"}},
        {ROWS_SOURCE,
         true,
         {"from", OPTION_TEXT, &s->from, NULL, 0, 0, "TIME",
          "since then: -1h, -2d, 2026-11-23T02:10:00, unix seconds (an hour ago)"}},
        {ROWS_SOURCE, true, {"to", OPTION_TEXT, &s->to, NULL, 0, 0, "TIME", "until then (now)"}},
        {ROWS_MERGE,
         true,
         {"id", OPTION_LIST, &s->ids, NULL, 0, 0, "ID", "this one, instead of a selection; may be repeated"}},
        {ROWS_BASE,
         true,
         {"base-service", OPTION_TEXT, &b->service, NULL, 0, 0, "NAME",
          "the base is of this service (the same)"}},
        {ROWS_BASE,
         true,
         {"base-label", OPTION_LIST, &b->labels, NULL, 0, 0, "KEY=VALUE",
          "the base has this label (the same labels; ',': none); may be repeated"}},
        {ROWS_BASE,
         true,
         {"base-from", OPTION_TEXT, &b->from, NULL, 0, 0, "TIME", "the base begins then (the same)"}},
        {ROWS_BASE,
         true,
         {"base-to", OPTION_TEXT, &b->to, NULL, 0, 0, "TIME",
          "the base ends then (it is as long as the selection)"}},
        {ROWS_BASE,
         true,
         {"base-id", OPTION_LIST, &b->ids, NULL, 0, 0, "ID", "this profile is the base; may be repeated"}},
        {ROWS_BASE,
         false,
         {"normalize", OPTION_FLAG, &o->normalise, "false", 0, 0, NULL,
          "scale the new side to the base's total: shares are compared"}},
        {ROWS_MERGE,
         false,
         {"partial", OPTION_FLAG, &o->partial, "false", 0, 0, NULL,
          "leave out profiles whose objects are gone, and say so"}},
        {ROWS_SOURCE,
         false,
         {"fresh", OPTION_FLAG, &o->fresh, "false", 0, 0, NULL,
          "rather fail than miss what came in just now"}},
        {ROWS_SOURCE,
         false,
         {"bearer-file", OPTION_TEXT, &o->bearer_file, NULL, 0, 0, "FILE",
          "holds the token, if BRAZIER_TOKEN does not"}},
        {ROWS_SOURCE,
         false,
         {"ca-file", OPTION_TEXT, &o->ca_file, NULL, 0, 0, "FILE",
          "PEM file of the certificates to trust (the system's)"}},
        {ROWS_SOURCE,
         false,
         {"timeout", OPTION_DURATION, &o->timeout_ms, "5m", 1, 24 * (int64_t)HOUR_MS, "TIME",
          "for one answer of the collector"}},
    };
    return add_rows(o, all, ARRAY_LEN(all), count, groups);
}

static size_t other_rows(struct query_options *o, size_t count, unsigned groups)
{
    const struct grouped_row all[] = {
        {ROWS_GATE,
         false,
         {"fail-on", OPTION_LIST, &o->rules, NULL, 0, 0, "RULE",
          "exit with 1 if this has grown: see above; may be repeated"}},
        {ROWS_GATE,
         false,
         {"min-share", OPTION_TEXT, &o->min_share, "0.5%", 0, 0, "PERCENT",
          "below this share of both totals it is noise: not shown, not judged"}},
        {ROWS_GATE,
         false,
         {"limit", OPTION_COUNT, &o->limit, "20", 0, 1000000, "N", "rows of the table; 0: all"}},
        {ROWS_GATE,
         false,
         {"markdown", OPTION_FLAG, &o->is_markdown, "false", 0, 0, NULL, "the table as Markdown"}},
        {ROWS_GATE,
         false,
         {"format", OPTION_TEXT, &o->format, NULL, 0, 0, "FORMAT",
          "another view of it: svg, top.txt, folded, pprof, dot, ..."}},
        {ROWS_LIST,
         false,
         {"limit", OPTION_COUNT, &o->limit, "0", 0, 1000000000, "N", "the newest N only; 0: all"}},
        {ROWS_TIMELINE,
         false,
         {"sample-type", OPTION_TEXT, &o->sample_type, NULL, 0, 0, "TYPE",
          "which values, if there are several: inuse_space, ... (the default one)"}},
        {ROWS_TIMELINE,
         false,
         {"step", OPTION_TEXT, &o->step, NULL, 0, 0, "TIME", "one value each 30s, 5m, 1h (as fits)"}},
        {ROWS_TIMELINE,
         false,
         {"group-by", OPTION_TEXT, &o->group_by, NULL, 0, 0, "LABEL",
          "one line for each value of this label"}},
        {ROWS_MERGE,
         false,
         {"memory", OPTION_BYTES, &o->memory_bytes, "2GiB", 16 * (int64_t)MIB, 1048576 * (int64_t)MIB,
          "BYTES", "at most, for merging and for what is made of it"}},
        {ROWS_JSON,
         false,
         {"json", OPTION_FLAG, &o->is_json, "false", 0, 0, NULL, "for programs: what the HTTP API gives"}},
        {ROWS_OUTPUT,
         false,
         {"output", OPTION_TEXT, &o->output, NULL, 0, 0, "FILE", "write there, not to standard output", 'o'}},
        {ROWS_TERMINAL,
         false,
         {"color", OPTION_TEXT, &o->colour, "auto", 0, 0, "WHEN",
          "auto: on a terminal unless NO_COLOR is set; always; never"}},
        {ROWS_TERMINAL,
         false,
         {"wide", OPTION_FLAG, &o->is_wide, "false", 0, 0, NULL,
          "names in full, however wide the terminal is"}},
    };
    return add_rows(o, all, ARRAY_LEN(all), count, groups);
}

size_t query_options_rows(struct query_options *o, unsigned groups)
{
    size_t count = source_rows(o, 0, groups);
    o->view_first = count;
    add_view_rows(o, &count, groups);
    o->view_count = count - o->view_first;
    return other_rows(o, count, groups);
}

enum status query_options_parse(struct query_options *o, unsigned groups, int argc, char **argv,
                                struct option_words *words, struct error *err)
{
    size_t count = query_options_rows(o, groups);
    enum status status = option_parse(o->rows, count, argc, argv, words, err);
    if (status != OK)
        return status;

    for (size_t i = 0; i < count; i++)
        o->selects |= o->given[i];
    o->view = VIEW_OPTIONS_DEFAULT;
    for (size_t i = 0; i < VIEW_OPTIONS_COUNT; i++) {
        if (!o->view_texts[i])
            continue;
        status = VIEW_OPTIONS[i].set(&o->view, slice_of(o->view_texts[i]), err);
        if (status != OK)
            return status;
    }
    return OK;
}
