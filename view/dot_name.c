/*
 * Names in boxes are short. What goes is told by the shape of a name, as pprof tells it by regular
 * expressions; here they are small readers, since none of them needs to go back and forth:
 *
 *   C++ anonymous   "(anonymous namespace)::" in front
 *   Go version      the first "/v2", "/v10" that a '/' or '.' follows
 *   Go              path/elements/ in front of package.name
 *   Java            packages in small letters in front of Class.method; arguments behind
 *   C++             namespaces:: in front of Class::method; arguments behind
 */
#include "view/dot.h"

#include "view/markup.h"

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_small(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Length of the word that begins at `at`; with dollars in Java. */
static size_t word_length(struct slice s, size_t at, bool with_dollars)
{
    size_t end = at;
    while (end < s.len && (is_word(s.ptr[end]) || (with_dollars && s.ptr[end] == '$')))
        end++;
    return end - at;
}

/* --- Go --- */

/* Length of the version that begins at `at`, 0: none does. */
static size_t version_length(struct slice s, size_t at)
{
    size_t end = at + 2;
    if (!slice_starts(slice_from(s, at), SLICE("/v")))
        return 0;

    while (end < s.len && is_digit(s.ptr[end]))
        end++;
    size_t digits = end - at - 2;
    if (digits == 0 || s.ptr[at + 2] == '0' || (digits == 1 && s.ptr[at + 2] == '1'))
        return 0;
    return end < s.len && (s.ptr[end] == '.' || s.ptr[end] == '/') ? end - at : 0;
}

static void drop_version(struct slice s, struct buf *out)
{
    size_t at = 0, length = 0;
    if (slice_find(s, '\n') == s.len)
        while (at < s.len && (length = version_length(s, at)) == 0)
            at++;
    buf_append(out, slice_sub(s, 0, length > 0 ? at : s.len));
    if (length > 0)
        buf_append(out, slice_from(s, at + length));
}

/* Is there "package.name" at `at`? The package has no dot. *dot: the first dot behind the place that was
 * asked for before, so that a name of nothing but slashes is looked through once. */
static bool is_go_name(struct slice s, size_t at, size_t *dot)
{
    if (*dot < at)
        *dot = at + slice_find(slice_from(s, at), '.');
    return *dot > at && *dot + 1 < s.len && s.ptr[*dot + 1] != '\n';
}

/* The last element of a path behind which a name stands, to the end of the line. */
static bool shorten_go(struct slice s, struct slice *ret_short)
{
    size_t begun = 0, dot = 0, name_at = 0, name_dot = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '/' && i > begun) {
            begun = i + 1;
            if (is_go_name(s, begun, &dot)) {
                name_at = begun;
                name_dot = dot;
            }
        } else if (!is_word(s.ptr[i]) && s.ptr[i] != '-' && s.ptr[i] != '.') {
            break;
        }
    }
    if (name_at == 0)
        return false;

    size_t line = name_dot + slice_find(slice_from(s, name_dot), '\n');
    *ret_short = slice_sub(s, name_at, line - name_at);
    return true;
}

/* --- Java --- */

static bool shorten_java(struct slice s, struct slice *ret_short)
{
    size_t at = 0;
    while (at < s.len && is_small(s.ptr[at])) {
        at += word_length(s, at, false);
        if (at >= s.len || s.ptr[at] != '.')
            return false;
        at++;
    }
    if (at >= s.len || !is_capital(s.ptr[at]))
        return false;

    size_t class_at = at;
    at += word_length(s, at, true);
    if (at >= s.len || s.ptr[at] != '.')
        return false;

    struct slice method = slice_from(s, ++at);
    if (slice_starts(method, SLICE("<init>")))
        at += SLICE("<init>").len;
    else if (method.len > 0 && is_small(method.ptr[0]))
        at += word_length(s, at, true);
    else
        return false;
    if (at < s.len && s.ptr[at] != '(')
        return false;

    *ret_short = slice_sub(s, class_at, at - class_at);
    return true;
}

/* --- C++ --- */

/* Where the method ends that begins at `at`, its template's arguments included; 0: there is none. */
static size_t method_end(struct slice s, size_t at)
{
    if (at < s.len && s.ptr[at] == '~')
        at++;
    if (at >= s.len || is_digit(s.ptr[at]) || !is_word(s.ptr[at]))
        return 0;

    at += word_length(s, at, false);
    if (at >= s.len || s.ptr[at] != '<')
        return at;

    size_t end = at;
    for (size_t i = at; i < s.len && s.ptr[i] != '\n'; i++)
        if (s.ptr[i] == '>')
            end = i + 1;
    return end;
}

static bool is_class(struct slice word)
{
    size_t at = 0;
    while (at < word.len && word.ptr[at] == '_')
        at++;
    return at < word.len && is_capital(word.ptr[at]);
}

/* The last class behind a namespace that a method follows. */
static bool shorten_cpp(struct slice s, struct slice *ret_short)
{
    bool found = false;
    for (size_t at = 0; at < s.len && is_word(s.ptr[at]) && !is_digit(s.ptr[at]);) {
        size_t length = word_length(s, at, false);
        if (!slice_starts(slice_from(s, at + length), SLICE("::")))
            break;

        size_t end = method_end(s, at + length + 2);
        if (at > 0 && end > 0 && is_class(slice_sub(s, at, length))) {
            *ret_short = slice_sub(s, at, end - at);
            found = true;
        }
        at += length + 2;
    }
    return found;
}

void dot_shorten(struct slice name, struct buf *out)
{
    struct slice anonymous = SLICE("(anonymous namespace)::");
    struct buf text CLEANUP(buf_release) = BUF_INIT(out->max);
    drop_version(slice_starts(name, anonymous) ? slice_from(name, anonymous.len) : name, &text);
    struct slice shorter = buf_slice(&text);
    (void)(shorten_go(buf_slice(&text), &shorter) || shorten_java(buf_slice(&text), &shorter) ||
           shorten_cpp(buf_slice(&text), &shorter));
    buf_append(out, shorter);
}

/* Does s begin with what Graphviz, like HTML, takes for another character: "&lt;", "&#27;"? */
static bool is_entity(struct slice s)
{
    size_t hash = slice_starts(s, SLICE("&#")), length = word_length(s, 1 + hash, false);
    return s.ptr[0] == '&' && length > 0 && slice_starts(slice_from(s, 1 + hash + length), SLICE(";"));
}

void dot_escape(struct slice text, struct buf *out)
{
    size_t begun = out->len;
    for (size_t i = 0, length; i < text.len; i += length) {
        char c = text.ptr[i];
        bool forbidden;
        length = markup_character(slice_from(text, i), &forbidden);
        if (out->len - begun >= DOT_TEXT_BYTES) {
            buf_append_cstr(out, "...");
            return;
        }
        if (forbidden) {
            buf_append_cstr(out, "\xef\xbf\xbd");
        } else if (c == '"' || c == '\\') {
            buf_append_byte(out, '\\');
            buf_append_byte(out, c);
        } else if (c == '\n') {
            buf_append_cstr(out, "\\l");
        } else if ((unsigned char)c < ' ' || c == '\x7f') {
            buf_append_byte(out, ' ');
        } else {
            buf_append(out, slice_sub(text, i, length));
            buf_append_cstr(out, is_entity(slice_from(text, i)) ? "amp;" : "");
        }
    }
}
