/*
 * Over HTTP and not by a call into the store: what arrives has gone the way that every profile goes, and the
 * token is checked like every token.
 */
#include "collector/self.h"

#include "agent/brazier.h"
#include "base/buf.h"
#include "base/encode.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/version.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TOKEN_BYTES = 256, HOST_BYTES = 256 };

void self_url(const char *listen, unsigned port, char ret_url[static SELF_URL_BYTES])
{
    const char *colon = strrchr(listen, ':');
    struct slice host = slice_make(listen, colon ? (size_t)(colon - listen) : strlen(listen));

    if (host.len == 0 || slice_eq(host, SLICE("0.0.0.0")) || slice_eq(host, SLICE("*")))
        host = SLICE("127.0.0.1");
    else if (slice_eq(host, SLICE("[::]")))
        host = SLICE("[::1]");
    (void)snprintf(ret_url, SELF_URL_BYTES, "http://%.*s:%u", SLICE_ARG(host), port);
}

static void on_line(const char *line)
{
    log_detail(LOG_WARN, "profiling of the collector itself", "%s", line);
}

static void write_labels(struct buf *labels)
{
    char host[HOST_BYTES] = "unknown";

    (void)gethostname(host, sizeof host - 1);
    buf_append_cstr(labels, "host=");
    percent_encode(slice_of(host), labels);
    buf_append_cstr(labels, ",version=");
    percent_encode(slice_of(version_text()), labels);
}

enum status self_start(const char *listen, unsigned port, struct tokens *tokens, struct error *err)
{
    struct buf labels CLEANUP(buf_release) = BUF_INIT(LIMIT_AGENT_TEXT_BYTES);
    struct secret token CLEANUP(secret_release) = SECRET_INIT;
    struct buf text CLEANUP(buf_release) = BUF_INIT(TOKEN_BYTES);
    struct brazier_options options = BRAZIER_OPTIONS_INIT;
    char url[SELF_URL_BYTES];

    self_url(listen, port, url);
    write_labels(&labels);
    options.collector = url;
    options.service = "brazier";
    options.labels = buf_cstr(&labels);
    options.log = on_line;
    if (tokens) {
        tokens_make_own(tokens, "self", &token);
        buf_append(&text, secret_bytes(&token));
        options.token = buf_cstr(&text);
    }
    int failed = brazier_start(&options);
    if (text.ptr)
        explicit_bzero(text.ptr, text.len);
    return failed ? error_set(err, E_CONFIG, "--self-profile: %s", brazier_error()) : OK;
}

void self_stop(void)
{
    (void)brazier_stop();
}
