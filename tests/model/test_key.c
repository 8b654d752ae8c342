/* Keys: one spelling for each profile, and nothing else is read. */
#include "model/key.h"

#include "base/random.h"
#include "tests/vectors/model.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ARENA_BYTES = 1 << 16 };

static char zhe[512]; /* valid UTF-8 of which every byte needs an escape */
static const char EXAMPLE[] =
    "pf1/0/20261123/0400/001m838zsex-v9pkxyc34vav13p89rxfaqpz04.p.api-backend_.cpu_."
    "01m838zdd4_.10000-1-samples.count.812-cpu.nanoseconds.8120000000_.dc_-fra_.version_-1.0";
static const char TOMBSTONE[] = "pf1/0/20261123/0400/001m838zsex-v9pkxyc34vav13p89rxfaqpz04.x."
                                "001m838zdd4-v9pkxyc34vav13p89rxfaqpz04";

static struct id id_of(const char *text)
{
    struct id id = {{0}};
    assert_int_equal(id_parse(slice_of(text), &id, NULL), OK);
    return id;
}

/* Key and meta of one profile are each other's image, below `root`; true if the facts are in the key. */
static bool assert_round_trip(struct slice root, const struct profile_meta *meta, struct arena *arena,
                              struct buf *key, struct buf *again)
{
    struct key_parts parts;
    struct error err = {0};
    bool kept;
    buf_reset(key);
    buf_reset(again);
    if (key_encode_profile(root, meta, key, &kept, &err) != OK)
        fail_msg("%s", err.text);
    assert_true(key->len <= LIMIT_KEY_BYTES);
    if (key_decode(root, buf_slice(key), arena, &parts, &err) != OK)
        fail_msg("%s: %s", buf_cstr(key), err.text);
    assert_int_equal(parts.kind, KEY_PROFILE);

    struct profile_meta expected = *meta;
    expected.facts.present = kept;
    assert_true(profile_meta_equal(&parts.meta, &expected));
    assert_int_equal(id_cmp(&parts.id, &meta->id), 0);
    assert_int_equal(key_encode_profile(root, &parts.meta, again, NULL, &err), OK);
    assert_string_equal(buf_cstr(again), buf_cstr(key));

    struct slice rest = buf_slice(key), component;
    while (slice_split(&rest, '/', &component))
        assert_true(component.len > 0 && component.len <= LIMIT_COMPONENT_BYTES);
    assert_int_equal(strspn(key->ptr, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/"),
                     key->len);
    return kept;
}

static void the_example_of_the_grammar_is_understood(void **state)
{
    (void)state;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(ARENA_BYTES);
    struct buf key CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct key_parts parts;
    assert_int_equal(key_decode(SLICE_NULL, slice_of(EXAMPLE), &arena, &parts, NULL), OK);
    assert_int_equal(parts.kind, KEY_PROFILE);
    const struct profile_meta *meta = &parts.meta;
    assert_true(slice_eq_cstr(meta->service, "api-backend") && slice_eq_cstr(meta->type, "cpu"));
    assert_true(meta->created_at_ms == 1795406411172 && id_mint_ms(&meta->id) == 1795406423517);
    assert_int_equal(meta->labels.count, 2);
    assert_true(slice_eq_cstr(meta->labels.items[1].key, "version"));
    assert_true(slice_eq_cstr(meta->labels.items[1].value, "1.0"));
    assert_true(meta->facts.present && meta->facts.duration_ms == 10000 && meta->facts.default_index == 1);
    assert_int_equal(meta->facts.count, 2);
    assert_true(slice_eq_cstr(meta->facts.items[1].unit, "nanoseconds"));
    assert_true(meta->facts.items[1].total == 8120000000);

    assert_int_equal(key_encode_profile(SLICE_NULL, meta, &key, NULL, NULL), OK);
    assert_string_equal(buf_cstr(&key), EXAMPLE);
}

static struct slice take_vector(struct slice *rest)
{
    size_t len = (unsigned char)rest->ptr[0], head = 1;
    if (len >= 128) {
        len = (len & 127) << 8 | (unsigned char)rest->ptr[1];
        head = 2;
    }
    struct slice piece = slice_sub(*rest, head, len);
    *rest = slice_from(*rest, head + len);
    return piece;
}

static void vectors_of_a_second_implementation_agree(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(KEY_VECTORS); i++) {
        struct arena arena CLEANUP(arena_release) = ARENA_INIT(ARENA_BYTES);
        struct buf key CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES), again CLEANUP(buf_release) = key;
        struct profile_meta meta = {.created_at_ms = KEY_VECTORS[i].created_at_ms};
        struct digest digest;
        bool kept = !KEY_VECTORS[i].facts_kept;
        assert_true(digest_read(slice_of(KEY_VECTORS[i].digest), &digest));
        meta.id = id_make(KEY_VECTORS[i].lane, KEY_VECTORS[i].mint_ms, &digest);
        meta.service = slice_make(KEY_VECTORS[i].service.ptr, KEY_VECTORS[i].service.len);
        meta.type = slice_make(KEY_VECTORS[i].type.ptr, KEY_VECTORS[i].type.len);
        struct slice rest = slice_make(KEY_VECTORS[i].labels.ptr, KEY_VECTORS[i].labels.len);
        while (rest.len > 0) {
            struct label *label = &meta.labels.items[meta.labels.count++];
            label->key = take_vector(&rest);
            label->value = take_vector(&rest);
        }
        struct slice facts = slice_make(KEY_VECTORS[i].facts.ptr, KEY_VECTORS[i].facts.len);
        assert_int_equal(facts_parse(facts, &arena, &meta.facts, NULL), OK);

