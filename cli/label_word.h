/* A label as it is typed: KEY=VALUE. Pure; any thread. */
#ifndef CLI_LABEL_WORD_H
#define CLI_LABEL_WORD_H

#include "model/labels.h"

/* Adds it at the end; it borrows from the word. E_INVALID: there is no '=' or no key, or there are as many
 * as may be. Nothing else is checked. */
NODISCARD enum status label_word_add(const char *word, struct labels *labels, struct error *err);

#endif
