/* Each file is merged with nothing: so what is told about it is what any view of it would show, whatever its
 * format is. */
#include "base/json.h"
#include "cli/query_list.h"
#include "cli/sheet.h"
#include "model/time.h"
#include "view/measure.h"
#include "view/view.h"

#include <inttypes.h>

enum { CELL_BYTES = 256 };

struct file_list {
    struct query *query;
    struct sheet sheet;
    struct buf text;
    struct json json;
};

static void time_text(int64_t time_nanos, struct buf *out)
{
    char text[TIME_RFC3339_BYTES] = "";
    if (time_nanos != 0)
        time_format_rfc3339(time_nanos / 1000000, text);
    buf_append_cstr(out, text);
}

static void add_cells(struct file_list *l, const char *name, const struct view *v)
{
    struct buf cell CLEANUP(buf_release) = BUF_INIT(CELL_BYTES);
    const struct merged *m = v->merged;
    sheet_cell(&l->sheet, PAINT_BOLD, slice_of(name));
    sheet_cell(&l->sheet, PAINT_CYAN, view_type_name(v, v->type));
    time_text(m->time_nanos, &cell);
    sheet_cell(&l->sheet, PAINT_PLAIN, buf_slice(&cell));
    buf_reset(&cell);
    if (m->duration_nanos > 0)
        measure_label((int64_t)m->duration_nanos, SLICE("nanoseconds"), SLICE("auto"), &cell);
    sheet_cell(&l->sheet, PAINT_PLAIN, buf_slice(&cell));
    buf_reset(&cell);
    buf_printf(&cell, "%zu", view_samples(v));
    sheet_cell(&l->sheet, PAINT_PLAIN, buf_slice(&cell));
    buf_reset(&cell);
    measure_label(v->source, view_type_unit(v, v->type), SLICE("auto"), &cell);
    sheet_cell(&l->sheet, PAINT_PLAIN, buf_slice(&cell));
}

static int64_t total_of(const struct view *v, uint32_t type)
{
    __int128 sum = 0;
    for (size_t i = 0; i < view_samples(v); i++)
        sum += view_value(v, i, type);
    return stacks_clamp(sum);
}

static void add_json(struct file_list *l, const char *name, const struct view *v, size_t bytes)
{
    struct buf time CLEANUP(buf_release) = BUF_INIT(CELL_BYTES);
    struct json *j = &l->json;
    time_text(v->merged->time_nanos, &time);
    json_object(j);
    json_key(j, "file");
    json_cstr(j, name);
    json_key(j, "bytes");
    json_u64(j, bytes);
    json_key(j, "created_at");
    json_string(j, buf_slice(&time));
    json_key(j, "duration_nanos");
    json_i64(j, (int64_t)v->merged->duration_nanos);
    json_key(j, "samples");
    json_u64(j, view_samples(v));
    json_key(j, "sample_types");
    json_array(j);
    for (uint32_t i = 0; i < v->merged->types_count; i++) {
        json_object(j);
        json_key(j, "type");
        json_string(j, view_type_name(v, i));
        json_key(j, "unit");
        json_string(j, view_type_unit(v, i));
        json_key(j, "total");
        json_i64(j, total_of(v, i));
        json_object_end(j);
    }
    json_array_end(j);
    json_object_end(j);
}

static enum status add_file(struct input *in, const char *name, struct slice body, struct error *err)
{
    struct file_list *l = in->user;
    struct merge *merge CLEANUP(merge_freep) = input_merge_new(in->options);
    struct view *view CLEANUP(view_freep) = NULL;
    enum status status = merge_add(merge, body, MERGE_SOURCE, err);
    if (status == OK)
        status = view_open(merge, &in->options->view, NULL, &view, err);
    if (status != OK)
        return status;
    if (in->options->is_json)
        add_json(l, name, view, body.len);
    else
        add_cells(l, name, view);
    return buf_check(&l->text, "the list", err);
}

static enum status read_files(struct query *q, struct file_list *l, struct error *err)
{
    struct input in = {
        .options = &q->options, .remote = &q->remote, .progress = &q->progress, .each = add_file, .user = l};
    enum status status = OK;
    if (q->options.selection.type)
        status = profile_type_parse(slice_of(q->options.selection.type), &in.type, err);
    for (size_t i = 0; status == OK && i < q->words.count; i++)
        status = input_add_word(&in, q->words.items[i], err);
    input_end(&in);
    return status == OK && in.files == 0 ? error_set(err, E_NOT_FOUND, "nothing found: no profile") : status;
}

enum status list_files(struct query *q, struct error *err)
{
    static const struct sheet_column columns[] = {{.title = "file", .gives_way = true},
                                                  {.title = "type"},
                                                  {.title = "created"},
                                                  {.title = "duration", .is_right = true},
                                                  {.title = "samples", .is_right = true},
                                                  {.title = "total", .is_right = true}};
    struct file_list l = {.query = q,
                          .sheet = sheet_of(columns, ARRAY_LEN(columns)),
                          .text = BUF_INIT(LIMIT_VIEW_BYTES)};
    l.json = JSON_INIT(&l.text);
    if (q->options.is_json) {
        json_object(&l.json);
        json_key(&l.json, "code");
        json_i64(&l.json, 200);
        json_key(&l.json, "body");
        json_array(&l.json);
    }
    enum status status = read_files(q, &l, err);
    if (q->options.is_json) {
        json_array_end(&l.json);
        json_object_end(&l.json);
        buf_append_byte(&l.text, '\n');
    } else {
        sheet_print(&l.sheet, &q->terminal, &l.text);
    }
    if (status == OK)
        status = query_write(q, buf_slice(&l.text), err);
    buf_release(&l.text);
    sheet_release(&l.sheet);
    return status;
}
