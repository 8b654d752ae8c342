/* Options: where a value may come from, what wins, and what a user who mistyped is told. */
#include "base/option.h"

#include "base/slice.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ARGS_MAX = 2, ARGV_MAX = 8 };

static const char *listen_address;
static const char *root;
static bool root_given;
static bool readonly;
static int64_t workers;
static int64_t max_body;
static int64_t since_ms;
static struct option_list labels;

static const struct option_row rows[] = {
    {"listen", OPTION_TEXT, &listen_address, "127.0.0.1:10100", 0, 0, "ADDRESS", "Where to listen."},
    {"root", OPTION_TEXT, &root, NULL, 0, 0, "NAME", "What all keys begin with.", 'r', &root_given},
    {"read-only", OPTION_FLAG, &readonly, NULL, 0, 0, NULL, "Takes no profiles."},
    {"workers", OPTION_COUNT, &workers, "2", 1, 64, "N", "Threads that merge."},
    {"max-body", OPTION_BYTES, &max_body, "16MiB", 0, 0, "BYTES", "The largest profile."},
    {"since", OPTION_DURATION, &since_ms, "24h", 0, 0, "DURATION", "How far back to look."},
    {"label", OPTION_LIST, &labels, NULL, 0, 0, "KEY=VALUE", "A label; may be repeated."},
};

static const char *args[ARGS_MAX];
static struct option_words rest_words = {.items = args, .max = ARGS_MAX};
static struct error err;

/* Parses the words of `line`, which stand apart by one space. */
static enum status parse(const char *line)
{
    static char words[300];
    char *argv[ARGV_MAX];
    int argc = 0;
    struct slice rest = slice_of(line), word;
    char *at = words;
    while (line[0] != '\0' && slice_split(&rest, ' ', &word)) {
        assert_true(argc < ARGV_MAX && at + word.len + 1 < words + sizeof words);
        argv[argc++] = at;
        memcpy(at, word.ptr, word.len);
        at[word.len] = '\0';
        at += word.len + 1;
    }
    err.text[0] = '\0';
    return option_parse(rows, ARRAY_LEN(rows), argc, argv, &rest_words, &err);
}

static int clear_environment(void **state)
{
    (void)state;
    static const char *const names[] = {"LISTEN",   "ROOT",  "READ_ONLY", "WORKERS",
                                        "MAX_BODY", "SINCE", "LABEL"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char variable[40] = "BRAZIER_";
        memcpy(variable + 8, names[i], strlen(names[i]) + 1);
        if (unsetenv(variable) != 0)
            return -1;
    }
    return 0;
}

static void without_anything_there_are_defaults(void **state)
{
    (void)state;
    assert_int_equal(parse(""), OK);
    assert_string_equal(listen_address, "127.0.0.1:10100");
    assert_null(root);
    assert_false(readonly);
    assert_int_equal(workers, 2);
    assert_int_equal(max_body, 16 * 1024 * 1024);
    assert_int_equal(since_ms, 24 * 3600 * 1000);
    assert_int_equal(labels.count, 0);
    assert_int_equal(rest_words.count, 0);
}

static void values_stand_behind_a_space_or_an_equals_sign(void **state)
{
    (void)state;
    assert_int_equal(parse("--listen :1 --root=a=b --workers=3 --since 5m --read-only"), OK);
    assert_string_equal(listen_address, ":1");
    assert_string_equal(root, "a=b");
    assert_int_equal(workers, 3);
    assert_int_equal(since_ms, 300000);
    assert_true(readonly);
    assert_int_equal(parse("--root="), OK);
    assert_string_equal(root, "");
}

static void a_value_may_begin_with_a_dash(void **state)
{
    (void)state;
    assert_int_equal(parse("--root --listen"), OK);
    assert_string_equal(root, "--listen");
}

static void the_environment_comes_before_the_default_and_after_argv(void **state)
{
    (void)state;
    assert_int_equal(setenv("BRAZIER_WORKERS", "5", 1), 0);
    assert_int_equal(setenv("BRAZIER_READ_ONLY", "on", 1), 0);
    assert_int_equal(setenv("BRAZIER_MAX_BODY", "1KiB", 1), 0);
    assert_int_equal(setenv("BRAZIER_SINCE", "", 1), 0);
    assert_int_equal(parse("--workers 6"), OK);
    assert_int_equal(workers, 6);
    assert_true(readonly);
    assert_int_equal(max_body, 1024);
    assert_int_equal(since_ms, 24 * 3600 * 1000);
    assert_int_equal(parse("--read-only=false"), OK);
    assert_false(readonly);
}

