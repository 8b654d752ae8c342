/* Declared types and what the sample types of real producers look like. */
#include "model/profile_type.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ST(name, unit)                                                                                       \
    {                                                                                                        \
        {name, sizeof(name) - 1},                                                                            \
        {                                                                                                    \
            unit, sizeof(unit) - 1                                                                           \
        }                                                                                                    \
    }

/* One producer: what it sends, and the declared types that take it. */
static const struct producer {
    const char *what;
    struct sample_type types[8];
    size_t count;
    const char *accepted; /* names with blanks around; NULL: all */
} PRODUCERS[] = {
    {"Go CPU", {ST("samples", "count"), ST("cpu", "nanoseconds")}, 2, " cpu other trace "},
    {"Go heap",
     {ST("alloc_objects", "count"), ST("alloc_space", "bytes"), ST("inuse_objects", "count"),
      ST("inuse_space", "bytes")},
     4,
     " heap allocs other trace "},
    {"Go block", {ST("contentions", "count"), ST("delay", "nanoseconds")}, 2, " block mutex other trace "},
    {"Go goroutine", {ST("goroutine", "count")}, 1, " goroutine other trace "},
    {"Go threadcreate", {ST("threadcreate", "count")}, 1, " threadcreate other trace "},
    {"Node wall", {ST("sample", "count"), ST("wall", "microseconds")}, 2, " cpu other trace "},
    {"Node heap", {ST("objects", "count"), ST("space", "bytes")}, 2, " heap allocs other trace "},
    {".NET",
     {ST("cpu", "nanoseconds"), ST("alloc-samples", "count"), ST("alloc-size", "bytes"),
      ST("exception", "count"), ST("lock-count", "count"), ST("lock-time", "nanoseconds"),
      ST("inuse-space", "bytes")},
     7,
     " cpu heap allocs block mutex other trace "},
    {"perf", {ST("samples", "count")}, 1, NULL},
    {"perf", {ST("samples", "count"), ST("cpu-clock", "nanoseconds")}, 2, " cpu other trace "},
    {"perf cycles", {ST("samples", "count"), ST("cycles", "count")}, 2, " cpu other trace "},
    {"something new", {ST("ticks", "count"), ST("cpu", "cycles"), ST("cpus", "nanoseconds")}, 3, NULL},
    {"nothing", {ST("", "")}, 0, NULL},
};

/* NULL if there is none. */
static const struct profile_type *type_of(struct slice name)
{
    const struct profile_type *type = NULL;
    return profile_type_parse(name, &type, NULL) == OK ? type : NULL;
}

static void each_producer_is_taken_as_what_it_may_be_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(PRODUCERS); i++) {
        const struct producer *p = &PRODUCERS[i];
        for (size_t k = 0; k < PROFILE_TYPE_COUNT; k++) {
            char name[32];
            (void)snprintf(name, sizeof name, " %s ", PROFILE_TYPES[k].name);
            bool expected = !p->accepted || strstr(p->accepted, name);
            if ((profile_type_check(&PROFILE_TYPES[k], p->types, p->count, NULL) == OK) != expected)
                fail_msg("%s declared as%s", p->what, name);
        }
    }
}

static void a_refusal_says_what_it_looks_like(void **state)
{
    (void)state;
    struct error err;
    const struct producer *heap = &PRODUCERS[1], *dotnet = &PRODUCERS[7];
    assert_int_equal(profile_type_check(type_of(SLICE("cpu")), heap->types, 1, &err), E_INVALID);
    assert_string_equal(err.text, "declared as cpu, but it looks like heap or allocs: its sample types are "
                                  "\"alloc_objects\" \"count\"");
    assert_int_equal(profile_type_check(type_of(SLICE("goroutine")), dotnet->types, dotnet->count, &err),
                     E_INVALID);
    assert_non_null(strstr(err.text, "looks like cpu or heap or allocs or block or mutex"));
    assert_non_null(strstr(err.text, "\"exception\" \"count\", ..."));
}

static void names_are_exact_after_trimming(void **state)
{
    (void)state;
    assert_string_equal(type_of(SLICE(" cpu\n"))->name, "cpu");
    assert_string_equal(type_of(SLICE("allocs"))->name, "allocs");
    assert_null(type_of(SLICE("CPU")));
    assert_null(type_of(SLICE("cp")));
    assert_null(type_of(SLICE("cpu\0")));
    assert_null(type_of(SLICE("unknown")));
    assert_null(type_of(SLICE_NULL));
}

static void an_unknown_name_is_answered_with_the_known_ones(void **state)
{
    (void)state;
    const struct profile_type *type = NULL;
    struct error err;
    assert_int_equal(profile_type_parse(SLICE("blah"), &type, &err), E_INVALID);
    assert_string_equal(err.text, "unknown profile type \"blah\": one of cpu, heap, allocs, block, mutex, "
                                  "goroutine, threadcreate, other, trace");
    assert_null(type);
    assert_int_equal(profile_type_parse(SLICE("trace"), &type, &err), OK);
    assert_false(type->is_pprof);
}

static void the_list_of_names_is_the_table(void **state)
{
    (void)state;
    char names[200] = "";
    size_t len = 0;
    for (size_t i = 0; i < PROFILE_TYPE_COUNT; i++)
        len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", i > 0 ? ", " : "",
                                PROFILE_TYPES[i].name);
    assert_string_equal(profile_type_names(), names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_producer_is_taken_as_what_it_may_be_and_nothing_else),
        cmocka_unit_test(a_refusal_says_what_it_looks_like),
        cmocka_unit_test(names_are_exact_after_trimming),
        cmocka_unit_test(an_unknown_name_is_answered_with_the_known_ones),
        cmocka_unit_test(the_list_of_names_is_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
