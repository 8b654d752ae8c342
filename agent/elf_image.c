/*
 * Read from memory and not from the file, which may have been replaced by a newer one. Every number in it is
 * taken for a lie until it points into the module.
 */
#include "agent/elf_image.h"

#include "agent/memory.h"

#include <elf.h>
#include <string.h>

enum { HEADERS_MAX = 64, NOTES_BYTES = 2048 };

/* "GNU", 3: the build id. */
static void read_notes(struct module *m, uintptr_t at, size_t size)
{
    unsigned char notes[NOTES_BYTES];
    size_t len = memory_read(at, notes, size < sizeof notes ? size : sizeof notes), from = 0;

    while (from + sizeof(Elf64_Nhdr) <= len) {
        Elf64_Nhdr head;
        memcpy(&head, notes + from, sizeof head);
        size_t name = from + sizeof head;
        if (head.n_namesz > NOTES_BYTES || head.n_descsz > NOTES_BYTES)
            return;
        size_t content = name + ((head.n_namesz + 3) & ~(size_t)3);
        if (content + head.n_descsz > len)
            return;
        if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 && memcmp(notes + name, "GNU", 4) == 0 &&
            head.n_descsz <= BUILD_ID_MAX) {
            memcpy(m->build_id, notes + content, head.n_descsz);
            m->build_id_len = head.n_descsz;
            return;
        }
        from = content + ((head.n_descsz + 3) & ~(size_t)3);
    }
}

/* The end of the loaded segment that `vaddr` is in; 0: in none. */
static uintptr_t segment_end(const struct module *m, const Elf64_Phdr *headers, size_t count, uint64_t vaddr)
{
    for (size_t i = 0; i < count; i++)
        if (headers[i].p_type == PT_LOAD && vaddr >= headers[i].p_vaddr &&
            vaddr - headers[i].p_vaddr < headers[i].p_filesz)
            return m->bias + headers[i].p_vaddr + headers[i].p_filesz;
    return 0;
}

bool elf_image_read(struct module *m)
{
    Elf64_Ehdr elf;
    Elf64_Phdr headers[HEADERS_MAX];
    const Elf64_Phdr *first = NULL;

    if (!memory_get(m->start, &elf, sizeof elf) || memcmp(elf.e_ident, ELFMAG, SELFMAG) != 0 ||
        elf.e_ident[EI_CLASS] != ELFCLASS64 || elf.e_phentsize != sizeof headers[0])
        return false;
    size_t count = elf.e_phnum < HEADERS_MAX ? elf.e_phnum : HEADERS_MAX;
    if (elf.e_phoff > UINT32_MAX || !memory_get(m->start + elf.e_phoff, headers, count * sizeof headers[0]))
        return false;

    for (size_t i = 0; i < count && !first; i++)
        if (headers[i].p_type == PT_LOAD)
            first = &headers[i];
    if (!first)
        return false;
    m->bias = m->start - (first->p_vaddr - first->p_offset);

    for (size_t i = 0; i < count; i++) {
        if (headers[i].p_type == PT_LOAD && m->bias + headers[i].p_vaddr + headers[i].p_memsz > m->end)
            m->end = m->bias + headers[i].p_vaddr + headers[i].p_memsz;
        if (headers[i].p_type == PT_NOTE && m->build_id_len == 0)
            read_notes(m, m->bias + headers[i].p_vaddr, headers[i].p_filesz);
        if (headers[i].p_type == PT_GNU_EH_FRAME) {
            uintptr_t end = segment_end(m, headers, count, headers[i].p_vaddr);
            if (end != 0)
                m->cfi = (struct cfi_place){m->start, m->bias + headers[i].p_vaddr, end};
        }
    }
    return true;
}
