/*
 * One operation's way through the transport:
 *
 *     prepare   with keys and the bucket's time, sign; may wait for keys
 *     head      status and headers; a GET's length is compared with the bound before a byte is kept
 *     body      GET: into the op, hashed on the way; LIST: into the parser; else: an error body, up to its
 * bound ended     the verdict: complete the op, or go round once more with another clock, other keys or
 * another region
 *
 * After STEP_* the second round completes with its own answer, whatever it is. The first answer's text is
 * kept for the case that there is nothing to try again with (the keys are the same after loading them).
 */
#include "s3/bucket.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/limits.h"
#include "s3/date.h"
#include "s3/request.h"
#include "s3/sigv4.h"
#include "s3/verdict.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LIST_MS = 5000,
    FIRST_BYTE_MS = 10 * 1000,
    /* Servers accept 15 minutes; more than this and a refusal is put down to the clock, whatever it says. */
    SKEW_MS = 10 * 60 * 1000,
    KEY_IN_TEXT_MAX = 160,
};

struct bucket_call {
    struct transport_call call;
    struct bucket *bucket;
    struct store_op *op;
    char body_sha256[SHA256_HEX_CHARS + 1];
    struct list_request list_request;

    bool waits_for_keys;

    /* Of the round that is under way. */
    struct request request;
    int64_t signed_ms;
    uint64_t signed_generation; /* of the keys; others may have been loaded for another call meanwhile */
    char signed_region[REGION_MAX];
    struct answer answer;
    struct buf error_body;
    struct sha256_state *hash;
    struct list_xml *list;
    struct error stopped; /* why head() or body() wanted no more; code OK: they did */

    /* Steps that were taken. */
    bool clock_learned, keys_loaded, region_told;
    uint64_t refused_generation; /* of the keys; 0: none */
};

static struct bucket_call *of(struct transport_call *call)
{
    return (struct bucket_call *)(void *)call; /* its first member */
}

/* --- time and keys --- */

int64_t bucket_now_ms(struct bucket *b, bool *ret_known)
{
    int64_t now_ms = 0;
    (void)pthread_mutex_lock(&b->clock_lock);
    *ret_known = clock_offset_at(&b->clock, clock_mono_ms(), &now_ms);
    (void)pthread_mutex_unlock(&b->clock_lock);
    return *ret_known ? now_ms : clock_wall_ms();
}

static void learn_clock(struct bucket_call *c, bool force)
{
    if (c->answer.date_ms == 0)
        return;

    struct bucket *b = c->bucket;
    struct clock_sample sample = {.sent_ms = c->call.sent_ms,
                                  .received_ms = c->call.head_ms,
                                  .date_ms = c->answer.date_ms};
    (void)pthread_mutex_lock(&b->clock_lock);
    if (force)
        clock_offset_force(&b->clock, &sample);
    else
        clock_offset_learn(&b->clock, &sample);
    (void)pthread_mutex_unlock(&b->clock_lock);
}

static const struct sha256 *day_key(struct bucket *b, const char *timestamp)
{
    bool same = b->day_generation == b->keys.generation && strncmp(b->day, timestamp, 8) == 0 &&
                strcmp(b->day_region, b->region) == 0;
    if (!same) {
        (void)snprintf(b->day, sizeof b->day, "%.8s", timestamp);
        (void)snprintf(b->day_region, sizeof b->day_region, "%s", b->region);
        b->day_generation = b->keys.generation;
        b->day_key = sigv4_key(secret_bytes(&b->keys.credentials.secret_key), slice_of(b->day),
                               slice_of(b->region), SLICE("s3"));
    }
    return &b->day_key;
}

/* --- the end --- */

static void release_round(struct bucket_call *c)
{
    request_release(&c->request);
    buf_release(&c->error_body);
    sha256_free(c->hash);
    c->hash = NULL;
    list_xml_free(c->list);
    c->list = NULL;
}

/* op->error is set. Frees the call. */
static void complete(struct bucket_call *c)
{
    struct store_op *op = c->op;
    if (op->error.code != OK)
        buf_release(&op->object);
    release_round(c);
    free(c);
    op->done(op);
}

