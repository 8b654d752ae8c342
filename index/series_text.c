/* See series_text.h. A term begins with a letter for its kind, so a label cannot pass for a service. */
#include "index/series_text.h"

#include "index/varint.h"

#include <string.h>

/* Every row that comes is encoded, so this counts: room for all is made first, then bytes are only copied. */
static char *put_number(char *at, uint64_t n)
{
    return at + varint_put((uint8_t *)at, n);
}

static char *put_string(char *at, struct slice s)
{
    at = put_number(at, s.len);
    if (s.len > 0)
        memcpy(at, s.ptr, s.len);
    return at + s.len;
}

/* At most so many bytes: a length takes up to VARINT_BYTES_MAX. */
static size_t room_for(const struct profile_meta *meta)
{
    size_t strings = 4 + 2 * meta->labels.count, bytes = meta->service.len + meta->type.len;
    for (size_t i = 0; i < meta->labels.count; i++)
        bytes += meta->labels.items[i].key.len + meta->labels.items[i].value.len;
    for (size_t i = 0; meta->facts.present && i < meta->facts.count; i++) {
        bytes += meta->facts.items[i].name.len + meta->facts.items[i].unit.len;
        strings += 2;
    }
    return bytes + strings * VARINT_BYTES_MAX;
}

void series_text_encode(const struct profile_meta *meta, struct buf *out)
{
    if (!buf_reserve(out, room_for(meta)))
        return;

    char *at = out->ptr + out->len;
    at = put_string(at, meta->service);
    at = put_string(at, meta->type);
    at = put_number(at, meta->labels.count);
    for (size_t i = 0; i < meta->labels.count; i++) {
        at = put_string(at, meta->labels.items[i].key);
        at = put_string(at, meta->labels.items[i].value);
    }
    if (meta->facts.present)
        at = put_number(at, meta->facts.default_index);
    for (size_t i = 0; meta->facts.present && i < meta->facts.count; i++) {
        at = put_string(at, meta->facts.items[i].name);
        at = put_string(at, meta->facts.items[i].unit);
    }
    out->len = (size_t)(at - out->ptr);
    *at = '\0';
}

static bool take_labels(struct slice *rest, struct labels *labels)
{
    uint64_t count;
    if (!varint_take(rest, &count) || count > LIMIT_LABELS)
        return false;

    labels->count = (size_t)count;
    for (size_t i = 0; i < labels->count; i++) {
        if (!varint_take_bytes(rest, &labels->items[i].key) ||
            !varint_take_bytes(rest, &labels->items[i].value))
            return false;
    }
    return true;
}

static bool take_facts(struct slice *rest, struct facts *facts)
{
    uint64_t index;
    facts->present = rest->len > 0;
    facts->count = 0;
    facts->default_index = 0;
    facts->duration_ms = 0;
    if (!facts->present)
        return true;

    if (!varint_take(rest, &index) || index >= LIMIT_SAMPLE_TYPES)
        return false;
    facts->default_index = (size_t)index;
    while (rest->len > 0) {
        struct fact *fact = &facts->items[facts->count];
        if (facts->count == LIMIT_SAMPLE_TYPES || !varint_take_bytes(rest, &fact->name) ||
            !varint_take_bytes(rest, &fact->unit))
            return false;
        fact->total = 0;
        facts->count++;
    }
    return true;
}

bool series_text_decode(struct slice text, struct profile_meta *meta)
{
    return varint_take_bytes(&text, &meta->service) && varint_take_bytes(&text, &meta->type) &&
           take_labels(&text, &meta->labels) && take_facts(&text, &meta->facts);
}

void series_text_service_term(struct slice service, struct buf *out)
{
    buf_append_byte(out, 's');
    buf_append(out, service);
}

void series_text_type_term(struct slice type, struct buf *out)
{
    buf_append_byte(out, 't');
    buf_append(out, type);
}

void series_text_label_term(const struct label *label, struct buf *out)
{
    buf_append_byte(out, 'l');
    uint8_t length[VARINT_BYTES_MAX];
    buf_append(out, slice_make(length, varint_put(length, label->key.len)));
    buf_append(out, label->key);
    buf_append(out, label->value);
}
