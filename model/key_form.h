/*
 * The two ways in which a key says what a profile is, without the path around it: text (kind p) and packed
 * (kind q). Private to model/key*.c. Pure.
 */
#ifndef MODEL_KEY_FORM_H
#define MODEL_KEY_FORM_H

#include "model/profile_meta.h"

/*
 * Room for either form in a key of 1,024 bytes whose root is as long as roots may be. Which form a profile
 * gets depends on it alone, not on the root at hand, so that a tree of keys can be moved to another root.
 */
enum { KEY_FORM_BYTES = 890 };

/* Append the form; over out's bound out->full is set. with_facts false leaves the facts out. */
void key_text_encode(const struct profile_meta *meta, bool with_facts, struct buf *out);
void key_packed_encode(const struct profile_meta *meta, bool with_facts, struct buf *out);

/* Read exactly what was written, into all fields but the id; slices live in the arena. Limits are not looked
 * at but those of the struct. E_INVALID names the part, E_TOO_LARGE: the arena is full. */
NODISCARD enum status key_text_decode(struct slice form, struct arena *arena, struct profile_meta *ret_meta,
                                      struct error *err);
NODISCARD enum status key_packed_decode(struct slice form, struct arena *arena, struct profile_meta *ret_meta,
                                        struct error *err);

#endif
