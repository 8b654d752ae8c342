/*
 * The rarest term's postings are read whole; each further term's are either read and merged, or probed one by
 * one where they are many more than what is left. How much the chosen series hold is guessed from a sample:
 * it only decides which way a question is answered (index/scan.h).
 */
#include "index/selection.h"

#include "base/alloc.h"
#include "index/rows.h"
#include "index/series_text.h"

#include <stdlib.h>

enum {
    PROBE_RATIO = 16, /* a probe costs as much as reading so many postings */
    SAMPLE = 64,
};

struct term {
    int64_t id;
    int64_t series; /* how many have it */
};

void selection_release(struct selection *s)
{
    free(s->series);
    *s = (struct selection){0};
}

size_t selection_at_least(const struct selection *s, int64_t series, size_t from)
{
    size_t low = from, high = s->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->series[middle] < series)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool selection_has(const struct selection *s, int64_t series)
{
    if (s->is_all)
        return true;

    size_t i = selection_at_least(s, series, 0);
    return i < s->count && s->series[i] == series;
}

/* Appends the term of this text; *ret_none if no series has it. */
static enum status find_term(struct conn *conn, struct slice text, struct term *terms, size_t *count,
                             bool *ret_none, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    bool row;
    if (conn_take(conn, STMT_TERM_FIND, &s, err) != OK)
        return conn_failed(err);
    conn_bind_slice(s, 1, text);
    if (conn_step(conn, s, &row, err) != OK)
        return conn_failed(err);

    if (row)
        terms[(*count)++] = (struct term){sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1)};
    else
        *ret_none = true;
    return OK;
}

static int by_series(const void *a, const void *b)
{
    const struct term *x = a, *y = b;
    return (x->series > y->series) - (x->series < y->series);
}

/* Rarest first. */
static enum status find_terms(struct conn *conn, const struct selector *sel, struct term *terms,
                              size_t *ret_count, bool *ret_none, struct error *err)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(SERIES_TEXT_MAX);
    size_t count = 0;

    if (sel->service.len > 0) {
        series_text_service_term(sel->service, &text);
        if (find_term(conn, buf_slice(&text), terms, &count, ret_none, err) != OK)
            return conn_failed(err);
    }
    if (sel->type.len > 0) {
        buf_reset(&text);
        series_text_type_term(sel->type, &text);
        if (find_term(conn, buf_slice(&text), terms, &count, ret_none, err) != OK)
            return conn_failed(err);
    }
    for (size_t i = 0; i < sel->labels.count && !*ret_none; i++) {
        buf_reset(&text);
        series_text_label_term(&sel->labels.items[i], &text);
        if (find_term(conn, buf_slice(&text), terms, &count, ret_none, err) != OK)
            return conn_failed(err);
    }
    if (count > 1)
        qsort(terms, count, sizeof *terms, by_series);
    *ret_count = count;
    return OK;
}

static enum status read_postings(struct conn *conn, int64_t term, struct selection *out, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    size_t cap = 0;
    bool row = true;
    if (conn_take(conn, STMT_POSTING_RANGE, &s, err) != OK)
        return conn_failed(err);

    (void)sqlite3_bind_int64(s, 1, term);
    for (;;) {
        if (conn_step(conn, s, &row, err) != OK)
            return conn_failed(err);
        if (!row)
            return OK;
        if (out->count == cap) {
            cap = cap ? cap * 2 : 64;
            out->series = mem_resize(out->series, cap * sizeof *out->series);
        }
        out->series[out->count++] = sqlite3_column_int64(s, 0);
    }
}

static enum status keep_probed(struct conn *conn, int64_t term, struct selection *out, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    size_t kept = 0;
    if (conn_take(conn, STMT_POSTING_GET, &s, err) != OK)
        return conn_failed(err);

    (void)sqlite3_bind_int64(s, 1, term);
    for (size_t i = 0; i < out->count; i++) {
        bool row;
        (void)sqlite3_bind_int64(s, 2, out->series[i]);
        if (conn_step(conn, s, &row, err) != OK)
            return conn_failed(err);
        if (row)
            out->series[kept++] = out->series[i];
        conn_again(s);
    }
    out->count = kept;
    return OK;
}

static enum status keep_merged(struct conn *conn, int64_t term, struct selection *out, struct error *err)
{
    struct selection other CLEANUP(selection_release) = {0};
    size_t kept = 0;
    if (read_postings(conn, term, &other, err) != OK)
        return conn_failed(err);

