/*
 * The text of a series: what many profiles have in common, in one canonical byte string, so that equal series
 * have equal texts. Pure; any thread.
 *
 *     service, type, number of labels, (key, value)*, then, if the profiles have facts:
 *     index of the default sample type, (name, unit)*
 *
 * Numbers are varints; strings are a varint and so many bytes.
 */
#ifndef INDEX_SERIES_TEXT_H
#define INDEX_SERIES_TEXT_H

#include "base/buf.h"
#include "model/profile_meta.h"

enum { SERIES_TEXT_MAX = 4096 };

/* Appends. The names of facts come from a key, so all of it is below SERIES_TEXT_MAX. */
void series_text_encode(const struct profile_meta *meta, struct buf *out);

/* Sets service, type, labels and the names of the facts, with slices that borrow from the text; the rest of
 * *meta is left alone but for the numbers of the facts, which become 0. False: damaged. */
NODISCARD bool series_text_decode(struct slice text, struct profile_meta *meta);

/* The terms that a series is found by: one for the service, one for the type, one a label. */
enum { SERIES_TERM_MAX = 2 + (int)LIMIT_LABELS };

void series_text_service_term(struct slice service, struct buf *out);
void series_text_type_term(struct slice type, struct buf *out);
void series_text_label_term(const struct label *label, struct buf *out);

#endif