        struct slice root = slice_of(KEY_VECTORS[i].root);
        assert_int_equal(key_encode_profile(root, &meta, &key, &kept, NULL), OK);
        assert_string_equal(buf_cstr(&key), KEY_VECTORS[i].key);
        assert_int_equal(kept, KEY_VECTORS[i].facts_kept);
        assert_round_trip(root, &meta, &arena, &key, &again);
    }
}

/* --- everything within the limits fits --- */

/* n labels of together 480 bytes, as many values as possible of 128 bytes or more. */
static void worst_labels(size_t n, struct labels *labels, char keys[static 64])
{
    size_t left = LIMIT_LABELS_SUM_BYTES - 4 * n;
    labels->count = n;
    for (size_t i = 0; i < n; i++) {
        memcpy(keys + 2 * i, (const char[]){(char)('A' + i / 16), (char)('a' + i % 16)}, 2);
        size_t len = i + 1 == n ? left : left >= 128 ? 128 : 0;
        labels->items[i] = (struct label){slice_make(keys + 2 * i, 2), slice_make(zhe, len - len % 2)};
        left -= labels->items[i].value.len;
    }
}

static void whatever_is_within_the_limits_fits(void **state)
{
    (void)state;
    struct buf key CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES), again CLEANUP(buf_release) = key;
    char root[LIMIT_ROOT_BYTES], keys[64];
    size_t longest = 0;
    memset(root, 'r', sizeof root);
    for (size_t n = 0; n <= LIMIT_LABELS; n++)
        for (size_t facts = 0; facts <= LIMIT_SAMPLE_TYPES; facts++) {
            struct arena arena CLEANUP(arena_release) = ARENA_INIT(2 * 2 * LIMIT_KEY_BYTES);
            struct digest digest = {{1}};
            struct profile_meta meta = {.id = id_make(15, TIME_MAX_MS, &digest),
                                        .service = slice_make(zhe, LIMIT_SERVICE_BYTES),
                                        .type = slice_make(zhe, LIMIT_TYPE_BYTES),
                                        .created_at_ms = TIME_MAX_MS,
                                        .facts = {.present = true, .count = facts}};
            for (size_t i = 0; i < facts; i++)
                meta.facts.items[i] = (struct fact){slice_make(zhe, 20), slice_make(zhe, 20), INT64_MAX};
            worst_labels(n, &meta.labels, keys);
            assert_round_trip(slice_make(root, sizeof root), &meta, &arena, &key, &again);
            longest = key.len > longest ? key.len : longest;
            assert_round_trip(SLICE_NULL, &meta, &arena, &key, &again);
        }
    assert_true(longest > LIMIT_KEY_BYTES - 20); /* the limits are used, not wasted */
}

