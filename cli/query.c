/*
 * The table of sub-commands, and what they have in common: reading options, help, exit codes.
 *
 * Files and collectors are two ways to the same merge (query_view.c), so a sub-command does not know which it
 * shows.
 */
#include "cli/query.h"

#include "base/alloc.h"
#include "base/printable.h"
#include "cli/query_command.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { HELP_COLUMN = 31 };

#define WORDS   "[FILE|DIR|URL]..."
#define PROFILE (ROWS_SOURCE | ROWS_MERGE | ROWS_VIEW | ROWS_OUTPUT | ROWS_TERMINAL)

static const struct query_command COMMANDS[] = {
    {.name = "list",
     .words = WORDS,
     .summary = "which profiles are there",
     .about =
         "On a collector: the profiles that are selected, the oldest first; without --service the services\n"
         "that it knows. Of files: what they are.",
     .examples = "  brazier query list\n"
                 "  brazier query list --service checkout --type cpu --from -10m\n"
                 "  brazier query list ./profiles\n",
     .rows = ROWS_SOURCE | ROWS_LIST | ROWS_JSON | ROWS_OUTPUT | ROWS_TERMINAL,
     .run = query_list_run},
    {.name = "merge",
     .words = WORDS,
     .summary = "one profile of many, for pprof's tools",
     .about = "Merges and writes a gzipped pprof profile.",
     .examples = "  brazier query merge --service checkout --type cpu --from -1h -o hour.pb.gz\n"
                 "  brazier query merge ./profiles/cpu-*.pb.gz | go tool pprof -top /dev/stdin\n",
     .rows = PROFILE,
     .run = query_merge_run,
     .format = "pprof"},
    {.name = "top",
     .words = WORDS,
     .summary = "functions, the most expensive first",
     .about = "Piped, this is what `go tool pprof -top` prints; --color always keeps the coloured table.",
     .examples = "  brazier query top cpu.pb.gz\n"
                 "  brazier query top --service checkout --type heap --sample-index alloc_space --sort cum\n"
                 "  brazier query top http://127.0.0.1:6060/debug/pprof/heap\n",
     .rows = PROFILE | ROWS_JSON,
     .run = query_top_run,
     .format = "top.txt",
     .json_format = "top"},
    {.name = "peek",
     .words = "REGEX " WORDS,
     .summary = "who calls a function, and whom it calls",
     .examples = "  brazier query peek 'regexp.*onepass' cpu.pb.gz\n"
                 "  brazier query peek scanobject --service checkout --type cpu\n",
     .rows = PROFILE | ROWS_JSON,
     .run = query_calls_run,
     .format = "peek.txt",
     .json_format = "peek"},
    {.name = "tree",
     .words = WORDS,
     .summary = "callers and callees of every function",
     .examples = "  brazier query tree --focus main.parse cpu.pb.gz\n",
     .rows = PROFILE,
     .run = query_calls_run,
     .format = "tree"},
    {.name = "flame",
     .words = WORDS,
     .summary = "a flame graph to open in a browser",
     .about = "An SVG that needs nothing else: zoom and search work offline.",
     .examples = "  brazier query flame --service checkout --type cpu --from -1h -o checkout.svg\n"
                 "  brazier query flame --json cpu.pb.gz\n",
     .rows = PROFILE | ROWS_JSON,
     .run = query_view_run,
     .format = "svg",
     .json_format = "flamegraph"},
    {.name = "folded",
     .words = WORDS,
     .summary = "one line a stack, for flamegraph.pl and its kin",
     .examples = "  brazier query folded cpu.pb.gz | grep -c regexp\n",
     .rows = PROFILE,
     .run = query_view_run,
     .format = "folded"},
    {.name = "diff",
     .words = "[BASE NEW]",
     .summary = "what grew and what shrank",
     .about =
         "Compares two files or directories, or two selections of a collector: what --base-... says is the\n"
         "base, and what it does not say is as in the selection.\n"
         "\n"
         "Rules of --fail-on say how much may grow. If one is broken, what grew is printed as a Markdown\n"
         "table and the exit status is 1:\n"
         "  main.parse:+5%       the function, with all that it calls, costs 5 % more than before\n"
         "  flat:main.parse:+5%  the same without what it calls\n"
         "  main.parse:+2pp      its share of the total has grown by two percentage points\n"
         "  main.parse:+10ms     it costs 10 ms more; for bytes +5MB, for counts +100\n"
         "  /^json\\./:+5%        the same for each function that the expression matches\n"
         "  total:+5%            everything together, which must then be of equal work on both sides\n"
         "What was not there before has grown beyond any percentage.",
     .examples =
         "  brazier query diff before.pb.gz after.pb.gz\n"
         "  brazier query diff --service checkout --type cpu --from -1h --base-from -25h\n"
         "  brazier diff --service checkout --type cpu --label version=1.5 --base-label version=1.4 \\\n"
         "      --format svg -o diff.svg\n"
         "  brazier diff --normalize --fail-on '/./:+3pp' --fail-on 'main.parse:+5%' base.pb.gz new.pb.gz\n",
     .rows = PROFILE | ROWS_JSON | ROWS_BASE | ROWS_GATE,
     .run = query_diff_run},
    {.name = "timeline",
     .words = "[FILE|DIR]...",
     .summary = "how much, over time, as a small plot",
     .examples = "  brazier query timeline --service checkout --type cpu --from -1d\n"
                 "  brazier query timeline --service checkout --type heap --group-by dc --step 5m\n",
     .rows = ROWS_SOURCE | ROWS_TIMELINE | ROWS_JSON | ROWS_OUTPUT | ROWS_TERMINAL,
     .run = query_timeline_run},
    {.name = "dot",
     .words = WORDS,
     .summary = "the call graph, for Graphviz",
     .examples = "  brazier query dot cpu.pb.gz | dot -Tsvg -o calls.svg\n",
     .rows = PROFILE,
     .run = query_view_run,
     .format = "dot"},
    {.name = "raw",
     .words = WORDS,
     .summary = "everything that a profile holds, as text",
     .examples = "  brazier query raw cpu.pb.gz | less\n",
     .rows = PROFILE,
     .run = query_view_run,
     .format = "raw"},
    {.name = "speedscope",
     .words = WORDS,
     .summary = "a file for speedscope",
     .examples = "  brazier query speedscope cpu.pb.gz -o cpu.speedscope.json\n",
     .rows = PROFILE,
     .run = query_view_run,
     .format = "speedscope"},
};

