/* Small files of tests/ as texts. Tests run from the top of the checkout. */
#ifndef TESTS_S3_TEXT_FILE_H
#define TESTS_S3_TEXT_FILE_H

#include "base/file.h"
#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Appends the file; the test fails if there is none. */
static inline void text_file_read(const char *path, struct buf *out)
{
    struct error error;
    if (file_read(path, out, &error) != OK)
        fail_msg("%s", error.text);
}

#endif
