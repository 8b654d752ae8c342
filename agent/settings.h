/*
 * What the agent is told: options of the program, else the environment, else defaults.
 */
#ifndef AGENT_SETTINGS_H
#define AGENT_SETTINGS_H

#include "agent/brazier.h"
#include "base/error.h"
#include "base/secret.h"

#include <stdbool.h>
#include <stdint.h>

struct settings {
    char *query_url; /* where profiles go, up to "&type=" */
    char *ca_file;   /* NULL: the system's */
    char *token_file;
    struct secret token; /* unset: none, or in the file */
    uint32_t profilers;  /* a bit for each row of the table */
    int64_t cpu_ms, interval_ms, jitter_ms, rate, heap_rate;
    bool follows_fork;
    void (*log)(const char *line); /* NULL: to stderr */
};

/* Copies everything. options may be NULL. E_CONFIG says what to change. Reads the environment. */
NODISCARD enum status settings_read(const struct brazier_options *options, struct settings *ret_settings,
                                    struct error *err);
void settings_release(struct settings *s);
/* One line, without its end. */
void settings_log(const struct settings *s, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
