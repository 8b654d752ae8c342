/* What was read on the way is wiped. */
#include "client/token.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

enum { TOKEN_FILE_BYTES = 4096 };

enum status token_read_secret(const char *file, struct secret *secret, struct error *err)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(TOKEN_FILE_BYTES);

    if (file_read(file, &text, err) != OK) {
        if (err)
            err->code = E_INVALID;
        return E_INVALID;
    }
    secret_set(secret, slice_trim(buf_slice(&text)));
    if (text.ptr)
        explicit_bzero(text.ptr, text.len);
    return OK;
}

enum status token_read(const char *file, struct secret *token, struct error *err)
{
    if (!file) {
        secret_set(token, slice_trim(slice_of(getenv("BRAZIER_TOKEN"))));
        return OK;
    }
    enum status status = token_read_secret(file, token, err);
    return status != OK || secret_is_set(token)
               ? status
               : error_set(err, E_INVALID, "%s is empty: a token should stand there", file);
}