static void each_limit_is_enforced_one_beyond(void **state)
{
    (void)state;
    struct buf key CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct digest digest = {{1}};
    struct profile_meta good = {.id = id_make(0, 1, &digest), .service = SLICE("s"), .type = SLICE("t")},
                        bad[6];
    good.labels = (struct labels){.items = {{SLICE("b"), SLICE("")}, {SLICE("c"), SLICE("")}}, .count = 2};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        bad[i] = good;
    bad[0].service = slice_make(zhe, LIMIT_SERVICE_BYTES + 2);
    bad[1].type = slice_make(zhe, LIMIT_TYPE_BYTES + 2);
    bad[2].labels.items[0].key = SLICE("d");
    bad[3].labels.items[0].key = SLICE("c");
    bad[4].labels.items[0].value = slice_make(zhe, LIMIT_LABELS_SUM_BYTES);
    bad[5].created_at_ms = -1;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        bool kept = true;
        assert_int_equal(key_encode_profile(SLICE_NULL, &bad[i], &key, &kept, NULL), E_INVALID);
        assert_true(kept && key.len == 0);
    }
    assert_int_equal(key_encode_profile(SLICE_NULL, &good, &key, NULL, NULL), OK);
}

/* --- random and hostile --- */

static struct slice random_text(struct random *r, size_t min, size_t max, struct arena *arena)
{
    static const char HOSTILE[] = "_.-,=/%+~ \\\"\nc";
    size_t len = min + random_below(r, max - min + 1), how = random_below(r, 4);
    char *bytes = arena_alloc(arena, len + 1);
    for (size_t i = 0; i < len; i++)
        bytes[i] = how == 0   ? HOSTILE[random_below(r, sizeof HOSTILE - 1)]
                   : how == 1 ? (char)(1 + random_below(r, 127))
                              : (char)('a' + random_below(r, 26));
    if (how == 3 && len > 1)
        memcpy(bytes, zhe, len & ~(size_t)1);
    return slice_make(bytes, len);
}

static struct profile_meta random_meta(struct random *r, struct arena *arena)
{
    struct profile_meta meta = {.created_at_ms = (int64_t)random_below(r, (uint64_t)TIME_MAX_MS + 1)};
    struct digest digest;
    for (size_t i = 0; i < DIGEST_BYTES; i++)
        digest.bits[i] = (uint8_t)random_u64(r);
    digest.bits[DIGEST_BYTES - 1] &= 0xc0;
    meta.id = id_make((unsigned)random_below(r, ID_LANES),
                      (int64_t)random_below(r, (uint64_t)TIME_MAX_MS + 1), &digest);
    meta.service = random_text(r, 1, random_below(r, 2) ? 20 : LIMIT_SERVICE_BYTES, arena);
    meta.type = random_text(r, 1, random_below(r, 2) ? 10 : LIMIT_TYPE_BYTES, arena);

    size_t left = LIMIT_LABELS_SUM_BYTES, most = random_below(r, LIMIT_LABELS + 1);
    bool long_values = random_below(r, 4) == 0;
    while (meta.labels.count < most && left > 20) {
        struct label *label = &meta.labels.items[meta.labels.count++];
        label->key = random_text(r, 1, left > 80 && long_values ? 64 : 6, arena);
        left -= label->key.len + 2;
        label->value = random_text(r, 0, long_values || left < 12 ? left : 12, arena);
        left -= label->value.len;
    }
    labels_sort(&meta.labels);

    meta.facts.present = random_below(r, 4) > 0;
    meta.facts.count = meta.facts.present ? random_below(r, LIMIT_SAMPLE_TYPES + 1) : 0;
    for (size_t i = 0; i < meta.facts.count; i++)
        meta.facts.items[i] = (struct fact){random_text(r, 1, 14, arena), random_text(r, 1, 12, arena),
                                            (int64_t)(random_u64(r) >> (1 + random_below(r, 63)))};
    return meta;
}

static void any_profile_survives_its_key(void **state)
{
    (void)state;
    struct random r;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(ARENA_BYTES);
    struct buf key CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES), again CLEANUP(buf_release) = key;
    static const char *const roots[] = {"", "r", "prof/eu-1", "a.b/c/d"};
    int texts = 0, packed = 0, dropped = 0;
    random_seed(&r, 11);
    for (int round = 0; round < 100000; round++) {
        arena_reset(&arena);
        struct profile_meta meta = random_meta(&r, &arena);
        struct slice root = slice_of(roots[random_below(&r, ARRAY_LEN(roots))]);
        bool kept = assert_round_trip(root, &meta, &arena, &key, &again);
        dropped += meta.facts.present && !kept;

        const char *kind = strstr(key.ptr, meta.id.text) + ID_BYTES + 1;
        texts += *kind == 'p';
        packed += *kind == 'q';
    }
    assert_true(texts > 10000 && packed > 10000 && dropped > 100);
}

