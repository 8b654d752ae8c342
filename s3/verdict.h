/*
 * What an answer of the bucket means: a status of the store interface, whether a second request may mend it,
 * and what a person should do. One table, read by HTTP status first and by the error's code second. Pure.
 */
#ifndef S3_VERDICT_H
#define S3_VERDICT_H

#include "s3/answer.h"
#include "s3/error_xml.h"
#include "store/store.h"

/* The second request of an operation; each kind at most once. */
enum verdict_step {
    STEP_NONE,
    STEP_CLOCK,       /* learn the time from Date, sign again */
    STEP_CREDENTIALS, /* read the credentials again; if they are others now, sign again */
    STEP_REGION,      /* sign again for the region that the answer names */
};

struct verdict {
    enum status code;
    enum verdict_step step; /* if it cannot be taken, or was, `code` stands */
    const char *advice;     /* for people; may be empty; static */
};

/* `fault` is what the body said (found: an <Error>). With status 2xx and no <Error> the code is OK. */
struct verdict verdict_of(enum store_verb verb, const struct answer *answer, const struct error_xml *fault);

/* The region that the answer names, or "". */
const char *verdict_region(const struct answer *answer, const struct error_xml *fault);

#endif
