/* Sums are compared as doubles: a profile's values have fewer digits than these. */
#include "cli/rule.h"

#include "view/measure.h"

#include <stdlib.h>
#include <string.h>

enum { NUMBER_BYTES = 32 };

static enum status refuse(struct error *err, const char *text, const char *why)
{
    return error_set(err, E_INVALID,
                     "the rule '%s' %s; a rule is NAME:+5%%, /REGEX/:+2pp, flat:NAME:+10ms or "
                     "total:+5%%",
                     text, why);
}

/* Digits and one point; no exponent, sign or infinity. */
static bool number_of(struct slice text, double *ret_number)
{
    char copy[NUMBER_BYTES], *end = NULL;
    if (text.len == 0 || text.len >= sizeof copy)
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    *ret_number = strtod(copy, &end);
    return *end == '\0';
}

static size_t last_colon(struct slice s)
{
    size_t at = s.len;
    while (at > 0 && s.ptr[at - 1] != ':')
        at--;
    return at > 0 ? at - 1 : s.len;
}

static const char *read_amount(struct rule *r, struct slice amount)
{
    if (!slice_starts(amount, SLICE("+")))
        return "does not say by how much: ':+' and an amount";
    amount = slice_from(amount, 1);
    size_t digits = 0;
    while (digits < amount.len && strchr("0123456789.", amount.ptr[digits]))
        digits++;
    if (!number_of(slice_sub(amount, 0, digits), &r->limit))
        return "has no number behind ':+'";

    r->unit = slice_from(amount, digits);
    bool is_percent = slice_eq(r->unit, SLICE("%")), is_points = slice_eq(r->unit, SLICE("pp"));
    r->kind = is_percent ? RULE_PERCENT : is_points ? RULE_POINTS : RULE_AMOUNT;
    for (size_t i = 0; r->kind == RULE_AMOUNT && i < r->unit.len; i++)
        if (!((r->unit.ptr[i] | 0x20) >= 'a' && (r->unit.ptr[i] | 0x20) <= 'z'))
            return "has an amount that is neither N%, Npp nor a number with a unit";
    return NULL;
}

enum status rule_parse(const char *text, struct rule *ret_rule, struct error *err)
{
    struct rule r = {.text = slice_of(text), .name = slice_of(text)};
    size_t colon = last_colon(r.text);
    if (colon == r.text.len)
        return refuse(err, text, "has no ':'");
    const char *why = read_amount(&r, slice_from(r.text, colon + 1));
    if (why)
        return refuse(err, text, why);

    r.name = slice_sub(r.text, 0, colon);
    r.is_total = slice_eq(r.name, SLICE("total"));
    r.is_flat = slice_starts(r.name, SLICE("flat:"));
    if (r.is_flat)
        r.name = slice_from(r.name, sizeof "flat:" - 1);
    else if (slice_starts(r.name, SLICE("cum:")))
        r.name = slice_from(r.name, sizeof "cum:" - 1);
    if (r.name.len == 0)
        return refuse(err, text, "does not say of what");
    if (r.is_total && r.kind == RULE_POINTS)
        return refuse(err, text, "asks for the total's share of the total");
    if (r.name.len > 2 && r.name.ptr[0] == '/' && slice_ends(r.name, SLICE("/"))) {
        struct error inner;
        struct slice pattern = slice_sub(r.name, 1, r.name.len - 2);
        if (regex_new("rule", pattern, &r.regex, &inner) != OK)
            return error_set(err, E_INVALID, "the rule '%s': %s", text, inner.text);
    }
    *ret_rule = r;
    return OK;
}

void rule_release(struct rule *r)
{
    regex_free(r->regex);
    r->regex = NULL;
}

/* The default unit of a kind tells the kind: bytes, time; "" is no kind that can be converted. */
static struct slice kind_of(struct slice unit)
{
    struct slice name;
    (void)measure_scale(0, unit, SLICE("auto"), &name);
    return name;
}

enum status rule_scale(struct rule *r, struct slice type, struct slice unit, struct error *err)
{
    if (r->kind != RULE_AMOUNT)
        return OK;
    bool is_count = r->unit.len == 0 || slice_eq(r->unit, unit) || slice_eq(r->unit, type);
    if (is_count && kind_of(unit).len == 0)
        return OK;
    if (r->unit.len == 0 || kind_of(r->unit).len == 0 || !slice_eq(kind_of(r->unit), kind_of(unit)))
        return error_set(err, E_INVALID, "the rule '%.*s' is not in a unit for %.*s, which is in %.*s",
                         SLICE_ARG(r->text), SLICE_ARG(type), SLICE_ARG(unit));

    struct slice name;
    r->limit *= measure_scale(1, r->unit, unit, &name);
    r->unit = unit;
    return OK;
}

bool rule_names(const struct rule *r, struct slice function)
{
    if (r->is_total)
        return false;
    return r->regex ? regex_matches(r->regex, function) : slice_eq(r->name, function);
}

static double share(int64_t value, int64_t total)
{
    return total != 0 ? 100.0 * (double)value / (double)total : 0;
}

bool rule_is_broken(const struct rule *r, const struct rule_sides *s)
{
    double growth = (double)s->now - (double)s->base;
    switch (r->kind) {
    case RULE_POINTS: return share(s->now, s->now_total) - share(s->base, s->base_total) > r->limit;
    case RULE_AMOUNT: return growth > r->limit;
    case RULE_PERCENT: break;
    }
    return s->base <= 0 ? s->now > 0 : 100 * growth / (double)s->base > r->limit;
}