/* Changes a few bytes of a key, or moves, doubles or drops some. */
static size_t damage(struct random *r, char *bytes, size_t len)
{
    static const char BYTES[] = "0123456789abcdefghjkmnpqrstvwxyzABCXYZ-._/cpqx_5f";
    for (size_t n = 1 + random_below(r, 3); n > 0; n--) {
        size_t at = random_below(r, len), count = 1 + random_below(r, 4);
        if (at + count > len || len + count > LIMIT_KEY_BYTES)
            continue;
        switch (random_below(r, 4)) {
        case 0: bytes[at] = BYTES[random_below(r, sizeof BYTES - 1)]; break;
        case 1: bytes[at] = (char)random_u64(r); break;
        case 2:
            memmove(bytes + at, bytes + at + count, len - at - count);
            len -= count;
            break;
        default: memmove(bytes + at + count, bytes + at, len - at); len += count;
        }
    }
    return len;
}

static void a_damaged_key_is_refused_or_is_another_right_one(void **state)
{
    (void)state;
    struct random r;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(ARENA_BYTES);
    struct buf key CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES), again CLEANUP(buf_release) = key;
    int read = 0, refused = 0;
    random_seed(&r, 12);
    for (int round = 0; round < 100000; round++) {
        char bytes[LIMIT_KEY_BYTES];
        struct key_parts parts;
        arena_reset(&arena);
        if (round % 50 == 0) {
            struct profile_meta meta = random_meta(&r, &arena);
            buf_reset(&key);
            assert_int_equal(key_encode_profile(SLICE("root"), &meta, &key, NULL, NULL), OK);
            arena_reset(&arena);
        }
        memcpy(bytes, key.ptr, key.len);
        size_t len = damage(&r, bytes, key.len);
        if (key_decode(SLICE("root"), slice_make(bytes, len), &arena, &parts, NULL) != OK) {
            refused++;
            continue;
        }
        if (parts.kind != KEY_PROFILE)
            continue;
        read++;
        buf_reset(&again);
        assert_int_equal(key_encode_profile(SLICE("root"), &parts.meta, &again, NULL, NULL), OK);
        assert_true(slice_eq(buf_slice(&again), slice_make(bytes, len)));
    }
    assert_true(read > 1000 && refused > 10000);
}

static void every_cut_of_a_key_is_refused_or_is_another_right_one(void **state)
{
    (void)state;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(ARENA_BYTES);
    struct buf again CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    for (size_t i = 0; i < ARRAY_LEN(KEY_VECTORS); i++) {
        struct slice root = slice_of(KEY_VECTORS[i].root), key = slice_of(KEY_VECTORS[i].key);
        for (size_t cut = 0; cut < key.len; cut++) {
            struct key_parts parts;
            arena_reset(&arena);
            buf_reset(&again);
            if (key_decode(root, slice_sub(key, 0, cut), &arena, &parts, NULL) != OK)
                continue;
            assert_int_equal(key_encode_profile(root, &parts.meta, &again, NULL, NULL), OK);
            assert_true(slice_eq(buf_slice(&again), slice_sub(key, 0, cut)));
        }
    }
}

/* --- what is refused, by name --- */

static void assert_decodes(const char *root, const char *key, enum status expected, enum key_kind kind)
{
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(ARENA_BYTES);
    struct key_parts parts = {.kind = (enum key_kind)77};
    struct error err = {0};
    if (key_decode(slice_of(root), slice_of(key), &arena, &parts, &err) != expected)
        fail_msg("'%s': %s", key, err.text);
    assert_int_equal(parts.kind, expected == OK ? kind : (enum key_kind)77);
    assert_int_equal(err.code, expected);
}

#define PLACE "pf1/0/20261123/0400/"
#define ID    "001m838zsex-v9pkxyc34vav13p89rxfaqpz04"
#define GOOD  PLACE ID ".p.svc_.cpu_.01m838zdd4_."

