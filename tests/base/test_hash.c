/* Digests by published vectors; table hashes by what a table needs of them. */
#include "base/hash.h"

#include "base/encode.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_digest(struct sha256 digest, const char *hex)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(64);
    hex_encode(slice_make(digest.bytes, sizeof digest.bytes), &text);
    assert_string_equal(buf_cstr(&text), hex);
}

/* FIPS 180-4, examples of NIST. */
static void sha256_agrees_with_its_standard(void **state)
{
    (void)state;
    assert_digest(sha256_of(SLICE_NULL), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_digest(sha256_of(SLICE("abc")),
                  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_digest(sha256_of(SLICE("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void pieces_give_the_digest_of_the_whole(void **state)
{
    (void)state;
    char million[1000];
    memset(million, 'a', sizeof million);
    struct sha256_state *s = sha256_new();
    for (int i = 0; i < 1000; i++)
        sha256_update(s, slice_make(million, sizeof million));
    sha256_update(s, SLICE_NULL);
    assert_digest(sha256_finish(s), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void an_unfinished_digest_can_be_dropped(void **state)
{
    (void)state;
    struct sha256_state *s = sha256_new();
    sha256_update(s, SLICE("abc"));
    sha256_free(s);
    sha256_free(NULL);
}

/* RFC 4231, test cases 1, 2, 3 and 6. */
static void hmac_agrees_with_its_rfc(void **state)
{
    (void)state;
    char key[131], data[50];
    memset(key, 0x0b, 20);
    assert_digest(hmac_sha256(slice_make(key, 20), SLICE("Hi There")),
                  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    assert_digest(hmac_sha256(SLICE("Jefe"), SLICE("what do ya want for nothing?")),
                  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    memset(data, 0xdd, sizeof data);
    assert_digest(hmac_sha256(slice_make(key, 20), slice_make(data, sizeof data)),
                  "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    assert_digest(hmac_sha256(slice_make(key, 131),
                              SLICE("Test Using Larger Than Block-Size Key - Hash Key First")),
                  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void hmac_takes_an_empty_key_and_empty_data(void **state)
{
    (void)state;
    assert_digest(hmac_sha256(SLICE_NULL, SLICE_NULL),
                  "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void comparing_sees_every_byte(void **state)
{
    (void)state;
    assert_true(bytes_equal_constant_time(SLICE("token"), SLICE("token")));
    assert_true(bytes_equal_constant_time(SLICE_NULL, SLICE("")));
    assert_false(bytes_equal_constant_time(SLICE("token"), SLICE("tokeN")));
    assert_false(bytes_equal_constant_time(SLICE("token"), SLICE("Token")));
    assert_false(bytes_equal_constant_time(SLICE("token"), SLICE("toke")));
}

static void equal_bytes_have_equal_hashes_and_others_have_not(void **state)
{
    (void)state;
    char text[600];
    memset(text, 'x', sizeof text);
    for (size_t len = 1; len < sizeof text; len++) {
        struct slice s = slice_make(text, len);
        assert_true(hash64(s) == hash64(s));
        assert_true(hash64(s) != hash64(slice_make(text, len - 1)));
    }
    assert_true(hash64(SLICE_NULL) == hash64(SLICE("")));
    assert_true(hash64_pair(1, 2) == hash64_pair(1, 2));
    assert_true(hash64_pair(1, 2) != hash64_pair(2, 1));
}

/* What another process would hash "service" and a long text to. The seed is drawn at the first use, so a
 * child that is forked before it has one of its own. */
static void hashes_elsewhere(uint64_t hashes[2])
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char text[600];
        memset(text, 'x', sizeof text);
        uint64_t mine[2] = {hash64(SLICE("service")), hash64(slice_make(text, sizeof text))};
        _exit(write(ends[1], mine, sizeof mine) == sizeof mine ? 0 : 1);
    }
    assert_int_equal(read(ends[0], hashes, 2 * sizeof hashes[0]), 2 * sizeof hashes[0]);
    assert_int_equal(waitpid(child, NULL, 0), child);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void another_process_hashes_differently(void **state)
{
    (void)state;
    uint64_t one[2], other[2];
    hashes_elsewhere(one);
    hashes_elsewhere(other);
    assert_true(one[0] != other[0]);
    assert_true(one[1] != other[1]);
}

static void random_bytes_fill_exactly_what_was_asked_for(void **state)
{
    (void)state;
    unsigned char a[80] = {0}, b[80] = {0};
    random_bytes(a, 64);
    random_bytes(b, 64);
    assert_memory_not_equal(a, b, 64);
    for (size_t i = 64; i < sizeof a; i++)
        assert_int_equal(a[i], 0);
    random_bytes(a, 0);
}

int main(void)
{
    /* The first must be first: see hashes_elsewhere(). */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_process_hashes_differently),
        cmocka_unit_test(sha256_agrees_with_its_standard),
        cmocka_unit_test(pieces_give_the_digest_of_the_whole),
        cmocka_unit_test(an_unfinished_digest_can_be_dropped),
        cmocka_unit_test(hmac_agrees_with_its_rfc),
        cmocka_unit_test(hmac_takes_an_empty_key_and_empty_data),
        cmocka_unit_test(comparing_sees_every_byte),
        cmocka_unit_test(equal_bytes_have_equal_hashes_and_others_have_not),
        cmocka_unit_test(random_bytes_fill_exactly_what_was_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
