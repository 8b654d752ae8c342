/* A configuration: what it says, and how faults in it are told. */
#include "scrape/config.h"

#include "tests/scrape/fixture.h"

static const char FULL[] =
    "global: {scrape_interval: 30s}\n"
    "scrape_configs:\n"
    "  - job_name: a\n"
    "    profiles: [cpu, heap]\n"
    "    static_configs:\n"
    "      - targets: [h:1, h:2]\n"
    "        labels: {dc: fra}\n"
    "  - job_name: b\n"
    "    scrape_interval: 2m\n"
    "    scrape_timeout: 3s\n"
    "    scheme: https\n"
    "    pprof_path: /x\n"
    "    basic_auth: {username: u, password_file: secret/p}\n"
    "    tls_config: {ca_file: /ca.pem, cert_file: c.pem, key_file: c.key, server_name: s, "
    "insecure_skip_verify: true}\n"
    "    profiles:\n"
    "      cpu: {seconds: 30}\n"
    "      block: {delta: true}\n"
    "      trace: false\n"
    "      wall: {path: /fgprof?x=1, seconds: 5, type: other}\n"
    "    file_sd_configs: [{files: t/*.json, refresh_interval: 2s}]\n"
    "    http_sd_configs: [{url: 'http://h/g', bearer_token_file: tok}]\n"
    "    dns_sd_configs:\n"
    "      - {names: [x.test], type: AAAA, port: 6060, server: '127.0.0.1:8600'}\n"
    "      - names: [_s._tcp.test]\n"
    "    kubernetes_sd_configs:\n"
    "      - {role: pod, namespaces: {names: [n]}, label_selector: a=b, all_pods: true}\n"
    "    relabel_configs:\n"
    "      - {source_labels: [env], regex: prod, action: keep}\n";

static void everything_is_read(void **state)
{
    struct scrape_config c CLEANUP(scrape_config_release) = SCRAPE_CONFIG_INIT;
    struct buf path CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct error err = {0};

    (void)state;
    if (scrape_config_parse(&c, slice_of(FULL), "/etc/brazier/scrape.yaml", &err) != OK)
        fail_msg("%s", err.text);
    assert_int_equal(c.job_count, 2);
    struct job *a = c.jobs[0], *b = c.jobs[1];
    assert_int_equal(a->interval_ms, 30000);
    assert_int_equal(a->source_count, 1);
    assert_int_equal(a->sources[0].word_count, 2);
    assert_true(slice_eq(a->sources[0].labels[0].value, SLICE("fra")));
    assert_false(probes_find(&a->probes, SLICE("heap"))->is_off);
    assert_true(probes_find(&a->probes, SLICE("mutex"))->is_off);
    assert_int_equal(probes_seconds(&a->probes), 10);

    assert_int_equal(b->interval_ms, 120000);
    assert_int_equal(b->timeout_ms, 3000);
    assert_string_equal(b->access.user, "u");
    assert_string_equal(b->access.password_file, "/etc/brazier/secret/p");
    assert_string_equal(b->access.ca_file, "/ca.pem");
    assert_string_equal(b->access.server_name, "s");
    assert_true(b->access.is_insecure);
    assert_true(probes_find(&b->probes, SLICE("block"))->is_delta);
    assert_true(probes_find(&b->probes, SLICE("trace"))->is_off);
    assert_int_equal(probes_seconds(&b->probes), 35);
    probe_path(probes_find(&b->probes, SLICE("wall")), b->base, &path);
    buf_append_byte(&path, ' ');
    probe_path(probes_find(&b->probes, SLICE("cpu")), b->base, &path);
    assert_string_equal(buf_cstr(&path), "/fgprof?x=1&seconds=5 /x/profile?seconds=30");
    assert_int_equal(b->source_count, 5);
    assert_true(slice_eq(b->sources[0].words[0], SLICE("/etc/brazier/t/*.json")));
    assert_int_equal(b->sources[0].refresh_ms, 2000);
    assert_string_equal(b->sources[1].access.bearer_file, "/etc/brazier/tok");
    assert_int_equal(b->sources[2].dns_type, DNS_AAAA);
    assert_int_equal(b->sources[3].dns_type, DNS_SRV);
    assert_int_equal(b->sources[4].namespace_count, 1);
    assert_true(b->sources[4].takes_all);
    assert_int_equal(b->rule_count, 1);
}

#define JOB "scrape_configs:\n- job_name: a\n  "

