/*
 * The hash is there so that equal lengths are compared and that no token lies in memory; it is not there to
 * slow anyone down: tokens are long random strings, not passwords.
 */
#include "collector/tokens.h"

#include "base/alloc.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/limits.h"
#include "collector/pass.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { TOKENS_MAX = 1024 };

struct token {
    struct sha256 hash;
    unsigned scopes;
    char name[TOKEN_NAME_BYTES];
};

struct tokens {
    char *path;
    int64_t mtime_ns;
    pthread_rwlock_t lock;
    struct token *items;
    size_t count;
    struct token own[TOKENS_OWN_MAX]; /* of tokens_make_own() */
    size_t own_count;
};

struct token_list {
    struct token *items;
    size_t count;
};

static void token_list_release(struct token_list *l)
{
    mem_freep(&l->items);
}

/* The next word of *line, which then begins behind it. */
static struct slice next_word(struct slice *line)
{
    size_t len = 0;
    struct slice word;

    *line = slice_trim(*line);
    while (len < line->len && line->ptr[len] != ' ' && line->ptr[len] != '\t')
        len++;
    word = slice_sub(*line, 0, len);
    *line = slice_from(*line, len);
    return word;
}

static bool parse_scopes(struct slice text, unsigned *ret_scopes)
{
    static const struct {
        const char *name;
        unsigned scopes;
    } names[] = {{"ingest", SCOPE_INGEST},
                 {"read", SCOPE_READ},
                 {"admin", SCOPE_INGEST | SCOPE_READ | SCOPE_ADMIN}};
    unsigned scopes = 0;

    for (struct slice rest = text, piece; slice_split(&rest, ',', &piece);) {
        unsigned found = 0;

        for (size_t i = 0; i < ARRAY_LEN(names); i++)
            if (slice_eq_cstr(piece, names[i].name))
                found = names[i].scopes;
        if (!found)
            return false;
        scopes |= found;
    }
    *ret_scopes = scopes;
    return true;
}

static enum status parse_line(struct slice line, struct token *ret_token, struct error *err)
{
    struct slice scopes = next_word(&line);
    struct slice token = next_word(&line);
    struct slice name = slice_trim(line);
    struct token t = {0};

    if (!parse_scopes(scopes, &t.scopes))
        return error_set(err, E_CONFIG,
                         "the first word must be scopes: ingest, read or admin, parted by commas");
    if (token.len < TOKEN_MIN_BYTES)
        return error_set(err, E_CONFIG, "the token is shorter than %d bytes", TOKEN_MIN_BYTES);
    if (name.len >= TOKEN_NAME_BYTES)
        return error_set(err, E_CONFIG, "the name is longer than %d bytes", TOKEN_NAME_BYTES - 1);
    t.hash = sha256_of(token);
    memcpy(t.name, name.len > 0 ? name.ptr : "", name.len);
    *ret_token = t;
    return OK;
}

static enum status read_list(const char *path, struct token_list *ret_list, struct error *err)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(LIMIT_SMALL_FILE_BYTES);
    struct token_list list CLEANUP(token_list_release) = {mem_zero(TOKENS_MAX, sizeof(struct token)), 0};
    unsigned number = 0;

    if (file_read(path, &text, err) != OK) {
        error_wrap(err, "--token-file");
        return err->code = E_CONFIG;
    }
    for (struct slice rest = buf_slice(&text), line; slice_split(&rest, '\n', &line);) {
        number++;
        line = slice_trim(line);
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        if (list.count == TOKENS_MAX)
            return error_set(err, E_CONFIG, "--token-file %s: more than %d tokens", path, TOKENS_MAX);
        if (parse_line(line, &list.items[list.count], err) != OK)
            return error_wrap(err, "--token-file %s: line %u", path, number);
        list.count++;
    }
    if (text.len > 0)
        explicit_bzero(text.ptr, text.len);
    if (list.count == 0)
        return error_set(err, E_CONFIG, "--token-file %s: no token in it; a line is: ingest,read TOKEN NAME",
                         path);

    *ret_list = list;
    list.items = NULL;
    return OK;
}

enum status tokens_load(const char *path, struct tokens **ret_tokens, struct error *err)
{
    int64_t mtime_ns = file_mtime_ns(path);
    struct token_list list;
    struct tokens *t;

    if (read_list(path, &list, err) != OK)
        return err->code;

    t = mem_zero(1, sizeof(*t));
    t->path = mem_cstr(path, strlen(path));
    t->mtime_ns = mtime_ns;
    pthread_rwlock_init(&t->lock, NULL);
    t->items = list.items;
    t->count = list.count;
    *ret_tokens = t;
    return OK;
}

void tokens_free(struct tokens *t)
{
    if (!t)
        return;
    pthread_rwlock_destroy(&t->lock);
    mem_freep(&t->items);
    mem_freep(&t->path);
    mem_freep(&t);
}

