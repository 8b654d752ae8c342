/* The API's way to a list that is bounded: pages with a token for the next one. A pod that is being deleted
 * still counts as running; it is left out, since it will not answer for long. */
#include "scrape/source_kubernetes.h"

#include "base/encode.h"
#include "scrape/pod.h"

#include <stdlib.h>
#include <unistd.h>

#define ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount/"

enum { TOTAL_MS = 30000, PAGE_PODS = 100, PAGES_MAX = 1000, TOKEN_BYTES = 8192, URL_BYTES = 16 * 1024 };

static enum status find_server(const struct source *source, struct buf *ret_url, struct access *ret_access,
                               struct error *err)
{
    struct slice url = source->url;

    *ret_access = source->access;
    if (url.len > 0) {
        while (slice_ends(url, SLICE("/")))
            url.len--;
        buf_append(ret_url, url);
        return OK;
    }
    const char *host = getenv("KUBERNETES_SERVICE_HOST"), *port = getenv("KUBERNETES_SERVICE_PORT");
    if (!host || !port)
        return error_set(err, E_CONFIG, "this is no pod of a cluster: say api_server");
    bool is_six = slice_find(slice_of(host), ':') < slice_of(host).len;
    buf_printf(ret_url, "https://%s%s%s:%s", is_six ? "[" : "", host, is_six ? "]" : "", port);
    if (!ret_access->bearer_file && access(ACCOUNT "token", R_OK) == 0)
        ret_access->bearer_file = ACCOUNT "token";
    if (!ret_access->ca_file && access(ACCOUNT "ca.crt", R_OK) == 0)
        ret_access->ca_file = ACCOUNT "ca.crt";
    return OK;
}

enum status source_kubernetes_read(const struct source *source, struct slice text, const struct receiver *to,
                                   struct buf *ret_next, struct error *err)
{
    struct yaml_doc *doc CLEANUP(yaml_freep) = NULL;
    struct error local;
    struct slice next;

    err = err ? err : &local;
    buf_reset(ret_next);
    if (yaml_parse(text, "the list of pods", &doc, err) != OK)
        return E_INVALID;
    struct yaml items = yaml_get(yaml_root(doc), "items");
    if (!yaml_is_list(items) && !yaml_is_null(items))
        return yaml_fault(items, err, "a list of pods is expected here");
    if (!yaml_is_map(yaml_root(doc)))
        return yaml_fault(yaml_root(doc), err, "a list of pods is expected here");
    for (size_t i = 0; i < yaml_count(items); i++)
        if (pod_tell(yaml_at(items, i), source->takes_all, to, err) != OK)
            return err->code;
    if (yaml_text(yaml_get(yaml_get(yaml_root(doc), "metadata"), "continue"), &next))
        buf_append(ret_next, next);
    return buf_check(ret_next, "the token of the next page", err);
}

/* Of one namespace, or of all if it is empty. */
static enum status ask_pages(const struct source *source, struct slice namespace, struct slice server,
                             struct client *client, const struct receiver *to, struct error *err)
{
    struct buf next CLEANUP(buf_release) = BUF_INIT(TOKEN_BYTES);

    for (int page = 0; page < PAGES_MAX; page++) {
        struct client_answer answer CLEANUP(client_answer_release) = CLIENT_ANSWER_INIT;
        struct buf url CLEANUP(buf_release) = BUF_INIT(URL_BYTES);
        buf_append(&url, server);
        buf_append_cstr(&url, "/api/v1/");
        if (namespace.len > 0) {
            buf_append_cstr(&url, "namespaces/");
            percent_encode(namespace, &url);
            buf_append_byte(&url, '/');
        }
        buf_printf(&url, "pods?fieldSelector=status.phase%%3DRunning&limit=%d", PAGE_PODS);
        if (source->selector.len > 0) {
            buf_append_cstr(&url, "&labelSelector=");
            percent_encode(source->selector, &url);
        }
        if (next.len > 0) {
            buf_append_cstr(&url, "&continue=");
            percent_encode(buf_slice(&next), &url);
        }
        struct client_request request = {.url = buf_cstr(&url),
                                         .accept = "application/json",
                                         .max_bytes = LIMIT_TARGETS_BYTES,
                                         .is_over = to->is_over};
        if (buf_check(&url, "the URL", err) != OK || client_call(client, &request, &answer, err) != OK ||
            source_kubernetes_read(source, buf_slice(&answer.body), to, &next, err) != OK)
            return err->code;
        if (next.len == 0)
            return OK;
    }
    return error_set(err, E_TOO_LARGE, "the list of pods has more than %d pages", PAGES_MAX);
}

enum status source_kubernetes_ask(const struct source *source, const struct receiver *to, struct error *err)
{
    struct client *client CLEANUP(client_freep) = NULL;
    struct buf server CLEANUP(buf_release) = BUF_INIT(URL_BYTES);
    struct access access;
    struct error local;

    err = err ? err : &local;
    if (find_server(source, &server, &access, err) != OK ||
        access_open(&access, buf_cstr(&server), TOTAL_MS, &client, err) != OK)
        return err->code;
    for (size_t i = 0; i < source->namespace_count || i == 0; i++) {
        struct slice namespace = source->namespace_count > 0 ? source->namespaces[i] : SLICE_NULL;
        if (ask_pages(source, namespace, buf_slice(&server), client, to, err) != OK)
            return err->code;
    }
    return OK;
}
