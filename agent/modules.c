/*
 * The map is made anew when the dynamic linker has loaded or unloaded something (two counters tell) and put
 * in the place of the old one by one atomic store. The old one stays until modules_settle(), for a handler
 * may be in it. A module that stays keeps its rules. Files that are mapped without code, and a database maps
 * thousands, are no modules.
 */
#include "agent/modules.h"

#include "agent/elf_image.h"
#include "agent/loader.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

enum { READ_BYTES = 64 * 1024, MAPS_BYTES = 64 * 1024 * 1024 };

/* One line of /proc/self/maps. */
struct line {
    uintptr_t start, end;
    uint64_t offset, device, inode;
    bool is_code;
    struct slice path;
};

struct reading {
    struct modules *modules;
    struct line head; /* the first of the file whose lines we are among */
    bool has_head;
    struct module *module; /* made of head when code comes; NULL: none yet */
    struct code_map *map;
    size_t cap;
};

void modules_init(struct modules *m)
{
    *m = (struct modules){.rows_left = LIMIT_AGENT_ROWS, .next_serial = 1};
    atomic_store(&m->map, mem_zero(1, sizeof(struct code_map)));
}

static void module_free(struct modules *m, struct module *module)
{
    struct rows *rows = atomic_load(&module->rows);
    if (rows)
        m->rows_left += rows->count;
    free(rows);
    free(module->path);
    free(module);
}

void modules_settle(struct modules *m)
{
    while (m->retired) {
        struct code_map *map = m->retired;
        m->retired = map->next;
        free(map);
    }
    for (struct module **at = &m->list; *at;) {
        struct module *module = *at;
        if (module->is_here) {
            at = &module->next;
            continue;
        }
        *at = module->next;
        module_free(m, module);
    }
}

void modules_release(struct modules *m)
{
    for (struct module *module = m->list; module; module = module->next)
        module->is_here = false;
    modules_settle(m);
    free(atomic_load(&m->map));
}

/* --- /proc/self/maps --- */

static bool read_file(const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = -1;

    if (fd < 0)
        return false;
    while (buf_reserve(out, READ_BYTES) && (got = read(fd, out->ptr + out->len, READ_BYTES)) > 0)
        out->len += (size_t)got;
    close(fd);
    return got == 0;
}

static uint64_t take_number(const char **at, int base)
{
    char *end;
    uint64_t value = strtoull(*at, &end, base);
    *at = *end ? end + 1 : end;
    return value;
}

/* "start-end rwxp offset major:minor inode   path", from the kernel and so well formed. */
static bool parse_line(struct slice text, struct line *l)
{
    const char *at = text.ptr, *end = text.ptr + text.len;

    l->start = take_number(&at, 16);
    l->end = take_number(&at, 16);
    if (end - at < 5)
        return false;
    l->is_code = at[2] == 'x';
    at += 5;
    l->offset = take_number(&at, 16);
    l->device = take_number(&at, 16) << 32;
    l->device |= take_number(&at, 16);
    l->inode = take_number(&at, 10);
    l->path = at < end ? slice_trim(slice_make(at, (size_t)(end - at))) : SLICE_NULL;
    if (slice_ends(l->path, SLICE(" (deleted)")))
        l->path.len -= strlen(" (deleted)");
    return l->end > l->start;
}

/* --- modules --- */

static bool is_same(const struct module *a, const struct module *b, struct slice path)
{
    return a->start == b->start && a->bias == b->bias && a->device == b->device && a->inode == b->inode &&
           a->build_id_len == b->build_id_len && memcmp(a->build_id, b->build_id, b->build_id_len) == 0 &&
           slice_eq_cstr(path, a->path);
}

/* The module that begins with this line, which may have been there before. */
static struct module *module_of(struct modules *m, const struct line *l)
{
    struct module now = {.start = l->start, .device = l->device, .inode = l->inode};
    now.has_elf = elf_image_read(&now);
    for (struct module *old = m->list; old; old = old->next)
        if (!old->is_here && is_same(old, &now, l->path)) {
            old->is_here = true;
            return old;
        }

