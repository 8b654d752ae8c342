/*
 * A list in the order of age. A file's name is its age, in hexadecimal digits, so a directory's order is that
 * of the list; ages go on from the greatest that was found. A file holds a head of three lines (what it is,
 * the path, the length of the body) and the body. It is written under another name and renamed, so one that
 * was cut short is told by its name or by its length. Files are not forced to the disk: they survive the
 * process, not a power cut.
 */
#include "scrape/spool.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD   "brazier-spool 1\n"
#define SUFFIX ".profile"
#define PART   ".part"

enum { NAME_BYTES = 32, AGE_DIGITS = 16, PATH_BYTES = 4096, FILE_HEAD_BYTES = 16 * 1024 };

struct spool {
    struct spool_options options;
    char *dir;
    int lock_file;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct parcel *first;
    size_t memory_bytes;
    uint64_t next_age;
    bool is_closed;
    struct spool_stats stats;
};

struct parcel *parcel_new(struct slice path, struct buf *take_body)
{
    struct parcel *p = mem_zero(1, sizeof *p);

    p->path = mem_cstr(path.ptr, path.len);
    p->body = buf_take(take_body);
    p->bytes = path.len + p->body.len;
    return p;
}

void parcel_free(struct parcel *p)
{
    if (!p)
        return;

    buf_release(&p->body);
    free(p->path);
    free(p);
}

/* --- files --- */

static void name_of(const struct spool *s, uint64_t age, struct buf *out)
{
    buf_printf(out, "%s/%016" PRIx64 SUFFIX, s->dir, age);
}

