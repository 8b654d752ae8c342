/* The files that AWS tools share (~/.aws/config and ~/.aws/credentials). Pure. */
#ifndef S3_INI_H
#define S3_INI_H

#include "base/slice.h"

/* Calls `pair` for each "name = value" with the section that it stands in, in the order of the file. Lines
 * that begin with '#' or ';' and what follows " #" or " ;" in a value are comments. Indented lines below a
 * name without a value are a nested table and skipped. Returns 0, or the number of the first line that is
 * none of these. */
int ini_read(struct slice text,
             void (*pair)(void *user, struct slice section, struct slice name, struct slice value),
             void *user);

#endif
