/*
 * A view by functions does not know files, yet a reader wants to be told one: nearly every function is in one
 * file only. So each location says of its frames where they are, and what they disagree about is not known.
 */
#include "view/places.h"

#include "view/caption.h"
#include "view/path.h"

#include <inttypes.h>

/* A path is no longer than its profile. */
#define PATH_BYTES LIMIT_INFLATED_BYTES

/* While places are found: strings and lines of the merge. */
struct sighting {
    uint32_t file, module;
    int64_t line;
    bool seen, files_differ, modules_differ, lines_differ;
};

static void see(struct sighting *s, struct sighting now)
{
    now.seen = true;
    if (s->seen) {
        now.files_differ = s->files_differ || s->file != now.file;
        now.modules_differ = s->modules_differ || s->module != now.module;
        now.lines_differ = s->lines_differ || s->line != now.line;
    }
    *s = now;
}

static void see_location(struct column *sightings, const struct view *v, size_t location)
{
    const struct symbols *s = &v->merged->symbols;
    const struct symbol_location *l = &COLUMN_AT(s->locations, struct symbol_location)[location];
    struct view_span span = COLUMN_AT(v->spans, struct view_span)[location];
    struct sighting now = {0};

    if (l->mapping != SYMBOL_NONE)
        now.module = COLUMN_AT(s->mappings, struct symbol_mapping)[l->mapping].file;
    for (uint32_t i = 0; i < span.count; i++) {
        if (i < l->lines_count) {
            const struct symbol_line *line = &COLUMN_AT(s->lines, struct symbol_line)[l->lines_at + i];
            const struct symbol_function *f =
                &COLUMN_AT(s->functions, struct symbol_function)[line->function];

            now.file = f->file;
            now.line = f->start_line;
        }
        uint32_t frame = COLUMN_AT(v->of_spans, uint32_t)[span.at + i];
        see(&COLUMN_AT(*sightings, struct sighting)[frame], now);
    }
}

static bool keep(struct places *p, uint32_t frame, const struct sighting *s, struct buf *path)
{
    const struct view *v = p->view;
    const struct view_frame *f = view_frame(v, frame);
    struct slice file = view_string(v, f->file), module = view_string(v, f->module);
    struct place place = {.line = f->line};

    if (f->file == 0 && s->file != 0 && !s->files_differ) {
        buf_reset(path);
        path_clean(intern_get(&v->merged->symbols.strings, s->file), path);
        file = buf_slice(path);
    }
    if (f->module == 0 && !s->modules_differ)
        module = intern_get(&v->merged->symbols.strings, s->module);
    if (f->line == 0 && f->name != 0 && !s->files_differ && !s->lines_differ)
        place.line = s->line;
    place.file = intern_put(&p->strings, file, &p->view->quota);
    place.module = intern_put(&p->strings, module, &p->view->quota);
    COLUMN_AT(p->of_frames, struct place)[frame] = place;
    return place.file != INTERN_NONE && place.module != INTERN_NONE;
}

enum status places_find(struct places *p, struct view *v, struct error *err)
{
    struct column sightings = COLUMN_OF(struct sighting);
    struct buf path CLEANUP(buf_release) = BUF_INIT(PATH_BYTES);
    size_t count = v->frames.count;

    *p = (struct places){v, INTERN_INIT, COLUMN_OF(struct place)};
    bool found =
        column_fill(&sightings, count, 0, &v->quota) && column_fill(&p->of_frames, count, 0, &v->quota);
    for (size_t i = 0; found && i < v->spans.count; i++)
        see_location(&sightings, v, i);
    for (uint32_t i = 0; found && i < count; i++)
        found = keep(p, i, &COLUMN_AT(sightings, struct sighting)[i], &path);
    column_release(&sightings, &v->quota);
    return found ? OK : quota_error(&v->quota, err);
}

void places_release(struct places *p)
{
    if (!p->view)
        return;
    intern_release(&p->strings, &p->view->quota);
    column_release(&p->of_frames, &p->view->quota);
}

void place_label(const struct view *v, uint32_t frame, struct buf *out)
{
    const struct view_frame *f = view_frame(v, frame);

    if (f->address != 0)
        buf_printf(out, "0x%" PRIx64 " ", f->address);
    if (f->name != 0)
        buf_append(out, view_string(v, f->name));
    else if (f->file != 0)
        buf_append(out, view_string(v, f->file));
    else if (f->module != 0)
        buf_printf(out, "[%.*s]", SLICE_ARG(path_base(view_string(v, f->module))));
    else
        buf_append(out, SLICE("<unknown>"));
    if (f->line != 0)
        buf_printf(out, ":%" PRId64, f->line);
}

struct slice places_package(const struct places *p, uint32_t frame, struct slice label)
{
    const struct place *place = places_of(p, frame);
    struct slice name = view_string(p->view, view_frame(p->view, frame)->name);

    return caption_package(name.len > 0 ? name : label, places_string(p, place->file),
                           places_string(p, place->module));
}
