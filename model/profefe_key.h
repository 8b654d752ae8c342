/*
 * The keys of profefe's S3 and GCS stores, for moving away from it. They say service, type, time and labels:
 *
 *     P0.checkout/1/bpc00mript33iv4net01,dc=fra,region=eu
 *     schema . service / type's number / xid [, label = value]...
 *
 * The xid is 20 digits of base32hex in lower case: seconds since 1970, then bytes that tell profiles of one
 * second apart. The service is as it was posted, whatever bytes it has, but profefe writes a slash as two
 * underscores, which cannot be told from two underscores. Labels are escaped as in a URL. Pure.
 *
 * Source: docs/MIGRATING.md.
 */
#ifndef MODEL_PROFEFE_KEY_H
#define MODEL_PROFEFE_KEY_H

#include "model/labels.h"
#include "model/profile_type.h"

struct profefe_key {
    struct slice service;            /* borrows from the key */
    const struct profile_type *type; /* static */
    int64_t created_at_ms;           /* whole seconds */
    struct labels labels;            /* in the arena */
};

/*
 * Reads a key, or the end of a path that holds one: what stands in front of the last component that begins
 * with "P0." is passed over, so files of a copied tree can be named by their paths. E_NOT_FOUND: it is no
 * such key; E_INVALID: it is one, and what is wrong with it; E_TOO_LARGE: the arena is full.
 */
NODISCARD enum status profefe_key_parse(struct slice path, struct arena *arena, struct profefe_key *ret_key,
                                        struct error *err);

#endif
