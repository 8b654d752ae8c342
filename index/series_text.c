/* See series_text.h. A term begins with a letter for its kind, so a label cannot pass for a service. */
#include "index/series_text.h"

#include "index/varint.h"

static void put_number(struct buf *out, uint64_t n)
{
    uint8_t bytes[VARINT_BYTES_MAX];
    buf_append(out, slice_make(bytes, varint_put(bytes, n)));
}

static void put_string(struct buf *out, struct slice s)
{
    put_number(out, s.len);
    buf_append(out, s);
}

void series_text_encode(const struct profile_meta *meta, struct buf *out)
{
    put_string(out, meta->service);
    put_string(out, meta->type);
    put_number(out, meta->labels.count);
    for (size_t i = 0; i < meta->labels.count; i++) {
        put_string(out, meta->labels.items[i].key);
        put_string(out, meta->labels.items[i].value);
    }
    if (!meta->facts.present)
        return;

    put_number(out, meta->facts.default_index);
    for (size_t i = 0; i < meta->facts.count; i++) {
        put_string(out, meta->facts.items[i].name);
        put_string(out, meta->facts.items[i].unit);
    }
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
    put_string(out, label->key);
    buf_append(out, label->value);
}
