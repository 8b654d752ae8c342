/*
 * One loop over argv, one function that puts a text into a value, used for argv, the environment and the
 * default alike, so that all three take the same spellings and are held to the same range.
 *
 * argv comes first and is remembered in `seen`, then the rest is filled from the environment and the
 * defaults: an environment that is wrong does not stop a command that overrides it.
 */
#include "base/option.h"

#include "base/alloc.h"
#include "base/distance.h"
#include "base/slice.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 63, HELP_COLUMN = 32 };

static const char ENV_PREFIX[] = "BRAZIER_";

/* argv while it is being read. */
struct reading {
    const struct option_row *rows;
    size_t row_count;
    bool *seen; /* a row each: argv had it */
    int argc;
    char **argv;
    int at; /* the argument being looked at */
};

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit byte_units[] = {
    {"", 1},
    {"B", 1},
    {"KiB", 1LL << 10},
    {"MiB", 1LL << 20},
    {"GiB", 1LL << 30},
    {"TiB", 1LL << 40},
    {"KB", 1000},
    {"MB", 1000000},
    {"GB", 1000000000},
    {"TB", 1000000000000},
};

static const struct unit time_units[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000},
};

/* "<number><unit>" as number * factor. */
static bool with_unit(const char *text, const struct unit *units, size_t unit_count, int64_t *ret_value)
{
    struct slice s = slice_of(text);
    size_t digits = strspn(text, "0123456789");
    int64_t number;
    if (!slice_to_i64(slice_sub(s, 0, digits), &number))
        return false;

    for (size_t i = 0; i < unit_count; i++) {
        if (!slice_eq_nocase(slice_from(s, digits), slice_of(units[i].name)))
            continue;

        int64_t value;
        if (__builtin_mul_overflow(number, units[i].factor, &value))
            return false;

        *ret_value = value;
        return true;
    }
    return false;
}

bool option_bytes(const char *text, int64_t *ret_bytes)
{
    return with_unit(text, byte_units, ARRAY_LEN(byte_units), ret_bytes);
}

bool option_duration(const char *text, int64_t *ret_ms)
{
    if (strcmp(text, "0") == 0) {
        *ret_ms = 0;
        return true;
    }
    return with_unit(text, time_units, ARRAY_LEN(time_units), ret_ms);
}

static bool flag_value(const char *text, bool *ret_flag)
{
    static const char *const words[][2] = {{"false", "true"}, {"0", "1"}, {"off", "on"}, {"no", "yes"}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        for (int value = 0; value < 2; value++) {
            if (slice_eq_nocase(slice_of(text), slice_of(words[i][value]))) {
                *ret_flag = value == 1;
                return true;
            }
        }
    }
    return false;
}

static const char *wanted(enum option_kind kind)
{
    switch (kind) {
    case OPTION_FLAG: return "true or false";
    case OPTION_COUNT: return "a number";
    case OPTION_BYTES: return "a size like 16MiB";
    case OPTION_DURATION: return "a duration like 30s";
    case OPTION_TEXT:
    case OPTION_LIST: break;
    }
    return "a text";
}

static enum status set_number(const struct option_row *row, const char *from, const char *text,
                              struct error *err)
{
    int64_t value;
    bool good = row->kind == OPTION_COUNT   ? slice_to_i64(slice_of(text), &value)
                : row->kind == OPTION_BYTES ? option_bytes(text, &value)
                                            : option_duration(text, &value);
    if (!good)
        return error_set(err, E_INVALID, "%s: '%s' is not %s", from, text, wanted(row->kind));

    bool bounded = row->min != 0 || row->max != 0;
    int64_t max = bounded ? row->max : INT64_MAX;
    if (value < row->min || value > max) {
        const char *unit = row->kind == OPTION_BYTES ? " bytes" : row->kind == OPTION_DURATION ? " ms" : "";
        return error_set(err, E_INVALID, "%s: '%s' is not within %lld and %lld%s", from, text,
                         (long long)row->min, (long long)max, unit);
    }
    int64_t *place = row->value;
    *place = value;
    return OK;
}

