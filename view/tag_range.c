/*
 * Whatever is not just one or two numbers with units and colons is a regular expression: so are ranges of
 * units that do not go together (12kb:64ms).
 */
#include "view/tag_range.h"

#include "view/measure.h"

struct quantity {
    int64_t number;
    struct slice unit;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* All of the text: an optional sign, digits, letters. */
static bool read_quantity(struct slice text, struct quantity *ret_quantity, bool *ret_too_big)
{
    size_t at = text.len > 0 && (text.ptr[0] == '+' || text.ptr[0] == '-');
    size_t digits = at;
    while (at < text.len && is_digit(text.ptr[at]))
        at++;
    size_t end = at;
    while (end < text.len && is_letter(text.ptr[end]))
        end++;
    if (at == digits || end != text.len)
        return false;

    size_t plus = text.ptr[0] == '+';
    *ret_too_big |= !slice_to_i64(slice_sub(text, plus, at - plus), &ret_quantity->number);
    ret_quantity->unit = slice_from(text, at);
    return true;
}

static void set_low(struct tag_range *r, double low)
{
    r->has_low = true;
    r->low = low;
}

static void set_high(struct tag_range *r, double high)
{
    r->has_high = true;
    r->high = high;
}

enum status tag_range_parse(const char *option, struct slice text, bool *ret_is_range,
                            struct tag_range *ret_range, struct error *err)
{
    size_t colon = slice_find(text, ':');
    struct slice first = slice_sub(text, 0, colon), second = slice_from(text, colon + 1);
    struct quantity a = {0}, b = {0};
    bool too_big = false;
    *ret_is_range = false;
    bool has_first = read_quantity(first, &a, &too_big);
    bool has_second = read_quantity(second, &b, &too_big);
    if ((!has_first && first.len > 0) || (!has_second && second.len > 0) || (!has_first && !has_second))
        return OK;
    if (too_big)
        return error_set(err, E_INVALID, "bad \"%s\" \"%.*s\": the number is too large", option,
                         (int)(text.len < 60 ? text.len : 60), text.ptr);

    struct tag_range r = {0};
    struct quantity lead = has_first ? a : b;
    double scaled = measure_scale(lead.number, lead.unit, lead.unit, &r.unit);
    if (has_first)
        set_low(&r, scaled);
    if (has_first && colon == text.len)
        set_high(&r, scaled);
    if (!has_first)
        set_high(&r, scaled);
    if (has_first && has_second) {
        struct slice unit;
        set_high(&r, measure_scale(b.number, b.unit, r.unit, &unit));
        if (!slice_eq(unit, r.unit))
            return OK;
    }
    *ret_range = r;
    *ret_is_range = true;
    return OK;
}

bool tag_range_holds(const struct tag_range *r, int64_t value, struct slice unit)
{
    struct slice scaled_unit;
    double scaled = measure_scale(value, unit, r->unit, &scaled_unit);
    return slice_eq(scaled_unit, r->unit) && (!r->has_low || scaled >= r->low) &&
           (!r->has_high || scaled <= r->high);
}
