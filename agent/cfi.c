/*
 * The header has a table of all functions sorted by address, and we go through it in order, so the rows come
 * out sorted. The bytes are copied first: reading them in place could fault when the module is unloaded.
 */
#include "agent/cfi.h"

#include "agent/cfi_program.h"
#include "agent/memory.h"
#include "base/alloc.h"
#include "base/limits.h"

#include <stdlib.h>

enum {
    ENCODING_OMIT = 0xff,
    ENCODING_FORMAT = 0x0f,
    ENCODING_RELATIVE = 0x70,
    TABLE_SDATA4 = 0x3b, /* the one form of the table that linkers write */
    TABLE_ENTRY_BYTES = 8,
    HEADER_BYTES_MAX = 64, /* in front of the table */
};

struct copy {
    uint8_t *bytes;
    size_t len;
    uintptr_t address; /* of bytes[0] in the process */
};

/* What functions have in common. */
struct cie {
    size_t at; /* in the copy; SIZE_MAX: none was read yet */
    uint64_t code_align;
    int64_t data_align;
    uint8_t encoding;
    bool has_augmentation, is_signal;
    struct cfi_state initial;
};

struct reading {
    struct copy frames; /* from .eh_frame to the end of its segment */
    struct cie cie;
    struct row_list list;
};

static uintptr_t address_of(const struct copy *copy, const struct cursor *c)
{
    return copy->address + (uintptr_t)(c->at - copy->bytes);
}

/* A pointer of .eh_frame: absolute or relative to where it stands. */
static uint64_t take_encoded(struct cursor *c, const struct copy *copy, uint8_t encoding)
{
    uint64_t base = (encoding & ENCODING_RELATIVE) == 0x10 ? address_of(copy, c) : 0;

    switch (encoding & ENCODING_FORMAT) {
    case 0x00:
    case 0x04:
    case 0x0c: return base + cursor_take(c, 8);
    case 0x01: return base + cursor_uleb(c);
    case 0x02: return base + cursor_take(c, 2);
    case 0x03: return base + cursor_take(c, 4);
    case 0x09: return base + (uint64_t)cursor_sleb(c);
    case 0x0a: return base + (uint64_t)(int16_t)cursor_take(c, 2);
    case 0x0b: return base + (uint64_t)(int32_t)cursor_take(c, 4);
    default: c->over = true; return 0;
    }
}

/* --- CIE and FDE --- */

static struct cursor entry_at(const struct copy *copy, size_t at, size_t *ret_id_at)
{
    struct cursor c = {copy->bytes + at, copy->bytes + copy->len, false};
    uint64_t len = cursor_take(&c, 4);
    *ret_id_at = (size_t)(c.at - copy->bytes);
    /* Zero ends the section; all ones is the 64-bit form, which nobody writes here. */
    if (len == 0 || len == UINT32_MAX || len > (size_t)(c.end - c.at))
        c.over = true;
    else
        c.end = c.at + len;
    return c;
}

/* The letters of the augmentation, each with its data. */
static void read_augmentation(struct reading *r, struct cie *cie, const char *letters, struct cursor *c)
{
    if (*letters != 'z') {
        c->over = c->over || *letters;
        return;
    }
    struct cursor data = cursor_block(c);
    cie->has_augmentation = true;
    for (letters++; *letters; letters++)
        switch (*letters) {
        case 'R': cie->encoding = (uint8_t)cursor_take(&data, 1); break;
        case 'L': (void)cursor_take(&data, 1); break;
        case 'P': {
            uint8_t encoding = (uint8_t)cursor_take(&data, 1);
            (void)take_encoded(&data, &r->frames, encoding);
            break;
        }
        case 'S': cie->is_signal = true; break;
        default: break; /* 'B' of aarch64 has no data */
        }
}

static bool read_cie(struct reading *r, size_t at)
{
    size_t id_at;
    if (at == r->cie.at)
        return true;
    if (at >= r->frames.len)
        return false;

    struct cursor c = entry_at(&r->frames, at, &id_at);
    struct cie cie = {.at = at, .initial = CFI_STATE_INIT};
    if (cursor_take(&c, 4) != 0)
        return false;

    uint64_t version = cursor_take(&c, 1);
    const char *letters = (const char *)c.at;
    while (cursor_take(&c, 1) != 0)
        continue;
    cie.code_align = cursor_uleb(&c);
    cie.data_align = cursor_sleb(&c);
    (void)(version == 1 ? cursor_take(&c, 1) : cursor_uleb(&c)); /* the return address, known */
    if (c.over)
        return false;
    read_augmentation(r, &cie, letters, &c);

    struct cfi_program p = {.list = &r->list,
                            .code_align = cie.code_align,
                            .data_align = cie.data_align,
                            .now = CFI_STATE_INIT};
    if (c.over || !cfi_program_run(&p, c))
        return false;
    cie.initial = p.now;
    r->cie = cie;
    return true;
}

