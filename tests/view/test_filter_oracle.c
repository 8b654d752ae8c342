/*
 * `go tool pprof` as the judge of filters, sample for sample: every option, and random mixtures of them whose
 * patterns are made of names in the profile, on real profiles and differences of them, and on random profiles
 * of every kind. tests/oracle/filter/ holds the Go program that compares.
 */
#include "view/format.h"

#include "base/encode.h"
#include "tests/pprof/judging.h"

enum { OPTIONS_MAX = 6 };

static int set_up(void **state)
{
    (void)state;
    return oracle_build("./filter");
}

/* --- cases ---------------------------------------------------------------- */

struct option {
    const char *name;
    char value[256];
};

/* A profile to be filtered, as files that pprof reads. */
struct subject {
    struct merge *merge;
    char *file, *base; /* base: "-" or a file */
};

static void add_word(struct cases *c, const char *text)
{
    buf_append_byte(&c->lines, ' ');
    percent_encode(slice_of(text), &c->lines);
}

/* What we merge, so that pprof meets samples and labels in the order in which they stand here. */
static char *keep_merged(struct cases *c, struct slice body)
{
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    assert_int_equal(merge_add(m, body, MERGE_SOURCE, NULL), OK);
    assert_int_equal(merge_write_raw(m, &out, NULL), OK);
    return keep(c, "merged", buf_slice(&out));
}

/* base.ptr NULL: none. */
static struct subject subject_of(struct cases *c, struct slice body, struct slice base)
{
    struct subject s = {merge_new(&(struct merge_options){0}), keep_merged(c, body), mem_cstr("-", 1)};
    assert_int_equal(merge_add(s.merge, body, MERGE_SOURCE, NULL), OK);
    if (base.ptr) {
        free(s.base);
        s.base = keep_merged(c, base);
        assert_int_equal(merge_add(s.merge, base, MERGE_BASE, NULL), OK);
    }
    return s;
}

static struct subject subject_read(struct cases *c, const char *name, const char *base)
{
    struct buf body CLEANUP(buf_release) = read_data(name);
    struct buf other CLEANUP(buf_release) = base ? read_data(base) : BUF_INIT(0);
    return subject_of(c, buf_slice(&body), buf_slice(&other));
}

static void subject_release(struct subject *s)
{
    merge_free(s->merge);
    free(s->file);
    free(s->base);
}

static void add_options(struct cases *c, const struct option *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char word[300];
        (void)snprintf(word, sizeof word, "-%s=%s", options[i].name, options[i].value);
        add_word(c, word);
    }
    case_end(c);
}

static struct view_options options_of(const struct option *options, size_t count)
{
    struct view_options all = VIEW_OPTIONS_DEFAULT;
    for (size_t i = 0; i < count; i++)
        assert_int_equal(
            view_option_find(slice_of(options[i].name))->set(&all, slice_of(options[i].value), NULL), OK);
    return all;
}

/* pprof would look for frames to drop once more, and count what it dropped. */
static bool drops_frames(const struct subject *s)
{
    return merge_result(s->merge)->drop_frames.string != 0;
}

static void case_raw(struct cases *c, struct view *v, const char *file)
{
    struct buf ours CLEANUP(buf_release) = BUF_INIT(ROOMY);
    assert_int_equal(raw_render(v, &ours, NULL), OK);
    char *raw = keep(c, "ours", buf_slice(&ours));
    buf_append_cstr(&c->lines, "raw");
    add_word(c, raw);
    add_word(c, file);
    add_options(c, NULL, 0);
    free(raw);
}

static void case_filter(struct cases *c, const struct subject *s, const struct option *options, size_t count)
{
    struct view_options all = options_of(options, count);
    struct view *v CLEANUP(view_freep) = NULL;
    struct error err;
    enum status status = view_open(s->merge, &all, NULL, &v, &err);
    if (status != OK) {
        assert_int_equal(status, E_INVALID);
        buf_append_cstr(&c->lines, "refuse");
        add_word(c, s->file);
        add_word(c, s->base);
        add_options(c, options, count);
        return;
    }
    struct buf ours CLEANUP(buf_release) = BUF_INIT(ROOMY);
    assert_int_equal(pprof_render(v, &ours, NULL), OK);
    char *out = keep(c, "ours", buf_slice(&ours)), *notes = keep(c, "notes", buf_slice(&v->notes));
    buf_append_cstr(&c->lines, "filter");
    add_word(c, out);
    add_word(c, notes);
    add_word(c, s->file);
    add_word(c, s->base);
    add_options(c, options, count);

    if (!drops_frames(s) && c->count % 3 == 0)
        case_raw(c, v, out);
    free(out);
    free(notes);
}

static void case_one(struct cases *c, const struct subject *s, const char *name, const char *value)
{
    struct option o = {name, ""};
    (void)snprintf(o.value, sizeof o.value, "%s", value);
    case_filter(c, s, &o, 1);
}

