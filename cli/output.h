/* Where the result of a command goes: standard output, or a file that is whole or not there. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "base/error.h"
#include "base/slice.h"

/* path: NULL or "-" is standard output. A reader that has gone away is no error. A file is written beside its
 * place and renamed: what stood there before stays whole until then. E_INVALID: cannot be written, with the
 * reason. */
NODISCARD enum status output_write(const char *path, struct slice bytes, struct error *err);

#endif
