/*
 * A pass: what a browser is given for a token, to show instead of it. It says which token it was made from,
 * until when it is good, and proves it:
 *
 *     TOKEN-ID . EXPIRY . HMAC-SHA256(the token's hash, "TOKEN-ID.EXPIRY")       hex, decimal, hex
 *
 * Whoever has the token's hash can check it, so any replica with the same token file does, and nobody can
 * once the token is gone from it. The token is not in it and cannot be computed from it: tokens are long
 * random strings. Pure; any thread.
 */
#ifndef COLLECTOR_PASS_H
#define COLLECTOR_PASS_H

#include "base/hash.h"

enum { PASS_BYTES = 16 + 1 + 20 + 1 + 2 * SHA256_BYTES + 1 }; /* with the NUL */

/* `token` is the hash of a token, times are seconds since 1970. */
void pass_make(const struct sha256 *token, int64_t expires_s, char ret_pass[static PASS_BYTES]);
/* It was made from this token and has not expired. Compared in constant time. */
bool pass_is_good(struct slice pass, const struct sha256 *token, int64_t now_s);
/* When it expires; of a good one. */
int64_t pass_expires_s(struct slice pass);

#endif
