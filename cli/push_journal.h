/*
 * A file that remembers what was stored, so that the next push leaves it out: an import may be broken off and
 * go on next week. Without it that would be stored twice, since equal bytes count once for 24 hours only.
 *
 * A line is "BYTES MODIFIED_MS NAME": what has changed since is sent again. A name with a line feed is not
 * remembered. Any thread, but for open and close.
 */
#ifndef CLI_PUSH_JOURNAL_H
#define CLI_PUSH_JOURNAL_H

#include "base/error.h"
#include "cli/push_files.h"

struct push_journal;

/* Reads it, or makes it. E_INVALID: it cannot be read or written; E_TOO_LARGE over LIMIT_JOURNAL_BYTES. */
NODISCARD enum status push_journal_open(const char *path, struct push_journal **ret_journal,
                                        struct error *err);
void push_journal_close(struct push_journal *j); /* takes NULL */

/* `source` stands before the name: "s3://BUCKET/", or "" for files. */
bool push_journal_has(const struct push_journal *j, const char *source, const struct push_file *file);
/* From now on on disk, though not synced. E_UNAVAILABLE: it cannot be written. */
NODISCARD enum status push_journal_add(struct push_journal *j, const char *source,
                                       const struct push_file *file, struct error *err);

#endif
