/* The list of files: what each is. */
#ifndef CLI_QUERY_LIST_H
#define CLI_QUERY_LIST_H

#include "cli/query_command.h"

/* Of the files and directories that the words name. Codes as input_add_word(); E_NOT_FOUND: no profile. */
NODISCARD enum status list_files(struct query *q, struct error *err);

#endif