    for (size_t i = 0, j = 0; i < out->count && j < other.count;) {
        if (out->series[i] == other.series[j]) {
            out->series[kept++] = out->series[i++];
            j++;
        } else if (out->series[i] < other.series[j]) {
            i++;
        } else {
            j++;
        }
    }
    out->count = kept;
    return OK;
}

static enum status guess_share(struct conn *conn, int64_t listed, struct selection *out, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    size_t step = out->count > SAMPLE ? out->count / SAMPLE : 1, seen = 0;
    int64_t sum = 0;
    if (conn_take(conn, STMT_SERIES_LISTED, &s, err) != OK)
        return conn_failed(err);

    for (size_t i = 0; i < out->count; i += step, seen++) {
        bool row;
        (void)sqlite3_bind_int64(s, 1, out->series[i]);
        if (conn_step(conn, s, &row, err) != OK)
            return conn_failed(err);
        sum += row ? sqlite3_column_int64(s, 0) : 0;
        conn_again(s);
    }
    if (seen > 0 && listed > 0)
        out->share = (double)sum / (double)seen * (double)out->count / (double)listed;
    if (out->share > 1)
        out->share = 1;
    return OK;
}

/* --- matchers: each series that is left is asked --- */

static enum status fill_all(struct conn *conn, struct selection *out, size_t count, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    bool row = true;
    if (conn_take(conn, STMT_SERIES_ALL, &s, err) != OK)
        return conn_failed(err);

    out->series = mem_resize(out->series, (count + 1) * sizeof *out->series);
    for (out->count = 0; out->count < count;) {
        if (conn_step(conn, s, &row, err) != OK)
            return conn_failed(err);
        if (!row)
            return OK;
        out->series[out->count++] = sqlite3_column_int64(s, 0);
    }
    return OK;
}

static enum status keep_matching(struct conn *conn, const struct matching *matching, struct selection *out,
                                 struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    size_t kept = 0;
    if (conn_take(conn, STMT_SERIES_TEXT, &s, err) != OK)
        return conn_failed(err);

    for (size_t i = 0; i < out->count; i++) {
        struct profile_meta meta;
        bool row;
        (void)sqlite3_bind_int64(s, 1, out->series[i]);
        if (conn_step(conn, s, &row, err) != OK)
            return conn_failed(err);
        if (!row || !series_text_decode(conn_column(s, 0), &meta))
            return conn_corrupt(conn, err, "the text of a series is missing or damaged");
        if (matching_has(matching, &meta.labels))
            out->series[kept++] = out->series[i];
        conn_again(s);
    }
    out->count = kept;
    return matching_check(matching, err);
}

static enum status apply_matchers(struct conn *conn, const struct matchers *matchers, struct selection *out,
                                  struct error *err)
{
    struct matching *matching CLEANUP(matching_freep) = NULL;
    if (matchers->count == 0 || out->count == 0)
        return OK;

    if (matching_new(matchers, &matching, err) != OK)
        return err->code;
    return keep_matching(conn, matching, out, err);
}

/* --- all of it --- */

enum status selection_load(struct conn *conn, const struct selector *selector,
                           struct selection *ret_selection, struct error *err)
{
    struct selection out CLEANUP(selection_release) = {0};
    struct term terms[SERIES_TERM_MAX];
    struct rows_totals totals;
    size_t count = 0;
    bool none = false;

    if (rows_totals(conn, &totals, err) != OK || find_terms(conn, selector, terms, &count, &none, err) != OK)
        return conn_failed(err);
    if (!none && count == 0 && selector->matchers.count == 0) {
        *ret_selection = (struct selection){.is_all = true, .count = (size_t)totals.series, .share = 1};
        return OK;
    }

    if (!none && (count == 0 ? fill_all(conn, &out, (size_t)totals.series, err)
                             : read_postings(conn, terms[0].id, &out, err)) != OK)
        return conn_failed(err);
    for (size_t i = 1; i < count && out.count > 0; i++) {
        bool many = terms[i].series / PROBE_RATIO > (int64_t)out.count;
        if ((many ? keep_probed : keep_merged)(conn, terms[i].id, &out, err) != OK)
            return conn_failed(err);
    }
    if (apply_matchers(conn, &selector->matchers, &out, err) != OK ||
        guess_share(conn, totals.listed, &out, err) != OK)
        return conn_failed(err);
    *ret_selection = out;
    out = (struct selection){0};
    return OK;
}

enum status selection_spell_out(struct conn *conn, struct selection *s, struct error *err)
{
    if (!s->is_all)
        return OK;
    s->is_all = false;
    return fill_all(conn, s, s->count, err);
}