/* --- random patterns ------------------------------------------------------ */

/* A piece of a string of the profile, with what is special escaped. */
static void print_piece(const struct merged *m, struct random *r, struct buf *out)
{
    struct slice s = SLICE("");
    for (int tries = 0; tries < 20 && s.len == 0; tries++)
        s = intern_get(&m->symbols.strings, (uint32_t)random_below(r, intern_count(&m->symbols.strings)));
    size_t from = s.len > 0 ? random_below(r, s.len) : 0;
    struct slice piece = slice_sub(s, from, 2 + random_below(r, 8));
    for (size_t i = 0; i < piece.len; i++) {
        unsigned char ch = (unsigned char)piece.ptr[i];
        if (ch >= 0x80 || ch < ' ' || ch == ',')
            buf_append_byte(out, '.');
        else if (strchr("\\.+*?()|[]{}^$", ch))
            buf_printf(out, "\\%c", ch);
        else
            buf_append_byte(out, (char)ch);
    }
}

static void print_pattern(const struct merged *m, struct random *r, struct buf *out)
{
    if (random_below(r, 8) == 0)
        buf_append_cstr(out, random_below(r, 2) ? "(?i)" : "^");
    for (uint64_t i = random_below(r, 3) + 1; i > 0; i--) {
        print_piece(m, r, out);
        if (i > 1)
            buf_append_cstr(out, random_below(r, 3) ? "|" : ".*");
    }
}

static void print_tag_pattern(const struct merged *m, struct random *r, struct buf *out)
{
    static const char *const ranges[] = {"16:", ":4kb", "64b:16kb", "32", "bytes=1kb:",
                                         "1:2", "-1:1", "2ms:",     "0s:"};
    if (random_below(r, 2) == 0) {
        buf_append_cstr(out, ranges[random_below(r, ARRAY_LEN(ranges))]);
        return;
    }
    static const char *const keys[] = {"", "pkg=", "endpoint=", "thread=", "bytes=", "worker="};
    buf_append_cstr(out, keys[random_below(r, ARRAY_LEN(keys))]);
    for (uint64_t i = random_below(r, 2) + 1; i > 0; i--) {
        print_piece(m, r, out);
        buf_append_cstr(out, i > 1 ? "," : "");
    }
}

static size_t random_options(const struct merged *m, struct random *r, struct option *options)
{
    static const char *const names[] = {"focus",    "ignore",    "hide",    "show",   "show_from",
                                        "tagfocus", "tagignore", "tagroot", "tagleaf"};
    static const char *const keys[] = {"pkg",          "endpoint,pkg", "bytes",
                                       "thread,bytes", "nothing,pkg",  "worker"};
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LEN(names) && count < OPTIONS_MAX; i++) {
        if (random_below(r, 4) != 0)
            continue;

        struct option *o = &options[count++];
        struct buf text CLEANUP(buf_release) = BUF_INIT(sizeof o->value - 1);
        if (strncmp(names[i], "tagr", 4) == 0 || strncmp(names[i], "tagl", 4) == 0)
            buf_append_cstr(&text, keys[random_below(r, ARRAY_LEN(keys))]);
        else if (strncmp(names[i], "tag", 3) == 0)
            print_tag_pattern(m, r, &text);
        else
            print_pattern(m, r, &text);
        o->name = names[i];
        (void)snprintf(o->value, sizeof o->value, "%s", buf_cstr(&text));
    }
    return count;
}

static void case_random(struct cases *c, const struct subject *s, struct random *r, int times)
{
    for (int i = 0; i < times; i++) {
        struct option options[OPTIONS_MAX];
        size_t count = random_options(merge_result(s->merge), r, options);
        if (count == 0) /* without any the profile is given as it is, with the frames that it wants dropped */
            options[count++] = (struct option){"tagignore", "no such label"};
        case_filter(c, s, options, count);
    }
}

/* --- tests ---------------------------------------------------------------- */

struct row {
    const char *name, *value;
};

static const struct row of_cpu[] = {
    {"focus", "runtime\\.gc"},
    {"focus", "regexp"},
    {"focus", "no such frame"},
    {"focus", "\\.go$"},
    {"focus", "^$"},
    {"focus", "pprof|corpus|exe"},
    {"ignore", "runtime"},
    {"ignore", "mallocgc"},
    {"ignore", "no such frame"},
    {"ignore", "."},
    {"hide", "runtime\\."},
    {"hide", "regexp"},
    {"hide", "main"},
    {"hide", "."},
    {"show", "regexp|runtime"},
    {"show", "no such frame"},
    {"show", "^main\\."},
    {"show_from", "regexp"},
    {"show_from", "main\\."},
    {"show_from", "runtime"},
    {"show_from", "no such frame"},
    {"tagfocus", "json"},
    {"tagfocus", "endpoint=/re"},
    {"tagfocus", "pkg=main,fmt"},
    {"tagfocus", "pkg:main,:"},
    {"tagfocus", "endpoint:/tpl,pkg"},
    {"tagfocus", "=json"},
    {"tagfocus", "no such tag"},
    {"tagfocus", "pkg="},
    {"tagignore", "endpoint"},
    {"tagignore", "pkg=main"},
    {"tagignore", "x,"},
    {"tagfocus", ","},
    {"tagroot", "endpoint"},
    {"tagroot", "pkg,endpoint"},
    {"tagroot", "endpoint,,nothing"},
    {"tagroot", ","},
    {"tagroot", "pkg,pkg"},
    {"tagleaf", "pkg"},
    {"tagleaf", "pkg,endpoint"},
    {"tagleaf", "nothing"},
    {"tagfocus", "5"},
    {"focus", "a("},
    {"tagfocus", "a["},
    {"hide", "x{1001}"},
};

