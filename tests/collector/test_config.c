/* Flags and environment become a configuration, or a sentence that says what to do. */
#include "collector/config.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static enum status read_serve(struct config *config, int argc, const char **argv, struct error *err)
{
    static char texts[8][64]; /* the configuration points into them */
    struct option_row rows[CONFIG_ROWS_MAX];
    size_t count = config_serve_rows(config, rows);
    char *words[8];

    for (int i = 0; i < argc; i++) {
        snprintf(texts[i], sizeof(texts[i]), "%s", argv[i]);
        words[i] = texts[i];
    }
    if (option_parse(rows, count, argc, words, NULL, err) != OK)
        return err->code;
    return config_check(config, err);
}

#define READ(config, err, ...)                                                                               \
    read_serve(config, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *),                               \
               (const char *[]){__VA_ARGS__}, err)

static void without_flags_it_is_a_directory_on_the_loopback_interface(void **state)
{
    struct config c = {0};
    struct error err;

    (void)state;
    if (read_serve(&c, 0, NULL, &err) != OK)
        fail_msg("%s", err.text);
    assert_string_equal(c.listen, "127.0.0.1:10100");
    assert_string_equal(c.store, "file:./brazier-data");
    assert_false(c.allow_delete);
    assert_null(c.token_file);
    assert_int_equal(c.retention_ms, 0);
    assert_int_equal(c.write_lanes, 1);
    assert_int_equal(c.max_body_bytes, 16 * MIB);
    assert_int_equal(c.max_inflated_bytes, 128 * MIB);
    assert_int_equal(c.inflight_bytes, 128 * MIB);
    assert_int_equal(c.horizon_ms, 86400000);
    assert_true(c.drain_ms < 30000);
    assert_int_equal(c.log_level, LOG_INFO);
}

static void flags_win_over_the_environment(void **state)
{
    struct config c = {0};
    struct error err;

    (void)state;
    setenv("BRAZIER_STORE", "s3://from-environment", 1);
    setenv("BRAZIER_RETENTION", "30d", 1);
    assert_int_equal(READ(&c, &err, "--retention=7d", "--allow-delete", "--log-level", "warn"), OK);
    unsetenv("BRAZIER_STORE");
    unsetenv("BRAZIER_RETENTION");
    assert_string_equal(c.store, "s3://from-environment");
    assert_int_equal(c.retention_ms, INT64_C(7) * 86400000);
    assert_true(c.allow_delete);
    assert_int_equal(c.log_level, LOG_WARN);
}

static void what_is_wrong_is_named(void **state)
{
    static const struct {
        const char *flag, *says;
        enum status status;
    } rows[] = {
        {"--log-level=loud", "'loud': say debug, info, warn or error", E_CONFIG},
        {"--write-lanes=17", "write-lanes", E_INVALID},
        {"--write-lanes=0", "write-lanes", E_INVALID},
        {"--retention=soon", "retention", E_INVALID},
        {"--max-body=1", "max-body", E_INVALID},
        {"--sotre=file:x", "--store", E_INVALID},
        {"--since=1d", "since", E_INVALID},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct config c = {0};
        struct error err;

        assert_int_equal(READ(&c, &err, rows[i].flag), rows[i].status);
        if (!strstr(err.text, rows[i].says))
            fail_msg("'%s' does not say '%s'", err.text, rows[i].says);
    }
}

static void reindex_knows_the_store_and_not_the_server(void **state)
{
    struct config c = {0};
    struct option_row rows[CONFIG_ROWS_MAX];
    size_t count = config_reindex_rows(&c, rows);
    bool store = false, since = false, lanes = false, listen = false;

    (void)state;
    assert_true(count <= CONFIG_ROWS_MAX);
    for (size_t i = 0; i < count; i++) {
        store |= strcmp(rows[i].name, "store") == 0;
        since |= strcmp(rows[i].name, "since") == 0;
        /* It leaves a cursor for each lane that the replica writes, or that would read it all again. */
        lanes |= strcmp(rows[i].name, "write-lanes") == 0;
        listen |= strcmp(rows[i].name, "listen") == 0;
    }
    assert_true(store && since && lanes && !listen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_flags_it_is_a_directory_on_the_loopback_interface),
        cmocka_unit_test(flags_win_over_the_environment),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(reindex_knows_the_store_and_not_the_server),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
