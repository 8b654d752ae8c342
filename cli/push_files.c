/*
 * A shell has resolved most patterns before they come here. What comes as a pattern was quoted, because it
 * matches more files than a command line may be long.
 */
#include "cli/push_files.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "cli/walk.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void push_files_clear(struct push_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        free(files->items[i].name);
        free(files->items[i].said);
    }
    files->count = 0;
}

void push_files_release(struct push_files *files)
{
    push_files_clear(files);
    free(files->items);
    *files = (struct push_files){0};
}

void push_files_add(struct push_files *files, const char *name, uint64_t bytes, int64_t modified_ms)
{
    if (files->count == files->cap) {
        files->cap = files->cap ? files->cap * 2 : 64;
        files->items = mem_resize(files->items, files->cap * sizeof(*files->items));
    }
    files->items[files->count++] =
        (struct push_file){.name = mem_cstr(name, strlen(name)), .bytes = bytes, .modified_ms = modified_ms};
}

static enum status add_path(const char *path, void *user, struct error *err)
{
    struct stat st;

    (void)err;
    if (stat(path, &st) == 0)
        push_files_add(user, path, (uint64_t)st.st_size,
                       st.st_mtim.tv_sec * INT64_C(1000) + st.st_mtim.tv_nsec / 1000000);
    else
        push_files_add(user, path, 0, clock_wall_ms()); /* reading it tells what is wrong */
    return OK;
}

static bool is_directory(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static enum status add_pattern(struct push_files *files, const char *word, struct error *err)
{
    glob_t found CLEANUP(globfree) = {0};

    switch (glob(word, 0, NULL, &found)) {
    case 0: break;
    case GLOB_NOMATCH: return error_set(err, E_INVALID, "%s: no such file", word);
    default: return error_set_errno(err, E_INVALID, errno, "%s", word);
    }
    for (size_t i = 0; i < found.gl_pathc; i++)
        if (is_directory(found.gl_pathv[i]) ? walk_files(found.gl_pathv[i], add_path, files, err) != OK
                                            : add_path(found.gl_pathv[i], files, err) != OK)
            return err->code;
    return OK;
}

enum status push_files_add_word(struct push_files *files, const char *word, struct error *err)
{
    if (is_directory(word))
        return walk_files(word, add_path, files, err);
    if (strcmp(word, "-") == 0) {
        push_files_add(files, word, 0, clock_wall_ms());
        return OK;
    }
    return access(word, F_OK) == 0 ? add_path(word, files, err) : add_pattern(files, word, err);
}
