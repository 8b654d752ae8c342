/* What was read on the way is wiped. */
#include "client/token.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

enum { TOKEN_FILE_BYTES = 4096 };

enum status token_read(const char *file, struct secret *token, struct error *err)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(TOKEN_FILE_BYTES);
    const char *variable = getenv("BRAZIER_TOKEN");

    if (file && file_read(file, &text, err) != OK) {
        if (err)
            err->code = E_INVALID;
        return E_INVALID;
    }
    secret_set(token, slice_trim(file ? buf_slice(&text) : slice_of(variable)));
    if (text.ptr)
        explicit_bzero(text.ptr, text.len);
    return OK;
}
