/*
 * In a directory, what is no profile is skipped, but a profile that does not fit the others is an error:
 * leaving it out would change the answer. Which of the two it is shows when it is merged with nothing.
 */
#include "cli/input.h"

#include "base/file.h"
#include "base/printable.h"
#include "cli/walk.h"
#include "pprof/merged.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_BYTES = 64 * 1024, SKIPPED_NAMED = 10 };

struct merge *input_merge_new(const struct query_options *o)
{
    size_t bytes = (size_t)o->memory_bytes;
    return merge_new(&(struct merge_options){.max_bytes = bytes, .inflated_bytes = bytes / 4});
}

/* --- one profile --- */

/* Does a profile look like the type that was asked for? */
static bool has_type(const struct merge *one, const struct profile_type *type)
{
    const struct merged *m = merge_result(one);
    struct sample_type types[LIMIT_PPROF_TYPES];
    for (uint32_t i = 0; i < m->types_count; i++)
        types[i] = (struct sample_type){intern_get(&m->symbols.strings, m->types[i].type),
                                        intern_get(&m->symbols.strings, m->types[i].unit)};
    return profile_type_check(type, types, m->types_count, NULL) == OK;
}

static enum status add_body(struct input *in, const char *name, struct slice body, struct error *err)
{
    in->bytes += body.len;
    progress_say(in->progress, "read %" PRIu64 " files, %.1f MB", in->files, (double)in->bytes / 1e6);
    enum status status = in->merge ? merge_add(in->merge, body, in->side, err) : OK;
    if (status == OK && in->each)
        status = in->each(in, name, body, err);
    if (status == OK)
        in->files++;
    return status;
}

static void skip(struct input *in, const char *path, const struct error *why)
{
    in->skipped++;
    progress_end(in->progress);
    if (in->skipped > SKIPPED_NAMED)
        return;

    struct buf said CLEANUP(buf_release) = BUF_INIT(PATH_BYTES);
    printable_append(&said, slice_of(path));
    buf_append_cstr(&said, ": ");
    printable_append(&said, slice_of(why->text));
    (void)fprintf(stderr, "brazier: skipped %s\n", buf_cstr(&said));
}

/* A file that nobody named by itself. */
static enum status add_found(struct input *in, const char *path, struct slice body, struct error *err)
{
    struct error why;
    if (!in->type) {
        enum status status = add_body(in, path, body, &why);
        if (status != E_INVALID) {
            if (status != OK && err)
                *err = why;
            return status;
        }
    }

    struct merge *one CLEANUP(merge_freep) = input_merge_new(in->options);
    struct error alone;
    enum status readable = merge_add(one, body, in->side, &alone);
    if (readable == E_INVALID) {
        skip(in, path, &alone);
        return OK;
    }
    if (readable != OK) /* too large: it may well be a profile */
        return error_set(err, readable, "%s", alone.text);
    if (!in->type)
        return error_set(err, E_INVALID, "%s: %s; --type chooses one type of several", path, why.text);
    if (has_type(one, in->type))
        return add_body(in, path, body, err);
    in->others++;
    return OK;
}

static enum status visit(const char *path, void *user, struct error *err)
{
    struct input *in = user;
    struct buf body CLEANUP(buf_release) = BUF_INIT(LIMIT_ANSWER_BYTES);
    struct error why;
    if (file_read(path, &body, &why) != OK) {
        skip(in, path, &why);
        return OK;
    }
    enum status status = add_found(in, path, buf_slice(&body), err);
    return status == OK || status == E_INVALID ? status : error_wrap(err, "%s", path);
}

/* --- a word --- */

/* Of a URL that is not there, E_NOT_FOUND stays: it may be a question that found nothing. */
static enum status add_url(struct input *in, const char *url, struct error *err)
{
    struct client_answer answer CLEANUP(client_answer_release) = CLIENT_ANSWER_INIT;
    enum status status = remote_get(in->remote, url, LIMIT_VIEW_BYTES, &answer, err);
    if (status != OK)
        return status;
    status = add_body(in, url, buf_slice(&answer.body), err);
    return status == OK ? OK : error_wrap(err, "%s", url);
}