static void other_spellings_of_a_key_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "/",
        "/" GOOD,
        "root/" GOOD,
        GOOD "/",
        GOOD "/c",
        GOOD "/cx",
        "README.md",
        "pf1",
        "pf1/",
        "pf1/0/",
        "pf1/0/20261123/0400",
        PLACE,
        PLACE ID,
        PLACE ID ".",
        PLACE ID ".p",
        PLACE ID ".p.",
        PLACE ID ".pp.svc_.cpu_.01m838zdd4_.",
        PLACE ID ".P.svc_.cpu_.01m838zdd4_.",
        PLACE ID ".1.svc_.cpu_.01m838zdd4_.",
        PLACE ID "-p.svc_.cpu_.01m838zdd4_.",
        "Pf1/0/20261123/0400/" ID ".p.svc_.cpu_.01m838zdd4_.",
        "pf1/1/20261123/0400/" ID ".p.svc_.cpu_.01m838zdd4_.",
        "pf1/00/20261123/0400/" ID ".p.svc_.cpu_.01m838zdd4_.",
        "pf1//20261123/0400/" ID ".p.svc_.cpu_.01m838zdd4_.",
        "pf1/0/20261124/0400/" ID ".p.svc_.cpu_.01m838zdd4_.",
        "pf1/0/20261123/0401/" ID ".p.svc_.cpu_.01m838zdd4_.",
        "pf1/0/20261123/04/" ID ".p.svc_.cpu_.01m838zdd4_.",
        PLACE "001M838zsex-v9pkxyc34vav13p89rxfaqpz04.p.svc_.cpu_.01m838zdd4_.",
        PLACE ID ".p._.cpu_.01m838zdd4_.",
        PLACE ID ".p.svc_._.01m838zdd4_.",
        PLACE ID ".p._ff_.cpu_.01m838zdd4_.",
        PLACE ID ".p.s_00_.cpu_.01m838zdd4_.",
        PLACE ID ".p.s_76c_.cpu_.01m838zdd4_.",
        PLACE ID ".p.svc_.cpu_.zzzzzzzzzz_.",
        GOOD "_._-v",
        GOOD "_.b_-_.a_-",
        GOOD "_.a_-1_.a_-1",
        GOOD "_.a_-2_.a_-1",
        PLACE ID ".q.",
        PLACE ID ".x.",
        PLACE ID ".x." ID "x",
        PLACE ID ".x.001m838zdd4-v9pkxyc34vav13p89rxfaqpz05",
        PLACE ID ".x." ID "/cx",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_decodes("", bad[i], E_INVALID, KEY_PROFILE);
    assert_decodes("", GOOD, OK, KEY_PROFILE);
    assert_decodes("", GOOD "_.a_-1_.a_-2", OK, KEY_PROFILE);
}

static void only_what_is_below_the_root_is_read(void **state)
{
    (void)state;
    assert_decodes("a/b", "a/b/" GOOD, OK, KEY_PROFILE);
    assert_decodes("a/b", "a/" GOOD, E_INVALID, KEY_PROFILE);
    assert_decodes("a/b", "a/bc/" GOOD, E_INVALID, KEY_PROFILE);
    assert_decodes("a/b", "a/b" GOOD, E_INVALID, KEY_PROFILE);
    assert_decodes("a/b", "a/b", E_INVALID, KEY_PROFILE);
    assert_decodes("a/b", "a/b/", E_INVALID, KEY_PROFILE);
    assert_decodes("a/b", GOOD, E_INVALID, KEY_PROFILE);
}

static void later_kinds_and_versions_are_unknown_and_not_malformed(void **state)
{
    (void)state;
    assert_decodes("", PLACE ID ".a.", OK, KEY_UNKNOWN);
    assert_decodes("", PLACE ID ".z.any~thing/at+all", OK, KEY_UNKNOWN);
    assert_decodes("", "pf2/whatever", OK, KEY_UNKNOWN);
    assert_decodes("", "pf12", OK, KEY_UNKNOWN);
    assert_decodes("", "pf01/x", E_INVALID, KEY_UNKNOWN);
    assert_decodes("", "pf/x", E_INVALID, KEY_UNKNOWN);
    assert_decodes("", "pf2x/x", E_INVALID, KEY_UNKNOWN);
    assert_decodes("", "pf1/0/20261124/0400/" ID ".z.", E_INVALID, KEY_UNKNOWN);
}

