/*
 * The index gives rows by service and type; here they become one object a service, the busiest first. An
 * empty store is an empty array and not 404: it is what a page shows at first.
 */
#include "collector/overview.h"

#include "base/limits.h"
#include "collector/question.h"

#include <stdlib.h>

/* The rows of one service lie together. */
struct service {
    const struct index_overview_row *rows;
    size_t count;
    int64_t profiles, last_ms;
};

static int by_profiles(const void *a, const void *b)
{
    const struct service *x = a, *y = b;

    if (x->profiles != y->profiles)
        return x->profiles > y->profiles ? -1 : 1;
    return slice_cmp(x->rows->service, y->rows->service);
}

static struct service *services_of(const struct index_overview *o, struct arena *arena, size_t *ret_count)
{
    struct service *services = arena_alloc(arena, (o->count + 1) * sizeof(*services));
    size_t count = 0;

    for (size_t i = 0; services && i < o->count; i++) {
        const struct index_overview_row *row = &o->rows[i];

        if (count == 0 || !slice_eq(services[count - 1].rows->service, row->service))
            services[count++] = (struct service){.rows = row};
        struct service *s = &services[count - 1];
        s->count++;
        s->profiles += row->profiles;
        if (row->last_ms > s->last_ms)
            s->last_ms = row->last_ms;
    }
    if (count > 1)
        qsort(services, count, sizeof(*services), by_profiles);
    *ret_count = count;
    return services;
}

static void write_time(struct json *j, const char *key, int64_t ms)
{
    char text[TIME_RFC3339_BYTES];

    time_format_rfc3339(ms, text);
    json_key(j, key);
    json_cstr(j, text);
}

static void write_sum(struct json *j, const char *key, __int128 sum)
{
    json_key(j, key);
    json_i64(j, sum > INT64_MAX ? INT64_MAX : (int64_t)sum);
}

static void write_type(struct json *j, const struct index_overview_row *row)
{
    json_object(j);
    json_key(j, "type");
    json_string(j, row->type);
    if (row->sample_type.len > 0) {
        json_key(j, "sample_type");
        json_string(j, row->sample_type);
        json_key(j, "unit");
        json_string(j, row->unit);
        write_sum(j, "total", row->sum);
        write_sum(j, "duration_ms", row->duration_ms);
    }
    json_key(j, "profiles");
    json_i64(j, row->profiles);
    json_key(j, "series");
    json_u64(j, row->series);
    write_time(j, "last", row->last_ms);
    json_object_end(j);
}

static void write_service(struct json *j, const struct service *s)
{
    json_object(j);
    json_key(j, "service");
    json_string(j, s->rows->service);
    json_key(j, "profiles");
    json_i64(j, s->profiles);
    write_time(j, "last", s->last_ms);
    json_key(j, "types");
    json_array(j);
    for (size_t i = 0; i < s->count; i++)
        write_type(j, &s->rows[i]);
    json_array_end(j);
    json_object_end(j);
}

static void send_overview(struct question *q, const struct index_overview *o, const struct service *services,
                          size_t count)
{
    struct http_request *req = q->req;
    struct answer a;

    answer_begin(&a, LIMIT_ANSWER_BYTES);
    json_object(&a.json);
    write_time(&a.json, "from", o->from_ms);
    write_time(&a.json, "to", o->to_ms);
    json_key(&a.json, "services");
    json_array(&a.json);
    for (size_t i = 0; i < count; i++)
        write_service(&a.json, &services[i]);
    json_array_end(&a.json);
    json_object_end(&a.json);
    question_declare(q, &a.reply);
    question_free(q);
    answer_send(&a, req);
}

static void answer_overview(struct question *q)
{
    struct index_span_of_time span = {q->selector.from_ms, q->selector.to_ms, question_mint_min_ms(q)};
    struct index_overview overview;
    struct service *services = NULL;
    struct error err;
    size_t count = 0;

    if (index_overview(q->app->index, &span, &q->arena, &overview, &err) != OK) {
        question_fail(q, &err);
        return;
    }
    services = services_of(&overview, &q->arena, &count);
    if (services) {
        send_overview(q, &overview, services, count);
        return;
    }
    error_set(&err, E_TOO_LARGE, "the overview is over %zu bytes", q->arena.max);
    question_fail(q, &err);
}

void overview_handle(struct http_request *req)
{
    question_ask(req, READ_TIMES, ((struct app *)http_app(req))->query_pool, answer_overview);
}