static void faults_have_their_line_and_say_what_was_meant(void **state)
{
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"", "f.yaml: there are no scrape_configs"},
        {"scrape_config: []",
         "f.yaml:1: there is no key 'scrape_config' here; did you mean 'scrape_configs'?"},
        {"scrape_configs: {}", "f.yaml:1: scrape_configs: a list of jobs"},
        {"scrape_configs:\n- scheme: http", "f.yaml:2: a job needs a job_name"},
        {"scrape_configs:\n- job_name: a\n- job_name: a", "f.yaml:3: there are two jobs 'a'"},
        {JOB "scrape_interval: 5", "f.yaml:3: scrape_interval: '5' is no time"},
        {JOB "scrape_interval: 5s", "the profiles of one round take 10 s, but the interval is 5000 ms"},
        {JOB "scheme: ftp", "scheme: http or https"},
        {JOB "scheme: http\n  scheme: https", "f.yaml:4: 'scheme' stands here twice"},
        {JOB "profiles: [cup]", "f.yaml:3: profile 'cup' is not one of Go's: it needs a path"},
        {JOB "profiles: {x: {path: /x}}", "profile 'x' needs a type: one of cpu"},
        {JOB "profiles: {cpu: {second: 3}}", "did you mean 'seconds'?"},
        {JOB "profiles: {trace: {delta: true}}", "delta: there is none of a trace"},
        {JOB "profiles: heap", "f.yaml:3: a list of profiles"},
        {JOB "basic_auth: {username: u}", "basic_auth needs username and password_file"},
        {JOB "authorization: {type: Digest, credentials_file: f}", "say Bearer, or use basic_auth"},
        {JOB "tls_config: {cert_file: f}", "cert_file and key_file go together"},
        {JOB "static_configs: [{labels: {a: b}}]", "targets are missing"},
        {JOB "file_sd_configs: [{files: []}]", "files are missing"},
        {JOB "http_sd_configs: [{url: 'ftp://x'}]", "url: one that begins with http:// or https://"},
        {JOB "dns_sd_configs: [{names: [x], type: MX}]", "type: SRV, A or AAAA"},
        {JOB "dns_sd_configs: [{names: [x], type: A}]", "port: 1 to 65535"},
        {JOB "dns_sd_configs: [{names: [x], server: '::1'}]", "server: an IPv4 address"},
        {JOB "kubernetes_sd_configs: [{role: node}]", "role: only pod is known"},
        {JOB "relabel_configs: [{regex: '('}]", "f.yaml:3: "},
        {JOB "relabel_configs: [{action: keeps}]", "action: one of replace, keep, drop"},
        {JOB "relabel_configs: [{action: hashmod, target_label: x}]", "action hashmod needs a modulus"},
        {"scrape_configs: [", "did not find"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct scrape_config c CLEANUP(scrape_config_release) = SCRAPE_CONFIG_INIT;
        struct error err = {0};
        if (scrape_config_parse(&c, slice_of(cases[i].text), "f.yaml", &err) != E_CONFIG)
            fail_msg("it takes %s", cases[i].text);
        says(&err, cases[i].part);
    }
}

static void a_target_by_hand_is_a_url(void **state)
{
    struct scrape_config c CLEANUP(scrape_config_release) = SCRAPE_CONFIG_INIT;
    struct job *job = scrape_config_add(&c);
    const struct attribute label = {SLICE("dc"), SLICE("fra")};
    struct error err = {0};

    (void)state;
    assert_int_equal(scrape_config_target(&c, job, SLICE("https://h:1/x/"), &label, 1, &err), OK);
    assert_int_equal(scrape_config_target(&c, job, SLICE("http://h:2/own/pprof"), &label, 1, &err), OK);
    assert_true(slice_eq(job->sources[0].words[0], SLICE("h:1")));
    assert_true(slice_eq(job->sources[0].labels[0].value, SLICE("https")));
    assert_true(slice_eq(job->sources[0].labels[1].value, SLICE("/x/debug/pprof")));
    assert_true(slice_eq(job->sources[1].labels[1].value, SLICE("/own/pprof")));
    assert_true(slice_eq(job->sources[1].labels[2].value, SLICE("fra")));
    assert_int_equal(scrape_config_target(&c, job, SLICE("h:1"), NULL, 0, &err), E_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_read),
        cmocka_unit_test(faults_have_their_line_and_say_what_was_meant),
        cmocka_unit_test(a_target_by_hand_is_a_url),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
