/*
 * A server that is told the whole conversation beforehand: what each request must look like, what to answer,
 * and what to do with the connection then. Anything else is kept as a fault with both texts, and ends the
 * conversation. One thread, loopback, libc only. Also plays the services that hand out credentials.
 *
 *     static const struct fake_step talk[] = {
 *         {.request = "GET /test/k HTTP/1.1", .status = "503 Slow Down", .answer = "<Error>...", .then =
 * FAKE_CLOSE},
 *         {.request = "GET /test/k HTTP/1.1", .status = "200 OK", .answer = "bytes", .on =
 * FAKE_NEW_CONNECTION},
 *     };
 *     struct fake_s3 *fake = fake_s3_start(talk, 2);
 *     ... 127.0.0.1:fake_s3_port(fake) ...
 *     fault = fake_s3_end(fake);
 */
#ifndef TESTS_SUPPORT_FAKE_S3_H
#define TESTS_SUPPORT_FAKE_S3_H

#include <stddef.h>

enum fake_then {
    FAKE_KEEP,    /* the connection stays open */
    FAKE_CLOSE,   /* it is closed after the answer */
    FAKE_RESET,   /* it is reset (RST) after the answer */
    FAKE_TRICKLE, /* the answer goes out byte by byte until the client has had enough */
};

enum fake_on { FAKE_ANY_CONNECTION, FAKE_NEW_CONNECTION, FAKE_SAME_CONNECTION };

enum { FAKE_HEADERS = 8 };

struct fake_step {
    /* The request. */
    const char *request; /* its first line; a '*' at the end: it begins so; NULL: any */
    /* "name: value": is there, a '*' at the end as above. "!name": is not there. Names in lower case. */
    const char *headers[FAKE_HEADERS];
    const char *body; /* NULL: any */
    enum fake_on on;  /* which connection it comes on, seen from the step before */

    /* The answer: nothing at all; or `raw` as it stands; or a head made of status, Date (now), Content-Length
     * and `head`, and `answer` behind it. */
    const char *raw;
    const char *status;
    const char *head; /* further lines, each ended by \r\n; one that begins with "Date:" replaces ours */
    const char *answer;
    size_t answer_bytes; /* 0: strlen(answer) */
    int refuse_early;    /* answers before the body was read (Expect: 100-continue) */
    int after_next;      /* answers only when the request of the next step has come (one at a time) */
    enum fake_then then;
};

struct fake_s3;

/* `steps` is borrowed. Aborts if the machine has no socket to give. */
struct fake_s3 *fake_s3_start(const struct fake_step *steps, size_t count);
int fake_s3_port(const struct fake_s3 *f);
/* Ends it. NULL: everything was asked for as told. Else what went wrong; to be freed. */
char *fake_s3_end(struct fake_s3 *f);

#endif