/* "put 'pf1/...' in bucket 'profiles' at s3.eu-west-1.amazonaws.com: " and what it is. */
static void fail(struct bucket_call *c, enum status code, const char *what)
{
    struct store_op *op = c->op;
    struct slice key = slice_sub(op->key, 0, KEY_IN_TEXT_MAX);
    (void)error_set(&op->error, code, "%s", what);
    (void)error_wrap(&op->error, "%s '%.*s%s' in bucket '%s' at %s", store_verb_name(op->verb),
                     SLICE_ARG(key), key.len < op->key.len ? "..." : "", c->bucket->name,
                     c->bucket->address.host);
}

/* "403 AccessDenied (request id 4711): may the key do this?" */
static void fail_with_answer(struct bucket_call *c, const struct verdict *verdict,
                             const struct error_xml *fault)
{
    const struct answer *a = &c->answer;
    const char *id = a->request_id[0] ? a->request_id : fault->request_id;
    struct buf text CLEANUP(buf_release) = BUF_INIT(ERROR_TEXT_MAX);
    buf_printf(&text, "%d", a->status);
    if (fault->code[0])
        buf_printf(&text, " %s", fault->code);
    if (id[0])
        buf_printf(&text, " (request id %s)", id);
    if (fault->message[0])
        buf_printf(&text, ", '%s'", fault->message);
    if (verdict->step == STEP_REGION && verdict_region(a, fault)[0])
        buf_printf(&text, ", the bucket is in the region '%s'", verdict_region(a, fault));
    else if (a->location[0])
        buf_printf(&text, ", redirects to '%s'", a->location);
    if (verdict->advice[0])
        buf_printf(&text, ": %s", verdict->advice);
    fail(c, verdict->code, buf_cstr(&text));
}

/* --- prepare --- */

static enum transport_prepared give_up(struct bucket_call *c)
{
    complete(c);
    return TRANSPORT_ENDED;
}

/* OK: b->keys are good to sign with. E_BUSY: wait. Else the op has its error. */
static enum status find_keys(struct bucket_call *c)
{
    struct bucket *b = c->bucket;
    struct error fault;
    bool known;
    enum status code = credential_cache_get(b->cache, bucket_now_ms(b, &known), &b->keys, &fault);
    c->waits_for_keys = code == E_BUSY;
    if (code == E_BUSY)
        return code;
    if (code != OK)
        fail(c, code, fault.text);
    else if (c->refused_generation != 0 && c->refused_generation == b->keys.generation)
        code = c->op->error.code; /* the same keys again: the refusal stands */
    c->refused_generation = 0;
    return code;
}

static void begin_round(struct bucket_call *c)
{
    release_round(c);
    c->request = (struct request)REQUEST_INIT;
    c->error_body = BUF_INIT(LIMIT_ERROR_BODY_BYTES);
    c->answer = (struct answer){.status = 0};
    c->stopped.code = OK;
    c->op->error.code = OK;
    if (c->op->verb == STORE_LIST)
        c->list = list_xml_new(&c->list_request);
    if (c->op->verb == STORE_GET) {
        buf_release(&c->op->object);
        c->op->object = BUF_INIT(c->op->max_bytes);
        c->hash = sha256_new();
    }
}

static enum transport_prepared prepare(struct transport_call *call)
{
    struct bucket_call *c = of(call);
    struct bucket *b = c->bucket;
    enum status code = find_keys(c);
    if (code != OK)
        return code == E_BUSY ? TRANSPORT_WAIT : give_up(c);

    begin_round(c);
    bool known;
    char timestamp[DATE_AMZ_CHARS + 1];
    c->signed_ms = bucket_now_ms(b, &known);
    date_to_amz(c->signed_ms, timestamp);
    c->signed_generation = b->keys.generation;
    memcpy(c->signed_region, b->region, sizeof c->signed_region);
    struct request_order order = {
        .verb = c->op->verb,
        .key = c->op->key,
        .list = &c->list_request,
        .body_bytes = c->op->body.len,
        .body_sha256 = c->body_sha256,
    };
    struct request_signature signature = {
        .address = &b->address,
        .region = slice_of(b->region),
        .access_key = slice_of(b->keys.credentials.access_key),
        .session_token = secret_bytes(&b->keys.credentials.session_token),
        .key = *day_key(b, timestamp),
        .timestamp = timestamp,
    };
    struct error fault;
    code = request_build(&c->request, &order, &signature, &fault);
    if (code != OK) {
        fail(c, code, fault.text);
        return give_up(c);
    }

