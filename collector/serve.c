/*
 * The main thread waits for signals and, between them, lets the app look after itself. All other threads have
 * signals blocked. SIGTERM and SIGINT: not ready at once, then everything under way is answered, then exit 0;
 * the same signal again: now. An alarm stands behind it: whatever hangs, the process ends in time, and
 * nothing that was acknowledged depends on an orderly end.
 */
#include "collector/serve.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/version.h"
#include "collector/app.h"
#include "collector/self.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

enum { TICK_MS = 1000, DRAIN_TICK_MS = 50, LAST_SECONDS = 4 };

void serve_help(void)
{
    struct config config = {0};
    struct option_row rows[CONFIG_ROWS_MAX];
    size_t count = config_serve_rows(&config, rows);

    puts("usage: brazier serve [OPTION]...\n"
         "\n"
         "Takes profiles in, keeps them in a bucket or a directory, and answers questions about them.\n");
    option_help(rows, count, stdout);
    puts("\n"
         "Credentials of a bucket come from the places where AWS tools look: AWS_ACCESS_KEY_ID and\n"
         "AWS_SECRET_ACCESS_KEY, web identity, shared files, container and instance metadata.\n"
         "\n"
         "Examples:\n"
         "  brazier serve\n"
         "      everything in ./brazier-data, on 127.0.0.1:10100\n"
         "  brazier serve --listen :10100 --store s3://profiles --s3-endpoint http://minio:9000 --index "
         "/var/lib/brazier\n"
         "      one of any number of replicas on a MinIO bucket\n"
         "  BRAZIER_STORE=s3://profiles/team-a BRAZIER_RETENTION=30d brazier serve\n"
         "      the same from the environment, below a prefix of a bucket on AWS\n"
         "  brazier serve --scrape-config scrape.yaml\n"
         "      one process, everything in: fetches profiles and keeps them\n"
         "\n"
         "Signals: SIGTERM and SIGINT finish what is under way, then exit; again: exit at once.\n"
         "Exit status: 0 stopped as asked; 1 failed; 2 wrong usage or configuration.");
}

static void block_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* As many descriptors as we may have: each connection is one. */
static void raise_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* SIGTERM or SIGINT within that time? */
static bool told_to_stop(const sigset_t *set, int64_t ms)
{
    struct timespec timeout = {ms / 1000, (ms % 1000) * 1000000};
    int signal_number = sigtimedwait(set, NULL, &timeout);

    return signal_number == SIGTERM || signal_number == SIGINT;
}

static void out_of_time(int signal_number)
{
    (void)signal_number;
    _exit(0);
}

static void drain(struct app *app, const sigset_t *set)
{
    int64_t until_ms = clock_mono_ms() + app->config->drain_ms;
    size_t pending;

    log_event(LOG_INFO, "stopping: finishing what is under way");
    signal(SIGALRM, out_of_time);
    alarm((unsigned)(app->config->drain_ms / 1000) + LAST_SECONDS);
    if (app->config->self_profile) { /* its last profile comes in while we still answer */
        atomic_store(&app->draining, true);
        self_stop();
    }
    app_quiesce(app);
    while ((pending = http_server_pending(app->server)) > 0 && clock_mono_ms() < until_ms)
        if (told_to_stop(set, DRAIN_TICK_MS)) {
            log_event(LOG_WARN, "told to stop again: stopping now");
            _exit(1);
        }
    if (pending > 0) {
        log_detail(LOG_WARN, "stopping with requests unanswered: none of them was acknowledged",
                   "%zu requests", pending);
        _exit(0);
    }
}

/* Buffers of profiles are a few hundred KB: taken from the system for each one, they would cost a page fault
 * for every 4 KB of it. They stay with the allocator instead, up to what a busy moment needs. */
static void keep_buffers(void)
{
    mallopt(M_MMAP_THRESHOLD, 4 * (int)MIB);
    mallopt(M_TRIM_THRESHOLD, 8 * (int)MIB);
}

static int run(const struct config *config)
{
    struct app *app;
    struct error err;
    struct log_line line;
    sigset_t set;

    keep_buffers();
    block_signals(&set);
    raise_descriptors();
    if (app_new(config, &app, &err) != OK) {
        fprintf(stderr, "brazier serve: %s\n", err.text);
        return err.code == E_CONFIG || err.code == E_DENIED || err.code == E_INVALID ? 2 : 1;
    }
    log_begin(&line, LOG_INFO, "serving");
    log_cstr(&line, "version", version_text());
    log_cstr(&line, "listen", config->listen);
    log_i64(&line, "port", http_server_port(app->server));
    log_i64(&line, "start_ms", clock_mono_ms() - app->started_ms);
    log_end(&line);
    if (config->self_profile &&
        self_start(config->listen, http_server_port(app->server), app->tokens, &err) != OK)
        log_detail(LOG_ERROR, "the collector itself is not profiled", "%s", err.text);

    while (!told_to_stop(&set, TICK_MS))
        app_tick(app);
    drain(app, &set);
    app_free(app);
    log_event(LOG_INFO, "stopped");
    return 0;
}

int serve_main(int argc, char **argv)
{
    struct config config = {0};
    struct option_row rows[CONFIG_ROWS_MAX];
    size_t count = config_serve_rows(&config, rows);
    struct error err;

    if (option_parse(rows, count, argc, argv, NULL, &err) != OK || config_check(&config, &err) != OK) {
        fprintf(stderr, "brazier serve: %s\n", err.text);
        return 2;
    }
    log_set_level(config.log_level);
    return run(&config);
}
