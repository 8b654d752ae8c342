/* The whole agent under load: profiles follow each other while threads come and go, processes fork and
 * libraries are loaded; it starts and stops again and again. Under the sanitizers this is where they look. */
#include "agent/brazier.h"
#include "tests/agent/collector.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ROUNDS = 3, MAKERS = 3 };

static const char GOOD[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
static atomic_bool is_over;
static atomic_uint turns;

static void *brief(void *user)
{
    for (volatile int i = 0; i < 100000; i++)
        continue;
    return user;
}

/* Of the dynamic linker's own locks TSan knows nothing. */
#ifdef __SANITIZE_THREAD__
enum { LOADS = 0 };
#else
enum { LOADS = 1 };
#endif

static void *maker(void *user)
{
    while (!atomic_load(&is_over)) {
        pthread_t threads[4];
        int made = 0;
        while (made < 4 && pthread_create(&threads[made], NULL, brief, NULL) == 0)
            made++;
        while (made > 0)
            (void)pthread_join(threads[--made], NULL);
        void *library = LOADS && atomic_fetch_add(&turns, 1) % 100 == 0
                            ? dlopen("libutil.so.1", RTLD_NOW | RTLD_LOCAL)
                            : NULL;
        if (library)
            (void)dlclose(library);
    }
    return user;
}

static void start(struct collector *c, int follows)
{
    char url[64];
    struct brazier_options o = BRAZIER_OPTIONS_INIT;
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u", collector_port(c));
    o.collector = url;
    o.service = "test";
    o.cpu_duration_ms = 150;
    o.interval_ms = 1;
    o.jitter_ms = -1;
    o.cpu_rate = 1000;
    o.follow_fork = follows;
    if (brazier_start(&o) != 0)
        fail_msg("%s", brazier_error());
}

static void profiles_arrive_whatever_goes_on(void **state)
{
    (void)state;
    const char *const answers[] = {GOOD};
    pthread_t makers[MAKERS];

    atomic_store(&is_over, false);
    for (int i = 0; i < MAKERS; i++)
        assert_int_equal(pthread_create(&makers[i], NULL, maker, NULL), 0);
    for (int round = 0; round < ROUNDS; round++) {
        struct collector *c = collector_new(answers, 1);
        start(c, 0);
        collector_wait(c, 2);
        assert_int_equal(brazier_stop(), 0);
        assert_int_equal(brazier_stop(), -1);
        collector_stop(c);
        assert_ptr_equal(strstr(collector_request(c, 0),
                                "POST /api/0/profiles?labels=&service=test&type=cpu "),
                         collector_request(c, 0));
        collector_free(c);
    }
    atomic_store(&is_over, true);
    for (int i = 0; i < MAKERS; i++)
        (void)pthread_join(makers[i], NULL);
}

static void a_child_is_profiled_only_where_that_is_wanted(void **state)
{
    (void)state;
    const char *const answers[] = {GOOD};
    int cases = 2;
#ifdef __SANITIZE_THREAD__
    cases = 1; /* TSan ends a child that starts a thread */
#endif
    for (int follows = 0; follows < cases; follows++) {
        struct collector *c = collector_new(answers, 1);
        int status;
        start(c, follows);
        pid_t child = fork();
        if (child == 0)
            _exit(brazier_stop() == 0 ? 10 : 20);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(WEXITSTATUS(status), follows ? 10 : 20);
        assert_int_equal(brazier_stop(), 0);
        collector_free(c);
    }
}

static void it_runs_once_and_says_what_is_wrong(void **state)
{
    (void)state;
    const char *const answers[] = {GOOD};
    struct collector *c = collector_new(answers, 1);
    struct brazier_options wrong = BRAZIER_OPTIONS_INIT;
    wrong.collector = "ftp://c";
    wrong.service = "s";
    assert_int_equal(brazier_start(&wrong), -1);
    assert_non_null(strstr(brazier_error(), "ftp://c"));
    start(c, 0);
    wrong.collector = "http://c";
    assert_int_equal(brazier_start(&wrong), -1);
    assert_non_null(strstr(brazier_error(), "already"));
    assert_int_equal(brazier_stop(), 0);
    collector_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(profiles_arrive_whatever_goes_on),
        cmocka_unit_test(a_child_is_profiled_only_where_that_is_wanted),
        cmocka_unit_test(it_runs_once_and_says_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
