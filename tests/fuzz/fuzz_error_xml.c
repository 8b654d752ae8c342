/* Error bodies and heads of answers: whatever comes, the fields are short, printable and ended. */
#include "s3/answer.h"
#include "s3/error_xml.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t cap)
{
    size_t len = strnlen(text, cap);
    if (len == cap)
        abort();
    for (size_t i = 0; i < len; i++)
        if (text[i] < ' ' || text[i] > '~')
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice bytes = slice_make(data, size), line;
    struct error_xml fault;
    error_xml_parse(bytes, &fault);
    check_text(fault.code, sizeof fault.code);
    check_text(fault.message, sizeof fault.message);
    check_text(fault.request_id, sizeof fault.request_id);
    check_text(fault.region, sizeof fault.region);
    check_text(fault.endpoint, sizeof fault.endpoint);

    struct answer answer = {.status = 0};
    while (slice_split(&bytes, '\n', &line))
        answer_line(&answer, line);
    check_text(answer.request_id, sizeof answer.request_id);
    check_text(answer.region, sizeof answer.region);
    check_text(answer.location, sizeof answer.location);
    check_text(answer.sha256, sizeof answer.sha256);
    if (answer.retry_after_ms < 0 || answer.retry_after_ms > 3600 * 1000)
        abort();
    return 0;
}
