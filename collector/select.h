/* GET /api/0/profiles/merge: everything that a selection finds, as one profile. */
#ifndef COLLECTOR_SELECT_H
#define COLLECTOR_SELECT_H

#include "collector/combine.h"

/* Handler of the route. */
void select_merge_handle(struct http_request *req);

/* All that the selector finds now, oldest first; it may be nothing. E_TOO_LARGE: more than one merge takes.
 */
NODISCARD enum status select_plan(struct question *q, const struct selector *selector,
                                  struct combine_plan *ret_plan, struct error *err);
/* OK, or E_INVALID: profiles of the type that was asked for cannot be merged. */
NODISCARD enum status select_check_type(const struct question *q, struct error *err);

#endif
