/* Small files: configuration, tokens, credentials. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"

/* Appends the whole file. E_NOT_FOUND if there is none, E_DENIED if it may not be read, E_TOO_LARGE over
 * out's bound; the text names the path. */
NODISCARD enum status file_read(const char *path, struct buf *out, struct error *err);
/* The same of standard input, up to its end. */
NODISCARD enum status file_read_stdin(struct buf *out, struct error *err);
/* mtime in ns since 1970, or 0 if the file cannot be looked at. */
int64_t file_mtime_ns(const char *path);
/* mkdir -p with mode 0700 for what is made. */
NODISCARD enum status file_make_dirs(const char *path, struct error *err);

#endif
