/* Times are the collector's to understand; only a base that is to be as long as what is compared with it is
 * reckoned here. */
#include "cli/selection.h"

#include "base/encode.h"
#include "cli/label_word.h"
#include "model/matchers.h"
#include "model/time.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LABELS_BYTES = 16 * 1024 };

static void add_param(struct buf *out, const char *name, struct slice value)
{
    if (value.len == 0)
        return;
    buf_printf(out, "%s%s=", out->len > 0 ? "&" : "", name);
    percent_encode(value, out);
}

static enum status labels_of(const struct option_list *list, struct buf *out, struct error *err)
{
    struct labels labels = {.count = 0};
    struct matchers matchers = {.count = 0};
    for (size_t i = 0; i < list->count; i++) {
        struct matcher m;
        if (strcmp(list->values[i], ",") == 0)
            continue;
        if (matcher_split(slice_of(list->values[i]), &m) && m.kind != MATCHER_EQUAL &&
            matchers.count < LIMIT_LABELS)
            matchers.items[matchers.count++] = m;
        else if (label_word_add(list->values[i], &labels, err) != OK)
            return E_INVALID;
    }
    matchers_format(&labels, &matchers, out);
    return OK;
}

enum status selection_params(const struct selection *s, struct buf *out, struct error *err)
{
    struct buf labels CLEANUP(buf_release) = BUF_INIT(LABELS_BYTES);
    enum status status = labels_of(&s->labels, &labels, err);
    if (status != OK)
        return status;

    add_param(out, "service", slice_of(s->service));
    add_param(out, "type", slice_of(s->type));
    add_param(out, "labels", buf_slice(&labels));
    add_param(out, "from", slice_of(s->from));
    add_param(out, "to", slice_of(s->to));
    return buf_check(out, "the selection", err);
}

static void write_time(int64_t ms, char out[24])
{
    (void)snprintf(out, 24, "%" PRId64 ".%03d", ms / 1000, (int)(ms % 1000));
}

/* The other end of a base of which one is said. */
static enum status same_length(const struct selection *s, const struct selection *base, int64_t now_ms,
                               struct selection_times *times, struct error *err)
{
    int64_t from_ms, to_ms = now_ms, base_ms;
    enum status status = time_parse(slice_of(base->from ? base->from : base->to), now_ms, &base_ms, err);
    if (status == OK && s->to)
        status = time_parse(slice_of(s->to), now_ms, &to_ms, err);
    from_ms = to_ms - TIME_HOUR_MS;
    if (status == OK && s->from)
        status = time_parse(slice_of(s->from), now_ms, &from_ms, err);
    if (status != OK)
        return status;
    int64_t length_ms = to_ms - from_ms;
    if (length_ms < 0 || base_ms < length_ms)
        return error_set(err, E_INVALID, "what is compared ends before it begins");

    write_time(base->from ? base_ms : base_ms - length_ms, times->from);
    write_time(base->from ? base_ms + length_ms : base_ms, times->to);
    return OK;
}

enum status selection_base(const struct selection *s, const struct selection *base, int64_t now_ms,
                           struct selection_times *times, struct selection *ret_base, struct error *err)
{
    if (!base->service && !base->from && !base->to && base->labels.count == 0 && base->ids.count == 0)
        return error_set(err, E_INVALID,
                         "compared with what? BASE NEW are two files or directories; on a "
                         "collector say --base-from, --base-label, --base-service or --base-id");

    struct selection result = *s;
    *times = (struct selection_times){"", ""};
    result.ids = base->ids;
    if (base->service)
        result.service = base->service;
    if (base->labels.count > 0)
        result.labels = base->labels;
    if (base->from || base->to) {
        result.from = base->from;
        result.to = base->to;
    }
    if (!base->from != !base->to) {
        enum status status = same_length(s, base, now_ms, times, err);
        if (status != OK)
            return status;
        result.from = times->from;
        result.to = times->to;
    }
    *ret_base = result;
    return OK;
}