static bool write_all(int file, struct slice bytes)
{
    for (size_t done = 0; done < bytes.len;) {
        ssize_t n = write(file, bytes.ptr + done, bytes.len - done);
        if (n < 0 && errno != EINTR)
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static bool file_write(const struct spool *s, const struct parcel *p)
{
    struct buf name CLEANUP(buf_release) = BUF_INIT(PATH_BYTES),
                    part CLEANUP(buf_release) = BUF_INIT(PATH_BYTES),
                    head CLEANUP(buf_release) = BUF_INIT(FILE_HEAD_BYTES);

    name_of(s, p->age, &name);
    buf_printf(&part, "%s" PART, buf_cstr(&name));
    buf_printf(&head, HEAD "%s\n%zu\n", p->path, p->body.len);
    if (name.full || part.full || head.full)
        return false;
    int file = open(buf_cstr(&part), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0)
        return false;
    bool is_whole = write_all(file, buf_slice(&head)) && write_all(file, buf_slice(&p->body));
    if (close(file) == 0 && is_whole && rename(buf_cstr(&part), buf_cstr(&name)) == 0)
        return true;
    (void)unlink(buf_cstr(&part));
    return false;
}

/* The body, and the path of one that an earlier process has left. */
static bool file_load(const struct spool *s, struct parcel *p)
{
    struct buf name CLEANUP(buf_release) = BUF_INIT(PATH_BYTES),
                    all CLEANUP(buf_release) = BUF_INIT(LIMIT_BODY_BYTES + FILE_HEAD_BYTES);
    struct slice rest, line, path;
    uint64_t len;

    name_of(s, p->age, &name);
    if (file_read(buf_cstr(&name), &all, NULL) != OK || !slice_starts(buf_slice(&all), SLICE(HEAD)))
        return false;
    rest = slice_from(buf_slice(&all), sizeof HEAD - 1);
    if (!slice_split(&rest, '\n', &path) || !slice_split(&rest, '\n', &line) || !slice_to_u64(line, &len) ||
        len != rest.len || !slice_starts(path, SLICE("/api/0/profiles?")))
        return false;
    free(p->path);
    p->path = mem_cstr(path.ptr, path.len);
    p->body = BUF_INIT(LIMIT_BODY_BYTES);
    buf_append(&p->body, rest);
    return !p->body.full;
}

static void file_remove(const struct spool *s, const struct parcel *p)
{
    struct buf name CLEANUP(buf_release) = BUF_INIT(PATH_BYTES);

    name_of(s, p->age, &name);
    (void)unlink(buf_cstr(&name));
}

/* --- the list; the lock is held --- */

static void insert(struct spool *s, struct parcel *p)
{
    struct parcel **at = &s->first;

    while (*at && (*at)->age < p->age)
        at = &(*at)->next;
    p->next = *at;
    *at = p;
}

static void forget(struct spool *s, struct parcel *p)
{
    s->stats.waiting--;
    s->stats.bytes -= p->bytes;
    if (p->is_on_disk)
        file_remove(s, p);
    else
        s->memory_bytes -= p->bytes;
    parcel_free(p);
}

static void drop(struct spool *s, struct parcel *p)
{
    s->stats.dropped++;
    s->stats.dropped_bytes += p->bytes;
    forget(s, p);
}

/* Those on disk do not help when memory is short. */
static void make_room(struct spool *s)
{
    struct parcel **at = &s->first;

    while (*at && (s->stats.bytes > s->options.max_bytes || s->memory_bytes > s->options.memory_bytes)) {
        struct parcel *oldest = *at;
        if (s->stats.bytes <= s->options.max_bytes && oldest->is_on_disk) {
            at = &oldest->next;
            continue;
        }
        *at = oldest->next;
        drop(s, oldest);
    }
}

/* --- what was left --- */

static int is_ours(const struct dirent *entry)
{
    struct slice name = slice_of(entry->d_name);

    return name.len == AGE_DIGITS + sizeof SUFFIX - 1 && slice_ends(name, SLICE(SUFFIX)) &&
           strspn(entry->d_name, "0123456789abcdef") == AGE_DIGITS;
}

static void take_over(struct spool *s, const char *name)
{
    struct buf path CLEANUP(buf_release) = BUF_INIT(PATH_BYTES);
    struct stat st;
    struct parcel *p;

    buf_printf(&path, "%s/%s", s->dir, name);
    if (path.full || stat(buf_cstr(&path), &st) != 0)
        return;
    p = mem_zero(1, sizeof *p);
    p->age = strtoull(name, NULL, 16);
    p->bytes = (size_t)st.st_size;
    p->is_on_disk = true;
    p->next = s->first; /* the newest come first */
    s->first = p;
    s->stats.waiting++;
    s->stats.bytes += p->bytes;
    if (p->age >= s->next_age)
        s->next_age = p->age + 1;
}

static int is_part(const struct dirent *entry)
{
    return strspn(entry->d_name, "0123456789abcdef") == AGE_DIGITS &&
           strcmp(entry->d_name + AGE_DIGITS, SUFFIX PART) == 0;
}

/* What a process that was killed had begun to write. */
static void remove_parts(const struct spool *s)
{
    struct dirent **found;
    int count = scandir(s->dir, &found, is_part, NULL);

    for (int i = 0; i < count; i++) {
        struct buf path CLEANUP(buf_release) = BUF_INIT(PATH_BYTES);
        buf_printf(&path, "%s/%s", s->dir, found[i]->d_name);
        if (!path.full)
            (void)unlink(buf_cstr(&path));
        free(found[i]);
    }
    if (count >= 0)
        free(found);
}

static int later_first(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*b)->d_name, (*a)->d_name);
}

static enum status open_dir(struct spool *s, struct error *err)
{
    struct buf name CLEANUP(buf_release) = BUF_INIT(PATH_BYTES);
    struct dirent **found;

    if (file_make_dirs(s->dir, err) != OK)
        return error_wrap(err, "the spool");
    buf_printf(&name, "%s/lock", s->dir);
    s->lock_file = open(buf_cstr(&name), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s->lock_file < 0)
        return error_set_errno(err, E_CONFIG, errno, "the spool %s", s->dir);
    if (flock(s->lock_file, LOCK_EX | LOCK_NB) != 0)
        return error_set(err, E_CONFIG, "the spool %s is in use by another process", s->dir);
    remove_parts(s);
    int count = scandir(s->dir, &found, is_ours, later_first);
    if (count < 0)
        return error_set_errno(err, E_CONFIG, errno, "the spool %s", s->dir);
    for (int i = 0; i < count; i++) {
        take_over(s, found[i]->d_name);
        free(found[i]);
    }
    free(found);
    make_room(s);
    return OK;
}

