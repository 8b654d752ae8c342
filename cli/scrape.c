/*
 * The command line becomes a configuration: a file's, or one job of the targets that were named. The main
 * thread then only waits for signals; everything else is the scraper's.
 *
 * Told to stop, rounds under way are given up and what was fetched is sent. What cannot be sent in time stays
 * in the spool's directory, if there is one; without one it is lost, and the log says how much.
 */
#include "cli/scrape.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/option.h"
#include "base/printable.h"
#include "cli/amount.h"
#include "cli/collector.h"
#include "cli/label_word.h"
#include "cli/scrape_status.h"
#include "client/token.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 24, EXIT_INCOMPLETE = 1, EXIT_USAGE = 2, EXIT_UNSENT = 3, SENDERS = 4 };
enum { TICK_MS = 1000, SHORT_TICK_MS = 50 };

struct scrape_options {
    const char *config, *service, *collector, *token_file, *ca_file, *spool_dir, *listen, *log_level;
    struct option_list targets, labels, profiles;
    int64_t interval_ms, seconds, timeout_ms, at_once, spool_bytes, memory_bytes, drain_ms;
    bool is_delta, is_once;
};

static size_t make_rows(struct scrape_options *o, struct option_row rows[static ROWS])
{
    const int64_t hour = INT64_C(3600000);
    const struct option_row all[] = {
        {"target", OPTION_LIST, &o->targets, NULL, 0, 0, "URL",
         "a program that serves profiles; may be repeated"},
        {"service", OPTION_TEXT, &o->service, NULL, 0, 0, "NAME", "of --target: whose profiles they are"},
        {"label", OPTION_LIST, &o->labels, NULL, 0, 0, "KEY=VALUE", "of --target; may be repeated"},
        {"profile", OPTION_LIST, &o->profiles, NULL, 0, 0, "NAME",
         "of --target: cpu, heap, ...; may be repeated (all of Go's but trace)"},
        {"interval", OPTION_DURATION, &o->interval_ms, "60s", 1000, 24 * hour, "TIME",
         "of --target: from one round to the next"},
        {"seconds", OPTION_COUNT, &o->seconds, "10", 1, 3600, "N", "of --target: length of a CPU profile"},
        {"timeout", OPTION_DURATION, &o->timeout_ms, "10s", 100, hour, "TIME",
         "of --target: of one request, beyond the seconds of the profile"},
        {"delta", OPTION_FLAG, &o->is_delta, "false", 0, 0, NULL,
         "of --target: send what is new in allocs, block and mutex, not their totals"},
        {"config", OPTION_TEXT, &o->config, NULL, 0, 0, "FILE", "jobs and targets (docs/SCRAPING.md)"},
        {"collector", OPTION_TEXT, &o->collector, "http://127.0.0.1:10100", 0, 0, "URL",
         "where the profiles go"},
        {"bearer-file", OPTION_TEXT, &o->token_file, NULL, 0, 0, "FILE",
         "holds the token for the collector; or the token itself is in BRAZIER_TOKEN"},
        {"ca-file", OPTION_TEXT, &o->ca_file, NULL, 0, 0, "FILE",
         "PEM file of the certificates to trust in a collector (the system's)"},
        {"once", OPTION_FLAG, &o->is_once, "false", 0, 0, NULL,
         "one round over every target, at once; then exit"},
        {"spool", OPTION_TEXT, &o->spool_dir, NULL, 0, 0, "DIR",
         "keep here what the collector has not taken yet; else in memory"},
        {"spool-bytes", OPTION_BYTES, &o->spool_bytes, "1GiB", 1024, INT64_C(1) << 50, "BYTES",
         "the most that waits in --spool; then the oldest is dropped"},
        {"memory-bytes", OPTION_BYTES, &o->memory_bytes, "128MiB", 1024, INT64_C(1) << 40, "BYTES",
         "the most that waits in memory"},
        {"at-once", OPTION_COUNT, &o->at_once, "128", 1, 1024, "N", "ask so many targets at a time"},
        {"listen", OPTION_TEXT, &o->listen, NULL, 0, 0, "HOST:PORT",
         "answer /metrics, and / with a page of all targets"},
        {"drain", OPTION_DURATION, &o->drain_ms, "10s", 0, hour, "TIME",
         "how long to deliver what waits, after --once or SIGTERM"},
        {"log-level", OPTION_TEXT, &o->log_level, "info", 0, 0, "LEVEL", "debug, info, warn or error"},
    };

    _Static_assert(ARRAY_LEN(all) <= ROWS, "rows");
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        rows[i] = all[i];
    return ARRAY_LEN(all);
}

