/* A collector may stand behind a prefix ("https://host/brazier"): the path is put behind what was named. */
#include "cli/remote.h"

#include "base/printable.h"
#include "cli/collector.h"
#include "client/token.h"

#include <stdio.h>
#include <string.h>

enum { PATH_BYTES = 64 * 1024 };

void remote_release(struct remote *r)
{
    client_free(r->client);
    r->client = NULL;
    secret_release(&r->token);
}

static enum status connect_client(struct remote *r, struct error *err)
{
    enum status status = r->client ? OK : token_read(r->options->bearer_file, &r->token, err);
    if (status != OK || r->client)
        return status;

    r->client = client_new(&(struct client_settings){.token = &r->token,
                                                     .token_for = r->url,
                                                     .ca_file = r->options->ca_file,
                                                     .total_ms = r->options->timeout_ms});
    return OK;
}

static void on_progress(void *user, uint64_t got, uint64_t expected)
{
    struct progress *p = user;
    if (got == 0)
        progress_say(p, "waiting for the collector");
    else if (expected > 0)
        progress_say(p, "fetched %.1f of %.1f MB", (double)got / 1e6, (double)expected / 1e6);
    else
        progress_say(p, "fetched %.1f MB", (double)got / 1e6);
}

static void declare(const struct client_answer *answer)
{
    static const struct {
        const char *header, *says;
    } LACKS[] = {
        {"X-Brazier-Stale", "the bucket cannot be listed: what came in lately may be missing (ms)"},
        {"X-Brazier-Horizon", "the index is being rebuilt: what was taken in earlier may be missing, before"},
        {"X-Brazier-Missing", "left out, their objects are gone"},
    };
    for (size_t i = 0; i < ARRAY_LEN(LACKS); i++) {
        struct buf value CLEANUP(buf_release) = BUF_INIT(LIMIT_ERROR_BODY_BYTES * 3);
        printable_append(&value, client_answer_header(answer, LACKS[i].header));
        if (value.len > 0)
            (void)fprintf(stderr, "brazier: %s: %s\n", LACKS[i].says, buf_cstr(&value));
    }
}

static enum status get(struct remote *r, const char *url, size_t max_bytes, struct client_answer *ret_answer,
                       struct error *err)
{
    enum status status = connect_client(r, err);
    if (status != OK)
        return status;

    const struct client_request request = {.url = url,
                                           .max_bytes = max_bytes,
                                           .progress = on_progress,
                                           .user = r->progress};
    status = client_call(r->client, &request, ret_answer, err);
    progress_end(r->progress);
    if (status == OK || status == E_NOT_FOUND) /* nothing found of what is known */
        declare(ret_answer);
    return status;
}

enum status remote_get(struct remote *r, const char *url, size_t max_bytes, struct client_answer *ret_answer,
                       struct error *err)
{
    return collector_named(url, ret_answer, get(r, url, max_bytes, ret_answer, err), err);
}

enum status remote_ask(struct remote *r, const char *path, size_t max_bytes, struct client_answer *ret_answer,
                       struct error *err)
{
    if (!r->url)
        return error_set(err, E_INVALID,
                         "name files or directories, or a collector: --collector URL or "
                         "BRAZIER_COLLECTOR");

    enum status status = collector_check(r->url, err);
    if (status != OK)
        return status;

    struct buf url CLEANUP(buf_release) = BUF_INIT(PATH_BYTES);
    struct slice base = slice_of(r->url);
    while (slice_ends(base, SLICE("/")))
        base.len--;
    buf_append(&url, base);
    buf_append_cstr(&url, path);
    if (r->options->fresh)
        buf_append_cstr(&url, strchr(path, '?') ? "&fresh=1" : "?fresh=1");
    status = buf_check(&url, "the question", err);
    if (status != OK)
        return status;
    status = get(r, buf_cstr(&url), max_bytes, ret_answer, err);
    return collector_judge(buf_cstr(&url), ret_answer, status, err);
}
