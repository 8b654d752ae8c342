/* From an id to its profile: the index first, the store where the index does not know it. Blocks. */
#ifndef COLLECTOR_LOOKUP_H
#define COLLECTOR_LOOKUP_H

#include "collector/app.h"
#include "model/profile_meta.h"

/*
 * The profile that an id stands for; its strings live in the arena. An alias gives the canonical one, where
 * the index knows it. E_NOT_FOUND: no such profile, or it was deleted. With an empty index the bucket is
 * asked: the id says under which prefix its key is.
 */
NODISCARD enum status lookup_id(struct app *app, const struct id *id, struct arena *arena,
                                struct profile_meta *ret_meta, struct error *err);

/* The same, but the bucket alone is asked; only this very id. */
NODISCARD enum status lookup_id_in_store(struct app *app, const struct id *id, struct arena *arena,
                                         struct profile_meta *ret_meta, struct error *err);

#endif
