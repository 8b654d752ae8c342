/*
 * The id of a profile: where it is and what it is. 38 characters, `lane` `mint time` '-' `digest`:
 *
 *     0 01m838zsex - v9pkxyc34vav13p89rxfaqpz04       (without the blanks)
 *
 * Lane is one hex digit, the mint time a stamp (model/stamp.h), the digest 26 base 32 digits. Nothing in it
 * needs escaping anywhere, there is no '+', and it says day and minute of its key, so an object is found
 * without an index. Pure; any thread.
 */
#ifndef MODEL_ID_H
#define MODEL_ID_H

#include "model/digest.h"
#include "model/stamp.h"

enum {
    ID_BYTES = 38,
    ID_LANES = 16,
    ID_BOUND_BYTES = 1 + STAMP_BYTES + 1, /* with the NUL */
};

struct id {
    char text[ID_BYTES + 1]; /* NUL-terminated */
};

/* lane 0..15; mint_ms outside 0..TIME_MAX_MS is moved to the nearer end. */
struct id id_make(unsigned lane, int64_t mint_ms, const struct digest *digest);

/* Exactly the text that id_make() writes; E_INVALID names what is wrong with it. */
NODISCARD enum status id_parse(struct slice text, struct id *ret_id, struct error *err);

/* Of a valid id. */
int64_t id_mint_ms(const struct id *id);
unsigned id_lane(const struct id *id);
struct digest id_digest(const struct id *id);
struct slice id_slice(const struct id *id);

/* Bytewise: lane, then mint time, then digest: the order of keys. */
int id_cmp(const struct id *a, const struct id *b);
/* By mint time, then bytewise. For ids of one digest, whose lanes differ if the number of lanes was changed.
 */
int id_cmp_mint(const struct id *a, const struct id *b);

/* Lane and stamp: greater than every id of that lane minted before ms, less than every one minted at ms or
 * later. */
void id_bound(unsigned lane, int64_t ms, char ret_text[static ID_BOUND_BYTES]);

#endif
