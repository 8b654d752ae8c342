/*
 * GET /api/0/profiles and the names: services, types, label names and values. The body of a list is
 * profefe's, an array; what profefe has no place for is in headers: X-Brazier-Total, and X-Brazier-Next when
 * there is more.
 */
#include "collector/list.h"

#include "base/encode.h"
#include "base/limits.h"
#include "collector/question.h"

#include <inttypes.h>

/* facts=1: what the key says about the samples; nothing if it says nothing. */
static void write_facts(struct json *j, const struct facts *facts)
{
    if (!facts->present)
        return;
    json_key(j, "duration_ms");
    json_i64(j, facts->duration_ms);
    json_key(j, "totals");
    json_array(j);
    for (size_t i = 0; i < facts->count; i++) {
        json_object(j);
        json_key(j, "type");
        json_string(j, facts->items[i].name);
        json_key(j, "unit");
        json_string(j, facts->items[i].unit);
        json_key(j, "total");
        json_i64(j, facts->items[i].total);
        json_object_end(j);
    }
    json_array_end(j);
    json_key(j, "default");
    json_u64(j, facts->default_index);
}

static void write_list(struct question *q, const struct index_list *list)
{
    bool with_facts = question_flag(q->req, "facts");
    struct http_request *req = q->req;
    struct answer a;

    answer_begin(&a, LIMIT_ANSWER_BYTES);
    json_array(&a.json);
    for (size_t i = list->count; i-- > 0;) {
        json_object(&a.json);
        answer_profile(&a.json, &list->items[i]);
        if (with_facts)
            write_facts(&a.json, &list->items[i].facts);
        json_object_end(&a.json);
    }
    json_array_end(&a.json);

    http_reply_header(&a.reply, "X-Brazier-Total", "%" PRIu64, list->total);
    if (list->more) {
        char cursor[CURSOR_TEXT_BYTES];

        cursor_encode(&list->items[list->count - 1], cursor);
        http_reply_header(&a.reply, "X-Brazier-Next", "%s", cursor);
    }
    question_declare(q, &a.reply);
    question_free(q);
    answer_send(&a, req);
}

static void answer_list(struct question *q)
{
    struct index_list list;
    struct error err;

    if (q->selector.limit == 0 || q->selector.limit > LIMIT_LIST_PROFILES)
        q->selector.limit = LIMIT_LIST_PROFILES;
    struct index_question question = {&q->selector, question_mint_min_ms(q)};
    if (index_find(q->app->index, &question, &q->arena, &list, &err) != OK)
        question_fail(q, &err);
    else if (list.count == 0)
        question_nothing_found(q);
    else
        write_list(q, &list);
}

void list_handle(struct http_request *req)
{
    struct app *app = http_app(req);

    question_ask(req, READ_SELECTOR, app->query_pool, answer_list);
}

/* --- names --- */

enum names_form {
    NAMES_PLAIN,  /* profefe's /services: an array of strings, 404 when there is none */
    NAMES_COUNTS, /* {"name","profiles"}, 404 when there is none */
    NAMES_MAYBE,  /* the same; a service without labels is nothing strange: [] */
};

static void write_names(struct question *q, const struct index_names *names, enum names_form form)
{
    struct http_request *req = q->req;
    struct answer a;

    answer_begin(&a, LIMIT_ANSWER_BYTES);
    json_array(&a.json);
    for (size_t i = 0; i < names->count; i++) {
        if (form == NAMES_PLAIN) {
            json_string(&a.json, names->items[i]);
            continue;
        }
        json_object(&a.json);
        json_key(&a.json, "name");
        json_string(&a.json, names->items[i]);
        json_key(&a.json, "profiles");
        json_u64(&a.json, names->profiles[i]);
        json_object_end(&a.json);
    }
    json_array_end(&a.json);
    question_declare(q, &a.reply);
    question_free(q);
    answer_send(&a, req);
}

static void finish_names(struct question *q, enum status status, const struct index_names *names,
                         enum names_form form, const struct error *err)
{
    if (status != OK)
        question_fail(q, err);
    else if (names->count == 0 && form != NAMES_MAYBE)
        question_nothing(q, "nothing found: no profiles yet, or none of that service or type");
    else
        write_names(q, names, form);
}

static void answer_services(struct question *q)
{
    struct index_names names;
    struct error err;

    finish_names(q, index_services(q->app->index, question_mint_min_ms(q), &q->arena, &names, &err), &names,
                 NAMES_PLAIN, &err);
}

/* Without a range or labels everything that was ever seen is meant, which needs no row to be read. */
static bool is_in_range(const struct http_request *req)
{
    static const char *const params[] = {"from", "to", "labels"};
    struct slice value;

    for (size_t i = 0; i < ARRAY_LEN(params); i++)
        if (http_param(req, params[i], &value) && value.len > 0)
            return true;
    return false;
}

static struct index_scope scope_of(const struct question *q)
{
    return (struct index_scope){q->selector.service, q->selector.type, question_mint_min_ms(q),
                                is_in_range(q->req) ? &q->selector : NULL};
}

static void answer_types(struct question *q)
{
    struct index_scope scope = scope_of(q);
    struct index_names names;
    struct error err;

    finish_names(q, index_types(q->app->index, &scope, &q->arena, &names, &err), &names, NAMES_COUNTS, &err);
}

static void answer_label_names(struct question *q)
{
    struct index_scope scope = scope_of(q);
    struct index_names names;
    struct error err;

    finish_names(q, index_label_names(q->app->index, &scope, &q->arena, &names, &err), &names, NAMES_MAYBE,
                 &err);
}

/* The route is /api/0/labels/<name>/values; the name is percent-encoded. */
static void answer_label_values(struct question *q)
{
    struct slice rest = http_rest(q->req);
    struct buf name CLEANUP(buf_release) = BUF_INIT(LIMIT_LABELS_SUM_BYTES);
    struct index_names names;
    struct error err;

    if (!slice_ends(rest, SLICE("/values")) ||
        !percent_decode(slice_sub(rest, 0, rest.len - (sizeof("/values") - 1)), false, &name, NULL)) {
        error_set(&err, E_NOT_FOUND, "nothing found: the path is /api/0/labels/NAME/values");
        question_fail(q, &err);
        return;
    }
    struct index_scope scope = scope_of(q);
    finish_names(q, index_label_values(q->app->index, &scope, buf_slice(&name), &q->arena, &names, &err),
                 &names, NAMES_MAYBE, &err);
}

void list_services_handle(struct http_request *req)
{
    question_ask(req, READ_NOTHING, ((struct app *)http_app(req))->query_pool, answer_services);
}

static void ask_names(struct http_request *req, void (*answer)(struct question *q))
{
    question_ask(req, is_in_range(req) ? READ_SELECTOR : READ_SERVICE,
                 ((struct app *)http_app(req))->query_pool, answer);
}

void list_types_handle(struct http_request *req)
{
    ask_names(req, answer_types);
}

void list_label_names_handle(struct http_request *req)
{
    ask_names(req, answer_label_names);
}

void list_label_values_handle(struct http_request *req)
{
    ask_names(req, answer_label_values);
}