/* --- help --- */

static void print_ending(FILE *out, const char *more_failures)
{
    (void)
        fprintf(out,
                "\n"
                "Every option --foo-bar can be set as BRAZIER_FOO_BAR. BRAZIER_COLLECTOR is the collector,\n"
                "BRAZIER_TOKEN its token, which is sent there and nowhere else. NO_COLOR turns colours off.\n"
                "Proxies are taken from http_proxy, https_proxy and no_proxy.\n"
                "\n"
                "Exit status: 0 done\n"
                "             1 nothing found%s\n"
                "             2 wrong usage, or a file that is no profile\n"
                "             3 the collector cannot be reached, refuses or fails, or is none; or too little "
                "memory\n",
                more_failures);
}

static void query_help(FILE *out)
{
    (void)fputs(
        "usage: brazier query COMMAND [OPTION]... [FILE|DIR|URL]...\n"
        "\n"
        "Shows profiles: files and what is in directories (nothing is stored), or what is selected on a\n"
        "collector. Both print the same.\n"
        "\n",
        out);
    for (size_t i = 0; i < ARRAY_LEN(COMMANDS); i++)
        (void)fprintf(out, "  %-12s%s\n", COMMANDS[i].name, COMMANDS[i].summary);
    (void)fputs("\nbrazier query COMMAND --help tells more.\n"
                "\nExamples:\n"
                "  export BRAZIER_COLLECTOR=http://127.0.0.1:10100\n"
                "  brazier query list --service checkout\n"
                "  brazier query top --service checkout --type cpu --from -1h\n"
                "  brazier query flame ./profiles -o flame.svg\n",
                out);
    print_ending(out, "");
}

/* Without the variables, which follow one rule. Those of views are written as sentences. */
static void print_options(const char *title, const struct option_row *rows, size_t count)
{
    if (count > 0)
        (void)printf("\n%s\n", title);
    for (size_t i = 0; i < count; i++) {
        char name[64];
        size_t len = strlen(rows[i].help);
        bool is_sentence = len > 1 && rows[i].help[len - 1] == '.' && rows[i].help[len - 2] != '.';
        const char letter[] = {'-', rows[i].letter, ',', ' ', '\0'};
        (void)snprintf(name, sizeof name, "%s--%s%s%s", rows[i].letter ? letter : "", rows[i].name,
                       rows[i].argument ? " " : "", rows[i].argument ? rows[i].argument : "");
        (void)printf("  %-*s%c%.*s", HELP_COLUMN, name,
                     is_sentence ? rows[i].help[0] | 0x20 : rows[i].help[0], (int)(len - 1 - is_sentence),
                     rows[i].help + 1);
        if (rows[i].fallback && rows[i].kind != OPTION_FLAG)
            (void)printf(" [%s]", rows[i].fallback);
        (void)putchar('\n');
    }
}

