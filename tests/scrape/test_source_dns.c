/* Answers of a DNS server, good and bad, from a thread that sends one prepared datagram. */
#include "scrape/source_dns.h"

#include "tests/scrape/fixture.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

/* Answers one question with these records behind it; `code` is the RCODE. */
struct server {
    int socket;
    unsigned code;
    unsigned count;
    struct slice records;
    pthread_t thread;
    char address[32];
};

static void *answer(void *arg)
{
    enum { HEAD = 12 };
    struct server *s = arg;
    struct sockaddr_in from;
    socklen_t len = sizeof from;
    unsigned char bytes[4096];

    for (;;) {
        ssize_t n = recvfrom(s->socket, bytes, sizeof bytes / 2, 0, (struct sockaddr *)&from, &len);
        if (n < HEAD)
            return NULL;
        size_t question = HEAD;
        while (bytes[question] != 0)
            question += bytes[question] + 1U;
        question += 5;
        bytes[2] = 0x81;
        bytes[3] = (unsigned char)(0x80 | s->code);
        memset(bytes + 6, 0, 6);
        bytes[7] = (unsigned char)s->count;
        if (s->records.len > 0)
            memcpy(bytes + question, s->records.ptr, s->records.len);
        (void)sendto(s->socket, bytes, question + s->records.len, 0, (struct sockaddr *)&from, len);
    }
}

static enum status ask(struct server *s, enum dns_type type, struct buf *out, struct error *err)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof address;
    struct slice name = SLICE("x.test");

    s->socket = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(bind(s->socket, (struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(s->socket, (struct sockaddr *)&address, &len), 0);
    assert_int_equal(pthread_create(&s->thread, NULL, answer, s), 0);
    (void)snprintf(s->address, sizeof s->address, "127.0.0.1:%d", ntohs(address.sin_port));
    const struct source source = {.kind = SOURCE_DNS,
                                  .words = &name,
                                  .word_count = 1,
                                  .dns_type = type,
                                  .port = 6060,
                                  .server = slice_of(s->address)};
    enum status status = source_dns_ask(&source, &(struct receiver){note_found, out, NULL}, err);
    (void)sendto(s->socket, "", 0, 0, (struct sockaddr *)&address, len);
    pthread_join(s->thread, NULL);
    (void)close(s->socket);
    return status;
}

/* Name (that of the question), type, class, TTL, length of the data. */
#define RECORD(type, bytes) "\xc0\x0c\x00" type "\x00\x01\x00\x00\x00\x3c\x00" bytes

static void addresses_get_the_port_of_the_configuration(void **state)
{
    struct server four = {.count = 3,
                          .records = SLICE(RECORD("\x05", "\x02") "\xc0\x0c" RECORD(
                              "\x01", "\x04") "\x0a\x00\x00\x07" RECORD("\x01", "\x04") "\x0a\x00\x00\x08")};
    struct server six = {.count = 1,
                         .records = SLICE(RECORD("\x1c", "\x10") "\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01")};
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct error err = {0};

    (void)state;
    assert_int_equal(ask(&four, DNS_A, &out, &err), OK);
    assert_int_equal(ask(&six, DNS_AAAA, &out, &err), OK);
    assert_string_equal(buf_cstr(&out), "__address__=10.0.0.7:6060 __meta_dns_name=x.test\n"
                                        "__address__=10.0.0.8:6060 __meta_dns_name=x.test\n"
                                        "__address__=[fd00::1]:6060 __meta_dns_name=x.test\n");
}

static void services_say_host_and_port(void **state)
{
    struct server s = {.count = 2,
                       .records = SLICE(RECORD("\x21", "\x0b") "\0\0\0\0\x1f\x90\x02ho\xc0\x0c" RECORD(
                           "\x21", "\x07") "\0\0\0\0\0\0\0")};
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct error err = {0};

    (void)state;
    assert_int_equal(ask(&s, DNS_SRV, &out, &err), OK);
    assert_string_equal(buf_cstr(&out),
                        "__address__=ho.x.test:8080 __meta_dns_name=x.test "
                        "__meta_dns_srv_record_target=ho.x.test __meta_dns_srv_record_port=8080\n");
}

static void a_name_that_is_not_there_has_no_targets(void **state)
{
    struct server gone = {.code = 3}, empty = {0};
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct error err = {0};

    (void)state;
    assert_int_equal(ask(&gone, DNS_A, &out, &err), OK);
    assert_int_equal(ask(&empty, DNS_A, &out, &err), OK);
    assert_int_equal(out.len, 0);
}

static void a_broken_answer_is_an_error(void **state)
{
    struct server failed = {.code = 2},
                  cut = {.count = 2, .records = SLICE(RECORD("\x01", "\x04") "\x0a\x00\x00\x07")},
                  wrong = {.count = 1, .records = SLICE(RECORD("\x01", "\x03") "\x0a\x00\x00")};
    struct server *servers[] = {&failed, &cut, &wrong};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(servers); i++) {
        struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
        struct error err = {0};
        assert_int_equal(ask(servers[i], DNS_A, &out, &err), E_UNAVAILABLE);
    }
}

static void servers_are_addresses(void **state)
{
    struct sockaddr_in address;

    (void)state;
    assert_int_equal(source_dns_server(SLICE("10.0.0.2"), &address), OK);
    assert_int_equal(ntohs(address.sin_port), 53);
    assert_int_equal(source_dns_server(SLICE("10.0.0.2:8600"), &address), OK);
    assert_int_equal(ntohs(address.sin_port), 8600);
    assert_int_equal(source_dns_server(SLICE("10.0.0.2:0"), NULL), E_INVALID);
    assert_int_equal(source_dns_server(SLICE("10.0.0.2:65536"), NULL), E_INVALID);
    assert_int_equal(source_dns_server(SLICE("dns.example.with.a.long.name"), NULL), E_INVALID);
    assert_int_equal(source_dns_server(SLICE("dns:53"), NULL), E_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_get_the_port_of_the_configuration),
        cmocka_unit_test(services_say_host_and_port),
        cmocka_unit_test(a_name_that_is_not_there_has_no_targets),
        cmocka_unit_test(a_broken_answer_is_an_error),
        cmocka_unit_test(servers_are_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
