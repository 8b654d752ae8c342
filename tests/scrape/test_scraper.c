/* Rounds, delivery and the end of both, against a server that stands for targets and for a collector. */
#include "scrape/scraper.h"

#include "scrape/page.h"
#include "tests/scrape/fixture.h"
#include "tests/scrape/stand.h"
#include "tests/support/scratch.h"

enum { PATIENCE_MS = 20000 };

struct play {
    struct stand stand;
    struct buf profile;
    struct scrape_config config;
    struct job *job;
    char url[64];
    struct scraper_options options;
    struct scraper *scraper;
};

static void set_up(struct play *p, const char *probe)
{
    *p = (struct play){.config = SCRAPE_CONFIG_INIT};
    p->profile = profile_of(1, NULL, (struct row[]){{"a", {1, 2}}}, 1);
    stand_begin(&p->stand, buf_slice(&p->profile));
    (void)snprintf(p->url, sizeof p->url, "http://127.0.0.1:%d/", p->stand.port);
    p->job = scrape_config_add(&p->config);
    p->job->name = SLICE("svc");
    p->job->interval_ms = 1000;
    for (size_t i = 0; i < p->job->probes.count; i++)
        p->job->probes.items[i].is_off = true;
    probes_find(&p->job->probes, slice_of(probe))->is_off = false;
    p->options = (struct scraper_options){.config = &p->config,
                                          .spool = {NULL, ROOMY, ROOMY},
                                          .delivery = {.url = p->url, .senders = 2},
                                          .at_once = 8,
                                          .is_once = true};
}

static void add_target(struct play *p, const char *path, const char *label)
{
    char url[128];
    const struct attribute labels[] = {{SLICE("n"), slice_of(label)}};
    struct error err = {0};

    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d%s", p->stand.port, path);
    struct slice kept = arena_copy(&p->config.arena, slice_of(url));
    if (scrape_config_target(&p->config, p->job, kept, labels, 1, &err) != OK)
        fail_msg("%s", err.text);
}

static void start(struct play *p)
{
    struct error err = {0};

    if (scraper_new(&p->options, &p->scraper, &err) != OK)
        fail_msg("%s", err.text);
}

static bool is_done(void *user)
{
    return scraper_is_done(user);
}

static void wait_done(struct play *p)
{
    stand_until(is_done, p->scraper);
}

static void tear_down(struct play *p)
{
    scraper_free(p->scraper);
    stand_end(&p->stand);
    scrape_config_release(&p->config);
    buf_release(&p->profile);
}

static void one_round_brings_every_profile_once(void **state)
{
    struct play p;

    (void)state;
    set_up(&p, "block");
    probes_find(&p.job->probes, SLICE("mutex"))->is_off = false;
    add_target(&p, "", "1");
    add_target(&p, "/x", "2");
    start(&p);
    wait_done(&p);
    assert_true(scraper_drain(p.scraper, PATIENCE_MS));
    assert_int_equal(stand_taken(&p.stand), 4);
    assert_non_null(strstr(p.stand.paths.ptr, "service=svc&type=block&labels=instance%3D127.0.0.1%253A"));
    assert_non_null(strstr(p.stand.paths.ptr, "n%3D2&created_at="));
    struct scraper_stats stats = scraper_stats(p.scraper);
    assert_int_equal(stats.good, 4);
    assert_int_equal(stats.failed, 0);
    assert_int_equal(stats.delivery.sent, 4);
    tear_down(&p);
}

static void a_silent_target_and_a_bad_one_cost_the_others_nothing(void **state)
{
    struct play p;

    (void)state;
    set_up(&p, "block");
    p.job->timeout_ms = 1500;
    add_target(&p, "/hang", "h");
    add_target(&p, "/bad", "b");
    add_target(&p, "/good", "g");
    p.options.at_once = 3;
    /* They share an address, so they take turns: one is asked at a time. */
    start(&p);
    wait_done(&p);
    assert_true(scraper_drain(p.scraper, PATIENCE_MS));
    assert_int_equal(stand_taken(&p.stand), 1);
    struct scraper_stats stats = scraper_stats(p.scraper);
    assert_int_equal(stats.good, 1);
    assert_int_equal(stats.failed, 2);
    assert_int_equal(stats.down, 1);
    assert_int_equal(atomic_load(&p.stand.most_asking), 1);
    tear_down(&p);
}

static void what_is_refused_is_dropped_and_what_cannot_be_sent_waits(void **state)
{
    struct play p;
    char *dir = scratch_new();

    (void)state;
    set_up(&p, "block");
    add_target(&p, "", "1");
    atomic_store(&p.stand.refuse, 400);
    start(&p);
    wait_done(&p);
    assert_true(scraper_drain(p.scraper, PATIENCE_MS));
    assert_int_equal(scraper_stats(p.scraper).delivery.refused, 1);
    scraper_free(p.scraper);

    static const int later[] = {503, 500, 401, 404};
    p.options.spool.dir = dir;
    for (size_t i = 0; i < ARRAY_LEN(later); i++) {
        atomic_store(&p.stand.refuse, later[i]);
        start(&p);
        wait_done(&p);
        assert_false(scraper_drain(p.scraper, 150));
        assert_true(scraper_stats(p.scraper).delivery.is_away);
        assert_int_equal(scraper_stats(p.scraper).spool.waiting, i + 1);
        scraper_free(p.scraper);
    }
    atomic_store(&p.stand.refuse, 0);
    start(&p);
    wait_done(&p);
    assert_true(scraper_drain(p.scraper, PATIENCE_MS));
    assert_int_equal(stand_taken(&p.stand), ARRAY_LEN(later) + 1);
    tear_down(&p);
    scratch_remove(dir);
}

