/* One table for all options, so that a store's options are the same for every command; a command takes the
 * rows that carry its bit. */
#include "collector/config.h"

#include "base/limits.h"
#include "base/slice.h"
#include "collector/cors.h"

enum { SERVE = 1, REINDEX = 2, BOTH = SERVE | REINDEX };

static const int64_t DAY_MS = INT64_C(86400000);

struct scoped_row {
    unsigned commands;
    struct option_row row;
};

static size_t pick(unsigned command, const struct scoped_row *all, size_t all_count, struct option_row *rows)
{
    size_t count = 0;

    for (size_t i = 0; i < all_count; i++)
        if (all[i].commands & command)
            rows[count++] = all[i].row;
    return count;
}

static size_t scrape_rows(unsigned command, struct config *c, struct option_row *rows)
{
    const struct scoped_row all[] = {
        {SERVE,
         {"scrape-config", OPTION_TEXT, &c->scrape_config, NULL, 0, 0, "FILE",
          "fetch profiles from these targets too (docs/SCRAPING.md)"}},
        {SERVE,
         {"scrape-spool", OPTION_TEXT, &c->scrape_spool, NULL, 0, 0, "DIR",
          "keep what was fetched here until it is stored; else in memory"}},
        {SERVE,
         {"scrape-spool-bytes", OPTION_BYTES, &c->scrape_spool_bytes, "1GiB", 1024, INT64_C(1) << 50, "BYTES",
          "the most that waits there; then the oldest is dropped"}},
    };

    return pick(command, all, ARRAY_LEN(all), rows);
}

/* Where it is, what it keeps, and for whom. */
static size_t place_rows(unsigned command, struct config *c, struct option_row *rows)
{
    const struct scoped_row all[] = {
        {SERVE,
         {"listen", OPTION_TEXT, &c->listen, "127.0.0.1:10100", 0, 0, "HOST:PORT",
          "where to answer; :10100 is every address"}},
        {BOTH,
         {"store", OPTION_TEXT, &c->store, "file:./brazier-data", 0, 0, "URL",
          "where profiles are kept: file:DIR or s3://BUCKET[/ROOT]"}},
        {BOTH,
         {"index", OPTION_TEXT, &c->index, "./brazier-index", 0, 0, "DIR",
          "where the index is cached; may be deleted at any time; one for each replica"}},
        {BOTH,
         {"s3-endpoint", OPTION_TEXT, &c->s3_endpoint, NULL, 0, 0, "URL",
          "of an S3-compatible server; else AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS itself"}},
        {BOTH,
         {"s3-region", OPTION_TEXT, &c->s3_region, NULL, 0, 0, "REGION",
          "else AWS_REGION, AWS_DEFAULT_REGION, the profile's, us-east-1"}},
        {BOTH,
         {"s3-path-style", OPTION_TEXT, &c->s3_path_style, "auto", 0, 0, "auto|on|off",
          "bucket in the path or in the host name"}},
        {SERVE,
         {"token-file", OPTION_TEXT, &c->token_file, NULL, 0, 0, "FILE",
          "bearer tokens with their scopes; without it everybody may do everything"}},
        {SERVE,
         {"cors-origin", OPTION_TEXT, &c->cors_origin, NULL, 0, 0, "ORIGIN,...",
          "pages that may read profiles from here: https://www.speedscope.app, https://profiler.firefox.com; "
          "or *"}},
        {SERVE,
         {"allow-delete", OPTION_FLAG, &c->allow_delete, "false", 0, 0, NULL,
          "let DELETE delete profiles (with tokens: for scope admin)"}},
        {SERVE,
         {"retention", OPTION_DURATION, &c->retention_ms, "0", 0, 36500 * DAY_MS, "TIME",
          "hide older profiles, and remove them from a directory store; 0 keeps them; set the bucket's "
          "lifecycle rule to the same"}},
        {BOTH,
         {"write-lanes", OPTION_COUNT, &c->write_lanes, "1", 1, 16, "N",
          "key prefixes to spread writes over, above 1,000 profiles a second; the same for all replicas"}},
    };

    return pick(command, all, ARRAY_LEN(all), rows);
}

/* How much, how many and how long. */
static size_t bound_rows(unsigned command, struct config *c, struct option_row *rows)
{
    const struct scoped_row all[] = {
        {SERVE,
         {"max-body", OPTION_BYTES, &c->max_body_bytes, "16MiB", 1024, 1024 * (int64_t)MIB, "BYTES",
          "the largest body taken in"}},
        {SERVE,
         {"max-inflated", OPTION_BYTES, &c->max_inflated_bytes, "128MiB", 1024, 2048 * (int64_t)MIB, "BYTES",
          "the largest profile after inflating"}},
        {SERVE,
         {"inflight-bytes", OPTION_BYTES, &c->inflight_bytes, "128MiB", (int64_t)MIB, 65536 * (int64_t)MIB,
          "BYTES", "bodies and answers held at once; beyond it clients hear 503"}},
        {SERVE,
         {"merge-bytes", OPTION_BYTES, &c->merge_bytes, "512MiB", 16 * (int64_t)MIB, 1048576 * (int64_t)MIB,
          "BYTES", "memory of all merges together; one may have half"}},
        {SERVE, {"threads", OPTION_COUNT, &c->threads, "2", 1, 64, "N", "event loops of the HTTP server"}},
        {SERVE,
         {"max-connections", OPTION_COUNT, &c->max_connections, "20000", 16, 1000000, "N",
          "connections held at once"}},
        {SERVE,
         {"drain", OPTION_DURATION, &c->drain_ms, "25s", 0, 600000, "TIME",
          "how long requests under way may take after SIGTERM"}},
        {SERVE,
         {"horizon", OPTION_DURATION, &c->horizon_ms, "24h", 0, 36500 * DAY_MS, "TIME",
          "how far back must be indexed before the replica is ready for questions"}},
        {REINDEX,
         {"since", OPTION_DURATION, &c->since_ms, "0", 0, 36500 * DAY_MS, "TIME",
          "index only what came in so long ago or later; 0: everything"}},
        {SERVE, {"self-profile", OPTION_FLAG, &c->self_profile, "false", 0, 0, NULL, "profile itself"}},
        {SERVE,
         {"log-level", OPTION_TEXT, &c->log_level_text, "info", 0, 0, "LEVEL", "debug, info, warn or error"}},
    };

    return pick(command, all, ARRAY_LEN(all), rows);
}

static size_t select_rows(unsigned command, struct config *c, struct option_row *rows)
{
    size_t count = place_rows(command, c, rows);

    count += bound_rows(command, c, rows + count);
    return count + scrape_rows(command, c, rows + count);
}

size_t config_serve_rows(struct config *config, struct option_row rows[static CONFIG_ROWS_MAX])
{
    return select_rows(SERVE, config, rows);
}

size_t config_reindex_rows(struct config *config, struct option_row rows[static CONFIG_ROWS_MAX])
{
    return select_rows(REINDEX, config, rows);
}

enum status config_check(struct config *config, struct error *err)
{
    if (config->log_level_text && !log_level_parse(slice_of(config->log_level_text), &config->log_level))
        return error_set(err, E_CONFIG, "--log-level is '%s': say debug, info, warn or error",
                         config->log_level_text);
    return cors_check(config->cors_origin, err);
}
