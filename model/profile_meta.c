/*
 * Two checks because time passes: a key that was right when it was written stays right, whatever the clock of
 * the one who reads it says.
 */
#include "model/profile_meta.h"

#include "model/quoted.h"

static enum status check_name(const char *what, struct slice name, size_t max, struct error *err)
{
    if (name.len == 0)
        return error_set(err, E_INVALID, "missing \"%s\"", what);
    if (name.len > max)
        return error_set(err, E_INVALID, "%s is %zu bytes long, at most %zu", what, name.len, max);
    if (!slice_is_utf8(name))
        return error_set(err, E_INVALID, "%s %s is not UTF-8", what, quoted_of(name).text);
    if (slice_find(name, '\0') < name.len)
        return error_set(err, E_INVALID, "%s %s holds a NUL", what, quoted_of(name).text);

    return OK;
}

enum status profile_meta_check_key(const struct profile_meta *meta, struct error *err)
{
    enum status status = check_name("service", meta->service, LIMIT_SERVICE_BYTES, err);
    if (status != OK)
        return status;

    status = check_name("type", meta->type, LIMIT_TYPE_BYTES, err);
    if (status != OK)
        return status;

    if (meta->created_at_ms < 0)
        return error_set(err, E_INVALID, "created_at is before 1970");
    if (meta->created_at_ms > TIME_MAX_MS)
        return error_set(err, E_INVALID, "created_at is after 9999");

    return labels_check(&meta->labels, err);
}

enum status profile_meta_check(const struct profile_meta *meta, int64_t now_ms, struct error *err)
{
    enum status status = profile_meta_check_key(meta, err);
    if (status != OK)
        return status;

    if (meta->created_at_ms > now_ms && meta->created_at_ms - now_ms > PROFILE_META_AHEAD_MS) {
        char created_at[TIME_RFC3339_BYTES];
        time_format_rfc3339(meta->created_at_ms, created_at);
        return error_set(err, E_INVALID,
                         "created_at %s is ahead of the collector's clock by %lld s, at most %lld",
                         created_at, (long long)((meta->created_at_ms - now_ms) / TIME_SECOND_MS),
                         (long long)(PROFILE_META_AHEAD_MS / TIME_SECOND_MS));
    }
    return OK;
}

int profile_meta_cmp_newest(const struct profile_meta *a, const struct profile_meta *b)
{
    if (a->created_at_ms != b->created_at_ms)
        return a->created_at_ms > b->created_at_ms ? -1 : 1;

    return id_cmp(&b->id, &a->id);
}

bool profile_meta_equal(const struct profile_meta *a, const struct profile_meta *b)
{
    return id_cmp(&a->id, &b->id) == 0 && slice_eq(a->service, b->service) && slice_eq(a->type, b->type) &&
           a->created_at_ms == b->created_at_ms && labels_equal(&a->labels, &b->labels) &&
           facts_equal(&a->facts, &b->facts);
}
