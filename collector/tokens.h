/*
 * Who may do what: bearer tokens with scopes, from a file. Lines are
 *
 *     SCOPE[,SCOPE...] TOKEN [NAME]        scopes: ingest, read, admin; NAME appears in the log
 *
 * empty lines and lines that begin with # are skipped. A token comes as `Authorization: Bearer TOKEN` (RFC
 * 6750) or as the password of basic authentication (RFC 7617), which is all that `go tool pprof` can send.
 * Only hashes of the tokens are kept, and all of them are compared, each in constant time.
 */
#ifndef COLLECTOR_TOKENS_H
#define COLLECTOR_TOKENS_H

#include "base/buf.h"
#include "base/error.h"
#include "base/secret.h"
#include "base/slice.h"

enum scope {
    SCOPE_NONE = 0, /* of a route: open to everybody (health) */
    SCOPE_INGEST = 1 << 0,
    SCOPE_READ = 1 << 1,
    SCOPE_ADMIN = 1 << 2, /* deletes; includes the others */
};

enum { TOKEN_NAME_BYTES = 64, TOKEN_MIN_BYTES = 16, TOKENS_OWN_MAX = 2, TOKEN_CREDENTIALS_MAX = 4096 };

struct tokens;

/* E_CONFIG names file and line, never the token. */
NODISCARD enum status tokens_load(const char *path, struct tokens **ret_tokens, struct error *err);
void tokens_free(struct tokens *t); /* takes NULL */
/* A token for a part of ourselves, which may only send; it outlives changes of the file. At most
 * TOKENS_OWN_MAX. */
void tokens_make_own(struct tokens *t, const char *name, struct secret *ret_token);
/* Reads the file again if it was changed. A file that is wrong now changes nothing and is reported: E_CONFIG.
 * *ret_changed tells whether new tokens are in force. Any thread. */
NODISCARD enum status tokens_refresh(struct tokens *t, bool *ret_changed, struct error *err);
/* The scopes of what the Authorization header says; 0 for none or an unknown one. ret_name (TOKEN_NAME_BYTES)
 * gets its name, "" if it has none. Any thread. */
unsigned tokens_scopes(struct tokens *t, struct slice authorization, char *ret_name);
/* The same of a bare token; ret_pass (PASS_BYTES, see collector/pass.h) gets a pass for it, "" if it is
 * unknown. */
unsigned tokens_give_pass(struct tokens *t, struct slice token, int64_t expires_s, char *ret_pass,
                          char *ret_name);
/* The same of a pass; 0: it is of no token in force, or has expired. */
unsigned tokens_pass_scopes(struct tokens *t, struct slice pass, int64_t now_s, char *ret_name);
/* The token in an Authorization header, bearer or password; false: none. `scratch` backs it. */
NODISCARD bool tokens_find(struct slice authorization, struct buf *scratch, struct slice *ret_token);

#endif
