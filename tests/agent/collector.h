/* A collector of a few lines: each connection is one request, answered by the next answer of a list. */
#ifndef TESTS_AGENT_COLLECTOR_H
#define TESTS_AGENT_COLLECTOR_H

#include <stdbool.h>
#include <stddef.h>

enum { COLLECTOR_REQUESTS = 8 };

struct collector;

/* Answers are whole: "HTTP/1.1 200 OK\r\n...". NULL in place of one: it never answers. The last one is
 * repeated. */
struct collector *collector_new(const char *const *answers, size_t count);
unsigned collector_port(const struct collector *c);
/* Ends it; from then on requests may be read. */
void collector_stop(struct collector *c);
size_t collector_count(const struct collector *c);
/* Until so many have come. */
void collector_wait(struct collector *c, size_t count);
/* Request i with head and body, NUL-terminated. */
const char *collector_request(const struct collector *c, size_t i);
void collector_free(struct collector *c);

#endif
