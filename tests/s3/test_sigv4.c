#include "s3/sigv4.h"

#include "tests/s3/text_file.h"

#include <stdio.h>

static void set_field(struct sigv4_request *r, struct sigv4_signer *s, struct slice name, struct slice value)
{
    const struct {
        const char *name;
        struct slice *field;
    } fields[] = {
        {"method", &r->method},        {"path", &r->path},     {"query", &r->query},
        {"payload", &r->payload_hash}, {"region", &s->region}, {"service", &s->service},
        {"access", &s->access_key},
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (slice_eq_cstr(name, fields[i].name))
            *fields[i].field = value;
}

/* The signature that we make for a block, and the one that stands in it. */
static void check_block(struct slice block)
{
    struct sigv4_header headers[SIGV4_HEADERS_MAX];
    struct sigv4_request request = {.headers = headers};
    struct sigv4_signer signer = {.region = SLICE_NULL};
    struct slice line, title = SLICE_NULL, secret = SLICE_NULL, wanted = SLICE_NULL;
    char timestamp[17] = "";
    while (slice_split(&block, '\n', &line)) {
        size_t space = slice_find(line, ' ');
        struct slice name = slice_sub(line, 0, space), value = slice_from(line, space + 1);
        set_field(&request, &signer, name, value);
        if (slice_eq_cstr(name, "name"))
            title = value;
        if (slice_eq_cstr(name, "secret"))
            secret = value;
        if (slice_eq_cstr(name, "signature"))
            wanted = value;
        if (slice_eq_cstr(name, "timestamp"))
            (void)snprintf(timestamp, sizeof timestamp, "%.*s", SLICE_ARG(value));
        if (slice_eq_cstr(name, "header")) {
            size_t end = slice_find(value, ' ');
            headers[request.header_count++] =
                (struct sigv4_header){slice_sub(value, 0, end), slice_from(value, end + 1)};
        }
    }
    request.timestamp = timestamp;
    signer.key = sigv4_key(secret, slice_of(timestamp), signer.region, signer.service);

    struct buf made CLEANUP(buf_release) = BUF_INIT(LIMIT_HEADER_BYTES);
    sigv4_authorization(&request, &signer, &made);
    if (wanted.len != 64 || !slice_ends(buf_slice(&made), wanted))
        fail_msg("%.*s: %s", SLICE_ARG(title), buf_cstr(&made));
}

static void the_published_vectors_give_the_published_signatures(void **state)
{
    (void)state;
    struct buf text CLEANUP(buf_release) = BUF_INIT(LIMIT_SMALL_FILE_BYTES);
    text_file_read("tests/vectors/sigv4/vectors.txt", &text);
    struct slice rest = buf_slice(&text);
    size_t begin = 0, count = 0;
    for (size_t i = 1; i < rest.len; i++) {
        if (rest.ptr[i] != '\n' || rest.ptr[i - 1] != '\n')
            continue;
        struct slice block = slice_sub(rest, begin, i - 1 - begin);
        begin = i + 1;
        if (slice_starts(block, SLICE("name "))) {
            check_block(block);
            count++;
        }
    }
    assert_int_equal(count, 17);
}

static void the_header_names_what_was_signed(void **state)
{
    (void)state;
    const struct sigv4_header headers[] = {
        {SLICE("x-amz-date"), SLICE("20130524T000000Z")},
        {SLICE("host"), SLICE("h")},
    };
    struct sigv4_request request = {.method = SLICE("GET"),
                                    .path = SLICE("/"),
                                    .headers = headers,
                                    .header_count = 2,
                                    .payload_hash = SLICE("x"),
                                    .timestamp = "20130524T000000Z"};
    struct sigv4_signer signer = {SLICE("AK"), SLICE("eu-west-1"), SLICE("s3"), {{0}}};
    struct buf made CLEANUP(buf_release) = BUF_INIT(1024);
    sigv4_authorization(&request, &signer, &made);
    assert_true(slice_starts(buf_slice(&made),
                             SLICE("AWS4-HMAC-SHA256 Credential=AK/20130524/eu-west-1/s3/aws4_request, "
                                   "SignedHeaders=host;x-amz-date, Signature=")));
}

static void query_pairs_are_sorted_by_name_and_value_and_get_an_equals_sign(void **state)
{
    (void)state;
    const struct sigv4_header headers[] = {{SLICE("host"), SLICE("h")}};
    struct sigv4_request request = {.method = SLICE("GET"),
                                    .path = SLICE("/b"),
                                    .query = SLICE("b=2&a-b=1&a=2&a=1&uploads"),
                                    .headers = headers,
                                    .header_count = 1,
                                    .payload_hash = SLICE("x"),
                                    .timestamp = "20130524T000000Z"};
    struct buf made CLEANUP(buf_release) = BUF_INIT(1024);
    sigv4_canonical_request(&request, &made);
    assert_string_equal(buf_cstr(&made), "GET\n/b\na=1&a=2&a-b=1&b=2&uploads=\nhost:h\n\nhost\nx");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_vectors_give_the_published_signatures),
        cmocka_unit_test(the_header_names_what_was_signed),
        cmocka_unit_test(query_pairs_are_sorted_by_name_and_value_and_get_an_equals_sign),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
