/*
 * libcurl has checked the framing (lengths that disagree, folded lines, a status line that is none); this
 * only picks out values. A header that cannot be read is as good as none.
 */
#include "s3/answer.h"

#include "s3/date.h"
#include "s3/error_xml.h"

enum { RETRY_AFTER_MAX_S = 3600 };

static void status_line(struct answer *a, struct slice line)
{
    *a = (struct answer){.status = 0};
    uint64_t status = 0;
    size_t space = slice_find(line, ' ');
    if (slice_to_u64(slice_sub(line, space + 1, 3), &status))
        a->status = (int)status;
}

/* Seconds, or a date, which is read against the answer's own. */
static int64_t retry_after_ms(const struct answer *a, struct slice value)
{
    uint64_t seconds = 0;
    int64_t at_ms = 0, wait_ms = 0;
    if (slice_to_u64(value, &seconds))
        wait_ms = (int64_t)(seconds < RETRY_AFTER_MAX_S ? seconds : RETRY_AFTER_MAX_S) * 1000;
    else if (a->date_ms > 0 && date_from_http(value, &at_ms) && at_ms > a->date_ms)
        wait_ms = at_ms - a->date_ms;
    return wait_ms < RETRY_AFTER_MAX_S * 1000 ? wait_ms : RETRY_AFTER_MAX_S * 1000;
}

/* libcurl takes the last of several. Where two disagree, something between us and the bucket is broken or
 * hostile. */
static void take_length(struct answer *a, struct slice value)
{
    uint64_t length = 0;
    bool good = slice_to_u64(value, &length);
    a->two_lengths = a->two_lengths || (a->has_length && (!good || length != a->length));
    a->has_length = good;
    a->length = length;
}

void answer_line(struct answer *a, struct slice line)
{
    line = slice_trim(line);
    if (slice_starts(line, SLICE("HTTP/"))) {
        status_line(a, line);
        return;
    }

    size_t colon = slice_find(line, ':');
    struct slice name = slice_sub(line, 0, colon), value = slice_trim(slice_from(line, colon + 1));
    if (slice_eq_nocase(name, SLICE("content-length")))
        take_length(a, value);
    else if (slice_eq_nocase(name, SLICE("date")) && !date_from_http(value, &a->date_ms))
        a->date_ms = 0;
    else if (slice_eq_nocase(name, SLICE("last-modified")) && !date_from_http(value, &a->modified_ms))
        a->modified_ms = 0;
    else if (slice_eq_nocase(name, SLICE("retry-after")))
        a->retry_after_ms = retry_after_ms(a, value);
    else if (slice_eq_nocase(name, SLICE("x-amz-request-id")))
        error_xml_copy(a->request_id, sizeof a->request_id, value);
    else if (slice_eq_nocase(name, SLICE("x-amz-bucket-region")))
        error_xml_copy(a->region, sizeof a->region, value);
    else if (slice_eq_nocase(name, SLICE("location")))
        error_xml_copy(a->location, sizeof a->location, value);
    else if (slice_eq_nocase(name, SLICE("x-amz-meta-pf-sha256")))
        error_xml_copy(a->sha256, sizeof a->sha256, value);
}