    struct module *module = mem_zero(1, sizeof *module);
    uintptr_t program = getauxval(AT_PHDR);
    module->start = now.start;
    module->end = now.end;
    module->bias = now.bias;
    module->device = now.device;
    module->inode = now.inode;
    memcpy(module->build_id, now.build_id, sizeof now.build_id);
    module->build_id_len = now.build_id_len;
    module->has_elf = now.has_elf;
    module->cfi = now.cfi;
    module->path = mem_cstr(l->path.ptr, l->path.len);
    module->is_main = now.has_elf && program >= now.start && program < now.end;
    atomic_init(&module->wanted, module->is_main);
    module->serial = m->next_serial++;
    module->is_here = true;
    module->next = m->list;
    m->list = module;
    return module;
}

static void add_segment(struct reading *r, const struct line *l)
{
    if (r->map->count == LIMIT_AGENT_SEGMENTS)
        return;
    if (r->map->count == r->cap) {
        r->cap *= 2;
        r->map = mem_resize(r->map, sizeof *r->map + r->cap * sizeof(struct segment));
    }
    r->map->segment[r->map->count++] = (struct segment){l->start, l->end, l->offset, r->module};
}

/* The first page of a file may be mapped twice: as a header, and for the code behind it in that page. */
static bool is_within_image(const struct line *head, uintptr_t address)
{
    struct module image = {.start = head->start};
    return elf_image_read(&image) && address < image.end;
}

/* A file's mappings follow each other, the one with its header first. */
static void add_line(struct reading *r, const struct line *l)
{
    bool is_file = l->inode != 0 || slice_eq(l->path, SLICE("[vdso]"));
    bool is_more = r->has_head && is_file && r->head.device == l->device && r->head.inode == l->inode &&
                   slice_eq(l->path, r->head.path) && (l->offset > 0 || is_within_image(&r->head, l->start));

    if (!is_more && (is_file || l->is_code)) {
        r->has_head = is_file && (l->is_code || l->offset == 0);
        r->head = *l;
        r->module = NULL;
    }
    if (!l->is_code)
        return;
    if (r->has_head && !r->module)
        r->module = module_of(r->modules, &r->head);
    add_segment(r, l);
}

void modules_refresh(struct modules *m, bool anyway)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(MAPS_BYTES);
    uint64_t loaded = loader_changes();
    if ((loaded == m->loaded && !anyway) || !read_file("/proc/self/maps", &text))
        return;

    struct reading r = {.modules = m, .cap = 64};
    struct slice rest = buf_slice(&text), piece;
    struct line l;
    m->loaded = loaded;
    r.map = mem_alloc(sizeof *r.map + r.cap * sizeof(struct segment));
    r.map->count = 0;
    for (struct module *old = m->list; old; old = old->next)
        old->is_here = false;
    while (slice_split(&rest, '\n', &piece))
        if (piece.len > 0 && parse_line(piece, &l))
            add_line(&r, &l);

    struct code_map *before = atomic_exchange(&m->map, r.map);
    before->next = m->retired;
    m->retired = before;
}

void modules_want(struct modules *m, uintptr_t address)
{
    const struct segment *segment = modules_find(m, address);
    if (segment && segment->module)
        atomic_store_explicit(&segment->module->wanted, true, memory_order_relaxed);
}

void modules_load_rules(struct modules *m)
{
    for (struct module *module = m->list; module; module = module->next) {
        if (module->tried || !atomic_load_explicit(&module->wanted, memory_order_relaxed))
            continue;

        struct rows *rows;
        module->tried = true;
        if (module->cfi.header == 0 || cfi_read(&module->cfi, m->rows_left, &rows, NULL) != OK)
            continue;
        m->rows_left -= rows->count;
        atomic_store_explicit(&module->rows, rows, memory_order_release);
    }
}

const struct segment *modules_find(const struct modules *m, uintptr_t address)
{
    const struct segment *found = code_map_find(atomic_load(&m->map), address);
    for (const struct code_map *map = m->retired; map && !found; map = map->next)
        found = code_map_find(map, address);
    return found;
}
