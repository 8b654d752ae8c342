/* One parser for every command that takes labels, so that all refuse the same. */
#include "cli/label_word.h"

enum status label_word_cut(const char *word, struct slice *ret_key, struct slice *ret_value,
                           struct error *err)
{
    struct slice text = slice_of(word);
    size_t equals = slice_find(text, '=');

    if (equals == 0 || equals == text.len)
        return error_set(err, E_INVALID, "a label is KEY=VALUE, which '%s' is not", word);
    *ret_key = slice_sub(text, 0, equals);
    *ret_value = slice_from(text, equals + 1);
    return OK;
}

enum status label_word_add(const char *word, struct labels *labels, struct error *err)
{
    struct label label;

    if (label_word_cut(word, &label.key, &label.value, err) != OK)
        return E_INVALID;
    if (labels->count == LIMIT_LABELS)
        return error_set(err, E_INVALID, "more than %lu labels", LIMIT_LABELS);
    labels->items[labels->count++] = label;
    return OK;
}