enum status tokens_refresh(struct tokens *t, bool *ret_changed, struct error *err)
{
    int64_t mtime_ns = file_mtime_ns(t->path);
    struct token_list list;
    struct token *old;

    *ret_changed = false;
    if (mtime_ns == t->mtime_ns)
        return OK;
    t->mtime_ns = mtime_ns; /* a wrong file is reported once, not at every look */
    if (read_list(t->path, &list, err) != OK)
        return err->code;

    pthread_rwlock_wrlock(&t->lock);
    old = t->items;
    t->items = list.items;
    t->count = list.count;
    pthread_rwlock_unlock(&t->lock);
    mem_freep(&old);
    *ret_changed = true;
    return OK;
}

bool tokens_find(struct slice authorization, struct buf *scratch, struct slice *ret_token)
{
    struct slice scheme = next_word(&authorization);
    struct slice rest = slice_trim(authorization);

    if (slice_eq_nocase(scheme, SLICE("Bearer"))) {
        *ret_token = rest;
        return rest.len > 0;
    }
    if (!slice_eq_nocase(scheme, SLICE("Basic")) || rest.len > TOKEN_CREDENTIALS_MAX ||
        !base64_decode(rest, scratch))
        return false;
    size_t colon = slice_find(buf_slice(scratch), ':');
    if (colon == scratch->len)
        return false;
    *ret_token = slice_from(buf_slice(scratch), colon + 1);
    return ret_token->len > 0;
}

/* Under the lock; all are compared, so that the time tells nothing. */
static const struct token *known(const struct tokens *t, struct slice token)
{
    struct sha256 hash = sha256_of(token);
    struct slice given = slice_make(hash.bytes, SHA256_BYTES);
    const struct token *found = NULL;

    for (size_t i = 0; i < t->count; i++)
        if (bytes_equal_constant_time(given, slice_make(t->items[i].hash.bytes, SHA256_BYTES)))
            found = &t->items[i];
    for (size_t i = 0; i < t->own_count; i++)
        if (bytes_equal_constant_time(given, slice_make(t->own[i].hash.bytes, SHA256_BYTES)))
            found = &t->own[i];
    return found;
}

void tokens_make_own(struct tokens *t, const char *name, struct secret *ret_token)
{
    enum { OWN_BYTES = 32 };
    struct buf text CLEANUP(buf_release) = BUF_INIT(2 * OWN_BYTES);
    char bytes[OWN_BYTES];

    random_bytes(bytes, sizeof bytes);
    hex_encode(slice_make(bytes, sizeof bytes), &text);
    secret_set(ret_token, buf_slice(&text));
    pthread_rwlock_wrlock(&t->lock);
    if (t->own_count < TOKENS_OWN_MAX) {
        struct token *own = &t->own[t->own_count++];
        *own = (struct token){.hash = sha256_of(buf_slice(&text)), .scopes = SCOPE_INGEST};
        (void)snprintf(own->name, sizeof own->name, "%s", name);
    }
    pthread_rwlock_unlock(&t->lock);
    explicit_bzero(bytes, sizeof bytes);
    explicit_bzero(text.ptr, text.len);
}

/* What a caller learns of a token; NULL: nothing. */
static unsigned tell(const struct token *token, char *ret_name)
{
    if (!token)
        return 0;
    memcpy(ret_name, token->name, TOKEN_NAME_BYTES);
    return token->scopes;
}

unsigned tokens_scopes(struct tokens *t, struct slice authorization, char *ret_name)
{
    struct buf scratch CLEANUP(buf_release) = BUF_INIT(TOKEN_CREDENTIALS_MAX);
    struct slice token;

    ret_name[0] = '\0';
    if (!tokens_find(authorization, &scratch, &token))
        return 0;

    pthread_rwlock_rdlock(&t->lock);
    unsigned scopes = tell(known(t, token), ret_name);
    pthread_rwlock_unlock(&t->lock);
    if (scratch.len > 0)
        explicit_bzero(scratch.ptr, scratch.len);
    return scopes;
}

unsigned tokens_give_pass(struct tokens *t, struct slice token, int64_t expires_s, char *ret_pass,
                          char *ret_name)
{
    ret_pass[0] = ret_name[0] = '\0';
    pthread_rwlock_rdlock(&t->lock);
    const struct token *found = known(t, token);
    if (found)
        pass_make(&found->hash, expires_s, ret_pass);
    unsigned scopes = tell(found, ret_name);
    pthread_rwlock_unlock(&t->lock);
    return scopes;
}

unsigned tokens_pass_scopes(struct tokens *t, struct slice pass, int64_t now_s, char *ret_name)
{
    const struct token *found = NULL;

    ret_name[0] = '\0';
    pthread_rwlock_rdlock(&t->lock);
    for (size_t i = 0; i < t->count; i++)
        if (pass_is_good(pass, &t->items[i].hash, now_s))
            found = &t->items[i];
    unsigned scopes = tell(found, ret_name);
    pthread_rwlock_unlock(&t->lock);
    return scopes;
}
