/*
 * Of a collector: its list, page by page until nothing is left or the limit is reached. A page holds the
 * newest that are left, in rising order, so pages are put together from the last to the first.
 */
#include "cli/query_list.h"
#include "base/alloc.h"
#include "base/json_doc.h"
#include "cli/query_command.h"
#include "cli/sheet.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { PATH_BYTES = 64 * 1024, PAGES_MAX = 100000 };

struct page {
    struct client_answer answer;
    struct json_doc *doc;
    const struct json_node *body; /* the array */
};

struct pages {
    struct page *items;
    size_t count;
    uint64_t total; /* that match; 0: not said */
    size_t bytes;
};

static void pages_release(struct pages *p)
{
    for (size_t i = 0; i < p->count; i++) {
        client_answer_release(&p->items[i].answer);
        json_doc_free(p->items[i].doc);
    }
    free(p->items);
}

static enum status read_page(struct query *q, const char *path, struct page *page, struct error *err)
{
    enum status status = remote_ask(&q->remote, path, LIMIT_ANSWER_BYTES, &page->answer, err);
    if (status != OK)
        return status;
    if (json_doc_parse(buf_slice(&page->answer.body), &page->doc, NULL) == OK)
        page->body = json_node_member(json_doc_root(page->doc), "body");
    return page->body
               ? OK
               : error_set(err, E_UNAVAILABLE, "%s: the answer is not that of a collector", q->remote.url);
}

/* --- what the services are --- */

static enum status print_services(struct query *q, struct error *err)
{
    static const struct sheet_column columns[] = {{.title = "service", .gives_way = true}};
    struct page page = {.answer = CLIENT_ANSWER_INIT};
    struct pages one CLEANUP(pages_release) = {mem_copy(&page, sizeof page), 1, 0, 0};
    struct sheet t CLEANUP(sheet_release) = sheet_of(columns, 1);
    struct buf out CLEANUP(buf_release) = BUF_INIT(LIMIT_ANSWER_BYTES);
    enum status status = read_page(q, "/api/0/services", &one.items[0], err);
    if (status != OK)
        return status;
    if (q->options.is_json)
        return query_write(q, buf_slice(&one.items[0].answer.body), err);

    for (size_t i = 0; i < json_node_count(one.items[0].body); i++) {
        struct slice name = SLICE_NULL;
        if (json_node_string(json_node_at(one.items[0].body, i), &name))
            sheet_cell(&t, PAINT_BOLD, name);
    }
    sheet_print(&t, &q->terminal, &out);
    if (q->terminal.is_tty)
        (void)fprintf(stderr, "--service NAME lists the profiles of one\n");
    return query_write(q, buf_slice(&out), err);
}

/* --- the list --- */

static enum status ask_page(struct query *q, const char *params, struct slice cursor, uint64_t left,
                            struct page *page, struct error *err)
{
    struct buf path CLEANUP(buf_release) = BUF_INIT(PATH_BYTES);
    buf_printf(&path, "/api/0/profiles?%s", params);
    buf_printf(&path, "&limit=%" PRIu64, left < LIMIT_LIST_PROFILES ? left : LIMIT_LIST_PROFILES);
    if (cursor.len > 0)
        buf_printf(&path, "&cursor=%.*s", SLICE_ARG(cursor));
    return read_page(q, buf_cstr(&path), page, err);
}

static enum status ask(struct query *q, struct pages *pages, struct error *err)
{
    struct buf params CLEANUP(buf_release) = BUF_INIT(PATH_BYTES);
    uint64_t left = q->options.limit > 0 ? (uint64_t)q->options.limit : UINT64_MAX;
    struct slice cursor = SLICE_NULL;
    enum status status = selection_params(&q->options.selection, &params, err);
    while (status == OK && left > 0) {
        pages->items = mem_resize(pages->items, (pages->count + 1) * sizeof *pages->items);
        struct page *page = &pages->items[pages->count++];
        *page = (struct page){.answer = CLIENT_ANSWER_INIT};
        status = ask_page(q, buf_cstr(&params), cursor, left, page, err);
        if (status != OK)
            break;
        pages->bytes += page->answer.body.len;
        if (pages->bytes > LIMIT_VIEW_BYTES || pages->count == PAGES_MAX)
            return error_set(err, E_TOO_LARGE, "the list is over %lu bytes or %d pages: --limit, --from",
                             LIMIT_VIEW_BYTES, PAGES_MAX);
        size_t got = json_node_count(page->body);
        left -= got < left ? got : left;
        cursor = client_answer_header(&page->answer, "X-Brazier-Next");
        if (pages->count == 1)
            (void)!slice_to_u64(client_answer_header(&page->answer, "X-Brazier-Total"), &pages->total);
        if (cursor.len == 0 || got == 0)
            break;
    }
    return status;
}

