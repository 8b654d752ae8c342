/*
 * A directory store full of keys, for measuring a rebuild and its floor.
 *
 *     bench_keys make DIR COUNT     empty objects with real keys: 50 services, 4 types, 20 instances, two
 * days bench_keys list DIR           lists all of them once, and says how many a second
 */
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "collector/listing.h"
#include "model/key.h"
#include "store/directory.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_MS INT64_C(1795000000000)

static int make_one(const char *dir, size_t i, size_t count)
{
    static const char *const types[] = {"cpu", "heap", "goroutine", "mutex"};
    struct buf key CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct buf path CLEANUP(buf_release) = BUF_INIT(4096);
    char service[32], host[32];
    struct digest_input input = {.service = slice_make(&i, sizeof(i)), .type = SLICE("x")};
    struct digest digest = digest_compute(&input);
    int64_t mint_ms = FIRST_MS + (int64_t)((double)i / (double)count * 2 * (double)TIME_DAY_MS);
    struct profile_meta meta = {.id = id_make(0, mint_ms, &digest), .created_at_ms = mint_ms - 10000};
    struct error err;

    snprintf(service, sizeof(service), "service-%zu", i % 50);
    snprintf(host, sizeof(host), "host-%zu", i / 50 % 20);
    meta.service = slice_of(service);
    meta.type = slice_of(types[i / 1000 % ARRAY_LEN(types)]);
    meta.labels.count = 2;
    meta.labels.items[0] = (struct label){SLICE("dc"), SLICE("fra")};
    meta.labels.items[1] = (struct label){SLICE("host"), slice_of(host)};
    if (key_encode_profile(SLICE_NULL, &meta, &key, NULL, &err) != OK)
        return 1;
    buf_printf(&path, "%s/%s", dir, buf_cstr(&key));

    char *slash = strrchr(path.ptr, '/');

    *slash = '\0';
    if (file_make_dirs(path.ptr, &err) != OK)
        return 1;
    *slash = '/';
    int fd = open(path.ptr, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    return fd < 0 || close(fd) != 0;
}

static int list_all(const char *dir)
{
    struct listing listing CLEANUP(listing_release) = {0};
    struct store *store;
    struct error err;
    int64_t begun_us;

    if (directory_store_open(dir, true, &store, &err) != OK) {
        fprintf(stderr, "bench_keys: %s\n", err.text);
        return 1;
    }
    begun_us = clock_mono_us();
    listing_begin(&listing, SLICE("pf1/"), SLICE_NULL);
    while (!listing.done) {
        struct store_op op CLEANUP(store_op_release) = {.deadline_ms = clock_mono_ms() + 10000};

        listing_next(&listing, &op);
        if (store_run(store, &op) != OK || listing_feed(&listing, &op.page, &err) != OK)
            return 1;
    }
    printf("LIST alone: %" PRIu64 " keys, %.0f keys/s\n", listing.keys,
           (double)listing.keys * 1e6 / (double)(clock_mono_us() - begun_us));
    store_close(store);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "list") == 0)
        return list_all(argv[2]);
    if (argc == 4 && strcmp(argv[1], "make") == 0) {
        size_t count = strtoul(argv[3], NULL, 10);

        for (size_t i = 0; i < count; i++)
            if (make_one(argv[2], i, count) != 0) {
                perror("bench_keys");
                return 1;
            }
        return 0;
    }
    fprintf(stderr, "usage: bench_keys make DIR COUNT | bench_keys list DIR\n");
    return 2;
}
