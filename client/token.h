/* The token that a collector wants: from a file, or from the environment; never from argv. */
#ifndef CLIENT_TOKEN_H
#define CLIENT_TOKEN_H

#include "base/error.h"
#include "base/secret.h"

/* Sets the trimmed content of `file`; of BRAZIER_TOKEN if file is NULL; unset when there is neither.
 * E_INVALID: the file cannot be read, or nothing stands there. At start only: the environment is read. */
NODISCARD enum status token_read(const char *file, struct secret *token, struct error *err);
/* Sets the trimmed content of `file`, which may be nothing: a password's. E_INVALID: it cannot be read. */
NODISCARD enum status token_read_secret(const char *file, struct secret *secret, struct error *err);

#endif