static void labels_text(const struct json_node *labels, struct buf *out)
{
    for (size_t i = 0; i < json_node_count(labels); i++) {
        struct slice key = json_node_text(json_node_at(labels, i), "key"),
                     value = json_node_text(json_node_at(labels, i), "value");
        buf_printf(out, "%s%.*s=%.*s", i > 0 ? "," : "", SLICE_ARG(key), SLICE_ARG(value));
    }
}

static void print_list(const struct query *q, const struct pages *pages, struct buf *out)
{
    static const struct sheet_column columns[] = {{.title = "created"},
                                                  {.title = "type"},
                                                  {.title = "labels", .gives_way = true},
                                                  {.title = "id"}};
    struct sheet t CLEANUP(sheet_release) = sheet_of(columns, ARRAY_LEN(columns));
    size_t shown = 0;
    for (size_t p = pages->count; p-- > 0;) {
        for (size_t i = 0; i < json_node_count(pages->items[p].body); i++, shown++) {
            const struct json_node *item = json_node_at(pages->items[p].body, i);
            struct buf labels CLEANUP(buf_release) = BUF_INIT(PATH_BYTES);
            labels_text(json_node_member(item, "labels"), &labels);
            sheet_cell(&t, PAINT_PLAIN, json_node_text(item, "created_at"));
            sheet_cell(&t, PAINT_CYAN, json_node_text(item, "type"));
            sheet_cell(&t, PAINT_PLAIN, buf_slice(&labels));
            sheet_cell(&t, PAINT_DIM, json_node_text(item, "id"));
        }
    }
    sheet_print(&t, &q->terminal, out);
    if (pages->total > shown)
        (void)fprintf(stderr, "brazier: the newest %zu of %" PRIu64 "\n", shown, pages->total);
}

/* The items as they came, of all pages. */
static enum status print_json(const struct pages *pages, struct buf *out, struct error *err)
{
    buf_append_cstr(out, "{\"code\":200,\"body\":[");
    for (size_t p = pages->count, first = 1; p-- > 0;) {
        struct slice text = slice_trim(buf_slice(&pages->items[p].answer.body));
        size_t begin = slice_find(text, '[');
        if (!slice_ends(text, SLICE("]}")) || begin + 3 > text.len)
            return error_set(err, E_UNAVAILABLE, "the answer is not that of a collector");
        struct slice items = slice_sub(text, begin + 1, text.len - begin - 3);
        if (items.len == 0)
            continue;
        buf_append_cstr(out, first ? "" : ",");
        buf_append(out, items);
        first = 0;
    }
    buf_append_cstr(out, "]}\n");
    return buf_check(out, "the list", err);
}

static enum status list_collector(struct query *q, struct error *err)
{
    struct pages pages CLEANUP(pages_release) = {NULL, 0, 0, 0};
    struct buf out CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);
    enum status status = ask(q, &pages, err);
    if (status == OK && q->options.is_json)
        status = print_json(&pages, &out, err);
    else if (status == OK)
        print_list(q, &pages, &out);
    if (status == OK)
        status = buf_check(&out, "the list", err);
    return status == OK ? query_write(q, buf_slice(&out), err) : status;
}

enum status query_list_run(struct query *q, struct error *err)
{
    if (q->words.count > 0)
        return list_files(q, err);
    return q->options.selection.service || q->options.selection.type ? list_collector(q, err)
                                                                     : print_services(q, err);
}
