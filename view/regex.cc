/*
 * The one file of C++: RE2 has no C interface. RE2 compiles a pattern to automata, never backtracks, and
 * keeps within the memory that it is given; a pattern whose automata do not fit is refused when it is made.
 */
extern "C" {
#include "view/regex.h"

#include "base/limits.h"
}

#include <re2/re2.h>

struct regex {
    explicit regex(re2::StringPiece pattern, const RE2::Options &options) : compiled(pattern, options) {}
    RE2 compiled;
};

enum status regex_new(const char *option, struct slice pattern, struct regex **ret_regex, struct error *err)
{
    RE2::Options options;

    if (pattern.len > LIMIT_REGEX_BYTES)
        return error_set(err, E_TOO_LARGE, "the %s regexp is over %lu bytes", option, LIMIT_REGEX_BYTES);
    options.set_log_errors(false);
    options.set_max_mem((int64_t)LIMIT_REGEX_MEMORY_BYTES);
    struct regex *made = new regex(re2::StringPiece(pattern.ptr, pattern.len), options);
    if (!made->compiled.ok()) {
        bool is_big = made->compiled.error_code() == RE2::ErrorPatternTooLarge;
        enum status status = error_set(err, is_big ? E_TOO_LARGE : E_INVALID, "parsing %s regexp: %s", option,
                                       made->compiled.error().c_str());
        delete made;
        return status;
    }
    *ret_regex = made;
    return OK;
}

void regex_free(struct regex *r)
{
    delete r;
}

void regex_freep(struct regex **r)
{
    delete *r;
}

bool regex_matches(const struct regex *r, struct slice text)
{
    return RE2::PartialMatch(re2::StringPiece(text.ptr, text.len), r->compiled);
}
