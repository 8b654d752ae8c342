/*
 * The configuration of `serve` and `reindex`: what flags and environment say, checked. Read once, then
 * constant.
 */
#ifndef COLLECTOR_CONFIG_H
#define COLLECTOR_CONFIG_H

#include "base/error.h"
#include "base/log.h"
#include "base/option.h"

struct config {
    const char *listen;
    const char *store; /* file:DIR or s3://BUCKET[/ROOT] */
    const char *index; /* directory */
    const char *s3_endpoint, *s3_region, *s3_path_style;
    const char *token_file;
    const char *cors_origin; /* NULL: no page of another origin may read */
    const char *log_level_text;
    enum log_level log_level;
    const char *scrape_config, *scrape_spool; /* a file, a directory; NULL */
    int64_t scrape_spool_bytes;
    bool allow_delete;
    bool self_profile;
    int64_t retention_ms; /* 0: for ever */
    int64_t write_lanes;
    int64_t max_body_bytes, max_inflated_bytes, inflight_bytes, merge_bytes;
    int64_t threads; /* of the HTTP server */
    int64_t max_connections;
    int64_t drain_ms;
    int64_t horizon_ms; /* how far back must be indexed before reads are ready */
    int64_t since_ms;   /* reindex: only so far back; 0: all */
};

enum { CONFIG_ROWS_MAX = 32 };

/* The option rows of each command; they write into *config. Returns how many. */
size_t config_serve_rows(struct config *config, struct option_row rows[static CONFIG_ROWS_MAX]);
size_t config_reindex_rows(struct config *config, struct option_row rows[static CONFIG_ROWS_MAX]);

/* Checks what the rows cannot: the log level. E_CONFIG says what to do. The store is checked by
 * backend_open(), the address by http_server_new(). */
NODISCARD enum status config_check(struct config *config, struct error *err);

#endif