/* `from` says in an error where the text stood: "--name", or the variable. */
static enum status set_value(const struct option_row *row, const char *from, const char *text,
                             struct error *err)
{
    if (row->kind == OPTION_TEXT) {
        const char **place = row->value;
        *place = text;
        return OK;
    }
    if (row->kind == OPTION_LIST) {
        struct option_list *list = row->value;
        if (list->count == OPTION_LIST_MAX)
            return error_set(err, E_INVALID, "%s: given more than %d times", from, OPTION_LIST_MAX);

        list->values[list->count++] = text;
        return OK;
    }
    if (row->kind == OPTION_FLAG) {
        bool *place = row->value;
        if (!flag_value(text, place))
            return error_set(err, E_INVALID, "%s: '%s' is not %s", from, text, wanted(row->kind));

        return OK;
    }
    return set_number(row, from, text, err);
}

static void clear_value(const struct option_row *row)
{
    if (row->kind == OPTION_TEXT)
        *(const char **)row->value = NULL;
    else if (row->kind == OPTION_LIST)
        ((struct option_list *)row->value)->count = 0;
    else if (row->kind == OPTION_FLAG)
        *(bool *)row->value = false;
    else
        *(int64_t *)row->value = 0;
}

static void env_name(const struct option_row *row, char out[sizeof ENV_PREFIX + NAME_MAX_BYTES])
{
    size_t prefix = sizeof ENV_PREFIX - 1;
    size_t len = strlen(row->name);
    assert(len <= NAME_MAX_BYTES);

    memcpy(out, ENV_PREFIX, prefix);
    for (size_t i = 0; i < len; i++) {
        char c = row->name[i];
        out[prefix + i] = (char)(c == '-' ? '_' : c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c);
    }
    out[prefix + len] = '\0';
}

/* The name that was probably meant. NULL if none comes near. */
static const char *nearest(const struct option_row *rows, size_t row_count, struct slice name)
{
    const char *best = NULL;
    size_t best_distance = SIZE_MAX;

    for (size_t i = 0; i < row_count; i++) {
        size_t d = distance(name, slice_of(rows[i].name));
        if (d < best_distance) {
            best = rows[i].name;
            best_distance = d;
        }
    }
    return distance_is_near(best_distance, name) ? best : NULL;
}

static enum status unknown(const struct reading *r, struct error *err)
{
    const char *arg = r->argv[r->at];
    struct slice given = slice_sub(slice_of(arg), 0, slice_find(slice_of(arg), '='));
    struct slice name = given;
    while (name.len > 0 && name.ptr[0] == '-')
        name = slice_from(name, 1);

    const char *near = nearest(r->rows, r->row_count, name);
    if (near)
        return error_set(err, E_INVALID, "there is no option '%.*s'; did you mean '--%s'?", SLICE_ARG(given),
                         near);

    return error_set(err, E_INVALID, "there is no option '%.*s'", SLICE_ARG(given));
}

static size_t row_of(const struct reading *r, struct slice name)
{
    size_t i = 0;
    while (i < r->row_count && !slice_eq_cstr(name, r->rows[i].name))
        i++;
    return i;
}

/* Of "-o" only: the value is the next argument, as in "-o FILE". */
static size_t row_of_letter(const struct reading *r, const char *arg)
{
    size_t i = 0;
    while (i < r->row_count && (r->rows[i].letter != arg[1] || arg[2] != '\0'))
        i++;
    return i;
}

/* Reads the option at r->at, which is left at the last argument that belongs to it. */
static enum status read_option(struct reading *r, struct error *err)
{
    const char *arg = r->argv[r->at];
    size_t equals = slice_find(slice_of(arg), '=');
    size_t i = arg[1] == '-' ? row_of(r, slice_sub(slice_of(arg), 2, equals - 2)) : row_of_letter(r, arg);
    if (i == r->row_count)
        return unknown(r, err);

