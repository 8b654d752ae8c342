/*
 * Read from the end: the last component is the xid with the labels, the one before it the type. All in front,
 * behind "P0.", is the service, which may hold slashes of its own. Labels cannot: theirs are escaped.
 */
#include "model/profefe_key.h"

#include "model/quoted.h"
#include "model/time.h"

enum { XID_DIGITS = 20, XID_SECONDS_DIGITS = 7 /* 35 bits, of which the upper 32 are the time */ };

static const struct {
    const char *number, *name;
} TYPES[] = {
    {"1", "cpu"},       {"2", "heap"},         {"3", "block"},   {"4", "mutex"},
    {"5", "goroutine"}, {"6", "threadcreate"}, {"127", "other"}, {"128", "trace"},
};

/* What stands behind the last "P0." that begins a component; ptr NULL: there is none. */
static struct slice without_schema(struct slice path)
{
    static const struct slice schema = SLICE("P0.");

    for (size_t at = path.len; at-- > 0;) {
        struct slice rest = slice_from(path, at);

        if (slice_starts(rest, schema) && (at == 0 || path.ptr[at - 1] == '/'))
            return slice_from(rest, schema.len);
    }
    return SLICE_NULL;
}

/* Cuts off what stands behind the last '/'. False: there is none. */
static bool cut_last(struct slice *path, struct slice *ret_component)
{
    for (size_t at = path->len; at-- > 0;) {
        if (path->ptr[at] != '/')
            continue;
        *ret_component = slice_from(*path, at + 1);
        *path = slice_sub(*path, 0, at);
        return true;
    }
    return false;
}

static bool digit_of(char c, unsigned *ret_value)
{
    bool is_number = c >= '0' && c <= '9';

    *ret_value = (unsigned)(is_number ? c - '0' : c - 'a' + 10);
    return is_number || (c >= 'a' && c <= 'v');
}

static bool parse_xid(struct slice xid, int64_t *ret_ms)
{
    uint64_t bits = 0;

    if (xid.len != XID_DIGITS)
        return false;
    for (size_t i = 0; i < XID_DIGITS; i++) {
        unsigned digit;

        if (!digit_of(xid.ptr[i], &digit))
            return false;
        if (i < XID_SECONDS_DIGITS)
            bits = bits << 5 | digit;
    }
    *ret_ms = (int64_t)(bits >> 3) * TIME_SECOND_MS;
    return true;
}

static enum status parse_type(struct slice number, const struct profile_type **ret_type, struct error *err)
{
    for (size_t i = 0; i < ARRAY_LEN(TYPES); i++)
        if (slice_eq_cstr(number, TYPES[i].number))
            return profile_type_parse(slice_of(TYPES[i].name), ret_type, err);
    return error_set(err, E_INVALID, "profefe knows no type %s", quoted_of(number).text);
}

enum status profefe_key_parse(struct slice path, struct arena *arena, struct profefe_key *ret_key,
                              struct error *err)
{
    struct slice service = without_schema(path), name, number;
    struct profefe_key key = {0};

    if (!service.ptr || !cut_last(&service, &name) || !cut_last(&service, &number))
        return error_set(err, E_NOT_FOUND, "not a key of profefe's: %s", quoted_of(path).text);

    size_t comma = slice_find(name, ',');
    struct slice labels = comma < name.len ? slice_from(name, comma + 1) : SLICE("");
    if (service.len == 0)
        return error_set(err, E_INVALID, "the key names no service");
    if (!parse_xid(slice_sub(name, 0, comma), &key.created_at_ms))
        return error_set(err, E_INVALID, "the key has a bad xid %s",
                         quoted_of(slice_sub(name, 0, comma)).text);
    if (parse_type(number, &key.type, err) != OK || labels_parse(labels, arena, &key.labels, err) != OK)
        return err->code;
    key.service = service;
    *ret_key = key;
    return OK;
}