void scrape_help(void)
{
    struct scrape_options options;
    struct option_row rows[ROWS];
    size_t count = make_rows(&options, rows);

    puts("usage: brazier scrape --target URL --service NAME [OPTION]...\n"
         "       brazier scrape --config FILE [OPTION]...\n"
         "\n"
         "Fetches profiles from programs that serve them, as Go's net/http/pprof does, again and again, and\n"
         "sends them to a collector.\n");
    option_help(rows, count, stdout);
    puts("\nA target is http://HOST:PORT; /debug/pprof is added unless its path ends in /pprof.\n"
         "\n"
         "Exit status: 0 stopped as asked, or --once had everything and delivered it; 1 --once lacks some\n"
         "profiles; 2 wrong usage or configuration; 3 --once could not deliver some.\n"
         "\n"
         "Examples:\n"
         "  brazier scrape --target http://127.0.0.1:6060 --service checkout\n"
         "  brazier scrape --target http://127.0.0.1:6060 --service checkout --profile heap --once\n"
         "  brazier scrape --config scrape.yaml --collector https://brazier.example --spool "
         "/var/spool/brazier "
         "--listen :10101");
}

/* --- the configuration --- */

static enum status read_labels(const struct option_list *list, struct attribute *items, struct error *err)
{
    for (size_t i = 0; i < list->count; i++)
        if (label_word_cut(list->values[i], &items[i].name, &items[i].value, err) != OK)
            return E_INVALID;
    return OK;
}

static enum status choose_profiles(const struct scrape_options *o, struct probes *probes, struct error *err)
{
    *probes = probes_of_go(o->seconds);
    for (size_t i = 0; i < probes->count && o->profiles.count > 0; i++)
        probes->items[i].is_off = true;
    for (size_t i = 0; i < o->profiles.count; i++) {
        struct probe *probe = probes_find(probes, slice_of(o->profiles.values[i]));
        if (!probe)
            return error_set(err, E_INVALID,
                             "Go has no profile '%s': say cpu, heap, allocs, block, mutex, goroutine, "
                             "threadcreate or trace; others go by --config",
                             o->profiles.values[i]);
        probe->is_off = false;
    }
    for (size_t i = 0; i < probes->count; i++)
        probes->items[i].is_delta = o->is_delta && probe_grows(&probes->items[i]);
    return OK;
}

static enum status make_job(const struct scrape_options *o, struct scrape_config *c, struct error *err)
{
    struct attribute labels[OPTION_LIST_MAX];
    struct job *job = scrape_config_add(c);

    if (!o->service)
        return error_set(err, E_INVALID, "whose profiles are they? say --service NAME");
    job->name = slice_of(o->service);
    job->interval_ms = o->interval_ms;
    job->timeout_ms = o->timeout_ms;
    if (choose_profiles(o, &job->probes, err) != OK || read_labels(&o->labels, labels, err) != OK)
        return err->code;
    for (size_t i = 0; i < o->targets.count; i++)
        if (scrape_config_target(c, job, slice_of(o->targets.values[i]), labels, o->labels.count, err) != OK)
            return err->code;
    return o->is_once ? OK : job_check(job, err);
}

static enum status make_config(const struct scrape_options *o, struct scrape_config *c, struct error *err)
{
    enum log_level level;

    if (!log_level_parse(slice_of(o->log_level), &level))
        return error_set(err, E_INVALID, "--log-level is '%s': say debug, info, warn or error", o->log_level);
    log_set_level(level);
    if (!o->config && o->targets.count == 0)
        return error_set(err, E_INVALID, "whom to ask? say --target URL or --config FILE");
    if (o->config && o->targets.count > 0)
        return error_set(err, E_INVALID, "--target and --config do not go together");
    if (collector_check(o->collector, err) != OK)
        return err->code;
    return o->config ? scrape_config_read(c, o->config, err) : make_job(o, c, err);
}

/* --- running --- */

static void say_log(void *user, bool is_bad, const char *what, struct slice detail)
{
    struct log_line line;

    (void)user;
    log_begin(&line, is_bad ? LOG_WARN : LOG_INFO, what);
    log_str(&line, "detail", detail);
    log_end(&line);
}

static void say_plain(void *user, bool is_bad, const char *what, struct slice detail)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(8 * KIB);

    (void)user;
    printable_append(&text, detail);
    if (is_bad)
        (void)fprintf(stderr, "%s: %s\n", what, buf_cstr(&text));
}

static void block_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

/* SIGTERM or SIGINT within that time? */
static bool told_to_stop(const sigset_t *set, int64_t ms)
{
    struct timespec timeout = {ms / 1000, ms % 1000 * 1000000};
    int number = sigtimedwait(set, NULL, &timeout);

    return number == SIGTERM || number == SIGINT;
}

/* Until nothing waits, time is up, or somebody is impatient. */
static bool drain(struct scraper *s, int64_t drain_ms, const sigset_t *set, bool waits_for_collector)
{
    int64_t until_ms = clock_mono_ms() + drain_ms;

    for (;;) {
        if (scraper_drain(s, SHORT_TICK_MS))
            return true;
        if (clock_mono_ms() >= until_ms || told_to_stop(set, 0) ||
            (!waits_for_collector && scraper_stats(s).delivery.is_away))
            return false;
    }
}

