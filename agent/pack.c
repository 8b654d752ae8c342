/* base/gzip.h does the same faster, but is linked with its libraries; a profile a minute can wait. */
#include "agent/pack.h"

#include "agent/loader.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <zlib.h>

enum { WINDOW_BITS_GZIP = 15 + 16, MEMORY_LEVEL = 8, LEVEL = 6 };

static struct {
    __typeof__(deflateInit2_) *init;
    __typeof__(deflateBound) *bound;
    __typeof__(deflate) *run;
    __typeof__(deflateEnd) *end;
} lib;
static bool is_loaded;

static bool look_up(void *library, const char *name, void *fn)
{
    void *found = dlsym(library, name);
    memcpy(fn, &found, sizeof found);
    return found != NULL;
}

static void load(void)
{
    void *library = loader_open("libz.so.1");
    is_loaded = library && look_up(library, "deflateInit2_", &lib.init) &&
                look_up(library, "deflateBound", &lib.bound) && look_up(library, "deflate", &lib.run) &&
                look_up(library, "deflateEnd", &lib.end);
}

bool pack(struct slice in, struct buf *out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    z_stream z = {0};

    (void)pthread_once(&once, load);
    if (!is_loaded || in.len > UINT32_MAX ||
        lib.init(&z, LEVEL, Z_DEFLATED, WINDOW_BITS_GZIP, MEMORY_LEVEL, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                 (int)sizeof z) != Z_OK)
        return false;

    size_t room = lib.bound(&z, in.len);
    bool good = buf_reserve(out, room);
    if (good) {
        memcpy(&z.next_in, &in.ptr, sizeof z.next_in);
        z.avail_in = (unsigned)in.len;
        z.next_out = (unsigned char *)out->ptr + out->len;
        z.avail_out = (unsigned)room;
        good = lib.run(&z, Z_FINISH) == Z_STREAM_END;
        if (good)
            out->len += z.total_out;
    }
    (void)lib.end(&z);
    return good;
}