static void a_wrong_variable_is_named_unless_argv_overrides_it(void **state)
{
    (void)state;
    assert_int_equal(setenv("BRAZIER_MAX_BODY", "big", 1), 0);
    assert_int_equal(parse(""), E_INVALID);
    assert_string_equal(err.text, "BRAZIER_MAX_BODY: 'big' is not a size like 16MiB");
    assert_int_equal(parse("--max-body 1"), OK);
}

static void positional_arguments_are_collected(void **state)
{
    (void)state;
    assert_int_equal(parse("one --workers 3 -"), OK);
    assert_int_equal(rest_words.count, 2);
    assert_string_equal(args[0], "one");
    assert_string_equal(args[1], "-");
    assert_int_equal(parse("-- --workers"), OK);
    assert_int_equal(rest_words.count, 1);
    assert_string_equal(args[0], "--workers");
    assert_int_equal(parse("a b c"), E_INVALID);
    assert_string_equal(err.text, "'c' is one argument too many");
}

static void a_list_collects_and_is_bounded(void **state)
{
    (void)state;
    assert_int_equal(setenv("BRAZIER_LABEL", "from=env", 1), 0);
    assert_int_equal(parse("--label a=1 --label=b=2"), OK);
    assert_int_equal(labels.count, 2);
    assert_string_equal(labels.values[0], "a=1");
    assert_string_equal(labels.values[1], "b=2");
    assert_int_equal(parse(""), OK);
    assert_int_equal(labels.count, 1);
    assert_string_equal(labels.values[0], "from=env");

    char word[] = "--label=x";
    char *many[OPTION_LIST_MAX + 1];
    for (size_t i = 0; i < ARRAY_LEN(many); i++)
        many[i] = word;
    assert_int_equal(option_parse(rows, ARRAY_LEN(rows), OPTION_LIST_MAX, many, &rest_words, &err), OK);
    assert_int_equal(option_parse(rows, ARRAY_LEN(rows), OPTION_LIST_MAX + 1, many, &rest_words, &err),
                     E_INVALID);
    assert_string_equal(err.text, "--label: given more than 64 times");
}

static void a_letter_is_the_same_as_the_name(void **state)
{
    (void)state;
    assert_int_equal(parse("-r here --workers 3"), OK);
    assert_string_equal(root, "here");
    assert_int_equal(workers, 3);
    assert_int_equal(parse("-r -"), OK);
    assert_string_equal(root, "-");
    assert_int_equal(parse("-r"), E_INVALID);
    assert_string_equal(err.text, "-r: a value is missing");
    assert_int_equal(parse("-rhere"), E_INVALID);
    assert_int_equal(parse("-x here"), E_INVALID);
    assert_int_equal(parse("-w here"), E_INVALID);
}

static void it_is_told_whether_argv_had_an_option(void **state)
{
    (void)state;
    (void)setenv("BRAZIER_ROOT", "there", 1);
    assert_int_equal(parse("--workers 3"), OK);
    assert_string_equal(root, "there");
    assert_false(root_given);
    assert_int_equal(parse("--root here"), OK);
    assert_true(root_given);
}

static void an_unknown_option_is_answered_with_the_nearest(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"--lisen :1", "there is no option '--lisen'; did you mean '--listen'?"},
        {"--max_body=3", "there is no option '--max_body'; did you mean '--max-body'?"},
        {"-workers 3", "there is no option '-workers'; did you mean '--workers'?"},
        {"--completely-different", "there is no option '--completely-different'"},
        {"-v", "there is no option '-v'"},
        {"--=3", "there is no option '--'"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(parse(cases[i][0]), E_INVALID);
        assert_string_equal(err.text, cases[i][1]);
    }
}

