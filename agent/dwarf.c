/*
 * libdw is opened by hand, with dlopen(): a program that is profiled need not be linked with it, and one that
 * is never profiled pays nothing for it. The list of its functions is also the list of what a version must
 * have.
 *
 * A module's file is opened by its path in the map and must be the same file that is mapped: after an upgrade
 * the names would be those of other code. Its build id tells; device and inode do where it has none, for on
 * overlay file systems the map shows those of the layer beneath.
 */
#include "agent/dwarf.h"

#include "agent/loader.h"
#include "base/alloc.h"

#include <dlfcn.h>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define LIBDW_FUNCTIONS(X)                                                                                   \
    X(dwfl_begin)                                                                                            \
    X(dwfl_end)                                                                                              \
    X(dwfl_report_begin_add)                                                                                 \
    X(dwfl_report_elf)                                                                                       \
    X(dwfl_report_end)                                                                                       \
    X(dwfl_module_info)                                                                                      \
    X(dwfl_module_build_id)                                                                                  \
    X(dwfl_module_addrinfo)                                                                                  \
    X(dwfl_module_addrdie)                                                                                   \
    X(dwfl_module_nextcu)                                                                                    \
    X(dwarf_getsrc_die)                                                                                      \
    X(dwarf_linesrc)                                                                                         \
    X(dwarf_lineno)                                                                                          \
    X(dwarf_haspc)                                                                                           \
    X(dwarf_getscopes)                                                                                       \
    X(dwarf_getscopes_die)                                                                                   \
    X(dwarf_tag)                                                                                             \
    X(dwarf_diename)                                                                                         \
    X(dwarf_attr)                                                                                            \
    X(dwarf_attr_integrate)                                                                                  \
    X(dwarf_formstring)                                                                                      \
    X(dwarf_formudata)                                                                                       \
    X(dwarf_getsrcfiles)                                                                                     \
    X(dwarf_filesrc)

#define MEMBER(name) __typeof__(name) *name; /* NOLINT(bugprone-macro-parentheses): a declaration */
static struct {
    LIBDW_FUNCTIONS(MEMBER)
} lib;
static bool is_loaded;

/* A module's file, open in libdw. */
struct open_module {
    uint64_t serial;
    Dwfl_Module *handle; /* NULL: it cannot be */
    struct open_module *next;
};

struct dwarf {
    Dwfl *dwfl;
    struct open_module *open;
};

