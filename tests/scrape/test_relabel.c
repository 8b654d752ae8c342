/* Each action, as Prometheus' documentation has it. */
#include "scrape/relabel.h"

#include "tests/scrape/fixture.h"

struct with {
    struct arena arena;
    struct attributes a;
};

static void begin(struct with *w)
{
    w->arena = ARENA_INIT(ROOMY);
    attributes_init(&w->a, &w->arena);
    attributes_set(&w->a, SLICE("env"), SLICE("prod"));
    attributes_set(&w->a, SLICE("__address__"), SLICE("10.0.0.7:6060"));
    attributes_set(&w->a, SLICE("team"), SLICE("Shop"));
}

/* Applies one rule; "dropped", or what is left. */
static char *apply(struct relabel rule, const char *pattern)
{
    struct with w;
    struct buf out = BUF_INIT(ROOMY);
    struct error err = {0};

    begin(&w);
    if (rule.separator.ptr == NULL)
        rule.separator = SLICE(";");
    if (rule.replacement.ptr == NULL)
        rule.replacement = SLICE("$1");
    assert_int_equal(relabel_open(&rule, slice_of(pattern), &err), OK);
    if (relabel_apply(&rule, &w.a))
        note_found(&out, &w.a, NULL);
    else
        buf_append_cstr(&out, "dropped\n");
    relabel_release(&rule);
    arena_release(&w.arena);
    return out.ptr;
}

#define ENV_TEAM .sources = {SLICE("env"), SLICE("team")}, .source_count = 2

static void becomes(struct relabel rule, const char *pattern, const char *expected)
{
    char *got = apply(rule, pattern);

    assert_string_equal(got, expected);
    free(got);
}

static void the_whole_text_has_to_match(void **state)
{
    (void)state;
    becomes((struct relabel){.action = RELABEL_KEEP, ENV_TEAM}, "prod;Shop",
            "env=prod __address__=10.0.0.7:6060 team=Shop\n");
    becomes((struct relabel){.action = RELABEL_KEEP, ENV_TEAM}, "prod", "dropped\n");
    becomes((struct relabel){.action = RELABEL_DROP, ENV_TEAM}, "prod|x;Shop",
            "env=prod __address__=10.0.0.7:6060 team=Shop\n");
    becomes((struct relabel){.action = RELABEL_DROP, ENV_TEAM}, "(prod|x);Shop", "dropped\n");
}

static void a_replacement_takes_groups_and_an_empty_one_removes(void **state)
{
    (void)state;
    becomes((struct relabel){.action = RELABEL_REPLACE,
                             .sources = {SLICE("__address__")},
                             .source_count = 1,
                             .target = SLICE("port"),
                             .replacement = SLICE("p${port}$$")},
            "(.*):(?P<port>[0-9]+)", "env=prod __address__=10.0.0.7:6060 team=Shop port=p6060$\n");
    becomes((struct relabel){.action = RELABEL_REPLACE,
                             ENV_TEAM,
                             .target = SLICE("env"),
                             .replacement = SLICE("-$2-$1")},
            "(.*);(.*)", "env=-Shop-prod __address__=10.0.0.7:6060 team=Shop\n");
    becomes((struct relabel){.action = RELABEL_REPLACE, .target = SLICE("env"), .replacement = SLICE("")}, "",
            "__address__=10.0.0.7:6060 team=Shop\n");
    becomes((struct relabel){.action = RELABEL_REPLACE, ENV_TEAM, .target = SLICE("x")}, "nothing",
            "env=prod __address__=10.0.0.7:6060 team=Shop\n");
}

static void names_are_mapped_dropped_and_kept(void **state)
{
    (void)state;
    becomes((struct relabel){.action = RELABEL_LABELMAP, .replacement = SLICE("my_$1")}, "(env|team)",
            "env=prod __address__=10.0.0.7:6060 team=Shop my_env=prod my_team=Shop\n");
    becomes((struct relabel){.action = RELABEL_LABELDROP}, "e.*", "__address__=10.0.0.7:6060 team=Shop\n");
    becomes((struct relabel){.action = RELABEL_LABELKEEP}, "__.*|env",
            "env=prod __address__=10.0.0.7:6060\n");
}

static void letters_change_case_and_values_are_compared(void **state)
{
    (void)state;
    becomes((struct relabel){.action = RELABEL_LOWERCASE, ENV_TEAM, .target = SLICE("x")}, "",
            "env=prod __address__=10.0.0.7:6060 team=Shop x=prod;shop\n");
    becomes((struct relabel){.action = RELABEL_UPPERCASE, ENV_TEAM, .target = SLICE("team")}, "",
            "env=prod __address__=10.0.0.7:6060 team=PROD;SHOP\n");
    becomes((struct relabel){.action = RELABEL_KEEPEQUAL,
                             .sources = {SLICE("env")},
                             .source_count = 1,
                             .target = SLICE("team")},
            "", "dropped\n");
    becomes((struct relabel){.action = RELABEL_DROPEQUAL,
                             .sources = {SLICE("env")},
                             .source_count = 1,
                             .target = SLICE("env")},
            "", "dropped\n");
}

/* Prometheus takes the last eight bytes of the MD5 as a big-endian number: 187 of
 * 58a0123fc0f90088ea2f9436ec2e41e3. */
static void shards_are_those_of_prometheus(void **state)
{
    (void)state;
    becomes((struct relabel){.action = RELABEL_HASHMOD,
                             .sources = {SLICE("__address__")},
                             .source_count = 1,
                             .target = SLICE("__shard"),
                             .modulus = 1000},
            "", "env=prod __address__=10.0.0.7:6060 team=Shop __shard=187\n");
}

static void a_rule_that_lacks_something_is_refused(void **state)
{
    struct relabel rule = {.action = RELABEL_REPLACE};
    struct error err = {0};
    enum relabel_action action;

    (void)state;
    assert_int_equal(relabel_open(&rule, SLICE(""), &err), E_INVALID);
    says(&err, "needs a target_label");
    rule = (struct relabel){.action = RELABEL_HASHMOD, .target = SLICE("x")};
    assert_int_equal(relabel_open(&rule, SLICE(""), &err), E_INVALID);
    says(&err, "needs a modulus");
    rule = (struct relabel){.action = RELABEL_KEEP};
    assert_int_equal(relabel_open(&rule, SLICE("(a"), &err), E_INVALID);
    assert_true(relabel_action_parse(SLICE("LabelMap"), &action));
    assert_int_equal(action, RELABEL_LABELMAP);
    assert_false(relabel_action_parse(SLICE("labelmaps"), &action));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_text_has_to_match),
        cmocka_unit_test(a_replacement_takes_groups_and_an_empty_one_removes),
        cmocka_unit_test(names_are_mapped_dropped_and_kept),
        cmocka_unit_test(letters_change_case_and_values_are_compared),
        cmocka_unit_test(shards_are_those_of_prometheus),
        cmocka_unit_test(a_rule_that_lacks_something_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
