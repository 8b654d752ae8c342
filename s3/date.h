/* The three spellings of time that S3 uses. Pure; milliseconds since 1970. */
#ifndef S3_DATE_H
#define S3_DATE_H

#include "base/slice.h"

/* HTTP's date (RFC 9110 section 5.6.7, the preferred form only): "Sun, 06 Nov 1994 08:49:37 GMT". */
NODISCARD bool date_from_http(struct slice text, int64_t *ret_ms);

/* "2009-10-12T17:50:30Z", with up to nine decimals of the second. */
NODISCARD bool date_from_iso(struct slice text, int64_t *ret_ms);

/* SigV4's: "20091012T175030Z" and a NUL. Years 1970 to 9999. */
enum { DATE_AMZ_CHARS = 16 };
void date_to_amz(int64_t ms, char out[DATE_AMZ_CHARS + 1]);

#endif
