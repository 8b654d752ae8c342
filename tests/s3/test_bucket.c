/*
 * The store contract on a real bucket: BRAZIER_TEST_S3_URL=s3://BUCKET[/ROOT] and the usual AWS variables say
 * where. tests/s3/run-real runs it on servers that it starts itself; without the variable all of it is
 * skipped.
 *
 * BRAZIER_TEST_S3_GAP_IN_OVERWRITE=1 forgives what store_contract.h says about Swift;
 * BRAZIER_TEST_S3_PAGE_KEYS=N is for servers that are slow to store.
 */
#include "s3/config.h"
#include "tests/contract/store_contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void no_bucket_was_given(void **state)
{
    (void)state;
    skip();
}

static int give_up(const struct error *error)
{
    (void)fprintf(stderr, "%s\n", error->text);
    return 1;
}

int main(void)
{
    const char *url = getenv("BRAZIER_TEST_S3_URL");
    if (!url) {
        const struct CMUnitTest none[] = {cmocka_unit_test(no_bucket_was_given)};
        return cmocka_run_group_tests(none, NULL, NULL);
    }

    struct error error;
    struct s3_config config;
    struct store *store = NULL;
    if (s3_config_resolve(&(struct s3_flags){.url = url}, &config, &error) != OK)
        return give_up(&error);
    if (s3_store_open(&config.options, &store, &error) != OK)
        return give_up(&error);
    if (s3_store_check(store, config.root, 10 * 1000, &error) != OK)
        return give_up(&error);

    struct buf root CLEANUP(buf_release) = BUF_INIT(1024);
    buf_append(&root, config.root);
    if (config.root.len > 0)
        buf_append_byte(&root, '/');
    const char *page_keys = getenv("BRAZIER_TEST_S3_PAGE_KEYS");
    uint64_t keys = 0;
    (void)(page_keys && slice_to_u64(slice_of(page_keys), &keys));
    struct store_contract contract = {
        .store = store,
        .root = buf_cstr(&root),
        .name = "s3",
        .page_keys = keys,
        .gap_in_overwrite = getenv("BRAZIER_TEST_S3_GAP_IN_OVERWRITE") != NULL,
    };
    int failed = store_contract_run(&contract);
    store_close(store);
    s3_config_release(&config);
    return failed;
}
