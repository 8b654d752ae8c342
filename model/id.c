/*
 * Fixed columns: 1 lane, 10 mint time, 1 dash, 26 digest. An id that came through id_parse() or id_make() is
 * valid, so the readers below assert instead of failing.
 */
#include "model/id.h"

#include "base/encode.h"
#include "model/quoted.h"

#include <assert.h>
#include <string.h>

enum { STAMP_AT = 1, DASH_AT = STAMP_AT + STAMP_BYTES, DIGEST_AT = DASH_AT + 1 };

static_assert(DIGEST_AT + DIGEST_TEXT_BYTES == ID_BYTES, "the columns fill the id");

static const char LANE_DIGITS[] = "0123456789abcdef";

struct id id_make(unsigned lane, int64_t mint_ms, const struct digest *digest)
{
    assert(lane < ID_LANES);
    struct id id;
    id.text[0] = LANE_DIGITS[lane % ID_LANES];
    stamp_write(mint_ms, id.text + STAMP_AT);
    id.text[DASH_AT] = '-';
    digest_write(digest, id.text + DIGEST_AT);
    id.text[ID_BYTES] = '\0';
    return id;
}

/* NULL if text is an id. */
static const char *fault_of(struct slice text)
{
    int64_t ms;
    struct digest digest;
    if (text.len != ID_BYTES)
        return "an id has 38 characters";
    if (text.ptr[0] == '\0' || !strchr(LANE_DIGITS, text.ptr[0]))
        return "it begins with a hex digit in lower case";
    if (!stamp_read(slice_sub(text, STAMP_AT, STAMP_BYTES), &ms))
        return "its first part is no time";
    if (text.ptr[DASH_AT] != '-')
        return "a '-' is missing";
    if (!digest_read(slice_from(text, DIGEST_AT), &digest))
        return "its second part is no digest";

    return NULL;
}

enum status id_parse(struct slice text, struct id *ret_id, struct error *err)
{
    const char *fault = fault_of(text);
    if (fault)
        return error_set(err, E_INVALID, "bad id %s: %s", quoted_of(text).text, fault);

    memcpy(ret_id->text, text.ptr, ID_BYTES);
    ret_id->text[ID_BYTES] = '\0';
    return OK;
}

int64_t id_mint_ms(const struct id *id)
{
    int64_t ms = 0;
    bool valid = stamp_read(slice_make(id->text + STAMP_AT, STAMP_BYTES), &ms);
    assert(valid);
    (void)valid;
    return ms;
}

unsigned id_lane(const struct id *id)
{
    int lane = base32_digit(id->text[0]);
    assert(lane >= 0 && lane < ID_LANES);
    return (unsigned)lane;
}

struct digest id_digest(const struct id *id)
{
    struct digest digest = {{0}};
    bool valid = digest_read(slice_make(id->text + DIGEST_AT, DIGEST_TEXT_BYTES), &digest);
    assert(valid);
    (void)valid;
    return digest;
}

struct slice id_slice(const struct id *id)
{
    return slice_make(id->text, ID_BYTES);
}

int id_cmp(const struct id *a, const struct id *b)
{
    return memcmp(a->text, b->text, ID_BYTES);
}

int id_cmp_mint(const struct id *a, const struct id *b)
{
    int by_time = memcmp(a->text + STAMP_AT, b->text + STAMP_AT, STAMP_BYTES);
    return by_time != 0 ? by_time : id_cmp(a, b);
}

void id_bound(unsigned lane, int64_t ms, char ret_text[static ID_BOUND_BYTES])
{
    assert(lane < ID_LANES);
    ret_text[0] = LANE_DIGITS[lane % ID_LANES];
    stamp_write(ms, ret_text + STAMP_AT);
    ret_text[ID_BOUND_BYTES - 1] = '\0';
}
