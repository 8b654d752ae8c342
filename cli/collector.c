/* What runs at a wrong address often answers too: its 404 must not be taken for "nothing found". */
#include "cli/collector.h"

#include "base/limits.h"
#include "base/printable.h"
#include "client/origin.h"

enum { SHOWN_BYTES = 200 };

enum status collector_check(const char *url, struct error *err)
{
    struct buf origin CLEANUP(buf_release) = BUF_INIT(LIMIT_URI_BYTES);
    return origin_of(url, &origin, err) == OK ? OK : error_wrap(err, "--collector");
}

static bool is_foreign(const struct client_answer *answer, enum status status)
{
    return status != OK && answer->status >= 400 && answer->words != CLIENT_ERROR;
}

enum status collector_named(const char *url, const struct client_answer *answer, enum status status,
                            struct error *err)
{
    struct buf shown CLEANUP(buf_release) = BUF_INIT(4 * SHOWN_BYTES);
    struct slice place = slice_of(url);
    if (!is_foreign(answer, status) || answer->status >= 500) /* those of 5xx are named already */
        return status;

    place = slice_sub(place, 0, slice_find(place, '?'));
    printable_append(&shown, slice_sub(place, 0, SHOWN_BYTES));
    if (answer->words == CLIENT_TEXT)
        return error_wrap(err, "%s answers %d", buf_cstr(&shown), answer->status);
    return error_set(err, status, "%s answers %d", buf_cstr(&shown), answer->status);
}

enum status collector_judge(const char *url, const struct client_answer *answer, enum status status,
                            struct error *err)
{
    if (client_answer_header(answer, "X-Go-Pprof").len > 0) /* its plain words for pprof */
        return status;
    status = collector_named(url, answer, status, err);
    if (!is_foreign(answer, status) || status != E_NOT_FOUND)
        return status;

    const struct error said = *err;
    return error_set(err, E_UNAVAILABLE, "%s; that does not look like a brazier collector", said.text);
}