static void load(void)
{
    void *library = loader_open("libdw.so.1"), *found;
    if (!library)
        return;

#define LOOK_UP(name)                                                                                        \
    if (!(found = dlsym(library, #name)))                                                                    \
        return;                                                                                              \
    memcpy(&lib.name, &found, sizeof found);
    LIBDW_FUNCTIONS(LOOK_UP)
    is_loaded = true;
}

/* lint: the library's signature */
static int find_no_elf(Dwfl_Module *handle, void **user, const char *name, Dwarf_Addr base, char **file_name,
                       Elf **elf)
{
    (void)handle, (void)user, (void)name, (void)base, (void)file_name, (void)elf;
    return -1;
}

/* /usr/lib/debug/.build-id/ab/cdef....debug */
/* lint: the library's signature */
static int find_debug_file(Dwfl_Module *handle, void **user, const char *name, Dwarf_Addr base,
                           const char *file_name, const char *link, GElf_Word crc, char **ret_name)
{
    (void)handle, (void)name, (void)base, (void)file_name, (void)link, (void)crc;
    const struct module *m = *user;
    char path[64 + 2 * BUILD_ID_MAX];
    if (!m || m->build_id_len < 2)
        return -1;

    int len = snprintf(path, sizeof path, "/usr/lib/debug/.build-id/%02x/", m->build_id[0]);
    for (size_t i = 1; i < m->build_id_len; i++)
        len += snprintf(path + len, sizeof path - (size_t)len, "%02x", m->build_id[i]);
    (void)snprintf(path + len, sizeof path - (size_t)len, ".debug");

    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        *ret_name = strdup(path); /* libdw frees it */
    return fd;
}

struct dwarf *dwarf_new(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static const Dwfl_Callbacks callbacks = {.find_elf = find_no_elf, .find_debuginfo = find_debug_file};

    (void)pthread_once(&once, load);
    if (!is_loaded)
        return NULL;

    Dwfl *dwfl = lib.dwfl_begin(&callbacks);
    if (!dwfl)
        return NULL;
    struct dwarf *d = mem_zero(1, sizeof *d);
    d->dwfl = dwfl;
    return d;
}

void dwarf_free(struct dwarf *d)
{
    if (!d)
        return;

    while (d->open) {
        struct open_module *o = d->open;
        d->open = o->next;
        free(o);
    }
    lib.dwfl_end(d->dwfl);
    free(d);
}

/* --- modules --- */

static int open_file(const struct module *m)
{
    int fd = open(m->is_main ? "/proc/self/exe" : m->path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || m->build_id_len > 0 || m->is_main)
        return fd; /* is_mapped() looks at the build id */
    if (fstat(fd, &st) == 0 && st.st_ino == m->inode &&
        ((uint64_t)major(st.st_dev) << 32 | minor(st.st_dev)) == m->device)
        return fd;

    close(fd);
    return -1;
}

static bool is_mapped(Dwfl_Module *handle, const struct module *m)
{
    const unsigned char *id;
    GElf_Addr where;
    if (m->build_id_len == 0)
        return true;

    int len = lib.dwfl_module_build_id(handle, &id, &where);
    return len > 0 && (size_t)len == m->build_id_len && memcmp(id, m->build_id, m->build_id_len) == 0;
}

static Dwfl_Module *open_module(struct dwarf *d, struct module *m)
{
    void **user;
    int fd = m->has_elf && m->inode != 0 ? open_file(m) : -1;
    if (fd < 0)
        return NULL;

    lib.dwfl_report_begin_add(d->dwfl);
    Dwfl_Module *handle = lib.dwfl_report_elf(d->dwfl, m->path, m->path, fd, m->bias, true);
    if (!handle) {
        close(fd);
    } else if (lib.dwfl_module_info(handle, &user, NULL, NULL, NULL, NULL, NULL, NULL)) {
        *user = m;
    }
    (void)lib.dwfl_report_end(d->dwfl, NULL, NULL);
    return handle && is_mapped(handle, m) ? handle : NULL;
}

static Dwfl_Module *handle_of(struct dwarf *d, struct module *m)
{
    for (struct open_module *o = d->open; o; o = o->next)
        if (o->serial == m->serial)
            return o->handle;

    struct open_module *o = mem_zero(1, sizeof *o);
    *o = (struct open_module){m->serial, open_module(d, m), d->open};
    d->open = o;
    return o->handle;
}

/* --- one address --- */

/* The compilation unit; compilers that write no .debug_aranges make us ask each one. */
static Dwarf_Die *unit_of(Dwfl_Module *handle, Dwarf_Addr address, Dwarf_Addr *ret_bias)
{
    Dwarf_Die *unit = lib.dwfl_module_addrdie(handle, address, ret_bias);
    if (unit)
        return unit;

    while ((unit = lib.dwfl_module_nextcu(handle, unit, ret_bias)))
        if (lib.dwarf_haspc(unit, address - *ret_bias) > 0)
            return unit;
    return NULL;
}

static void scopes_free(Dwarf_Die **scopes)
{
    free(*scopes);
}

static uint64_t number_of(Dwarf_Die *die, unsigned attribute, bool integrate)
{
    Dwarf_Attribute a;
    Dwarf_Word value = 0;
    Dwarf_Attribute *found =
        integrate ? lib.dwarf_attr_integrate(die, attribute, &a) : lib.dwarf_attr(die, attribute, &a);

    return found && lib.dwarf_formudata(found, &value) == 0 ? value : 0;
}

static const char *linkage_of(Dwarf_Die *die)
{
    Dwarf_Attribute a;
    if (lib.dwarf_attr_integrate(die, DW_AT_linkage_name, &a) ||
        lib.dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &a))
        return lib.dwarf_formstring(&a);
    return NULL;
}

/* Where an inlined function was called: the line of the function around it. */
static void call_site(Dwarf_Die *unit, Dwarf_Die *inlined, struct dwarf_frame *place)
{
    Dwarf_Files *files;
    size_t count;
    uint64_t file = number_of(inlined, DW_AT_call_file, false);

    place->line = (int64_t)number_of(inlined, DW_AT_call_line, false);
    place->file = NULL;
    if (lib.dwarf_getsrcfiles(unit, &files, &count) == 0 && file < count)
        place->file = lib.dwarf_filesrc(files, file, NULL, NULL);
}

/* From the innermost scope outwards up to the function that has the code. */
static size_t walk_scopes(Dwarf_Die *unit, Dwarf_Die *scopes, int scopes_count, struct dwarf_frame place,
                          struct dwarf_frame *frames)
{
    size_t count = 0;

    for (int i = 0; i < scopes_count && count < DWARF_FRAMES_MAX; i++) {
        int tag = lib.dwarf_tag(&scopes[i]);
        if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram)
            continue;

        place.name = lib.dwarf_diename(&scopes[i]);
        place.linkage = linkage_of(&scopes[i]);
        place.start_line = (int64_t)number_of(&scopes[i], DW_AT_decl_line, true);
        frames[count++] = place;
        if (tag == DW_TAG_subprogram)
            break;
        call_site(unit, &scopes[i], &place);
    }
    return count;
}

/* *place gets file and line also when no function is known. */
static size_t frames_by_dwarf(Dwfl_Module *handle, Dwarf_Addr address, struct dwarf_frame *place,
                              struct dwarf_frame *frames)
{
    Dwarf_Addr bias;
    Dwarf_Die *unit = unit_of(handle, address, &bias);
    if (!unit)
        return 0;

    Dwarf_Line *line = lib.dwarf_getsrc_die(unit, address - bias);
    int number = 0;
    if (line && lib.dwarf_lineno(line, &number) == 0)
        place->file = lib.dwarf_linesrc(line, NULL, NULL);
    place->line = number;

    Dwarf_Die *found CLEANUP(scopes_free) = NULL;
    Dwarf_Die *scopes CLEANUP(scopes_free) = NULL;
    if (lib.dwarf_getscopes(unit, address - bias, &found) <= 0)
        return 0;
    /* Those scopes follow an inlined function to where it was written; we want where it was called. */
    int count = lib.dwarf_getscopes_die(&found[0], &scopes);
    return count > 0 ? walk_scopes(unit, scopes, count, *place, frames) : 0;
}

size_t dwarf_frames(struct dwarf *d, struct module *module, uintptr_t address,
                    struct dwarf_frame frames[static DWARF_FRAMES_MAX])
{
    Dwfl_Module *handle = handle_of(d, module);
    if (!handle)
        return 0;

    struct dwarf_frame place = {0};
    size_t count = frames_by_dwarf(handle, address, &place, frames);
    if (count > 0 && frames[count - 1].name)
        return count;

    GElf_Off offset;
    GElf_Sym symbol;
    place.name = lib.dwfl_module_addrinfo(handle, address, &offset, &symbol, NULL, NULL, NULL);
    place.linkage = place.name;
    frames[0] = place;
    return place.name ? 1 : 0;
}
