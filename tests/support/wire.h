/* A raw TCP client for tests: bytes out, bytes in, and waiting for what the other side does. Loopback only.
 */
#ifndef SUPPORT_WIRE_H
#define SUPPORT_WIRE_H

#include <stdbool.h>
#include <stddef.h>

enum { WIRE_TIMEOUT_MS = 20000 }; /* far beyond what a working server needs; reaching it is a failure */

/* A connected socket, or -1. */
int wire_connect(unsigned port);
/* Writes all; false if the other side is gone. */
bool wire_send(int fd, const void *data, size_t len);
bool wire_text(int fd, const char *text);
/* Says that nothing more will be sent. */
void wire_finish(int fd);

/* What came so far; text is NUL-terminated. */
struct wire_reply {
    char *text;
    size_t len, cap;
    size_t head_len;     /* with the blank line; 0: not there yet */
    unsigned status;     /* of the head */
    long content_length; /* -1: none */
    bool closed;         /* the other side has finished */
    bool reset;          /* ... with a reset */
};

/* Reads one whole answer; what came behind it stays for the next call with the same struct. `no_body`: of
 * HEAD, or a 100. False if the connection ended before, or after WIRE_TIMEOUT_MS. */
bool wire_read(int fd, struct wire_reply *r, bool no_body);
/* Drops the answer that was read, keeping what came behind it. */
void wire_next(struct wire_reply *r, bool no_body);
/* Waits until the other side closes; everything that came is in the reply. False after WIRE_TIMEOUT_MS. */
bool wire_wait_close(int fd, struct wire_reply *r);
/* The value of a header of the answer in a static buffer, or NULL. */
const char *wire_header(const struct wire_reply *r, const char *name);
const char *wire_body(const struct wire_reply *r);
void wire_release(struct wire_reply *r);

#endif
