/*
 * google/pprof as the judge of tables and pictures: their text, byte for byte, on real profiles, differences
 * of them and random ones, with every option that changes a graph. tests/oracle/view/ holds the Go program
 * that draws and compares.
 */
#include "tests/pprof/judging.h"
#include "tests/view/rendering.h"

static int set_up(void **state)
{
    (void)state;
    return oracle_build("./view");
}

/* --- cases ---------------------------------------------------------------- */

static const struct format {
    const char *flag;
    render_fn render;
} formats[] = {{"-top", top_text_render},
               {"-tree", calls_render},
               {"-peek=a", peek_text_render}, /* only if there is function=a */
               {"-dot", dot_render}};

/* "sort=cum granularity=lines nodecount=5" as pprof's flags: -cum -lines -nodecount=5. */
static void add_flags(struct cases *c, const char *words)
{
    struct slice rest = slice_of(words), word;
    while (rest.len > 0 && slice_split(&rest, ' ', &word)) {
        size_t at = slice_find(word, '=');
        bool is_choice = slice_starts(word, SLICE("sort=")) || slice_starts(word, SLICE("granularity="));
        if (slice_starts(word, SLICE("function=")))
            buf_printf(&c->lines, "\t-peek=%.*s", SLICE_ARG(slice_from(word, at + 1)));
        else
            buf_printf(&c->lines, "\t-%.*s", SLICE_ARG(is_choice ? slice_from(word, at + 1) : word));
    }
}

/* What all of a case have in common: where the inputs are, and what was made of them. */
struct input {
    struct merge *merge;
    const char *source, *base; /* paths; base may be NULL */
    bool is_normalised;
};

static void add_case(struct cases *c, const struct input *in, const struct format *format, const char *words)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct error err = {0};
    bool is_peek = format->render == peek_text_render;
    if (is_peek != (strstr(words, "function=") != NULL))
        return;

    enum status status = try_render(in->merge, words, format->render, &out, &err);
    assert_true(status == OK || (is_peek && status == E_NOT_FOUND));
    char *ours = status == OK ? keep(c, "ours", buf_slice(&out)) : scratch_path(scratch, "none");
    buf_append_cstr(&c->lines, ours);
    free(ours);
    if (in->base)
        buf_printf(&c->lines, "\t-diff_base=%s", in->base);
    if (in->is_normalised)
        buf_append_cstr(&c->lines, "\t-normalize=true");
    if (!is_peek)
        buf_printf(&c->lines, "\t%s", format->flag);
    add_flags(c, words);
    buf_printf(&c->lines, "\t%s", in->source);
    case_end(c);
}

static void add_formats(struct cases *c, const struct input *in, const char *const *options, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < ARRAY_LEN(formats); k++)
            add_case(c, in, &formats[k], options[i]);
}

