/* A budget of bytes that many threads share: take before you allocate, give back after you free. Lock-free.
 */
#ifndef BASE_BUDGET_H
#define BASE_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct budget {
    atomic_size_t used;
    size_t max;
};

void budget_init(struct budget *b, size_t max_bytes);
/* False, and nothing taken, if it would go over. */
bool budget_take(struct budget *b, size_t bytes);
/* Takes even over the bound: for memory that exists already. */
void budget_add(struct budget *b, size_t bytes);
void budget_give(struct budget *b, size_t bytes);
size_t budget_used(struct budget *b);

#endif
