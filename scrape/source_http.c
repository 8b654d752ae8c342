/* An answer is an error or the whole truth: groups that are not in it any more are gone. */
#include "scrape/source_http.h"

#include "scrape/groups.h"

enum { TOTAL_MS = 30000 };

enum status source_http_ask(const struct source *source, const struct receiver *to, struct error *err)
{
    struct client *client CLEANUP(client_freep) = NULL;
    struct client_answer answer CLEANUP(client_answer_release) = CLIENT_ANSWER_INIT;
    struct client_request request = {.url = source->url.ptr,
                                     .accept = "application/json",
                                     .max_bytes = LIMIT_TARGETS_BYTES,
                                     .is_over = to->is_over};
    struct attribute origin = {SLICE("__meta_url"), source->url};

    if (access_open(&source->access, source->url.ptr, TOTAL_MS, &client, err) != OK ||
        client_call(client, &request, &answer, err) != OK)
        return err ? err->code : E_UNAVAILABLE;
    return groups_read(buf_slice(&answer.body), source->url.ptr, origin, to, err);
}
