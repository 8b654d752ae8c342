/* Files are small and local, so they are read every time; a file that was replaced is seen then. One that is
 * being written makes no sense and leaves the targets as they were. */
#include "scrape/source_file.h"

#include "base/file.h"
#include "scrape/groups.h"

#include <glob.h>
#include <string.h>

static enum status read_one(const char *path, const struct receiver *to, struct error *err)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(LIMIT_TARGETS_BYTES);
    struct attribute origin = {SLICE("__meta_filepath"), slice_of(path)};

    if (file_read(path, &text, err) != OK) {
        if (err)
            err->code = E_UNAVAILABLE;
        return E_UNAVAILABLE;
    }
    return groups_read(buf_slice(&text), path, origin, to, err);
}

static enum status read_pattern(const char *pattern, const struct receiver *to, struct error *err)
{
    glob_t paths = {0};
    enum status status = OK;
    int code = glob(pattern, 0, NULL, &paths);

    if (code == GLOB_NOMATCH)
        return strpbrk(pattern, "*?[") ? OK : error_set(err, E_UNAVAILABLE, "%s is not there", pattern);
    if (code != 0)
        return error_set(err, E_UNAVAILABLE, "%s cannot be looked up", pattern);
    for (size_t i = 0; i < paths.gl_pathc && status == OK; i++)
        status = read_one(paths.gl_pathv[i], to, err);
    globfree(&paths);
    return status;
}

enum status source_file_ask(const struct source *source, const struct receiver *to, struct error *err)
{
    for (size_t i = 0; i < source->word_count; i++)
        if (read_pattern(source->words[i].ptr, to, err) != OK)
            return err ? err->code : E_UNAVAILABLE;
    return OK;
}
