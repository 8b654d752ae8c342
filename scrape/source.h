/*
 * Where targets come from: an entry of static_configs, file_sd_configs, http_sd_configs, dns_sd_configs or
 * kubernetes_sd_configs. Read once, then constant.
 */
#ifndef SCRAPE_SOURCE_H
#define SCRAPE_SOURCE_H

#include "scrape/access.h"
#include "scrape/attributes.h"

#include <stdatomic.h>

enum source_kind { SOURCE_STATIC, SOURCE_FILE, SOURCE_HTTP, SOURCE_DNS, SOURCE_KUBERNETES };

enum dns_type { DNS_SRV, DNS_A, DNS_AAAA };

enum { SOURCE_WORDS_MAX = 256 };

struct source {
    enum source_kind kind;
    struct slice *words; /* targets, patterns of files, names */
    size_t word_count;
    struct attribute *labels; /* of static targets */
    size_t label_count;
    int64_t refresh_ms; /* how often it is asked again */
    struct slice url;   /* http; the API server of kubernetes, empty: the one of this pod */
    struct access access;
    enum dns_type dns_type;
    uint16_t port;       /* of A and AAAA */
    struct slice server; /* "10.0.0.2:53", asked instead of the system's; empty */
    struct slice *namespaces;
    size_t namespace_count; /* 0: all */
    struct slice selector;  /* of labels; empty */
    bool takes_all;         /* pods without annotations too */
    struct slice where;     /* "scrape.yaml:12", for texts */
};

/* Whoever wants to know of targets. */
struct receiver {
    /* Called once for each that is found; `found` is the receiver's to change. */
    enum status (*take)(void *user, struct attributes *found, struct error *err);
    void *user;
    const atomic_bool *is_over; /* true: give up asking; NULL: never */
};

#endif
