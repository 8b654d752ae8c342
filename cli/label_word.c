/* One parser for every command that takes labels, so that all refuse the same. */
#include "cli/label_word.h"

enum status label_word_add(const char *word, struct labels *labels, struct error *err)
{
    struct slice text = slice_of(word);
    size_t equals = slice_find(text, '=');

    if (equals == 0 || equals == text.len)
        return error_set(err, E_INVALID, "a label is KEY=VALUE, which '%s' is not", word);
    if (labels->count == LIMIT_LABELS)
        return error_set(err, E_INVALID, "more than %lu labels", LIMIT_LABELS);
    labels->items[labels->count++] = (struct label){slice_sub(text, 0, equals), slice_from(text, equals + 1)};
    return OK;
}