static const struct row of_heap[] = {
    {"tagfocus", "32kb:64mb"},    {"tagfocus", ":64b"},      {"tagfocus", "16:"},
    {"tagfocus", "bytes=1mb:"},   {"tagfocus", "96"},        {"tagfocus", "96b"},
    {"tagfocus", "1ms"},          {"tagfocus", "12kb:64ms"}, {"tagignore", "1kb"},
    {"tagignore", "bytes=16:64"}, {"tagroot", "bytes"},      {"tagleaf", "bytes,x"},
    {"tagfocus", "request=1:"},   {"tagfocus", "-5:+512"},   {"tagfocus", ":"},
    {"tagfocus", "0x10"},
};

static void each_option_leaves_what_pprof_leaves(void **state)
{
    (void)state;
    if (!oracle)
        skip();

    struct cases c CLEANUP(cases_release) = CASES_INIT;
    struct subject a CLEANUP(subject_release) = subject_read(&c, "go/cpu-000.pb.gz", NULL);
    struct subject b CLEANUP(subject_release) = subject_read(&c, "go/heap-000.pb.gz", NULL);
    for (size_t i = 0; i < ARRAY_LEN(of_cpu); i++)
        case_one(&c, &a, of_cpu[i].name, of_cpu[i].value);
    for (size_t i = 0; i < ARRAY_LEN(of_heap); i++)
        case_one(&c, &b, of_heap[i].name, of_heap[i].value);
    judge(&c);
}

static void mixtures_of_options_leave_what_pprof_leaves(void **state)
{
    (void)state;
    if (!oracle)
        skip();

    static const char *const names[][2] = {{"go/cpu-000.pb.gz", NULL},
                                           {"go/cpu-009.pb.gz", "go/cpu-000.pb.gz"},
                                           {"go/heap-000.pb.gz", NULL},
                                           {"go/goroutine-005.pb.gz", NULL},
                                           {"go/mutex-005.pb.gz", NULL},
                                           {"go/compile-5.pb.gz", "go/compile-3.pb.gz"},
                                           {"node/time_0.pb.gz", NULL}};
    struct cases c CLEANUP(cases_release) = CASES_INIT;
    struct random random;
    random_seed(&random, 11);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct subject s CLEANUP(subject_release) = subject_read(&c, names[i][0], names[i][1]);
        case_random(&c, &s, &random, 8);
        if (names[i][1])
            case_one(&c, &s, "tagfocus", "pprof::base=true");
    }
    judge(&c);
}

/* Labels with several units and kinds, inlined lines, mappings or none, and frames to be dropped. */
static void random_profiles_are_left_as_pprof_leaves_them(void **state)
{
    (void)state;
    if (!oracle)
        skip();

    static const char *const drops[] = {NULL, "main", "gc|parse", "read<int>|a;b", "(", ".*"};
    static const char *const keeps[] = {NULL, NULL, "parse", "main|gc", ")"};
    struct cases c CLEANUP(cases_release) = CASES_INIT;
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct random random;
        random_seed(&random, seed);
        struct build b CLEANUP(build_release) = BUILD_INIT, d CLEANUP(build_release) = BUILD_INIT;
        const char *drop = drops[random_below(&random, ARRAY_LEN(drops))];
        const char *preserve = keeps[random_below(&random, ARRAY_LEN(keeps))];
        /* google/pprof forgets the columns of all but the last line when it compares locations. */
        b.no_inner_columns = d.no_inner_columns = true;
        if (drop)
            build_number(&b, 7, (int64_t)build_string(&b, drop));
        if (drop && preserve)
            build_number(&b, 8, (int64_t)build_string(&b, preserve));
        struct slice body = random_profile(&b, &random);
        struct slice base = seed % 4 == 0 ? random_profile(&d, &random) : SLICE_NULL;
        struct subject s CLEANUP(subject_release) = subject_of(&c, body, base);
        case_random(&c, &s, &random, 2);
    }
    judge(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_option_leaves_what_pprof_leaves),
        cmocka_unit_test(mixtures_of_options_leave_what_pprof_leaves),
        cmocka_unit_test(random_profiles_are_left_as_pprof_leaves_them),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