static int conclude(const struct scraper_stats *s, bool is_delivered, const char *spool_dir)
{
    (void)fprintf(stderr, "scraped %zu target%s: %" PRIu64 " profile%s delivered, ", s->targets,
                  s->targets == 1 ? "" : "s", s->delivery.sent, s->delivery.sent == 1 ? "" : "s");
    amount_print(stderr, s->delivery.sent_bytes);
    if (s->empty > 0)
        (void)fprintf(stderr, "; %" PRIu64 " without samples", s->empty);
    if (s->failed > 0)
        (void)fprintf(stderr, "; %" PRIu64 " failed", s->failed);
    if (s->delivery.refused > 0)
        (void)fprintf(stderr, "; %" PRIu64 " refused", s->delivery.refused);
    if (s->spool.dropped > 0)
        (void)fprintf(stderr, "; %" PRIu64 " dropped: the spool was full", s->spool.dropped);
    if (!is_delivered)
        (void)fprintf(stderr, "; %zu not delivered%s: %s", s->spool.waiting,
                      spool_dir ? ", they wait in the spool" : "", s->delivery.error);
    (void)fputc('\n', stderr);
    if (s->targets == 0)
        (void)fprintf(stderr, "brazier scrape: no targets were found\n");
    if (!is_delivered || s->spool.dropped > 0)
        return EXIT_UNSENT;
    return s->targets == 0 || s->failed > 0 || s->delivery.refused > 0 ? EXIT_INCOMPLETE : 0;
}

static int run_once(const struct scrape_options *o, struct scraper *s, const sigset_t *set)
{
    bool is_stopped = false;

    while (!is_stopped && !scraper_is_done(s))
        is_stopped = told_to_stop(set, SHORT_TICK_MS);
    bool is_delivered = drain(s, o->drain_ms, set, true);
    struct scraper_stats stats = scraper_stats(s);
    int code = conclude(&stats, is_delivered, o->spool_dir);
    return is_stopped && code == 0 ? EXIT_INCOMPLETE : code;
}

static int run_on(const struct scrape_options *o, struct scraper *s, const sigset_t *set)
{
    struct scraper_stats stats;
    size_t count = scraper_stats(s).targets;

    log_detail(LOG_INFO, "scraping", "%zu target%s, into %s", count, count == 1 ? "" : "s", o->collector);
    while (!told_to_stop(set, TICK_MS))
        ;
    log_event(LOG_INFO, "stopping: delivering what was fetched");
    bool is_delivered = drain(s, o->drain_ms, set, false);
    stats = scraper_stats(s);
    if (!is_delivered && !o->spool_dir)
        log_detail(LOG_WARN, "profiles are lost: the collector did not take them, and there is no --spool",
                   "%zu profiles", stats.spool.waiting);
    else if (!is_delivered)
        log_detail(LOG_INFO, "profiles wait in the spool", "%zu profiles", stats.spool.waiting);
    log_event(LOG_INFO, "stopped");
    return 0;
}

static int scrape(const struct scrape_options *o, const struct scrape_config *config,
                  const struct secret *token)
{
    struct scraper_options options = {
        .config = config,
        .spool = {.dir = o->spool_dir,
                  .max_bytes = (size_t)(o->spool_dir ? o->spool_bytes : o->memory_bytes),
                  .memory_bytes = (size_t)o->memory_bytes},
        .delivery = {.url = o->collector, .token = token, .ca_file = o->ca_file, .senders = SENDERS},
        .at_once = (int)o->at_once,
        .is_once = o->is_once,
        .report = {.say = o->is_once ? say_plain : say_log},
    };
    struct scraper *scraper;
    struct http_server *server = NULL;
    struct error err;
    sigset_t set;

    block_signals(&set);
    enum status status = scraper_new(&options, &scraper, &err);
    if (status != OK) {
        (void)fprintf(stderr, "brazier scrape: %s\n", err.text);
        return status == E_UNAVAILABLE ? EXIT_INCOMPLETE : EXIT_USAGE;
    }
    int code = EXIT_USAGE;
    if (o->listen && scrape_status_open(o->listen, scraper, &server, &err) != OK)
        (void)fprintf(stderr, "brazier scrape: --%s\n", err.text);
    else
        code = o->is_once ? run_once(o, scraper, &set) : run_on(o, scraper, &set);
    http_server_free(server);
    scraper_free(scraper);
    return code;
}

int scrape_main(int argc, char **argv)
{
    struct scrape_options options = {0};
    struct option_row rows[ROWS];
    size_t count = make_rows(&options, rows);
    struct scrape_config config CLEANUP(scrape_config_release) = SCRAPE_CONFIG_INIT;
    struct secret token CLEANUP(secret_release) = SECRET_INIT;
    struct error err;

    if (option_parse(rows, count, argc, argv, NULL, &err) != OK ||
        make_config(&options, &config, &err) != OK || token_read(options.token_file, &token, &err) != OK) {
        (void)fprintf(stderr, "brazier scrape: %s\n", err.text);
        return EXIT_USAGE;
    }
    return scrape(&options, &config, &token);
}