static void add_body(struct merge *m, struct slice body, enum merge_side side)
{
    struct error err = {0};
    enum status status = merge_add(m, body, side, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(status, OK);
}

/* --- tests ---------------------------------------------------------------- */

static const char *const files[] = {
    "go/cpu-000.pb.gz",   "go/heap-000.pb.gz",      "go/block-005.pb.gz",        "go/mutex-005.pb.gz",
    "go/compile-1.pb.gz", "go/goroutine-005.pb.gz", "go/threadcreate-005.pb.gz", "go/compile-5.pb.gz",
    "go/cpu-empty.pb.gz", "node/time_0.pb.gz",
};

static void add_file(struct cases *c, const char *name, const char *const *options, size_t count)
{
    struct buf body CLEANUP(buf_release) = read_data(name);
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    add_body(m, buf_slice(&body), MERGE_SOURCE);
    char *path = keep(c, "source", buf_slice(&body));
    add_formats(c, &(struct input){.merge = m, .source = path}, options, count);
    free(path);
}

static void real_profiles_look_the_same(void **state)
{
    (void)state;
    if (!oracle)
        skip();

    static const char *const options[] = {
        "",
        "sort=cum",
        "sample_index=0",
        "sample_index=0 granularity=files nodecount=0",
        "granularity=filefunctions sort=cum",
        "granularity=files",
        "granularity=lines",
        "granularity=addresses",
        "nodecount=7",
        "nodecount=33 granularity=addresses sample_index=0",
        "nodecount=0 nodefraction=0.02 edgefraction=0.01",
        "nodecount=300 nodefraction=0 edgefraction=0",
        "function=runtime",
        "function=ead$ sort=cum granularity=lines",
        "function=nothing.is.called.so",
    };
    struct cases c CLEANUP(cases_release) = CASES_INIT;
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        add_file(&c, files[i], options, ARRAY_LEN(options));
    judge(&c);
}

static void nothing_is_trimmed_when_that_is_asked_for(void **state)
{
    (void)state;
    if (!oracle)
        skip();

    static const char *const options[] = {"trim=false", "trim=false granularity=addresses sort=cum"};
    struct cases c CLEANUP(cases_release) = CASES_INIT;
    for (size_t i = 0; i < 6; i++)
        add_file(&c, files[i], options, ARRAY_LEN(options));
    judge(&c);
}

static void filtered_profiles_look_the_same(void **state)
{
    (void)state;
    if (!oracle)
        skip();

    static const char *const options[] = {
        "focus=malloc nodecount=20",
        "ignore=runtime sort=cum",
        "hide=^runtime granularity=lines",
        "show=parser|gzip|io\\. show_from=main",
        "tagfocus=pkg:",
        "tagignore=kind=gc granularity=addresses",
        "tagroot=pkg function=:|main",
        "focus=nothing.is.called.so",
        "focus=this.pattern.is.so.long.that.it.does.not.fit.into.the.legend.as.a.whole.and.is.cut|main",
    };
    struct cases c CLEANUP(cases_release) = CASES_INIT;
    for (size_t i = 0; i < 3; i++)
        add_file(&c, files[i], options, ARRAY_LEN(options));
    judge(&c);
}

static void add_difference(struct cases *c, const char *source, const char *base, bool normalise)
{
    static const char *const options[] = {
        "",
        "sort=cum granularity=filefunctions",
        "granularity=lines nodecount=150",
        "nodecount=12",
        "sample_index=0 trim=false",
        "function=runtime|main",
    };
    struct buf bodies[] = {read_data(source), read_data(base)};
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    add_body(m, buf_slice(&bodies[0]), MERGE_SOURCE);
    add_body(m, buf_slice(&bodies[1]), MERGE_BASE);
    if (normalise)
        assert_int_equal(merge_normalise(m, NULL), OK);
    char *paths[] = {keep(c, "source", buf_slice(&bodies[0])), keep(c, "base", buf_slice(&bodies[1]))};
    add_formats(c, &(struct input){m, paths[0], paths[1], normalise}, options, ARRAY_LEN(options));
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        free(paths[i]);
        buf_release(&bodies[i]);
    }
}

static void differences_look_the_same(void **state)
{
    (void)state;
    if (!oracle)
        skip();

    struct cases c CLEANUP(cases_release) = CASES_INIT;
    add_difference(&c, "go/cpu-000.pb.gz", "go/cpu-009.pb.gz", false);
    add_difference(&c, "go/cpu-009.pb.gz", "go/cpu-000.pb.gz", true);
    add_difference(&c, "go/compile-3.pb.gz", "go/compile-5.pb.gz", false);
    add_difference(&c, "go/compile-1.pb.gz", "go/compile-5.pb.gz", true);
    add_difference(&c, "go/heap-000.pb.gz", "go/heap-000.pb.gz", false);
    judge(&c);
}

/* Of the merged profile: whether it is right is judged elsewhere. */
static void random_profiles_look_the_same(void **state)
{
    (void)state;
    if (!oracle)
        skip();

    static const char *const options[] = {"", "granularity=addresses sort=cum", "granularity=files",
                                          "granularity=lines nodecount=3", "function=."};
    struct cases c CLEANUP(cases_release) = CASES_INIT;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct random random;
        random_seed(&random, seed);
        struct build b CLEANUP(build_release) = BUILD_INIT;
        b.no_inner_columns = true;
        struct slice body = random_profile(&b, &random);
        struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
        add_body(m, body, MERGE_SOURCE);
        struct buf merged CLEANUP(buf_release) = written(m);
        char *path = keep(&c, "random", buf_slice(&merged));
        add_formats(&c, &(struct input){.merge = m, .source = path}, options, ARRAY_LEN(options));
        free(path);
    }
    judge(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_profiles_look_the_same),
        cmocka_unit_test(nothing_is_trimmed_when_that_is_asked_for),
        cmocka_unit_test(filtered_profiles_look_the_same),
        cmocka_unit_test(differences_look_the_same),
        cmocka_unit_test(random_profiles_look_the_same),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
