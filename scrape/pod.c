/* Labels and annotations are named by anybody, so their names are changed as Prometheus does it: what cannot
 * stand in a name becomes an underscore. */
#include "scrape/pod.h"

#include "base/buf.h"

#define META       "__meta_kubernetes_"
#define ANNOTATION "profefe.com/"
#define USUAL_PORT "6060"

enum { NAME_BYTES = 1024, VALUE_BYTES = 4096 };

static struct slice text_of(struct yaml y)
{
    struct slice text;

    return yaml_text(y, &text) ? text : SLICE_NULL;
}

static struct slice annotation(struct yaml pod, const char *name)
{
    return text_of(yaml_get(yaml_get(yaml_get(pod, "metadata"), "annotations"), name));
}

/* Long values are for tools that apply manifests; nobody relabels by them, and they would not fit. */
static void set_map(struct attributes *a, const char *prefix, struct yaml map)
{
    for (size_t i = 0; yaml_is_map(map) && i < yaml_count(map); i++) {
        struct buf name CLEANUP(buf_release) = BUF_INIT(NAME_BYTES);
        struct yaml key, value;
        yaml_pair(map, i, &key, &value);
        if (text_of(value).len > VALUE_BYTES)
            continue;
        buf_append_cstr(&name, prefix);
        size_t from = name.len;
        buf_append(&name, text_of(key));
        for (size_t k = from; k < name.len; k++) {
            char c = name.ptr[k];
            if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')))
                name.ptr[k] = '_';
        }
        attributes_set(a, buf_slice(&name), text_of(value));
    }
}

static void set_facts(struct attributes *a, struct yaml pod)
{
    struct yaml metadata = yaml_get(pod, "metadata"), status = yaml_get(pod, "status");
    struct yaml owners = yaml_get(metadata, "ownerReferences");
    struct slice name = text_of(yaml_get(metadata, "name")),
                 namespace = text_of(yaml_get(metadata, "namespace"));

    attributes_set(a, SLICE(META "namespace"), namespace);
    attributes_set(a, SLICE(META "pod_name"), name);
    attributes_set(a, SLICE(META "pod_uid"), text_of(yaml_get(metadata, "uid")));
    attributes_set(a, SLICE(META "pod_ip"), text_of(yaml_get(status, "podIP")));
    attributes_set(a, SLICE(META "pod_host_ip"), text_of(yaml_get(status, "hostIP")));
    attributes_set(a, SLICE(META "pod_phase"), text_of(yaml_get(status, "phase")));
    attributes_set(a, SLICE(META "pod_node_name"), text_of(yaml_get(yaml_get(pod, "spec"), "nodeName")));
    if (yaml_is_list(owners) && yaml_count(owners) > 0) {
        attributes_set(a, SLICE(META "pod_controller_kind"), text_of(yaml_get(yaml_at(owners, 0), "kind")));
        attributes_set(a, SLICE(META "pod_controller_name"), text_of(yaml_get(yaml_at(owners, 0), "name")));
    }
    set_map(a, META "pod_label_", yaml_get(metadata, "labels"));
    set_map(a, META "pod_annotation_", yaml_get(metadata, "annotations"));
    attributes_set(a, SLICE("namespace"), namespace);
    attributes_set(a, SLICE("pod"), name);
}

/* What the annotation says, else what its labels call it. */
static struct slice service_of(struct yaml pod)
{
    static const char *const names[] = {"app.kubernetes.io/name", "app", "k8s-app"};
    struct yaml labels = yaml_get(yaml_get(pod, "metadata"), "labels");
    struct slice service = annotation(pod, ANNOTATION "service");

    for (size_t i = 0; i < ARRAY_LEN(names) && service.len == 0; i++)
        service = text_of(yaml_get(labels, names[i]));
    return service;
}

static enum status tell_port(struct yaml pod, struct slice port, struct yaml container,
                             struct yaml container_port, const struct receiver *to, struct error *err)
{
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(LIMIT_ATTRIBUTES_BYTES);
    struct buf address CLEANUP(buf_release) = BUF_INIT(NAME_BYTES);
    struct slice ip = text_of(yaml_get(yaml_get(pod, "status"), "podIP"));
    struct attributes a;

    attributes_init(&a, &arena);
    set_facts(&a, pod);
    attributes_set(&a, SLICE(META "pod_container_name"), text_of(yaml_get(container, "name")));
    attributes_set(&a, SLICE(META "pod_container_image"), text_of(yaml_get(container, "image")));
    attributes_set(&a, SLICE(META "pod_container_port_name"), text_of(yaml_get(container_port, "name")));
    attributes_set(&a, SLICE(META "pod_container_port_number"),
                   text_of(yaml_get(container_port, "containerPort")));
    attributes_set(&a, SLICE("__service__"), service_of(pod));
    attributes_set(&a, SLICE("__pprof_path__"), annotation(pod, ANNOTATION "path"));
    buf_printf(&address, slice_find(ip, ':') < ip.len ? "[%.*s]:%.*s" : "%.*s:%.*s", SLICE_ARG(ip),
               SLICE_ARG(port));
    attributes_set(&a, SLICE("__address__"), buf_slice(&address));
    return to->take(to->user, &a, err);
}

static enum status tell_all(struct yaml pod, const struct receiver *to, struct error *err)
{
    struct yaml containers = yaml_get(yaml_get(pod, "spec"), "containers"), none = {pod.doc, NULL};
    bool any = false;

    for (size_t i = 0; yaml_is_list(containers) && i < yaml_count(containers); i++) {
        struct yaml container = yaml_at(containers, i), ports = yaml_get(container, "ports");
        for (size_t k = 0; yaml_is_list(ports) && k < yaml_count(ports); k++) {
            struct yaml port = yaml_at(ports, k);
            struct slice number = text_of(yaml_get(port, "containerPort")),
                         protocol = text_of(yaml_get(port, "protocol"));
            if (number.len == 0 || (protocol.len > 0 && !slice_eq(protocol, SLICE("TCP"))))
                continue;
            any = true;
            if (tell_port(pod, number, container, port, to, err) != OK)
                return err->code;
        }
    }
    if (any)
        return OK;
    return tell_port(pod, SLICE(USUAL_PORT), none, none, to, err);
}

enum status pod_tell(struct yaml pod, bool takes_all, const struct receiver *to, struct error *err)
{
    struct yaml status = yaml_get(pod, "status"), none = {pod.doc, NULL};
    struct slice port = annotation(pod, ANNOTATION "port");
    bool is_enabled = slice_eq(annotation(pod, ANNOTATION "enable"), SLICE("true"));

    if (!slice_eq(text_of(yaml_get(status, "phase")), SLICE("Running")) ||
        text_of(yaml_get(status, "podIP")).len == 0 ||
        !yaml_is_null(yaml_get(yaml_get(pod, "metadata"), "deletionTimestamp")))
        return OK;
    if (takes_all && !is_enabled)
        return tell_all(pod, to, err);
    if (!is_enabled)
        return OK;
    return tell_port(pod, port.len > 0 ? port : SLICE(USUAL_PORT), none, none, to, err);
}
