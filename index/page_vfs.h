/*
 * A layer over SQLite's file access that puts a check sum at the end of every page of the database file and
 * looks at it on every read. SQLite notices damage that breaks its structure; a flipped bit in a number it
 * would hand out as it is. Pages in the write-ahead log have SQLite's own sums, checked when the log is
 * recovered.
 */
#ifndef INDEX_PAGE_VFS_H
#define INDEX_PAGE_VFS_H

#define PAGE_VFS_NAME "brazier-page"

enum {
    PAGE_VFS_PAGE_BYTES = 8192,
    PAGE_VFS_RESERVED_BYTES = 8, /* at the end of each page: SQLITE_FCNTL_RESERVE_BYTES */
};

/* Once a process, over what is SQLite's default then; any thread, any number of times. A wrong sum, and a
 * page of another size, is SQLITE_IOERR_DATA. */
void page_vfs_register(void);

#endif
