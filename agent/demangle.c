/* The C++ runtime knows best, and a program that has C++ names has it: it is looked for when the first such
 * name comes. */
#include "agent/demangle.h"

#include "agent/loader.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

typedef char *demangle_fn(const char *name, char *out, size_t *len, int *ret_status);

/* A few symbols demangle to hundreds of kilobytes. */
enum { MANGLED_MAX = 4096 };

static demangle_fn *look_up(void)
{
    demangle_fn *fn = NULL;
    void *found = dlsym(RTLD_DEFAULT, "__cxa_demangle");
    if (!found) {
        void *library = loader_open("libstdc++.so.6");
        found = library ? dlsym(library, "__cxa_demangle") : NULL;
    }
    memcpy(&fn, &found, sizeof fn);
    return fn;
}

bool demangle(const char *name, struct buf *out)
{
    static demangle_fn *fn;
    static bool has_looked;

    if (strncmp(name, "_Z", 2) != 0 || strlen(name) > MANGLED_MAX)
        return false;
    if (!has_looked) {
        has_looked = true;
        fn = look_up();
    }
    if (!fn)
        return false;

    int status = 0;
    char *text = fn(name, NULL, NULL, &status);
    if (!text)
        return false;
    buf_append_cstr(out, text);
    free(text);
    return true;
}
