/*
 * The head of an answer: the status and the few headers that mean something here, read line by line. Pure.
 * Whatever the server sent is cut and made printable.
 */
#ifndef S3_ANSWER_H
#define S3_ANSWER_H

#include "base/slice.h"

struct answer {
    int status;       /* 0: no status line yet */
    bool two_lengths; /* that disagree: nothing of the answer can be trusted */
    bool has_length;
    uint64_t length;
    int64_t date_ms;        /* Date; 0: none that can be read */
    int64_t modified_ms;    /* Last-Modified; 0: none */
    int64_t retry_after_ms; /* Retry-After, at most an hour; 0: none */
    char request_id[80];    /* x-amz-request-id */
    char region[40];        /* x-amz-bucket-region */
    char location[160];     /* of a redirect, for the text only */
    char sha256[65];        /* x-amz-meta-pf-sha256 as sent, cut; empty: none */
};

/* One line of the head, with or without its line end. A status line begins a new answer, so that what was
 * said with "100 Continue" is forgotten. */
void answer_line(struct answer *a, struct slice line);

#endif
