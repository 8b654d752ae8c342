/* The timeline of files: by the time that each says. */
#ifndef CLI_QUERY_TIMELINE_H
#define CLI_QUERY_TIMELINE_H

#include "cli/query_command.h"
#include "cli/timeline.h"

/* Slices of the result live in `names`. At most `points` steps unless --step says which. Codes as
 * input_add_word(); E_NOT_FOUND: no profile that says when it was taken. */
NODISCARD enum status timeline_of_files(struct query *q, size_t points, struct buf *names,
                                        struct timeline *ret_timeline, struct error *err);
/* The same as JSON, as a collector gives it. */
void timeline_json(const struct timeline *t, struct buf *out);

#endif