    call->method = c->request.method;
    call->url = buf_cstr(&c->request.url);
    call->header_lines = buf_slice(&c->request.headers);
    call->body = c->op->verb == STORE_PUT ? c->op->body : SLICE_NULL;
    return TRANSPORT_GO;
}

/* --- the answer as it comes --- */

static void on_head_line(struct transport_call *call, struct slice line)
{
    answer_line(&of(call)->answer, line);
}

static bool stop(struct bucket_call *c, enum status code, const char *why)
{
    (void)error_set(&c->stopped, code, "%s", why);
    return false;
}

static bool is_good(const struct bucket_call *c)
{
    return c->answer.status >= 200 && c->answer.status <= 299;
}

static bool on_head(struct transport_call *call)
{
    struct bucket_call *c = of(call);
    if (c->answer.two_lengths)
        return stop(c, E_UNAVAILABLE, "an answer with two lengths");

    learn_clock(c, false);
    if (c->op->verb != STORE_GET || !is_good(c))
        return true;
    if (c->answer.status != 200)
        return stop(c, E_UNAVAILABLE, "an answer with a part of the object, which nobody asked for");
    if (!c->answer.has_length && !c->answer.sha256[0])
        return stop(c, E_UNAVAILABLE, "an answer with neither length nor hash");

    struct store_op *op = c->op;
    if (c->answer.has_length && c->answer.length > op->max_bytes) {
        char why[96];
        (void)snprintf(why, sizeof why, "the object has %llu bytes, %zu are allowed",
                       (unsigned long long)c->answer.length, op->max_bytes);
        return stop(c, E_TOO_LARGE, why);
    }
    if (c->answer.has_length)
        (void)buf_reserve(&op->object, c->answer.length);
    return true;
}

static bool on_body(struct transport_call *call, struct slice bytes)
{
    struct bucket_call *c = of(call);
    struct store_op *op = c->op;
    if (is_good(c) && op->verb == STORE_LIST)
        return list_xml_feed(c->list, bytes);

    if (is_good(c) && op->verb == STORE_GET) {
        buf_append(&op->object, bytes);
        if (op->object.full)
            return stop(c, E_TOO_LARGE, "the object is larger than allowed");
        sha256_update(c->hash, bytes);
        return true;
    }
    /* What does not fit says nothing more: a status and a code are enough. */
    buf_append(&c->error_body, bytes);
    return !c->error_body.full;
}

/* --- the verdict --- */

/* A 200 of a GET: the body is what was stored. */
static enum status accept_object(struct bucket_call *c, struct error *err)
{
    struct store_op *op = c->op;
    if (c->answer.has_length && op->object.len != c->answer.length)
        return error_set(err, E_UNAVAILABLE, "%zu bytes came of %llu", op->object.len,
                         (unsigned long long)c->answer.length);

    struct sha256 digest = sha256_finish(c->hash);
    c->hash = NULL;
    struct buf hex CLEANUP(buf_release) = BUF_INIT(SHA256_HEX_CHARS);
    hex_encode(slice_make(digest.bytes, sizeof digest.bytes), &hex);
    if (c->answer.sha256[0] && !slice_eq_nocase(buf_slice(&hex), slice_of(c->answer.sha256)))
        return error_set(err, E_UNAVAILABLE, "the body is not the one that was stored (SHA-256 differs)");

    op->object_bytes = op->object.len;
    op->modified_ms = c->answer.modified_ms;
    return OK;
}

/* A 2xx without an <Error>. */
static void accept_answer(struct bucket_call *c, struct error_xml *fault)
{
    struct store_op *op = c->op;
    struct error error;
    enum status code = OK;
    if (op->verb == STORE_GET)
        code = accept_object(c, &error);
    if (op->verb == STORE_LIST)
        code = list_xml_finish(c->list, &op->page, fault, &error);
    if (op->verb == STORE_HEAD) {
        op->object_bytes = c->answer.length;
        op->modified_ms = c->answer.modified_ms;
    }
    if (code != OK)
        fail(c, code, error.text);
}

