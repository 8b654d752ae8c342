/*
 * The one file of C++: RE2 has no C interface. RE2 compiles a pattern to automata, never backtracks, and
 * keeps within the memory that it is given; a pattern whose automata do not fit is refused when it is made.
 * Where a deterministic automaton grows over that memory while it searches, RE2 goes over to simulating the
 * other one, which costs some nanoseconds for each byte and each instruction of the program: hence the bound
 * on instructions, on the text, and the allowance. The clock is asked once in some thousand bytes.
 */
extern "C" {
#include "base/regex.h"

#include "base/limits.h"
}

#include <re2/re2.h>
#include <time.h>

enum { CLOCK_EVERY_BYTES = 4096, NS_PER_MS = 1000 * 1000 };

struct regex {
    regex(const char *name, re2::StringPiece pattern, const RE2::Options &options)
        : option(name), compiled(pattern, options)
    {
    }
    const char *option;
    RE2 compiled;
    int64_t allowed_ns = (int64_t)LIMIT_REGEX_CPU_MS * NS_PER_MS;
    mutable int64_t started_ns = 0; /* CPU time of the thread at the first search */
    mutable int64_t spent_ns = 0;
    mutable size_t unclocked = 0; /* bytes since the clock was asked */
};

static int64_t cpu_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000 * NS_PER_MS + t.tv_nsec;
}

enum status regex_new(const char *option, struct slice pattern, struct regex **ret_regex, struct error *err)
{
    RE2::Options options;

    if (pattern.len > LIMIT_REGEX_BYTES)
        return error_set(err, E_TOO_LARGE, "the %s regexp is over %lu bytes", option, LIMIT_REGEX_BYTES);
    options.set_log_errors(false);
    options.set_max_mem((int64_t)LIMIT_REGEX_MEMORY_BYTES);
    struct regex *made = new regex(option, re2::StringPiece(pattern.ptr, pattern.len), options);
    enum status status = OK;
    if (!made->compiled.ok()) {
        bool is_big = made->compiled.error_code() == RE2::ErrorPatternTooLarge;
        status = error_set(err, is_big ? E_TOO_LARGE : E_INVALID, "parsing %s regexp: %s", option,
                           made->compiled.error().c_str());
    } else if (made->compiled.ProgramSize() > (int)LIMIT_REGEX_PROGRAM) {
        status = error_set(err, E_TOO_LARGE, "parsing %s regexp: pattern too large", option);
    }
    if (status != OK) {
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
    if (r->spent_ns > r->allowed_ns)
        return false;
    if (r->started_ns == 0)
        r->started_ns = cpu_ns();

    struct slice searched = slice_sub(text, 0, LIMIT_REGEX_TEXT_BYTES);
    bool found = RE2::PartialMatch(re2::StringPiece(searched.ptr, searched.len), r->compiled);
    r->unclocked += searched.len;
    if (r->unclocked < CLOCK_EVERY_BYTES)
        return found;

    r->unclocked = 0;
    r->spent_ns = cpu_ns() - r->started_ns;
    return found;
}

enum { PARTS_MAX = 32 };

/* The part that a reference names: its number, or that of the name; -1: there is none. */
static int part_of(const RE2 &compiled, re2::StringPiece name)
{
    int number = 0;

    if (name.empty() || name.size() > 64)
        return -1;
    for (char c : name) {
        if (c < '0' || c > '9') {
            auto found = compiled.NamedCapturingGroups().find(std::string(name.data(), name.size()));
            return found == compiled.NamedCapturingGroups().end() ? -1 : found->second;
        }
        number = number < 1000 ? number * 10 + (c - '0') : number;
    }
    return number;
}

static bool is_name(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* What follows a dollar: *ret_name, and how many bytes it took; 0: no reference. */
static size_t reference(struct slice rest, re2::StringPiece *ret_name)
{
    size_t begin = rest.len > 0 && rest.ptr[0] == '{' ? 1 : 0, end = begin;

    while (end < rest.len && is_name(rest.ptr[end]))
        end++;
    if (end == begin || (begin && (end == rest.len || rest.ptr[end] != '}')))
        return 0;
    *ret_name = re2::StringPiece(rest.ptr + begin, end - begin);
    return end + begin;
}

bool regex_expand(const struct regex *r, struct slice text, struct slice model, struct buf *out)
{
    re2::StringPiece parts[PARTS_MAX], name,
        searched(text.ptr, slice_sub(text, 0, LIMIT_REGEX_TEXT_BYTES).len);
    int groups = r->compiled.NumberOfCapturingGroups() + 1;

    if (groups > PARTS_MAX)
        groups = PARTS_MAX;
    if (!r->compiled.Match(searched, 0, searched.size(), RE2::UNANCHORED, parts, groups))
        return false;
    for (size_t i = 0; i < model.len; i++) {
        struct slice rest = slice_from(model, i + 1);
        size_t taken = model.ptr[i] == '$' ? reference(rest, &name) : 0;
        int part = taken > 0 ? part_of(r->compiled, name) : -1;
        if (taken == 0)
            buf_append_byte(out, model.ptr[i]);
        else if (part >= 0 && part < groups)
            buf_append(out, slice_make(parts[part].data(), parts[part].size()));
        i += taken;
        if (taken == 0 && model.ptr[i] == '$' && rest.len > 0 && rest.ptr[0] == '$')
            i++;
    }
    return true;
}

enum status regex_check(const struct regex *r, struct error *err)
{
    if (r->spent_ns <= r->allowed_ns)
        return OK;

    return error_set(err, E_TOO_LARGE,
                     "the %s regexp takes too long on a profile of this size: use a simpler one", r->option);
}

void regex_allow(struct regex *r, int64_t allowed_ns)
{
    r->allowed_ns = allowed_ns;
}

int64_t regex_spent_ns(const struct regex *r)
{
    return r->spent_ns;
}
