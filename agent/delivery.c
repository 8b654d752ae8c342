/* Pauses double, each drawn from its upper half, so that instances which lost the collector together do not
 * come back together. Retry-After is heeded within the same bound. */
#include "agent/delivery.h"

#include "agent/exchange.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/limits.h"

#include <string.h>

enum { ATTEMPTS_MAX = 8, FIRST_MS = 1000, PAUSE_MAX_MS = 60 * 1000, TOKEN_BYTES = 4096, KEY_BYTES = 16 };

/* From its file, which may have been renewed, or as it was given. */
static enum status token_of(const struct settings *s, struct secret *token, struct error *err)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(TOKEN_BYTES);
    enum status status = OK;

    if (s->token_file)
        status = file_read(s->token_file, &text, err);
    struct slice found = s->token_file ? slice_trim(buf_slice(&text)) : secret_bytes(&s->token);
    if (status == OK && slice_find(found, '\n') < found.len)
        status = error_set(err, E_CONFIG, "the token has more than one line");
    if (status == OK)
        secret_set(token, found);
    if (text.ptr)
        explicit_bzero(text.ptr, text.len);
    return status;
}

/* OK, or what came of it; *ret_wait_s is what the collector asked for. */
static enum status attempt(const struct post *post, long *ret_wait_s, struct error *err)
{
    struct answer answer;
    enum status status = exchange_post(post, &answer, err);

    *ret_wait_s = 0;
    if (status != OK)
        return status;
    if (answer.status >= 200 && answer.status < 300)
        return OK;
    *ret_wait_s = answer.retry_s;
    status = answer.status >= 500 || answer.status == 429 ? E_UNAVAILABLE : E_INVALID;
    return error_set(err, status, "the collector answers %ld: %s", answer.status, answer.words);
}

static int64_t wait_ms(struct random *random, int tried, long asked_s)
{
    int64_t ms = (int64_t)FIRST_MS << tried;
    if (asked_s > 0)
        ms = ms > asked_s * 1000 ? ms : asked_s * 1000;
    if (ms > PAUSE_MAX_MS)
        ms = PAUSE_MAX_MS;
    return ms / 2 + (int64_t)random_below(random, (uint64_t)ms / 2);
}

enum status delivery_send(const struct settings *settings, const char *type, struct slice profile,
                          struct pause *pause, struct error *err)
{
    struct buf url CLEANUP(buf_release) = BUF_INIT(8 * LIMIT_AGENT_TEXT_BYTES);
    struct buf key CLEANUP(buf_release) = BUF_INIT(2 * KEY_BYTES);
    struct secret token CLEANUP(secret_release) = SECRET_INIT;
    unsigned char drawn[KEY_BYTES];
    struct random random;

    random_seed_system(&random);
    random_bytes(drawn, sizeof drawn);
    hex_encode(slice_make(drawn, sizeof drawn), &key);
    buf_printf(&url, "%s%s", settings->query_url, type);
    enum status status = token_of(settings, &token, err);
    if (status != OK)
        return status;

    struct post post = {.url = buf_cstr(&url),
                        .body = profile,
                        .token = &token,
                        .key = buf_cstr(&key),
                        .ca_file = settings->ca_file,
                        .pause = pause};
    for (int tried = 0;; tried++) {
        long asked_s;
        bool is_last = pause_is_stopped(pause) || tried + 1 == ATTEMPTS_MAX;
        status = attempt(&post, &asked_s, err);
        if (status != E_UNAVAILABLE || is_last)
            return status;
        (void)pause_wait(pause, wait_ms(&random, tried, asked_s));
    }
}
