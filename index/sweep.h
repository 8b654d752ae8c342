/*
 * A sweep reads all listed rows of a selection within bounds, each once and in no order, with their numbers:
 * for adding up. Two ways, as of a scan (index/scan.h): by series, each row looked up; or all rows in the
 * order of minting.
 */
#ifndef INDEX_SWEEP_H
#define INDEX_SWEEP_H

#include "index/scan.h"

struct sweep_row {
    size_t place; /* of its series in the selection */
    int64_t created_ms;
    struct slice numbers; /* row->numbers */
};

struct sweep {
    struct conn *conn;
    const struct selection *selection; /* not one that is_all */
    enum scan_way way;
    size_t rows_max; /* that may be looked at, selected or not: E_TOO_LARGE; counts down */
    enum status (*fn)(void *user, const struct sweep_row *row, struct error *err);
    void *user;
};

NODISCARD enum status sweep_run(struct sweep *s, const struct scan_bounds *bounds, struct error *err);
/* Those within the bounds that were minted before bounds->mint_min_ms, instead of those minted then or later.
 * Looks at all rows minted before, without a limit: they are about to be dropped. */
NODISCARD enum status sweep_too_old(struct sweep *s, const struct scan_bounds *bounds, struct error *err);

#endif