static enum status add_file(struct input *in, const char *path, struct error *err)
{
    struct buf body CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);
    bool is_stdin = strcmp(path, "-") == 0;
    enum status status = is_stdin ? file_read_stdin(&body, err) : file_read(path, &body, err);
    if (status != OK) {
        if (err)
            err->code = E_INVALID;
        return E_INVALID;
    }
    status = add_body(in, is_stdin ? "standard input" : path, buf_slice(&body), err);
    return status == OK ? OK : error_wrap(err, "%s", is_stdin ? "standard input" : path);
}

static bool is_url(const char *word)
{
    return slice_starts(slice_of(word), SLICE("http://")) || slice_starts(slice_of(word), SLICE("https://"));
}

enum status input_add_word(struct input *in, const char *word, struct error *err)
{
    struct stat st;
    enum status status;
    if (is_url(word))
        status = add_url(in, word, err);
    else if (strcmp(word, "-") != 0 && stat(word, &st) == 0 && S_ISDIR(st.st_mode))
        status = walk_files(word, visit, in, err);
    else
        status = add_file(in, word, err);
    progress_end(in->progress);
    return status;
}

/* --- a selection --- */

static enum status ids_path(const struct option_list *ids, struct buf *path, struct error *err)
{
    buf_append_cstr(path, "/api/0/profiles/");
    for (size_t i = 0; i < ids->count; i++) {
        struct slice id = slice_of(ids->values[i]);
        for (size_t k = 0; k < id.len; k++)
            if (!((id.ptr[k] >= '0' && id.ptr[k] <= '9') || (id.ptr[k] >= 'a' && id.ptr[k] <= 'z') ||
                  id.ptr[k] == '-'))
                return error_set(err, E_INVALID, "'%s' is no id of a profile", ids->values[i]);
        buf_printf(path, "%s%s", i > 0 ? "+" : "", ids->values[i]);
    }
    buf_append_cstr(path, "?");
    return OK;
}

static enum status selection_path(const struct selection *s, struct buf *path, struct error *err)
{
    if (s->ids.count > 0)
        return ids_path(&s->ids, path, err);
    if (!s->service || !s->type)
        return error_set(err, E_INVALID,
                         "which profiles? Name files or directories, or of a collector --service and "
                         "--type, or --id; 'brazier query list' tells what is there");
    struct buf params CLEANUP(buf_release) = BUF_INIT(PATH_BYTES);
    enum status status = selection_params(s, &params, err);
    buf_printf(path, "/api/0/profiles/merge?%s", buf_cstr(&params));
    return status;
}

enum status input_add_selection(struct input *in, const struct selection *s, struct error *err)
{
    struct buf path CLEANUP(buf_release) = BUF_INIT(PATH_BYTES);
    struct client_answer answer CLEANUP(client_answer_release) = CLIENT_ANSWER_INIT;
    enum status status = in->remote->url ? selection_path(s, &path, err) : OK;
    if (status != OK)
        return status;

    if (in->options->partial)
        buf_append_cstr(&path, "&partial=1");
    status = remote_ask(in->remote, buf_cstr(&path), LIMIT_VIEW_BYTES, &answer, err);
    return status == OK ? add_body(in, "the answer", buf_slice(&answer.body), err) : status;
}

void input_end(const struct input *in)
{
    if (in->skipped > SKIPPED_NAMED)
        (void)fprintf(stderr, "brazier: skipped %" PRIu64 " more\n", in->skipped - SKIPPED_NAMED);
    if (in->skipped > 0)
        (void)fprintf(stderr, "brazier: %" PRIu64 " of %" PRIu64 " files are no profiles\n", in->skipped,
                      in->files + in->skipped + in->others);
}
