/* What a collector's address is not, and what is said of it. */
#include "cli/collector.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char URL[] = "http://host:1/api/0/services?token=abc";

static void a_wrong_address_is_named(void **state)
{
    (void)state;
    struct error err;
    assert_int_equal(collector_check("http://host/brazier/", &err), OK);
    assert_int_equal(collector_check("foo", &err), E_INVALID);
    assert_string_equal(err.text, "--collector: 'foo' is no URL that begins with http:// or https://");
}

static void judged(int status, enum client_words words, enum status as, enum status expected,
                   const char *says)
{
    const struct client_answer answer = {.status = status, .words = words, .has_answered = true};
    struct error err = {as, "the words"};
    assert_int_equal(collector_judge(URL, &answer, as, &err), expected);
    assert_int_equal(err.code, expected);
    assert_string_equal(err.text, says);
}

static void what_is_no_collector_is_named_and_not_believed(void **state)
{
    (void)state;
    judged(404, CLIENT_ERROR, E_NOT_FOUND, E_NOT_FOUND, "the words");
    judged(
        404, CLIENT_TEXT, E_NOT_FOUND, E_UNAVAILABLE,
        "http://host:1/api/0/services answers 404: the words; that does not look like a brazier collector");
    judged(404, CLIENT_NO_WORDS, E_NOT_FOUND, E_UNAVAILABLE,
           "http://host:1/api/0/services answers 404; that does not look like a brazier collector");
    judged(403, CLIENT_TEXT, E_DENIED, E_DENIED, "http://host:1/api/0/services answers 403: the words");
    judged(502, CLIENT_TEXT, E_UNAVAILABLE, E_UNAVAILABLE, "the words");
    judged(0, CLIENT_NO_WORDS, E_UNAVAILABLE, E_UNAVAILABLE, "the words");
}

static void what_a_collector_says_to_pprof_is_its_own(void **state)
{
    (void)state;
    struct client_answer answer CLEANUP(
        client_answer_release) = {.status = 404, .words = CLIENT_TEXT, .head = BUF_INIT(100)};
    struct error err = {E_NOT_FOUND, "the words"};
    buf_append_cstr(&answer.head, "X-Go-Pprof: 1\n");
    assert_int_equal(collector_judge(URL, &answer, E_NOT_FOUND, &err), E_NOT_FOUND);
    assert_string_equal(err.text, "the words");
}

static void any_url_may_find_nothing(void **state)
{
    (void)state;
    const struct client_answer answer = {.status = 404, .words = CLIENT_TEXT, .has_answered = true};
    struct error err = {E_NOT_FOUND, "the words"};
    assert_int_equal(collector_named("http://other/nosuch", &answer, E_NOT_FOUND, &err), E_NOT_FOUND);
    assert_string_equal(err.text, "http://other/nosuch answers 404: the words");
    assert_int_equal(collector_named("http://other/nosuch", &answer, OK, &err), OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_address_is_named),
        cmocka_unit_test(what_is_no_collector_is_named_and_not_believed),
        cmocka_unit_test(what_a_collector_says_to_pprof_is_its_own),
        cmocka_unit_test(any_url_may_find_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
