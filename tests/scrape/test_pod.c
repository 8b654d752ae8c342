/* Pods as the API of Kubernetes describes them. */
#include "scrape/pod.h"

#include "tests/scrape/fixture.h"

#define POD(annotations, phase, more)                                                                        \
    "{\"metadata\": {\"name\": \"p\", \"namespace\": \"n\", \"uid\": \"u\", \"labels\": {\"app\": "          \
    "\"cart\", "                                                                                             \
    "\"a/b.c\": \"1\"}, \"annotations\": {" annotations                                                      \
    "}, \"ownerReferences\": [{\"kind\": \"ReplicaSet\", "                                                   \
    "\"name\": \"r\"}]" more "}, \"status\": {\"phase\": \"" phase                                           \
    "\", \"podIP\": \"10.0.0.7\", \"hostIP\": "                                                              \
    "\"10.9.9.9\"}, \"spec\": {\"nodeName\": \"node\", \"containers\": [{\"name\": \"c\", \"image\": "       \
    "\"i:1\", "                                                                                              \
    "\"ports\": [{\"containerPort\": 80, \"name\": \"web\"}, {\"containerPort\": 53, \"protocol\": "         \
    "\"UDP\"}]}]}}"
#define ENABLED "\"profefe.com/enable\": \"true\""

static struct buf told(const char *text, bool takes_all)
{
    struct yaml_doc *doc CLEANUP(yaml_freep) = NULL;
    struct buf out = BUF_INIT(ROOMY);
    const struct receiver to = {note_found, &out, NULL};
    struct error err = {0};

    assert_int_equal(yaml_parse(slice_of(text), "pod", &doc, &err), OK);
    assert_int_equal(pod_tell(yaml_root(doc), takes_all, &to, &err), OK);
    return out;
}

static void holds(const char *text, bool takes_all, const char *part)
{
    struct buf out CLEANUP(buf_release) = told(text, takes_all);

    if (!strstr(buf_cstr(&out), part))
        fail_msg("'%s' lacks '%s'", buf_cstr(&out), part);
}

static void is_left_out(const char *text, bool takes_all)
{
    struct buf out CLEANUP(buf_release) = told(text, takes_all);

    assert_string_equal(buf_cstr(&out), "");
}

static void annotations_say_port_service_and_path(void **state)
{
    const char *text = POD(ENABLED ", \"profefe.com/port\": \"7070\", \"profefe.com/service\": \"shop\", "
                                   "\"profefe.com/path\": \"/x/pprof\"",
                           "Running", "");

    (void)state;
    holds(text, false, " __service__=shop ");
    holds(text, false, " __pprof_path__=/x/pprof ");
    holds(text, false, " __address__=10.0.0.7:7070\n");
    holds(text, false, " namespace=n pod=p ");
}

static void without_them_there_are_defaults(void **state)
{
    (void)state;
    holds(POD(ENABLED, "Running", ""), false, " __service__=cart ");
    holds(POD(ENABLED, "Running", ""), false, "__address__=10.0.0.7:6060\n");
}

static void what_is_known_can_be_relabelled(void **state)
{
    static const char *const parts[] = {
        "namespace=n ",
        "pod_name=p ",
        "pod_uid=u ",
        "pod_ip=10.0.0.7 ",
        "pod_phase=Running ",
        "pod_node_name=node ",
        "pod_host_ip=10.9.9.9 ",
        "pod_controller_kind=ReplicaSet ",
        "pod_controller_name=r ",
        "pod_label_app=cart ",
        "pod_label_a_b_c=1 ",
        "pod_annotation_profefe_com_enable=true ",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        char part[128];
        (void)snprintf(part, sizeof part, "__meta_kubernetes_%s", parts[i]);
        holds(POD(ENABLED, "Running", ""), false, part);
    }
}

static void others_are_left_out(void **state)
{
    (void)state;
    is_left_out(POD("", "Running", ""), false);
    is_left_out(POD("\"profefe.com/enable\": \"false\"", "Running", ""), false);
    is_left_out(POD(ENABLED, "Pending", ""), true);
    is_left_out(POD(ENABLED, "Running", ", \"deletionTimestamp\": \"2026-01-01T00:00:00Z\""), true);
    is_left_out("[]", true);
}

static void every_declared_port_is_one_if_all_are_wanted(void **state)
{
    struct buf out CLEANUP(buf_release) = told(POD("", "Running", ""), true);

    (void)state;
    assert_non_null(strstr(buf_cstr(&out), "pod_container_name=c "));
    assert_non_null(strstr(buf_cstr(&out), "pod_container_image=i:1 "));
    assert_non_null(strstr(buf_cstr(&out), "pod_container_port_name=web "));
    assert_non_null(strstr(buf_cstr(&out), "__address__=10.0.0.7:80\n"));
    assert_null(strstr(buf_cstr(&out), ":53"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(annotations_say_port_service_and_path),
        cmocka_unit_test(without_them_there_are_defaults),
        cmocka_unit_test(what_is_known_can_be_relabelled),
        cmocka_unit_test(others_are_left_out),
        cmocka_unit_test(every_declared_port_is_one_if_all_are_wanted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
