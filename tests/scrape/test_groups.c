/* Groups of targets, in JSON and in YAML. */
#include "scrape/groups.h"

#include "tests/scrape/fixture.h"

static enum status read_text(const char *text, struct buf *out, struct error *err)
{
    const struct receiver to = {note_found, out, NULL};

    return groups_read(slice_of(text), "t", (struct attribute){SLICE("__meta_url"), SLICE("here")}, &to, err);
}

static void both_forms_say_the_same(void **state)
{
    static const char *const texts[] = {
        "[{\"targets\": [\"a:1\", \"b:2\"],\t\"labels\": {\"dc\": \"fra\", \"n\": 7}, \"more\": {}}, "
        "{\"targets\":[]}]",
        "- targets: [a:1, 'b:2']\n  labels:\n    dc: fra\n    n: 7\n- targets:\n- labels: {x: y}\n",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
        struct error err = {0};
        assert_int_equal(read_text(texts[i], &out, &err), OK);
        assert_string_equal(buf_cstr(&out), "dc=fra n=7 __address__=a:1 __meta_url=here\n"
                                            "dc=fra n=7 __address__=b:2 __meta_url=here\n");
    }
}

static void nothing_is_no_target(void **state)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct error err = {0};

    (void)state;
    assert_int_equal(read_text("", &out, &err), OK);
    assert_int_equal(read_text("[]", &out, &err), OK);
    assert_int_equal(out.len, 0);
}

static void faults_have_their_line(void **state)
{
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"{}", "t:1: a list of groups"},
        {"\n- targets: a:1", "t:2: targets: a list"},
        {"- targets:\n  - [a]", "t:2: targets: HOST:PORT"},
        {"- targets: [a:1]\n  labels: [b]", "t:2: labels: names"},
        {"- targets: [a:1]\n  labels: {b: {}}", "t:2: labels: a name"},
        {"- targets: [", "did not find"},
        {"[1]", "t:1: targets and labels"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
        struct error err = {0};
        assert_int_equal(read_text(cases[i].text, &out, &err), E_INVALID);
        says(&err, cases[i].part);
    }
}

/* The library's time grows with the square of both. */
static void a_hostile_answer_is_refused_at_once(void **state)
{
    struct buf deep CLEANUP(buf_release) = BUF_INIT(ROOMY), many CLEANUP(buf_release) = BUF_INIT(ROOMY),
                    out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct error err = {0};

    (void)state;
    for (int i = 0; i < 1000; i++)
        buf_append_cstr(&deep, "[");
    assert_int_equal(read_text(buf_cstr(&deep), &out, &err), E_INVALID);
    says(&err, "t:1: nested deeper than 100");

    buf_append_cstr(&many, "- &a {targets: [a:1]}\n");
    for (int i = 0; i < 1000; i++)
        buf_append_cstr(&many, "- *a\n");
    assert_int_equal(read_text(buf_cstr(&many), &out, &err), E_INVALID);
    says(&err, "more than 1000 anchors and aliases");

    buf_reset(&many);
    buf_append_cstr(&many, "- targets: [a:1]\n  labels:\n");
    for (int i = 0; i < 257; i++)
        buf_printf(&many, "    l%d: x\n", i);
    assert_int_equal(read_text(buf_cstr(&many), &out, &err), E_INVALID);
    says(&err, "labels: more than 256");
    assert_int_equal(out.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_forms_say_the_same),
        cmocka_unit_test(nothing_is_no_target),
        cmocka_unit_test(faults_have_their_line),
        cmocka_unit_test(a_hostile_answer_is_refused_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
