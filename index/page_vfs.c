/*
 * Every method passes on to the layer below; xRead and xWrite of the database file do more. SQLite writes
 * whole pages there (a checkpoint copies them from the log), and reads whole pages but for two short looks at
 * the header. The sum covers the page without its last eight bytes and is bound to the page's place, so a
 * page that was written somewhere else does not pass.
 *
 * A page of zeros passes: the file may have holes where pages were freed before they were ever written. As a
 * b-tree page it is refused by SQLite itself.
 */
#include "index/page_vfs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct page_file {
    sqlite3_file base;
    bool is_database;
    sqlite3_file *below; /* directly behind this struct */
};

static sqlite3_vfs *below_vfs;
static sqlite3_vfs page_vfs;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static sqlite3_file *below(sqlite3_file *file)
{
    return ((struct page_file *)file)->below;
}

/* Two sums that feed each other, eight bytes at a time: order matters, and 4 KiB take a fraction of a
 * microsecond. */
static uint64_t sum_of(const unsigned char *page, sqlite3_int64 offset)
{
    uint64_t a = (uint64_t)offset + UINT64_C(0x9e3779b97f4a7c15), b = 1;
    for (size_t i = 0; i < PAGE_VFS_PAGE_BYTES - PAGE_VFS_RESERVED_BYTES; i += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, page + i, sizeof word);
        a += word + b;
        b = (b << 7 | b >> 57) + a;
    }
    return a ^ b * UINT64_C(0x9fb21c651e98df25);
}

static bool is_zero(const unsigned char *page)
{
    return page[0] == 0 && memcmp(page, page + 1, PAGE_VFS_PAGE_BYTES - 1) == 0;
}

static int page_close(sqlite3_file *file)
{
    return below(file)->pMethods->xClose(below(file));
}

static int page_read(sqlite3_file *file, void *out, int amount, sqlite3_int64 offset)
{
    enum { HEADER_LOOK_MAX = 512 };
    int rc = below(file)->pMethods->xRead(below(file), out, amount, offset);
    if ((rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ) || !((struct page_file *)file)->is_database ||
        amount < HEADER_LOOK_MAX)
        return rc;
    /* SQLite takes what is missing for zeros; that is right for an empty file only. */
    if (rc == SQLITE_IOERR_SHORT_READ)
        return offset == 0 && amount == PAGE_VFS_PAGE_BYTES && is_zero(out) ? rc : SQLITE_IOERR_DATA;
    if (amount != PAGE_VFS_PAGE_BYTES || offset % PAGE_VFS_PAGE_BYTES != 0)
        return SQLITE_IOERR_DATA;

    uint64_t sum;
    memcpy(&sum, (unsigned char *)out + PAGE_VFS_PAGE_BYTES - sizeof sum, sizeof sum);
    return sum == sum_of(out, offset) || is_zero(out) ? SQLITE_OK : SQLITE_IOERR_DATA;
}

static int page_write(sqlite3_file *file, const void *bytes, int amount, sqlite3_int64 offset)
{
    if (!((struct page_file *)file)->is_database || amount != PAGE_VFS_PAGE_BYTES)
        return below(file)->pMethods->xWrite(below(file), bytes, amount, offset);

    unsigned char page[PAGE_VFS_PAGE_BYTES];
    memcpy(page, bytes, sizeof page);
    uint64_t sum = sum_of(page, offset);
    memcpy(page + sizeof page - sizeof sum, &sum, sizeof sum);
    return below(file)->pMethods->xWrite(below(file), page, amount, offset);
}

static int page_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return below(file)->pMethods->xTruncate(below(file), size);
}

static int page_sync(sqlite3_file *file, int flags)
{
    return below(file)->pMethods->xSync(below(file), flags);
}

static int page_file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return below(file)->pMethods->xFileSize(below(file), size);
}

static int page_lock(sqlite3_file *file, int level)
{
    return below(file)->pMethods->xLock(below(file), level);
}

static int page_unlock(sqlite3_file *file, int level)
{
    return below(file)->pMethods->xUnlock(below(file), level);
}

static int page_check_lock(sqlite3_file *file, int *result)
{
    return below(file)->pMethods->xCheckReservedLock(below(file), result);
}

static int page_control(sqlite3_file *file, int op, void *arg)
{
    return below(file)->pMethods->xFileControl(below(file), op, arg);
}

static int page_sector(sqlite3_file *file)
{
    return below(file)->pMethods->xSectorSize(below(file));
}

static int page_traits(sqlite3_file *file)
{
    return below(file)->pMethods->xDeviceCharacteristics(below(file));
}

static int page_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **ret)
{
    return below(file)->pMethods->xShmMap(below(file), region, size, extend, ret);
}

static int page_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return below(file)->pMethods->xShmLock(below(file), offset, n, flags);
}

static void page_shm_barrier(sqlite3_file *file)
{
    below(file)->pMethods->xShmBarrier(below(file));
}

static int page_shm_unmap(sqlite3_file *file, int remove)
{
    return below(file)->pMethods->xShmUnmap(below(file), remove);
}

/* Version 2: with shared memory for the log, without mapping the file, which would go round xRead. */
static const sqlite3_io_methods METHODS = {
    .iVersion = 2,
    .xClose = page_close,
    .xRead = page_read,
    .xWrite = page_write,
    .xTruncate = page_truncate,
    .xSync = page_sync,
    .xFileSize = page_file_size,
    .xLock = page_lock,
    .xUnlock = page_unlock,
    .xCheckReservedLock = page_check_lock,
    .xFileControl = page_control,
    .xSectorSize = page_sector,
    .xDeviceCharacteristics = page_traits,
    .xShmMap = page_shm_map,
    .xShmLock = page_shm_lock,
    .xShmBarrier = page_shm_barrier,
    .xShmUnmap = page_shm_unmap,
};

static int page_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
    (void)vfs;
    struct page_file *p = (struct page_file *)file;
    p->base.pMethods = NULL;
    p->is_database = flags & SQLITE_OPEN_MAIN_DB;
    p->below = (sqlite3_file *)(p + 1);
    int rc = below_vfs->xOpen(below_vfs, name, p->below, flags, ret_flags);
    if (p->below->pMethods)
        p->base.pMethods = &METHODS;
    return rc;
}

static void set_up(void)
{
    below_vfs = sqlite3_vfs_find(NULL);
    page_vfs = *below_vfs; /* what is not about open files is the layer's below, and works on its own data */
    page_vfs.pNext = NULL;
    page_vfs.zName = PAGE_VFS_NAME;
    page_vfs.szOsFile = (int)sizeof(struct page_file) + below_vfs->szOsFile;
    page_vfs.xOpen = page_open;
    (void)sqlite3_vfs_register(&page_vfs, 0);
}

void page_vfs_register(void)
{
    (void)pthread_once(&once, set_up);
}
