/* The list of pods: its pages, namespaces and selector, and what happens outside a cluster. */
#include "scrape/source_kubernetes.h"

#include "tests/scrape/fixture.h"
#include "tests/support/fake_s3.h"

#define POD(name)                                                                                            \
    "{\"metadata\":{\"name\":\"" name "\",\"annotations\":{\"profefe.com/enable\":\"true\"}},"               \
    "\"status\":{\"phase\":\"Running\",\"podIP\":\"10.0.0.7\"}}"
#define RUNNING "?fieldSelector=status.phase%3DRunning&limit=100"

static enum status ask(const struct fake_step *steps, size_t count, struct source source, struct buf *out,
                       struct error *err)
{
    struct fake_s3 *fake = fake_s3_start(steps, count);
    char url[64];

    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/", fake_s3_port(fake));
    source.kind = SOURCE_KUBERNETES;
    source.url = slice_of(url);
    enum status status = source_kubernetes_ask(&source, &(struct receiver){note_found, out, NULL}, err);
    char *fault = fake_s3_end(fake);
    if (fault)
        fail_msg("%s", fault);
    return status;
}

static size_t lines_of(const struct buf *out)
{
    size_t count = 0;

    for (size_t i = 0; i < out->len; i++)
        count += out->ptr[i] == '\n';
    return count;
}

static void every_page_of_every_namespace_is_read(void **state)
{
    static const struct fake_step steps[] = {
        {.request = "GET /api/v1/namespaces/a/pods" RUNNING "&labelSelector=x%3Dy HTTP/1.1",
         .status = "200 OK",
         .answer = "{\"metadata\":{\"continue\":\"n/2=\"},\"items\":[" POD("p1") "]}"},
        {.request = "GET /api/v1/namespaces/a/pods" RUNNING "&labelSelector=x%3Dy&continue=n%2F2%3D HTTP/1.1",
         .status = "200 OK",
         .answer = "{\"metadata\":{\"continue\":\"\"},\"items\":[" POD("p2") "," POD("p3") "]}"},
        {.request = "GET /api/v1/namespaces/b/pods" RUNNING "&labelSelector=x%3Dy HTTP/1.1",
         .status = "200 OK",
         .answer = "{\"metadata\":{},\"items\":null}"},
    };
    struct slice namespaces[] = {SLICE("a"), SLICE("b")};
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct error err = {0};

    (void)state;
    if (ask(steps, 3,
            (struct source){.namespaces = namespaces, .namespace_count = 2, .selector = SLICE("x=y")}, &out,
            &err) != OK)
        fail_msg("%s", err.text);
    assert_int_equal(lines_of(&out), 3);
}

static void without_namespaces_all_are_asked_for(void **state)
{
    static const struct fake_step step = {.request = "GET /api/v1/pods" RUNNING " HTTP/1.1",
                                          .status = "200 OK",
                                          .answer = "{\"items\":[" POD("p1") "]}"};
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct error err = {0};

    (void)state;
    assert_int_equal(ask(&step, 1, (struct source){0}, &out, &err), OK);
    assert_int_equal(lines_of(&out), 1);
}

static void what_is_no_list_of_pods_is_told(void **state)
{
    static const struct {
        struct fake_step step;
        enum status status;
    } cases[] = {
        {{.status = "403 Forbidden", .answer = "pods is forbidden"}, E_DENIED},
        {{.status = "200 OK", .answer = "[]"}, E_INVALID},
        {{.status = "200 OK", .answer = "{\"items\": 7}"}, E_INVALID},
        {{.status = "200 OK", .answer = "{\"items\": ["}, E_INVALID},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
        struct error err = {0};
        assert_int_equal(ask(&cases[i].step, 1, (struct source){0}, &out, &err), cases[i].status);
    }
}

static void outside_a_cluster_a_server_has_to_be_named(void **state)
{
    const struct source source = {.kind = SOURCE_KUBERNETES};
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct error err = {0};

    (void)state;
    (void)unsetenv("KUBERNETES_SERVICE_HOST");
    assert_int_equal(source_kubernetes_ask(&source, &(struct receiver){note_found, &out, NULL}, &err),
                     E_CONFIG);
    says(&err, "say api_server");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_page_of_every_namespace_is_read),
        cmocka_unit_test(without_namespaces_all_are_asked_for),
        cmocka_unit_test(what_is_no_list_of_pods_is_told),
        cmocka_unit_test(outside_a_cluster_a_server_has_to_be_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
