/*
 * Profiles into a merge: from files, directories, standard input, URLs, or from what is selected on a
 * collector. One thread.
 */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "cli/remote.h"
#include "model/profile_type.h"
#include "pprof/merge.h"

struct input {
    const struct query_options *options;
    struct remote *remote;
    struct progress *progress;
    struct merge *merge; /* NULL: nothing is merged, `each` only looks */
    enum merge_side side;
    const struct profile_type *type; /* of files in directories; NULL: all */
    /* Called for each profile before it is merged; may be NULL. */
    enum status (*each)(struct input *in, const char *name, struct slice body, struct error *err);
    void *user;
    uint64_t files, skipped, others, bytes; /* read; not a profile; of another type than asked for; read */
};

/*
 * A word of the command line: a file, a directory (with all beneath it: what is no profile there is skipped
 * and named on stderr), "-" or a URL. E_INVALID: not there, not readable, no profile, or its sample types
 * differ from those before; the text names the file. Errors of merge_add().
 */
NODISCARD enum status input_add_word(struct input *in, const char *word, struct error *err);
/* What is selected on a collector. Codes as remote_ask(). */
NODISCARD enum status input_add_selection(struct input *in, const struct selection *s, struct error *err);
/* Says on stderr how many files were skipped. */
void input_end(const struct input *in);

/* What a merge of these options may take. */
struct merge *input_merge_new(const struct query_options *o);

#endif