void query_command_help(const struct query_command *c, const char *called)
{
    struct query_options *o CLEANUP(mem_freep) = mem_zero(1, sizeof *o);
    size_t count = query_options_rows(o, c->rows), first = o->view_first, views = o->view_count;
    (void)printf("usage: brazier %s [OPTION]... %s\n\n%c%s.\n", called, c->words, c->summary[0] & ~0x20,
                 c->summary + 1);
    if (c->about)
        (void)printf("%s\n", c->about);
    print_options("Which profiles, if no files are named:", o->rows, first);
    print_options("What is shown, as with pprof:", o->rows + first, views);
    print_options("How:", o->rows + first + views, count - first - views);
    (void)printf("\nExamples:\n%s", c->examples);
    print_ending(stdout, c->rows & ROWS_GATE ? ", or a rule of --fail-on is broken" : "");
}

/* --- running --- */

static int exit_code(enum status status)
{
    return status == OK ? 0 : status == E_NOT_FOUND ? 1 : status == E_INVALID || status == E_CONFIG ? 2 : 3;
}

static enum status prepare(struct query *q, int argc, char **argv, struct error *err)
{
    enum status status = query_options_parse(&q->options, q->command->rows, argc, argv, &q->words, err);
    if (status != OK)
        return status;
    if (q->options.selects && q->words.count > (strcmp(q->command->name, "peek") == 0))
        return error_set(err, E_INVALID, "name files, or select on a collector, not both");
    status = terminal_of(STDOUT_FILENO, q->options.colour, q->options.is_wide, &q->terminal, err);
    if (status == OK && q->options.output) { /* a file is no terminal */
        q->terminal.has_colours &= strcmp(q->options.colour, "always") == 0;
        q->terminal.columns = 0;
    }
    return status;
}

int query_run(const struct query_command *command, const char *called, int argc, char **argv)
{
    struct query *q CLEANUP(mem_freep) = mem_zero(1, sizeof *q);
    const char **items CLEANUP(mem_freep) = mem_zero((size_t)argc + 1, sizeof *items);
    struct error err;
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            query_command_help(command, called);
            return 0;
        }
    }
    (void)signal(SIGPIPE, SIG_IGN);
    q->command = command;
    q->words = (struct option_words){.items = items, .max = (size_t)argc};
    enum status status = prepare(q, argc, argv, &err);
    if (status == OK) {
        progress_begin(&q->progress);
        q->remote = REMOTE_INIT(&q->options, &q->progress);
        status = command->run(q, &err);
        progress_end(&q->progress);
        remote_release(&q->remote);
    }
    if (status != OK) {
        struct buf said CLEANUP(buf_release) = BUF_INIT(4 * ERROR_TEXT_MAX);
        printable_append(&said, slice_of(err.text));
        (void)fprintf(stderr, "brazier %s: %s\n", called, buf_cstr(&said));
    }
    return status == OK ? q->has_failed : exit_code(status);
}

static const struct query_command *command_named(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(COMMANDS); i++)
        if (strcmp(name, COMMANDS[i].name) == 0)
            return &COMMANDS[i];
    return NULL;
}

int query_called(const char *name, const char *called, int argc, char **argv)
{
    return query_run(command_named(name), called, argc, argv);
}

int query_main(int argc, char **argv)
{
    char called[32];
    if (argc == 0) {
        query_help(stderr);
        return 2;
    }
    if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0 || strcmp(argv[0], "help") == 0) {
        query_help(stdout);
        return 0;
    }
    const struct query_command *command = command_named(argv[0]);
    if (!command) {
        (void)fprintf(stderr, "brazier query: there is no command '%s'; brazier query --help lists them\n",
                      argv[0]);
        return 2;
    }
    (void)snprintf(called, sizeof called, "query %s", command->name);
    return query_run(command, called, argc - 1, argv + 1);
}
