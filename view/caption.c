/*
 * A script in the page fits text again with the fonts that are there. This is for those who look at the
 * picture without one, so widths are estimates: hundredths of the font's size for ASCII, and a whole one for
 * everything else, which is what the widest letters take.
 *
 * Languages tell their packages differently. Go has them in the name, up to the first point behind the last
 * slash; C++ and Rust in front of "::". Others (JavaScript, Python) have files in directories; C has modules.
 */
#include "view/caption.h"

#include "view/markup.h"
#include "view/path.h"

static const unsigned char WIDTHS[] = {
    /* space to / */ 30,  32, 40, 60, 60, 93, 72, 24,  36, 36, 42, 62, 31, 36, 31, 32,
    /* 0 to ?     */ 60,  60, 60, 60, 60, 60, 60, 60,  60, 60, 31, 31, 62, 62, 62, 60,
    /* @ to O     */ 105, 72, 72, 76, 76, 72, 66, 82,  78, 31, 54, 72, 60, 90, 78, 82,
    /* P to _     */ 72,  82, 76, 72, 66, 76, 72, 100, 72, 72, 66, 34, 34, 34, 50, 58,
    /* ` to o     */ 38,  60, 62, 56, 62, 60, 36, 62,  61, 28, 28, 56, 28, 90, 61, 61,
    /* p to ~     */ 62,  62, 40, 56, 36, 61, 56, 80,  56, 56, 56, 40, 32, 40, 62,
};

enum { ELLIPSIS_WIDTH = 100, FEWEST_CHARACTERS = 2 };

static unsigned width_of(char first)
{
    unsigned char c = (unsigned char)first;

    return c >= ' ' && c < 0x7f ? WIDTHS[c - ' '] : 100;
}

/* How many bytes of s take at most `room` hundredths, and how many characters these are. */
static size_t fitting(struct slice s, double room, size_t *ret_characters)
{
    size_t at = 0, characters = 0;
    bool forbidden;

    while (at < s.len && width_of(s.ptr[at]) <= room) {
        room -= width_of(s.ptr[at]);
        at += markup_character(slice_from(s, at), &forbidden);
        characters++;
    }
    *ret_characters = characters;
    return at;
}

/* Where the part of a name ends that may hold paths: in "a/b.F[c/d.T]" and "a/b.(*T).f" it is in the front.
 */
static size_t front_of(struct slice name)
{
    size_t end = 0;

    while (end < name.len && name.ptr[end] != '[' && name.ptr[end] != '(' && name.ptr[end] != '<' &&
           name.ptr[end] != ' ')
        end++;
    return end;
}

/* Behind the last slash of the front. */
static size_t behind_path(struct slice name)
{
    size_t at = front_of(name);

    while (at > 0 && name.ptr[at - 1] != '/')
        at--;
    return at;
}

/* "func1.2" of a Go closure, which says nothing without the function that it is in. */
static bool is_closure(struct slice part)
{
    static const char *const words[] = {"func", "gowrap", "deferwrap", ""};

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        struct slice word = slice_of(words[i]), digit = slice_sub(part, word.len, 1);

        if (slice_starts(part, word) && digit.len == 1 && digit.ptr[0] >= '0' && digit.ptr[0] <= '9')
            return true;
    }
    return false;
}

/* Behind the last '.' or "::" that stands in no brackets: "step" of "regexp.(*machine).step". */
static size_t behind_type(struct slice name)
{
    size_t at = 0;
    int depth = 0;

    for (size_t i = 1; i + 1 < name.len; i++) {
        char c = name.ptr[i];

        depth += c == '(' || c == '[' || c == '<';
        depth -= (c == ')' || c == ']' || c == '>') && depth > 0;
        bool parts = c == '.' || (c == ':' && name.ptr[i - 1] == ':');
        if (depth == 0 && parts && !is_closure(slice_from(name, i + 1)))
            at = i + 1;
    }
    return at;
}

void caption_fit(struct slice name, double width, struct buf *out)
{
    double room = width * 100;
    size_t characters;

    if (fitting(name, room, &characters) < name.len)
        name = slice_from(name, behind_path(name));
    if (fitting(name, room, &characters) < name.len)
        name = slice_from(name, behind_type(name));
    size_t fits = fitting(name, room, &characters);
    if (fits < name.len)
        fits = fitting(name, room - ELLIPSIS_WIDTH, &characters);
    if (fits < name.len && characters < FEWEST_CHARACTERS)
        return;

    markup_text(slice_sub(name, 0, fits), out);
    if (fits < name.len)
        buf_append(out, SLICE("\xe2\x80\xa6"));
}

/* Up to the first "::" of the front; empty when there is none. */
static struct slice before_colons(struct slice name)
{
    size_t end = front_of(name);

    for (size_t i = 1; i + 1 < end; i++)
        if (name.ptr[i] == ':' && name.ptr[i + 1] == ':')
            return slice_sub(name, 0, i);
    return SLICE_NULL;
}

/* "net/http" of "net/http.(*conn).serve"; empty when there is no such point. */
static struct slice before_point(struct slice name)
{
    size_t at = behind_path(name);
    size_t point = slice_find(slice_from(name, at), '.');

    return at + point < name.len && point > 0 ? slice_sub(name, 0, at + point) : SLICE_NULL;
}

struct slice caption_package(struct slice name, struct slice file, struct slice module)
{
    struct slice package = before_colons(name), base = path_base(file);

    if (package.len > 0)
        return package;
    /* Go's assembly is in its packages too. */
    if (file.len > base.len && !slice_ends(file, SLICE(".go")) && !slice_ends(file, SLICE(".s")))
        return slice_sub(file, 0, file.len - base.len);
    package = before_point(name);
    if (package.len > 0)
        return package;
    return module.len > 0 ? path_base(module) : name;
}

/* FNV-1a: it may never change, and nobody gains from a collision. */
unsigned caption_shade(struct slice package)
{
    uint32_t hash = 2166136261U;

    for (size_t i = 0; i < package.len; i++)
        hash = (hash ^ (unsigned char)package.ptr[i]) * 16777619U;
    return (hash ^ hash >> 16) % CAPTION_SHADES;
}
