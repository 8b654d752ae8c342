/*
 * One process to be asked for profiles: where it is, and under which service and labels they are kept. Made
 * from what discovery found by the rules of its job; constant afterwards.
 */
#ifndef SCRAPE_TARGET_H
#define SCRAPE_TARGET_H

#include "model/labels.h"
#include "scrape/attributes.h"
#include "scrape/job.h"

struct target {
    const struct job *job; /* outlives it */
    struct slice url;      /* "http://10.0.0.7:6060" */
    struct slice base;     /* "/debug/pprof": where its profiles are; ends in no slash */
    struct slice service;
    struct labels labels;
    struct slice key;   /* the same for the same target of the same job, and only then */
    uint64_t offset_ms; /* where in the interval its turn is: by the key, the same in every process */
    struct arena arena; /* holds all of it */
};

/*
 * Takes attributes through the job's relabelling. What counts then: __address__ (HOST:PORT), __scheme__,
 * __pprof_path__, __service__ (else service, else the job's name); instance is __address__ unless it is set.
 * *ret_target is NULL when the rules drop it. E_INVALID: it has no address, or its labels are over the limits
 * of labels_check(); E_TOO_LARGE. `found` is used up.
 */
NODISCARD enum status target_new(const struct job *job, struct attributes *found, struct target **ret_target,
                                 struct error *err);
void target_free(struct target *t); /* NULL is fine */

#endif
