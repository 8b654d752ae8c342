/* Brings one profile to the collector, with patience. */
#ifndef AGENT_DELIVERY_H
#define AGENT_DELIVERY_H

#include "agent/pause.h"
#include "agent/settings.h"
#include "base/random.h"
#include "base/slice.h"

/*
 * Sends it; after no answer, 429 or 5xx again, with growing pauses, for some minutes: always the same bytes
 * and the same Idempotency-Key, so it counts once. Any other answer ends it. When the pause is stopped, one
 * attempt is left.
 *
 * OK: the collector has it. E_INVALID: it does not want it; E_UNAVAILABLE, E_CONFIG: it was not reached.
 */
NODISCARD enum status delivery_send(const struct settings *settings, const char *type, struct slice profile,
                                    struct pause *pause, struct error *err);

#endif
