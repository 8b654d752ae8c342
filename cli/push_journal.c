/*
 * Each line is one write(2) to the end of the file, so that a killed push leaves at most one torn line, which
 * is nobody's name; the next line begins anew.
 */
#include "cli/push_journal.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/map.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MODE = 0666, NUMBERS_BYTES = 64 };

struct push_journal {
    char *path;
    int fd;
    struct buf text;  /* as it was at the start */
    struct map lines; /* borrow from the text */
    pthread_mutex_t lock;
};

static enum status open_files(struct push_journal *j, struct error *err)
{
    j->fd = open(j->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, MODE);
    if (j->fd < 0)
        return error_set_errno(err, E_INVALID, errno, "'%s'", j->path);
    enum status status = file_read(j->path, &j->text, err);
    if (status != OK)
        return status == E_TOO_LARGE ? status : (err->code = E_INVALID);
    if (j->text.len > 0 && j->text.ptr[j->text.len - 1] != '\n' && write(j->fd, "\n", 1) != 1)
        return error_set_errno(err, E_INVALID, errno, "'%s'", j->path);
    return OK;
}

enum status push_journal_open(const char *path, struct push_journal **ret_journal, struct error *err)
{
    struct push_journal *j = mem_zero(1, sizeof *j);
    struct slice rest, line;

    j->path = mem_cstr(path, strlen(path));
    j->text = BUF_INIT(LIMIT_JOURNAL_BYTES);
    pthread_mutex_init(&j->lock, NULL);
    if (open_files(j, err) != OK) {
        push_journal_close(j);
        return err->code;
    }
    rest = buf_slice(&j->text);
    while (slice_split(&rest, '\n', &line)) {
        bool is_new;
        if (line.len > 0)
            (void)map_put(&j->lines, line, &is_new);
    }
    *ret_journal = j;
    return OK;
}

void push_journal_close(struct push_journal *j)
{
    if (!j)
        return;
    if (j->fd >= 0)
        (void)close(j->fd);
    map_release(&j->lines);
    buf_release(&j->text);
    pthread_mutex_destroy(&j->lock);
    free(j->path);
    free(j);
}

/* False: it cannot be a line. */
static bool make_line(const char *source, const struct push_file *file, struct buf *out)
{
    buf_printf(out, "%" PRIu64 " %" PRId64 " ", file->bytes, file->modified_ms);
    buf_append_cstr(out, source);
    buf_append_cstr(out, file->name);
    return !out->full && slice_find(buf_slice(out), '\n') == out->len;
}

bool push_journal_has(const struct push_journal *j, const char *source, const struct push_file *file)
{
    struct buf line CLEANUP(buf_release) = BUF_INIT(LIMIT_URI_BYTES);

    return make_line(source, file, &line) && map_get(&j->lines, buf_slice(&line));
}

enum status push_journal_add(struct push_journal *j, const char *source, const struct push_file *file,
                             struct error *err)
{
    struct buf line CLEANUP(buf_release) = BUF_INIT(LIMIT_URI_BYTES);

    if (!make_line(source, file, &line))
        return OK;
    buf_append_byte(&line, '\n');
    pthread_mutex_lock(&j->lock);
    ssize_t written = write(j->fd, line.ptr, line.len);
    int errnum = errno;
    pthread_mutex_unlock(&j->lock);
    if (written == (ssize_t)line.len)
        return OK;
    return error_set_errno(err, E_UNAVAILABLE, written < 0 ? errnum : ENOSPC, "the journal '%s'", j->path);
}