enum status spool_new(const struct spool_options *options, struct spool **ret_spool, struct error *err)
{
    struct spool *s = mem_zero(1, sizeof *s);
    pthread_condattr_t attr;

    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->changed, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&s->lock, NULL);
    s->options = *options;
    s->lock_file = -1;
    s->dir = options->dir ? mem_cstr(options->dir, strlen(options->dir)) : NULL;
    if (s->dir && open_dir(s, err) != OK) {
        spool_free(s);
        return err ? err->code : E_CONFIG;
    }
    *ret_spool = s;
    return OK;
}

void spool_free(struct spool *s)
{
    if (!s)
        return;

    while (s->first) {
        struct parcel *p = s->first;
        s->first = p->next;
        parcel_free(p);
    }
    if (s->lock_file >= 0)
        (void)close(s->lock_file);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s->dir);
    free(s);
}

void spool_put(struct spool *s, struct parcel *take_parcel)
{
    pthread_mutex_lock(&s->lock);
    take_parcel->age = s->next_age++;
    pthread_mutex_unlock(&s->lock);
    bool is_on_disk = s->dir && file_write(s, take_parcel);
    if (is_on_disk)
        buf_release(&take_parcel->body);

    pthread_mutex_lock(&s->lock);
    take_parcel->is_on_disk = is_on_disk;
    s->stats.put++;
    s->stats.waiting++;
    s->stats.bytes += take_parcel->bytes;
    s->memory_bytes += is_on_disk ? 0 : take_parcel->bytes;
    s->stats.disk_failures += s->dir && !is_on_disk;
    insert(s, take_parcel);
    make_room(s);
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

struct parcel *spool_take(struct spool *s)
{
    struct parcel *p = NULL;

    pthread_mutex_lock(&s->lock);
    while (!p && !s->is_closed) {
        if (!s->first) {
            pthread_cond_wait(&s->changed, &s->lock);
            continue;
        }
        p = s->first;
        s->first = p->next;
        if (!p->is_on_disk)
            continue;
        pthread_mutex_unlock(&s->lock);
        bool is_there = file_load(s, p);
        pthread_mutex_lock(&s->lock);
        if (!is_there) {
            s->stats.disk_failures++;
            drop(s, p);
            p = NULL;
            pthread_cond_broadcast(&s->changed);
        }
    }
    pthread_mutex_unlock(&s->lock);
    return p;
}

void spool_return(struct spool *s, struct parcel *take_parcel)
{
    if (take_parcel->is_on_disk)
        buf_release(&take_parcel->body);
    pthread_mutex_lock(&s->lock);
    insert(s, take_parcel);
    make_room(s);
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

void spool_finish(struct spool *s, struct parcel *take_parcel)
{
    pthread_mutex_lock(&s->lock);
    forget(s, take_parcel);
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

void spool_close(struct spool *s)
{
    pthread_mutex_lock(&s->lock);
    s->is_closed = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

bool spool_drained(struct spool *s, int64_t wait_ms)
{
    int64_t until_ms = clock_mono_ms() + wait_ms;
    struct timespec until = {until_ms / 1000, until_ms % 1000 * 1000000};

    pthread_mutex_lock(&s->lock);
    while (s->stats.waiting > 0 && pthread_cond_timedwait(&s->changed, &s->lock, &until) == 0)
        ;
    bool is_empty = s->stats.waiting == 0;
    pthread_mutex_unlock(&s->lock);
    return is_empty;
}

struct spool_stats spool_stats(struct spool *s)
{
    pthread_mutex_lock(&s->lock);
    struct spool_stats stats = s->stats;
    pthread_mutex_unlock(&s->lock);
    return stats;
}
