/*
 * libcurl is opened by hand, as libdw is: a program need not be linked with it, and one that has it already
 * shares it. A handle lives for one request: at one a minute a connection that is kept would only be idle,
 * and a fork()ed child would share it.
 */
#include "agent/exchange.h"

#include "agent/loader.h"
#include "base/printable.h"
#include "base/version.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum {
    CONNECT_MS = 10 * 1000,
    TOTAL_MS = 30 * 1000,
    HEADER_BYTES = 8 * 1024,
    ANSWER_BYTES = 512,
    RETRY_MAX_S = 3600
};

#define LIBCURL_FUNCTIONS(X)                                                                                 \
    X(curl_global_init)                                                                                      \
    X(curl_easy_init)                                                                                        \
    X(curl_easy_setopt)                                                                                      \
    X(curl_easy_perform)                                                                                     \
    X(curl_easy_getinfo)                                                                                     \
    X(curl_easy_cleanup)                                                                                     \
    X(curl_easy_strerror)                                                                                    \
    X(curl_slist_append)                                                                                     \
    X(curl_slist_free_all)

#undef curl_easy_setopt
#undef curl_easy_getinfo
#define MEMBER(name) __typeof__(name) *name; /* NOLINT(bugprone-macro-parentheses): a declaration */
static struct {
    LIBCURL_FUNCTIONS(MEMBER)
} lib;
static bool is_loaded;

static void load(void)
{
    static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl-nss.so.4"};
    void *library = NULL, *found;

    for (size_t i = 0; i < ARRAY_LEN(names) && !library; i++)
        library = loader_open(names[i]);
    if (!library)
        return;

#define LOOK_UP(name)                                                                                        \
    if (!(found = dlsym(library, #name)))                                                                    \
        return;                                                                                              \
    memcpy(&lib.name, &found, sizeof found);
    LIBCURL_FUNCTIONS(LOOK_UP)
    is_loaded = lib.curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    loader_is_ready(); /* OpenSSL is gone after its own function at exit() */
}

/* --- what libcurl calls --- */

static size_t on_body(char *bytes, size_t size, size_t count, void *user)
{
    struct buf *body = user;
    size_t room = ANSWER_BYTES - body->len;
    buf_append(body, slice_make(bytes, size * count < room ? size * count : room));
    return size * count; /* the rest is of no interest */
}

/* lint: the library's signature */
static int on_progress(void *user, curl_off_t expected, curl_off_t got, curl_off_t to_send, curl_off_t sent)
{
    (void)expected, (void)got, (void)to_send, (void)sent;
    return pause_left_ms(user) == 0;
}

/* A program that the process starts meanwhile must not inherit it. lint: the library's signature */
static curl_socket_t on_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)user, (void)purpose;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* --- the request --- */

static void headers_free(struct curl_slist **list)
{
    for (struct curl_slist *l = *list; l; l = l->next)
        explicit_bzero(l->data, strlen(l->data));
    lib.curl_slist_free_all(*list);
}

static struct curl_slist *add_header(struct curl_slist *list, const char *name, struct slice value)
{
    struct buf line CLEANUP(buf_release) = BUF_INIT(HEADER_BYTES);
    buf_printf(&line, "%s: %.*s", name, SLICE_ARG(value));
    struct curl_slist *longer = lib.curl_slist_append(list, buf_cstr(&line));
    if (line.ptr)
        explicit_bzero(line.ptr, line.len);
    return longer ? longer : list;
}

static struct curl_slist *headers_of(const struct post *post)
{
    struct buf bearer CLEANUP(buf_release) = BUF_INIT(HEADER_BYTES);
    struct curl_slist *list = add_header(NULL, "Content-Type", SLICE("application/octet-stream"));
    list = add_header(list, "Idempotency-Key", slice_of(post->key));
    list = add_header(list, "Expect", SLICE(""));
    if (!secret_is_set(post->token))
        return list;

    buf_printf(&bearer, "Bearer %.*s", SLICE_ARG(secret_bytes(post->token)));
    list = add_header(list, "Authorization", buf_slice(&bearer));
    if (bearer.ptr)
        explicit_bzero(bearer.ptr, bearer.len);
    return list;
}

static void set_up(CURL *easy, const struct post *post, struct curl_slist *headers, struct buf *body,
                   char *failure)
{
    int64_t left_ms = pause_left_ms(post->pause);
    char agent[64];

    (void)snprintf(agent, sizeof agent, "libbrazier/%s", version_text());
    (void)lib.curl_easy_setopt(easy, CURLOPT_URL, post->url);
    (void)lib.curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)lib.curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    (void)lib.curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                               left_ms < TOTAL_MS ? (long)left_ms + 1 : (long)TOTAL_MS);
    (void)lib.curl_easy_setopt(easy, CURLOPT_USERAGENT, agent);
    (void)lib.curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    (void)lib.curl_easy_setopt(easy, CURLOPT_POST, 1L);
    (void)lib.curl_easy_setopt(easy, CURLOPT_POSTFIELDS, post->body.ptr);
    (void)lib.curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->body.len);
    (void)lib.curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    (void)lib.curl_easy_setopt(easy, CURLOPT_WRITEDATA, body);
    (void)lib.curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    (void)lib.curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    (void)lib.curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    (void)lib.curl_easy_setopt(easy, CURLOPT_XFERINFODATA, post->pause);
    (void)lib.curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, failure);
    if (post->ca_file)
        (void)lib.curl_easy_setopt(easy, CURLOPT_CAINFO, post->ca_file);
}

static void easy_free(CURL **easy)
{
    lib.curl_easy_cleanup(*easy);
}

enum status exchange_post(const struct post *post, struct answer *ret_answer, struct error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, load);
    if (!is_loaded)
        return error_set(err, E_CONFIG, "libcurl is not installed, so nothing can be sent");

    char failure[CURL_ERROR_SIZE] = "";
    struct answer answer = {0};
    struct buf body CLEANUP(buf_release) = BUF_INIT(ANSWER_BYTES);
    struct buf words CLEANUP(buf_release) = BUF_INIT(4 * ANSWER_BYTES);
    CURL *easy CLEANUP(easy_free) = lib.curl_easy_init();
    if (!easy)
        return error_set(err, E_UNAVAILABLE, "libcurl does not start");

    struct curl_slist *headers CLEANUP(headers_free) = headers_of(post);
    set_up(easy, post, headers, &body, failure);
    CURLcode code = lib.curl_easy_perform(easy);
    if (code != CURLE_OK)
        return error_set(err, E_UNAVAILABLE, "%s", failure[0] ? failure : lib.curl_easy_strerror(code));

    curl_off_t retry_s = 0;
    (void)lib.curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answer.status);
    (void)lib.curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_s);
    answer.retry_s = retry_s > 0 && retry_s < RETRY_MAX_S ? (long)retry_s : retry_s > 0 ? RETRY_MAX_S : 0;
    printable_append(&words, slice_trim(buf_slice(&body)));
    (void)snprintf(answer.words, sizeof answer.words, "%s", buf_cstr(&words));
    *ret_answer = answer;
    return OK;
}