static void what_is_wrong_with_a_value_is_told(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"--workers", "--workers: a value is missing"},
        {"--workers x", "--workers: 'x' is not a number"},
        {"--workers 0", "--workers: '0' is not within 1 and 64"},
        {"--workers=65", "--workers: '65' is not within 1 and 64"},
        {"--since 5", "--since: '5' is not a duration like 30s"},
        {"--max-body 5x", "--max-body: '5x' is not a size like 16MiB"},
        {"--read-only=maybe", "--read-only: 'maybe' is not true or false"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(parse(cases[i][0]), E_INVALID);
        assert_string_equal(err.text, cases[i][1]);
    }
}

static void flags_know_the_usual_words(void **state)
{
    (void)state;
    static const char *const yes[] = {"--read-only=true", "--read-only=1", "--read-only=on",
                                      "--read-only=Yes"};
    static const char *const no[] = {"--read-only=false", "--read-only=0", "--read-only=off",
                                     "--read-only=NO"};
    for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
        assert_int_equal(parse(yes[i]), OK);
        assert_true(readonly);
        assert_int_equal(parse(no[i]), OK);
        assert_false(readonly);
    }
}

static void sizes_have_binary_and_decimal_units(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t bytes;
    } good[] = {
        {"0", 0},          {"17", 17},        {"17B", 17},         {"2KiB", 2048},
        {"3MiB", 3 << 20}, {"1GiB", 1 << 30}, {"1TiB", 1LL << 40}, {"5KB", 5000},
        {"5MB", 5000000},  {"5mb", 5000000},  {"2GB", 2000000000}, {"9223372036854775807", INT64_MAX}};
    int64_t bytes;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        assert_true(option_bytes(good[i].text, &bytes));
        assert_true(bytes == good[i].bytes);
    }

    static const char *const bad[] = {"",           "KiB",   "-1",  "1.5MiB",
                                      "1 KiB",      "1KiBx", "1Ki", "9223372036854775808",
                                      "8388608TiB", "0x10"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(option_bytes(bad[i], &bytes));
}

static void durations_need_a_unit_unless_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {{"0", 0},       {"0s", 0},         {"250ms", 250},   {"10s", 10000},
                {"5m", 300000}, {"24h", 86400000}, {"7d", 604800000}};
    int64_t ms;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        assert_true(option_duration(good[i].text, &ms));
        assert_true(ms == good[i].ms);
    }

    static const char *const bad[] = {"",  "5", "s", "-5s", "1h30m", "5 s", "1.5h", "9223372036854775807s",
                                      "1w"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(option_duration(bad[i], &ms));
}

static void the_help_shows_defaults_and_variables(void **state)
{
    (void)state;
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    option_help(rows, ARRAY_LEN(rows), out);
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(text, "  --listen ADDRESS              Where to listen. [127.0.0.1:10100]\n"));
    assert_non_null(strstr(text, "  --read-only                   Takes no profiles.\n"));
    assert_non_null(strstr(text, " BRAZIER_READ_ONLY\n"));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_non_null(strstr(text, rows[i].name));
        assert_non_null(strstr(text, rows[i].help));
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(without_anything_there_are_defaults, clear_environment),
        cmocka_unit_test_setup(values_stand_behind_a_space_or_an_equals_sign, clear_environment),
        cmocka_unit_test_setup(a_value_may_begin_with_a_dash, clear_environment),
        cmocka_unit_test_setup(the_environment_comes_before_the_default_and_after_argv, clear_environment),
        cmocka_unit_test_setup(a_wrong_variable_is_named_unless_argv_overrides_it, clear_environment),
        cmocka_unit_test_setup(positional_arguments_are_collected, clear_environment),
        cmocka_unit_test_setup(a_list_collects_and_is_bounded, clear_environment),
        cmocka_unit_test_setup(a_letter_is_the_same_as_the_name, clear_environment),
        cmocka_unit_test_setup(it_is_told_whether_argv_had_an_option, clear_environment),
        cmocka_unit_test_setup(an_unknown_option_is_answered_with_the_nearest, clear_environment),
        cmocka_unit_test_setup(what_is_wrong_with_a_value_is_told, clear_environment),
        cmocka_unit_test_setup(flags_know_the_usual_words, clear_environment),
        cmocka_unit_test(sizes_have_binary_and_decimal_units),
        cmocka_unit_test(durations_need_a_unit_unless_nothing),
        cmocka_unit_test(the_help_shows_defaults_and_variables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
