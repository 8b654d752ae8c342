/*
 * The files of the page, which the binary carries: what a browser is given, under which name, of which type,
 * plain and with gzip. docs/ARCHITECTURE.md says how a file gets here. Any thread; nothing has to be
 * released.
 */
#ifndef UI_PAGE_H
#define UI_PAGE_H

#include "base/slice.h"

enum { PAGE_ETAG_BYTES = 48 };

struct page_file {
    const char *name; /* "app.js": a file of ui/ */
    const char *content_type;
};

/* One way to send a file. */
struct page_form {
    struct slice bytes;         /* static */
    char etag[PAGE_ETAG_BYTES]; /* with its quotes: a hash of the plain bytes, and how they are packed */
    bool is_gzip;
};

/* The file of that name; NULL: there is none. */
const struct page_file *page_find(struct slice name);
/* `gzip`: the client takes it. A file that does not shrink is given as it is. */
void page_get(const struct page_file *file, bool gzip, struct page_form *ret_form);

/* The table, for those who want all of it. */
const struct page_file *page_at(size_t i); /* NULL: behind the last */

#endif