/* True: another round, for which everything is set. */
static bool take_step(struct bucket_call *c, const struct verdict *verdict, const struct error_xml *fault)
{
    struct bucket *b = c->bucket;
    const char *region = verdict_region(&c->answer, fault);
    int64_t off_ms = c->answer.date_ms > 0 ? c->answer.date_ms - c->signed_ms : 0;
    bool skewed = c->answer.status == 403 && (off_ms > SKEW_MS || off_ms < -SKEW_MS);
    bool again = false;
    if ((verdict->step == STEP_CLOCK || skewed) && !c->clock_learned && c->answer.date_ms > 0) {
        learn_clock(c, true);
        again = c->clock_learned = true;
    } else if (verdict->step == STEP_CREDENTIALS && !c->keys_loaded) {
        c->keys_loaded = true;
        c->refused_generation = c->signed_generation;
        again = credential_cache_refused(b->cache, c->signed_generation);
    } else if (verdict->step == STEP_REGION && !c->region_told && address_region_ok(slice_of(region)) &&
               strcmp(region, c->signed_region) != 0) {
        (void)snprintf(b->region, sizeof b->region, "%s", region);
        again = c->region_told = true;
    }
    return again;
}

static void give_busy(struct bucket_call *c, enum status code)
{
    if (code == E_BUSY) {
        c->op->retry_after_ms = c->answer.retry_after_ms;
        transport_slow_down(c->bucket->transport);
    } else if (code == OK || code == E_NOT_FOUND) {
        transport_good(c->bucket->transport);
    }
}

/* The whole answer, or as much of it as was wanted. True: the call is over. */
static bool judge(struct bucket_call *c)
{
    struct error_xml fault = {.found = false};
    if (c->list && is_good(c))
        accept_answer(c, &fault);
    else if (c->error_body.len > 0)
        error_xml_parse(buf_slice(&c->error_body), &fault);

    struct verdict verdict = verdict_of(c->op->verb, &c->answer, &fault);
    give_busy(c, verdict.code);
    if (verdict.code == OK && is_good(c) && !c->list)
        accept_answer(c, &fault);
    if (verdict.code == OK)
        return true;

    fail_with_answer(c, &verdict, &fault);
    if (!take_step(c, &verdict, &fault))
        return true;

    atomic_fetch_add(&c->bucket->resigned, 1);
    return false;
}

static bool on_ended(struct transport_call *call, enum transport_end end, const char *failure)
{
    struct bucket_call *c = of(call);
    if (end == TRANSPORT_STOPPED && c->stopped.code != OK)
        fail(c, c->stopped.code, c->stopped.text);
    else if (end == TRANSPORT_LATE && c->waits_for_keys)
        fail(c, E_UNAVAILABLE, "the credentials did not come before the deadline");
    else if (end == TRANSPORT_FAILED || end == TRANSPORT_LATE || end == TRANSPORT_CLOSED)
        fail(c, E_UNAVAILABLE, failure);
    else if (!judge(c))
        return false;

    complete(c);
    return true;
}

/* --- from outside --- */

static const struct transport_role role = {prepare, on_head_line, on_head, on_body, on_ended};

void bucket_call_submit(struct bucket *b, struct store_op *op)
{
    struct bucket_call *c = mem_zero(1, sizeof *c);
    c->bucket = b;
    c->op = op;
    c->call.role = &role;
    c->call.deadline_ms = op->deadline_ms;
    c->call.first_byte_ms = op->verb == STORE_PUT || op->verb == STORE_LIST ? 0 : FIRST_BYTE_MS;
    c->call.total_ms = op->verb == STORE_LIST ? LIST_MS : 0;
    op->error.code = OK;
    op->retry_after_ms = 0;
    op->object_bytes = 0;
    op->modified_ms = 0;

    c->list_request = (struct list_request){
        .prefix = op->key,
        .after = op->start_after,
        .max_keys = op->max_keys > 0 ? op->max_keys : LIMIT_LIST_KEYS,
    };
    bool resumed = op->token.len == 0 || list_request_resume(&c->list_request, op->token);
    if (!resumed) {
        fail(c, E_INVALID, "the token is none that a page of a listing gave");
        complete(c);
        return;
    }

    /* On the caller's thread: hashing is the one thing here that takes time. */
    struct sha256 digest = sha256_of(op->verb == STORE_PUT ? op->body : SLICE_NULL);
    struct buf hex CLEANUP(buf_release) = BUF_INIT(SHA256_HEX_CHARS);
    hex_encode(slice_make(digest.bytes, sizeof digest.bytes), &hex);
    memcpy(c->body_sha256, hex.ptr, SHA256_HEX_CHARS);
    transport_submit(b->transport, &c->call);
}