    const struct option_row *row = &r->rows[i];
    const char *text;
    if (arg[equals] == '=')
        text = arg + equals + 1;
    else if (row->kind == OPTION_FLAG)
        text = "true";
    else if (r->at + 1 < r->argc)
        text = r->argv[++r->at];
    else
        return error_set(err, E_INVALID, "%s: a value is missing", arg);

    char from[NAME_MAX_BYTES + sizeof "--"];
    (void)snprintf(from, sizeof from, "--%s", row->name);
    r->seen[i] = true;
    return set_value(row, from, text, err);
}

static enum status read_args(struct reading *r, const struct option_words *words, size_t *ret_count,
                             struct error *err)
{
    size_t count = 0;
    bool only_args = false;
    for (r->at = 0; r->at < r->argc; r->at++) {
        const char *arg = r->argv[r->at];
        if (!only_args && strcmp(arg, "--") == 0) {
            only_args = true;
            continue;
        }
        if (!only_args && arg[0] == '-' && arg[1] != '\0') {
            enum status status = read_option(r, err);
            if (status != OK)
                return status;

            continue;
        }
        if (!words || count == words->max)
            return error_set(err, E_INVALID, "'%s' is one argument too many", arg);

        words->items[count++] = arg;
    }
    *ret_count = count;
    return OK;
}

/* From the environment, else the default. An empty variable counts as none, as shells and YAML files leave
 * them. */
static enum status fill(const struct option_row *row, struct error *err)
{
    char variable[sizeof ENV_PREFIX + NAME_MAX_BYTES];
    env_name(row, variable);
    const char *text = getenv(variable);
    if (text && text[0] != '\0')
        return set_value(row, variable, text, err);
    if (!row->fallback)
        return OK;

    char from[NAME_MAX_BYTES + sizeof "the default of --"];
    (void)snprintf(from, sizeof from, "the default of --%s", row->name);
    return set_value(row, from, row->fallback, err);
}

enum status option_parse(const struct option_row *rows, size_t row_count, int argc, char **argv,
                         struct option_words *words, struct error *err)
{
    bool *seen CLEANUP(mem_freep) = mem_zero(row_count, sizeof *seen);
    struct reading r = {.rows = rows, .row_count = row_count, .seen = seen, .argc = argc, .argv = argv};
    for (size_t i = 0; i < row_count; i++)
        clear_value(&rows[i]);

    size_t count = 0;
    enum status status = read_args(&r, words, &count, err);
    if (status != OK)
        return status;

    for (size_t i = 0; i < row_count; i++) {
        status = seen[i] ? OK : fill(&rows[i], err);
        if (status != OK)
            return status;
        if (rows[i].ret_given)
            *rows[i].ret_given = seen[i];
    }
    if (words)
        words->count = count;
    return OK;
}

void option_help(const struct option_row *rows, size_t row_count, FILE *out)
{
    for (size_t i = 0; i < row_count; i++) {
        const struct option_row *row = &rows[i];
        char variable[sizeof ENV_PREFIX + NAME_MAX_BYTES];
        env_name(row, variable);

        char letter[sizeof "-o, "] = "";
        if (row->letter != '\0')
            (void)snprintf(letter, sizeof letter, "-%c, ", row->letter);

        int width = fprintf(out, "  %s--%s%s%s", letter, row->name, row->argument ? " " : "",
                            row->argument ? row->argument : "");
        if (width >= HELP_COLUMN) {
            (void)fputc('\n', out);
            width = 0;
        }
        (void)fprintf(out, "%*s%s", HELP_COLUMN - width, "", row->help);
        if (row->fallback && row->fallback[0] != '\0')
            (void)fprintf(out, " [%s]", row->fallback);
        (void)fprintf(out, "\n%*s%s\n", HELP_COLUMN, "", variable);
    }
}
