/*
 * The C library's resolver, with a state of our own: it keeps to /etc/resolv.conf, asks again over TCP when
 * an answer was cut, and gives us the records as they are, which getaddrinfo() does not. /etc/hosts is not
 * looked at: discovery is about what a server says now.
 */
#include "scrape/source_dns.h"

#include "base/buf.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <stdio.h>
#include <string.h>

enum { ANSWER_BYTES = 64 * 1024, TRY_SECONDS = 3, TRIES = 2, DNS_PORT = 53, TEXT_BYTES = 2048 };

struct answer {
    const struct source *source;
    struct slice name;
    ns_msg message;
    const struct receiver *to;
};

enum status source_dns_server(struct slice text, struct sockaddr_in *ret_address)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(DNS_PORT)};
    size_t colon = slice_find(text, ':');
    char host[INET_ADDRSTRLEN];
    uint64_t port;

    if (colon >= sizeof host)
        return E_INVALID;
    (void)snprintf(host, sizeof host, "%.*s", SLICE_ARG(slice_sub(text, 0, colon)));
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1)
        return E_INVALID;
    if (colon < text.len) {
        if (!slice_to_u64(slice_from(text, colon + 1), &port) || port == 0 || port > UINT16_MAX)
            return E_INVALID;
        address.sin_port = htons((uint16_t)port);
    }
    if (ret_address)
        *ret_address = address;
    return OK;
}

static enum status tell(const struct answer *a, const char *host, unsigned port, struct error *err)
{
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(LIMIT_ATTRIBUTES_BYTES);
    struct buf text CLEANUP(buf_release) = BUF_INIT(TEXT_BYTES);
    struct attributes found;

    attributes_init(&found, &arena);
    buf_printf(&text, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
    attributes_set(&found, SLICE("__address__"), buf_slice(&text));
    attributes_set(&found, SLICE("__meta_dns_name"), a->name);
    if (a->source->dns_type == DNS_SRV) {
        attributes_set(&found, SLICE("__meta_dns_srv_record_target"), slice_of(host));
        buf_reset(&text);
        buf_printf(&text, "%u", port);
        attributes_set(&found, SLICE("__meta_dns_srv_record_port"), buf_slice(&text));
    }
    return a->to->take(a->to->user, &found, err);
}

/* Priority, weight, port, and a host that may point back into the message. */
static enum status tell_service(const struct answer *a, const ns_rr *record, struct error *err)
{
    enum { PORT_AT = 4, HOST_AT = 6 };
    const unsigned char *data = ns_rr_rdata(*record);
    char host[NS_MAXDNAME];

    if (ns_rr_rdlen(*record) <= HOST_AT || ns_name_uncompress(ns_msg_base(a->message), ns_msg_end(a->message),
                                                              data + HOST_AT, host, sizeof host) < 0)
        return error_set(err, E_UNAVAILABLE, "a record of %.*s cannot be read", SLICE_ARG(a->name));
    if (strcmp(host, ".") == 0 || host[0] == '\0') /* "there is no such service here" */
        return OK;
    return tell(a, host, (unsigned)data[PORT_AT] << 8 | data[PORT_AT + 1], err);
}

static enum status tell_address(const struct answer *a, const ns_rr *record, struct error *err)
{
    bool is_six = a->source->dns_type == DNS_AAAA;
    char host[INET6_ADDRSTRLEN];

    if (ns_rr_rdlen(*record) != (is_six ? NS_IN6ADDRSZ : NS_INADDRSZ) ||
        !inet_ntop(is_six ? AF_INET6 : AF_INET, ns_rr_rdata(*record), host, sizeof host))
        return error_set(err, E_UNAVAILABLE, "a record of %.*s cannot be read", SLICE_ARG(a->name));
    return tell(a, host, a->source->port, err);
}

/* A chain of CNAMEs before the records is passed over. */
static enum status tell_records(struct answer *a, ns_type type, struct error *err)
{
    for (int i = 0; i < ns_msg_count(a->message, ns_s_an); i++) {
        ns_rr record;
        if (ns_parserr(&a->message, ns_s_an, i, &record) != 0)
            return error_set(err, E_UNAVAILABLE, "the answer about %.*s cannot be read", SLICE_ARG(a->name));
        if (ns_rr_type(record) != (unsigned)type)
            continue;
        enum status status = type == ns_t_srv ? tell_service(a, &record, err) : tell_address(a, &record, err);
        if (status != OK)
            return status;
    }
    return OK;
}

static enum status ask_name(struct __res_state *resolver, struct answer *a, struct error *err)
{
    static const ns_type types[] = {[DNS_SRV] = ns_t_srv, [DNS_A] = ns_t_a, [DNS_AAAA] = ns_t_aaaa};
    unsigned char bytes[ANSWER_BYTES];
    ns_type type = types[a->source->dns_type];
    int len = res_nsearch(resolver, a->name.ptr, ns_c_in, (int)type, bytes, sizeof bytes);

    if (len < 0 && (resolver->res_h_errno == HOST_NOT_FOUND || resolver->res_h_errno == NO_DATA))
        return OK;
    if (len < 0)
        return error_set(err, E_UNAVAILABLE, "%.*s: %s", SLICE_ARG(a->name),
                         hstrerror(resolver->res_h_errno));
    if ((size_t)len > sizeof bytes || ns_initparse(bytes, len, &a->message) != 0)
        return error_set(err, E_UNAVAILABLE, "the answer about %.*s cannot be read", SLICE_ARG(a->name));
    return tell_records(a, type, err);
}

static void resolver_release(struct __res_state *resolver)
{
    res_nclose(resolver);
}

enum status source_dns_ask(const struct source *source, const struct receiver *to, struct error *err)
{
    struct __res_state resolver CLEANUP(resolver_release) = {0};

    if (res_ninit(&resolver) != 0)
        return error_set(err, E_UNAVAILABLE, "the resolver of the system cannot be set up");
    resolver.retrans = TRY_SECONDS;
    resolver.retry = TRIES;
    if (source->server.len > 0) {
        if (source_dns_server(source->server, &resolver.nsaddr_list[0]) != OK)
            return error_set(err, E_INVALID, "'%.*s' is no address of a server", SLICE_ARG(source->server));
        resolver.nscount = 1;
    }
    for (size_t i = 0; i < source->word_count; i++) {
        if (to->is_over && atomic_load(to->is_over)) /* each name may take long */
            return error_set(err, E_UNAVAILABLE, "told to stop");
        struct answer a = {.source = source, .name = source->words[i], .to = to};
        if (ask_name(&resolver, &a, err) != OK)
            return err ? err->code : E_UNAVAILABLE;
    }
    return OK;
}
