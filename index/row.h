/*
 * What the profile table keeps of one object, packed into about 30 bytes. Service, type, labels and the names
 * of the sample types are the series'. Pure; any thread.
 *
 *     varint  series << 2 | state
 *     varint  lag: mint time - created_at, ms, signed
 *     17      digest
 *     then, if the profile has facts: varint duration in ms, varint total of each sample type
 */
#ifndef INDEX_ROW_H
#define INDEX_ROW_H

#include "index/varint.h"
#include "model/profile_meta.h"

enum row_state {
    ROW_LISTED,
    ROW_ALIAS,  /* one profile with a canonical row of the same digest */
    ROW_HIDDEN, /* deleted: a tombstone covers it */
};

struct row {
    int64_t series;
    enum row_state state;
    int64_t lag_ms;
    struct digest digest;
    struct slice numbers; /* duration and totals, still packed; empty: no facts */
};

enum {
    ROW_BYTES_MAX = 2 * VARINT_BYTES_MAX + DIGEST_BYTES + VARINT_BYTES_MAX * (1 + (int)LIMIT_SAMPLE_TYPES)
};

/* Returns the number of bytes written. row->numbers is copied as it is. */
size_t row_pack(const struct row *row, uint8_t out[static ROW_BYTES_MAX]);
/* Slices borrow from `bytes`. False: damaged. */
NODISCARD bool row_unpack(struct slice bytes, struct row *ret_row);

/* The numbers of facts, as row->numbers holds them; returns their length. */
size_t row_pack_numbers(const struct facts *facts, uint8_t out[static ROW_BYTES_MAX]);
/* Into facts that know their names already (of the series): duration and totals. False: the row has another
 * number of totals, or is damaged. */
NODISCARD bool row_unpack_numbers(struct slice numbers, struct facts *facts);

#endif