static void a_form_is_cut_in_one_way_only(void **state)
{
    (void)state;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(ARENA_BYTES);
    struct buf key CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct key_parts parts;
    char *at = NULL, bytes[LIMIT_KEY_BYTES + 1];
    for (size_t i = 0; i < ARRAY_LEN(KEY_VECTORS) && !at; i++) {
        buf_reset(&key);
        buf_append_cstr(&key, KEY_VECTORS[i].key);
        at = KEY_VECTORS[i].root[0] == '\0' ? strstr(key.ptr, "/c") : NULL;
    }
    assert_non_null(at);
    assert_int_equal(key_decode(SLICE_NULL, buf_slice(&key), &arena, &parts, NULL), OK);

    /* One byte from the continuation to the leaf, and one from the leaf to the continuation. */
    memcpy(bytes, key.ptr, key.len);
    memcpy(bytes + (at - key.ptr), (const char[]){at[2], '/', 'c'}, 3);
    assert_int_equal(key_decode(SLICE_NULL, slice_make(bytes, key.len), &arena, &parts, NULL), E_INVALID);
    memcpy(bytes, key.ptr, key.len);
    memcpy(bytes + (at - key.ptr) - 1, (const char[]){'/', 'c', at[-1]}, 3);
    assert_int_equal(key_decode(SLICE_NULL, slice_make(bytes, key.len), &arena, &parts, NULL), E_INVALID);
    memcpy(bytes, key.ptr, key.len);
    bytes[at - key.ptr + 1] = 'd';
    assert_int_equal(key_decode(SLICE_NULL, slice_make(bytes, key.len), &arena, &parts, NULL), E_INVALID);
}

static void longer_than_a_key_may_be_is_refused(void **state)
{
    (void)state;
    char bytes[LIMIT_KEY_BYTES + 1];
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(ARENA_BYTES);
    struct key_parts parts;
    struct error err;
    memset(bytes, 'a', sizeof bytes);
    memcpy(bytes, "pf2/", 4);
    assert_int_equal(key_decode(SLICE_NULL, slice_make(bytes, sizeof bytes - 1), &arena, &parts, &err), OK);
    assert_int_equal(key_decode(SLICE_NULL, slice_make(bytes, sizeof bytes), &arena, &parts, &err),
                     E_INVALID);
    assert_string_equal(err.text, "a key of 1025 bytes, at most 1024");
}

static void a_tombstone_names_its_target(void **state)
{
    (void)state;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(ARENA_BYTES);
    struct buf key CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct id id = id_of(ID), target = id_of("001m838zdd4-v9pkxyc34vav13p89rxfaqpz04");
    struct key_parts parts;
    assert_int_equal(key_encode_tombstone(SLICE_NULL, &id, &target, &key, NULL), OK);
    assert_string_equal(buf_cstr(&key), TOMBSTONE);
    assert_int_equal(key_decode(SLICE_NULL, buf_slice(&key), &arena, &parts, NULL), OK);
    assert_int_equal(parts.kind, KEY_TOMBSTONE);
    assert_string_equal(parts.id.text, id.text);
    assert_string_equal(parts.target.text, target.text);

    struct id other = id_of("001m838zdd4-v9pkxyc34vav13p89rxfaqpz05");
    buf_reset(&key);
    assert_int_equal(key_encode_tombstone(SLICE_NULL, &id, &other, &key, NULL), E_INVALID);
    assert_int_equal(key.len, 0);
}

static void a_full_arena_is_too_large(void **state)
{
    (void)state;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(16);
    struct key_parts parts;
    assert_int_equal(key_decode(SLICE_NULL, slice_of(EXAMPLE), &arena, &parts, NULL), E_TOO_LARGE);
}

/* --- roots and places --- */

static void roots_are_checked(void **state)
{
    (void)state;
    static const char *const good[] = {"", "a", "Prod.eu-1/x/..y", "..."};
    static const char *const bad[] = {"/",      "/a",  "a/",  "a//b", ".",       "..",
                                      "a/../b", "a_b", "a b", "a+b",  "\xc3\xbc"};
    char bytes[LIMIT_ROOT_BYTES + 1];
    struct error err;
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        assert_int_equal(key_root_check(slice_of(good[i]), &err), OK);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(key_root_check(slice_of(bad[i]), &err), E_CONFIG);
    memset(bytes, 'a', sizeof bytes);
    assert_int_equal(key_root_check(slice_make(bytes, LIMIT_ROOT_BYTES), &err), OK);
    assert_int_equal(key_root_check(slice_make(bytes, LIMIT_ROOT_BYTES + 1), &err), E_CONFIG);
}

