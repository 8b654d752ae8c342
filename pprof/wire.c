/* Numbers of one or two bytes, nearly all there are, are read in wire.h; this is the rest. */
#include "pprof/wire.h"

bool wire_varint_long(struct wire *w, uint64_t *ret_value)
{
    const uint8_t *at = w->at;
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 7 * WIRE_VARINT_MAX && at < w->end; shift += 7) {
        uint8_t byte = *at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *ret_value = value;
            w->at = at;
            return true;
        }
    }
    return wire_fail(w, at == w->end ? "truncated varint" : "varint longer than 10 bytes");
}
