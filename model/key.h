/*
 * Object keys, version pf1 (docs/KEYS.md has the grammar). A key holds everything that is known of a profile:
 *
 *     [root/]pf1/<lane>/<day>/<minute>/<id>.<kind>.<meta>[/c<more meta>]...
 *
 * at most 1,024 bytes, no component over 200, only A-Z a-z 0-9 - . _ and the slashes. Encoding is a function
 * of the profile, and decoding accepts exactly what encoding writes: one profile has one key per mint time.
 * Pure; any thread.
 */
#ifndef MODEL_KEY_H
#define MODEL_KEY_H

#include "model/profile_meta.h"

enum key_kind {
    KEY_PROFILE,   /* kinds p and q */
    KEY_TOMBSTONE, /* kind x */
    KEY_UNKNOWN,   /* a kind or a version (pf2, ...) of a later release: count and skip */
};

struct key_parts {
    enum key_kind kind;
    struct id id;             /* text is "" if the version is unknown */
    struct profile_meta meta; /* KEY_PROFILE: all of it; meta.id equals id */
    struct id target;         /* KEY_TOMBSTONE: the id of the deleted profile */
};

/*
 * A root is empty or components parted by single slashes, of letters, digits, '-' and '.', none of them "."
 * or
 * ".."; at most 64 bytes. E_CONFIG says what is wrong. Everything below requires a root that passed this.
 */
NODISCARD enum status key_root_check(struct slice root, struct error *err);

/*
 * Appends the key of meta (its id decides the place) to out, whose bound must leave LIMIT_KEY_BYTES. Facts
 * are kept if they can be said and fit: tried are text with facts, packed with facts, text without, packed
 * without; *ret_facts_kept (may be NULL) tells whether the key has them. Whatever passes
 * profile_meta_check_key() fits, with all its labels. The form depends on the profile only, not on the root.
 * E_INVALID: meta is over a limit or its labels are not canonical; then out is unchanged.
 */
NODISCARD enum status key_encode_profile(struct slice root, const struct profile_meta *meta, struct buf *out,
                                         bool *ret_facts_kept, struct error *err);

/* Appends the key of a tombstone: the digest of `id` must be that of `target` (make it with id_make() of now
 * and id_digest(target)); else E_INVALID. */
NODISCARD enum status key_encode_tombstone(struct slice root, const struct id *id, const struct id *target,
                                           struct buf *out, struct error *err);

/*
 * Reads a key below root. OK with kind KEY_UNKNOWN: of a later release, as far as can be told. E_INVALID:
 * anything else that the encoders do not write (another root, foreign files, damage); the text says what is
 * wrong and does not repeat the key. E_TOO_LARGE: the arena is full; a key needs at most 2 * LIMIT_KEY_BYTES
 * of it. Slices in *ret_parts live there and not in `key`. Encoding what was decoded gives the key again.
 */
NODISCARD enum status key_decode(struct slice root, struct slice key, struct arena *arena,
                                 struct key_parts *ret_parts, struct error *err);

/* --- places: all append to out, at most LIMIT_KEY_BYTES --- */

enum key_span {
    KEY_SPAN_ALL,    /* root/pf1/ */
    KEY_SPAN_LANE,   /* root/pf1/0/ */
    KEY_SPAN_DAY,    /* root/pf1/0/20261123/ */
    KEY_SPAN_HOUR,   /* root/pf1/0/20261123/04 : the minutes 0400 to 0459 */
    KEY_SPAN_MINUTE, /* root/pf1/0/20261123/0400/ */
};

/* The prefix of all keys of the lane minted in the span that holds ms. Lane and ms are ignored where the span
 * does not name them. */
void key_prefix(struct slice root, unsigned lane, enum key_span span, int64_t ms, struct buf *out);

/* The prefix of exactly the keys of one id: everything up to and including "<id>." */
void key_id_prefix(struct slice root, const struct id *id, struct buf *out);

/* For LIST with prefix KEY_SPAN_LANE: start after this (exclusive) and every key minted at ms or later comes,
 * none minted earlier does. */
void key_start_after(struct slice root, unsigned lane, int64_t ms, struct buf *out);

#endif