static void rounds_go_on_and_deltas_need_two(void **state)
{
    struct play p;

    (void)state;
    set_up(&p, "block");
    p.options.is_once = false;
    add_target(&p, "", "1");
    start(&p);
    stand_wait_taken(&p.stand, 2);
    scraper_free(p.scraper);

    size_t before = stand_taken(&p.stand);
    int asked = atomic_load(&p.stand.asked);
    probes_find(&p.job->probes, SLICE("block"))->is_delta = true;
    start(&p);
    stand_wait_asked(&p.stand, asked + 3);
    assert_int_equal(stand_taken(&p.stand), before); /* nothing was added */
    tear_down(&p);
}

static void it_ends_while_a_target_is_silent(void **state)
{
    struct play p;

    (void)state;
    set_up(&p, "cpu");
    p.options.is_once = false;
    p.job->timeout_ms = 60000;
    add_target(&p, "/hang", "1");
    start(&p);
    stand_wait_asked(&p.stand, 1);
    assert_true(scraper_drain(p.scraper, PATIENCE_MS)); /* gives the round up */
    tear_down(&p);
}

static void pages_show_targets_and_escape_them(void **state)
{
    struct buf html CLEANUP(buf_release) = BUF_INIT(ROOMY), json CLEANUP(buf_release) = BUF_INIT(ROOMY),
                    metrics CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct json j = JSON_INIT(&json);
    struct play p;

    (void)state;
    set_up(&p, "block");
    add_target(&p, "/bad", "<b>\"\\");
    start(&p);
    wait_done(&p);
    page_html(p.scraper, &html);
    page_json(p.scraper, &j);
    page_metrics(p.scraper, &metrics);
    assert_non_null(strstr(html.ptr, "n=&lt;b&gt;&quot;\\"));
    assert_null(strstr(html.ptr, "<b>"));
    assert_non_null(strstr(html.ptr, "<td class=\"failing\">failing"));
    assert_non_null(strstr(json.ptr, "\"state\":\"failing\""));
    assert_non_null(strstr(json.ptr, "\"path\":\"/bad/debug/pprof\""));
    assert_non_null(strstr(metrics.ptr, "brazier_scrape_profiles_total{result=\"failed\"} 1\n"));
    assert_non_null(strstr(metrics.ptr, "path=\"/bad/debug/pprof\",service=\"svc\",labels=\""));
    assert_non_null(strstr(metrics.ptr, "brazier_scrape_target_up{"));
    tear_down(&p);
}

static void a_status_is_named_once(void **state)
{
    static const struct {
        const char *path, *error;
    } rows[] = {{"/500", " answers 500: none today\""}, {"/404", "\"HTTP 404: none today\""}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf json CLEANUP(buf_release) = BUF_INIT(ROOMY);
        struct json j = JSON_INIT(&json);
        struct play p;

        set_up(&p, "block");
        add_target(&p, rows[i].path, "1");
        start(&p);
        wait_done(&p);
        page_json(p.scraper, &j);
        assert_non_null(strstr(json.ptr, rows[i].error));
        assert_true(i == 1 || !strstr(json.ptr, "HTTP 500"));
        tear_down(&p);
    }
}

static void targets_come_and_go(void **state)
{
    struct play p;

    (void)state;
    set_up(&p, "block");
    p.options.is_once = false;
    p.job->interval_ms = 60000;
    start(&p);
    for (int round = 0; round < 3; round++) {
        struct target *targets[3];
        size_t count = round == 2 ? 1 : 3;
        for (size_t i = 0; i < count; i++) {
            struct arena arena CLEANUP(arena_release) = ARENA_INIT(ROOMY);
            struct attributes a;
            char address[32];
            attributes_init(&a, &arena);
            (void)snprintf(address, sizeof address, "127.0.0.1:%d",
                           i == 1 ? 1 : 2); /* the third is the first */
            attributes_set(&a, SLICE("__address__"), slice_of(address));
            assert_int_equal(target_new(p.job, &a, &targets[i], NULL), OK);
        }
        scraper_set_targets(p.scraper, p.job, 0, targets, count);
        assert_int_equal(scraper_stats(p.scraper).targets, round == 2 ? 1 : 2);
    }
    scraper_set_targets(p.scraper, p.job, 0, NULL, 0);
    assert_int_equal(scraper_stats(p.scraper).targets, 0);
    tear_down(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_round_brings_every_profile_once),
        cmocka_unit_test(a_silent_target_and_a_bad_one_cost_the_others_nothing),
        cmocka_unit_test(what_is_refused_is_dropped_and_what_cannot_be_sent_waits),
        cmocka_unit_test(rounds_go_on_and_deltas_need_two),
        cmocka_unit_test(it_ends_while_a_target_is_silent),
        cmocka_unit_test(pages_show_targets_and_escape_them),
        cmocka_unit_test(a_status_is_named_once),
        cmocka_unit_test(targets_come_and_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
