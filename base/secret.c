/*
 * Secrets are wiped with explicit_bzero(), which the compiler may not drop although the memory is freed next.
 * A NUL stands behind the bytes, so that libraries which want a C string can have one without another copy.
 */
#include "base/secret.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

void secret_set(struct secret *s, struct slice value)
{
    /* Copied first: the value may be the secret itself. */
    char *copy = value.len > 0 ? mem_cstr(value.ptr, value.len) : NULL;
    secret_release(s);
    s->private_ptr = copy;
    s->private_len = value.len;
}

void secret_release(struct secret *s)
{
    if (!s)
        return;

    if (s->private_ptr)
        explicit_bzero(s->private_ptr, s->private_len);
    free(s->private_ptr);
    *s = SECRET_INIT;
}

struct slice secret_bytes(const struct secret *s)
{
    return (struct slice){s->private_ptr, s->private_len};
}

bool secret_is_set(const struct secret *s)
{
    return s->private_ptr != NULL;
}

const char *secret_text(const struct secret *s)
{
    return secret_is_set(s) ? "***" : "(none)";
}
