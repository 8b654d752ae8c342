/* A label as it is typed: KEY=VALUE. Pure; any thread. */
#ifndef CLI_LABEL_WORD_H
#define CLI_LABEL_WORD_H

#include "model/labels.h"

/* Cuts it at its first '='; both parts borrow from the word. E_INVALID: there is no '=', or no key. */
NODISCARD enum status label_word_cut(const char *word, struct slice *ret_key, struct slice *ret_value,
                                     struct error *err);
/* The same, and adds it at the end. E_INVALID also: there are as many as may be. */
NODISCARD enum status label_word_add(const char *word, struct labels *labels, struct error *err);

#endif
