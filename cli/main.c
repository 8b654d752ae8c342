/* The table of sub-commands. */
#include "base/attribute.h"
#include "base/version.h"
#include "cli/diff.h"
#include "cli/push.h"
#include "cli/query.h"
#include "cli/scrape.h"
#include "collector/reindex.h"
#include "collector/serve.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int version_main(int argc, char **argv);
static void version_help(void);

static const struct {
    const char *name;
    int (*main)(int argc, char **argv);
    void (*help)(void); /* NULL: it has sub-commands and helps by itself */
    const char *summary;
} COMMANDS[] = {
    {"serve", serve_main, serve_help, "take profiles in, keep them in a bucket, answer questions"},
    {"reindex", reindex_main, reindex_help, "build the index from the bucket, with progress"},
    {"push", push_main, push_help, "send files to a collector; move in from profefe"},
    {"scrape", scrape_main, scrape_help, "fetch profiles from programs that serve them, again and again"},
    {"query", query_main, NULL, "show profiles of a collector, or of files: top, flame, diff, ..."},
    {"diff", diff_main, NULL, "what grew and what shrank; a gate for continuous integration"},
    {"version", version_main, version_help, "print version and commit"},
};

static void version_help(void)
{
    puts("usage: brazier version\n\nPrints version and commit.");
}

static int version_main(int argc, char **argv)
{
    (void)argv;
    if (argc > 0) {
        fprintf(stderr, "brazier version: takes no arguments\n");
        return 2;
    }
    printf("brazier %s (%s)\n", version_text(), version_commit());
    return 0;
}

static void print_usage(FILE *out)
{
    fputs("usage: brazier COMMAND [OPTION]...\n\nContinuous profiling on nothing but a bucket.\n\n", out);
    for (size_t i = 0; i < ARRAY_LEN(COMMANDS); i++)
        fprintf(out, "  %-10s %s\n", COMMANDS[i].name, COMMANDS[i].summary);
    fputs("\nbrazier COMMAND --help tells more. Every option --foo-bar can be set as BRAZIER_FOO_BAR.\n",
          out);
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_usage(stderr);
        return 2;
    }
    for (size_t i = 0; i < ARRAY_LEN(COMMANDS); i++) {
        if (strcmp(argv[1], COMMANDS[i].name) != 0)
            continue;
        if (COMMANDS[i].help && asks_for_help(argc - 2, argv + 2)) {
            COMMANDS[i].help();
            return 0;
        }
        return COMMANDS[i].main(argc - 2, argv + 2);
    }
    if (strcmp(argv[1], "--version") == 0)
        return version_main(0, NULL);
    if (strcmp(argv[1], "help") == 0 || asks_for_help(1, argv + 1)) {
        print_usage(stdout);
        return 0;
    }
    fprintf(stderr, "brazier: there is no command '%s'\n\n", argv[1]);
    print_usage(stderr);
    return 2;
}