static void prefixes_name_ever_smaller_places(void **state)
{
    (void)state;
    static const struct {
        enum key_span span;
        const char *expected;
    } cases[] = {
        {KEY_SPAN_ALL, "a/b/pf1/"},
        {KEY_SPAN_LANE, "a/b/pf1/c/"},
        {KEY_SPAN_DAY, "a/b/pf1/c/20261123/"},
        {KEY_SPAN_HOUR, "a/b/pf1/c/20261123/04"},
        {KEY_SPAN_MINUTE, "a/b/pf1/c/20261123/0400/"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf out CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
        key_prefix(SLICE("a/b"), 12, cases[i].span, 1795406423517, &out);
        assert_string_equal(buf_cstr(&out), cases[i].expected);
    }
    struct buf out CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct id id = id_of(ID);
    key_id_prefix(SLICE_NULL, &id, &out);
    assert_string_equal(buf_cstr(&out), PLACE ID ".");
    buf_reset(&out);
    key_start_after(SLICE("r"), 0, -1, &out);
    assert_string_equal(buf_cstr(&out), "r/pf1/0/19700101/0000/00000000000");
}

static void start_after_skips_what_is_older_and_nothing_else(void **state)
{
    (void)state;
    static const int64_t STEPS[] = {1, 2, 999, 59999, 60000, 3600000, 86400000, 31536000000};
    struct random r;
    struct buf key CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES), bound CLEANUP(buf_release) = key;
    random_seed(&r, 13);
    for (int round = 0; round < 20000; round++) {
        int64_t ms = 31536000000 + (int64_t)random_below(&r, (uint64_t)TIME_MAX_MS - 2 * 31536000000);
        int64_t step = STEPS[random_below(&r, ARRAY_LEN(STEPS))];
        struct digest digest = {{0}};
        unsigned lane = (unsigned)random_below(&r, ID_LANES);
        const int64_t times[] = {ms - step, ms, ms + step};
        buf_reset(&bound);
        key_start_after(SLICE("root"), lane, ms, &bound);
        for (size_t i = 0; i < ARRAY_LEN(times); i++) {
            struct profile_meta meta = {.id = id_make(lane, times[i], &digest),
                                        .service = SLICE("s"),
                                        .type = SLICE("t")};
            buf_reset(&key);
            assert_int_equal(key_encode_profile(SLICE("root"), &meta, &key, NULL, NULL), OK);
            assert_int_equal(strcmp(key.ptr, bound.ptr) > 0, times[i] >= ms);
        }
    }
}

int main(void)
{
    for (size_t i = 0; i < sizeof zhe; i += 2)
        memcpy(zhe + i, "\xd0\xb6", 2);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_the_grammar_is_understood),
        cmocka_unit_test(vectors_of_a_second_implementation_agree),
        cmocka_unit_test(whatever_is_within_the_limits_fits),
        cmocka_unit_test(each_limit_is_enforced_one_beyond),
        cmocka_unit_test(any_profile_survives_its_key),
        cmocka_unit_test(a_damaged_key_is_refused_or_is_another_right_one),
        cmocka_unit_test(every_cut_of_a_key_is_refused_or_is_another_right_one),
        cmocka_unit_test(other_spellings_of_a_key_are_refused),
        cmocka_unit_test(only_what_is_below_the_root_is_read),
        cmocka_unit_test(later_kinds_and_versions_are_unknown_and_not_malformed),
        cmocka_unit_test(a_form_is_cut_in_one_way_only),
        cmocka_unit_test(longer_than_a_key_may_be_is_refused),
        cmocka_unit_test(a_tombstone_names_its_target),
        cmocka_unit_test(a_full_arena_is_too_large),
        cmocka_unit_test(roots_are_checked),
        cmocka_unit_test(prefixes_name_ever_smaller_places),
        cmocka_unit_test(start_after_skips_what_is_older_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
