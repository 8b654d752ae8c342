/* A number of bytes as people read it: "0 bytes", "43 KB", "0.3 MB". Any thread. */
#ifndef CLI_AMOUNT_H
#define CLI_AMOUNT_H

#include <stdint.h>
#include <stdio.h>

enum { AMOUNT_BYTES = 32 };

/* Units are powers of 1000. Writes a text that ends with a zero. */
void amount_format(uint64_t bytes, char ret_text[static AMOUNT_BYTES]);
void amount_print(FILE *out, uint64_t bytes);

#endif