static void read_fde(struct reading *r, size_t at)
{
    static const struct cfi_state none = {ROW_UNKNOWN, 0, 0, ROW_SAME, ROW_SAME, false};
    size_t id_at;
    struct cursor c = entry_at(&r->frames, at, &id_at);
    uint64_t back = cursor_take(&c, 4);
    if (c.over || back == 0 || back > id_at || !read_cie(r, id_at - (size_t)back))
        return;

    uint64_t begin = take_encoded(&c, &r->frames, r->cie.encoding);
    uint64_t range = take_encoded(&c, &r->frames, r->cie.encoding & ENCODING_FORMAT);
    if (r->cie.has_augmentation)
        (void)cursor_block(&c);
    if (c.over)
        return;

    struct cfi_program p = {.list = &r->list,
                            .code_align = r->cie.code_align,
                            .data_align = r->cie.data_align,
                            .now = r->cie.initial,
                            .initial = r->cie.initial,
                            .pc = begin};
    if (r->cie.is_signal)
        p.now = (struct cfi_state){.base = ROW_SIGNAL, .fp = ROW_SAME, .ra = ROW_SAME};
    else if (!cfi_program_run(&p, c))
        p.now = none;
    row_list_add(&r->list, p.pc, &p.now);
    row_list_add(&r->list, begin + range, &none);
}

/* --- the whole --- */

static void copy_release(struct copy *copy)
{
    free(copy->bytes);
}

static void rows_freep(struct rows **rows)
{
    free(*rows);
}

static enum status copy_range(uintptr_t from, uintptr_t end, struct copy *ret_copy, struct error *err)
{
    if (from >= end)
        return error_set(err, E_INVALID, "call frame information lies outside its segment");
    if (end - from > LIMIT_AGENT_CFI_BYTES)
        return error_set(err, E_TOO_LARGE, "more than %lu bytes of call frame information",
                         LIMIT_AGENT_CFI_BYTES);

    struct copy copy = {mem_alloc(end - from), 0, from};
    copy.len = memory_read(from, copy.bytes, end - from);
    *ret_copy = copy;
    return OK;
}

/* The table behind the header: pairs of 32-bit distances from the header, function and FDE. */
static enum status read_table(struct reading *r, const struct copy *head, struct error *err)
{
    struct cursor c = {head->bytes, head->bytes + head->len, false};
    uint64_t version = cursor_take(&c, 1);
    uint8_t frame_encoding = (uint8_t)cursor_take(&c, 1), count_encoding = (uint8_t)cursor_take(&c, 1);
    uint8_t table_encoding = (uint8_t)cursor_take(&c, 1);
    if (version != 1 || frame_encoding == ENCODING_OMIT || table_encoding != TABLE_SDATA4)
        return error_set(err, E_INVALID, "call frame information has no table");

    (void)take_encoded(&c, head, frame_encoding);
    uint64_t count = take_encoded(&c, head, count_encoding);
    if (c.over || count > (size_t)(c.end - c.at) / TABLE_ENTRY_BYTES)
        return error_set(err, E_INVALID, "the table of call frame information is cut short");

    for (uint64_t i = 0; i < count && !r->list.is_full; i++) {
        (void)cursor_take(&c, 4);
        uintptr_t fde = head->address + (uintptr_t)(int32_t)cursor_take(&c, 4);
        if (fde >= r->frames.address && fde - r->frames.address < r->frames.len)
            read_fde(r, fde - r->frames.address);
    }
    if (r->list.is_full)
        return error_set(err, E_TOO_LARGE, "more than %zu unwind rules", r->list.max);
    return OK;
}

static enum status frames_of(const struct cfi_place *place, const struct copy *head, struct copy *ret_frames,
                             struct error *err)
{
    struct cursor c = {head->bytes, head->bytes + head->len, false};
    (void)cursor_take(&c, 1);
    uint8_t encoding = (uint8_t)cursor_take(&c, 1);
    (void)cursor_take(&c, 2);
    uintptr_t frames = (uintptr_t)take_encoded(&c, head, encoding);
    if (c.over)
        return error_set(err, E_INVALID, "call frame information cannot be read");
    return copy_range(frames, place->end, ret_frames, err);
}

enum status cfi_read(const struct cfi_place *place, size_t max_rows, struct rows **ret_rows,
                     struct error *err)
{
    struct copy head CLEANUP(copy_release) = {NULL, 0, 0};
    struct copy frames CLEANUP(copy_release) = {NULL, 0, 0};
    enum status status = copy_range(place->header, place->end, &head, err);
    if (status == OK)
        status = frames_of(place, &head, &frames, err);
    if (status != OK)
        return status;

    struct rows *none CLEANUP(rows_freep) = mem_zero(1, sizeof *none);
    struct reading r = {.frames = frames,
                        .cie.at = SIZE_MAX,
                        .list = {.module = place->module, .rows = none, .max = max_rows}};
    status = read_table(&r, &head, err);
    none = r.list.rows;
    if (status != OK)
        return status;
    if (none->count == 0)
        return error_set(err, E_INVALID, "call frame information is empty");

    *ret_rows = mem_resize(none, sizeof *none + none->count * sizeof(struct row));
    none = NULL;
    return OK;
}
