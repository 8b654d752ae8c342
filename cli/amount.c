/* A summary says megabytes with one digit, as it always did; what would be "0.0 MB" there is said in a
 * smaller unit, since it looks as if nothing had been done. */
#include "cli/amount.h"

#include <inttypes.h>

enum { KB = 1000, TENTH_MB = 100 * KB };

void amount_format(uint64_t bytes, char ret_text[static AMOUNT_BYTES])
{
    if (bytes < KB)
        (void)snprintf(ret_text, AMOUNT_BYTES, "%" PRIu64 " byte%s", bytes, bytes == 1 ? "" : "s");
    else if (bytes < TENTH_MB)
        (void)snprintf(ret_text, AMOUNT_BYTES, "%" PRIu64 " KB", (bytes + KB / 2) / KB);
    else
        (void)snprintf(ret_text, AMOUNT_BYTES, "%.1f MB", (double)bytes / 1e6);
}

void amount_print(FILE *out, uint64_t bytes)
{
    char text[AMOUNT_BYTES];

    amount_format(bytes, text);
    (void)fputs(text, out);
}
