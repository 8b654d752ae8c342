/*
 * Label sets are many and the values of one label few: a frame is made once for each list of labels that has
 * the key, which the tables of stacks tell apart. A sample without the label gets a frame without a name, so
 * that all stand one below the other at the same depth.
 */
#include "view/filter_stage.h"

#include "view/measure.h"

struct rooting {
    struct filter *f;
    struct stacks lists;  /* its label sets: a mark for the key, then the labels that have it */
    struct column known;  /* uint32_t by list: its location, or SYMBOL_NONE */
    struct column labels; /* struct stack_label: the list at hand */
    struct buf name;
    bool too_long;
    bool roots_matched, leaves_matched;
};

static void rooting_release(struct rooting *r)
{
    stacks_release(&r->lists);
    column_release(&r->known, r->f->quota);
    column_release(&r->labels, r->f->quota);
    buf_release(&r->name);
}

/* The values, parted by commas: texts as they are, numbers with their units. */
static void print_values(struct rooting *r, const struct stack_label *labels, size_t count)
{
    buf_reset(&r->name);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_append_byte(&r->name, ',');
        if (labels[i].text != 0)
            buf_append(&r->name, filter_string(r->f, labels[i].text));
        else
            measure_label(labels[i].number, filter_string(r->f, labels[i].unit), SLICE("minimum"), &r->name);
    }
}

static uint32_t add_pseudo(struct rooting *r, struct slice key)
{
    struct filter *f = r->f;
    struct filter_pseudo pseudo = {.name = intern_put(&f->pseudo_strings, buf_slice(&r->name), f->quota),
                                   .file = intern_put(&f->pseudo_strings, key, f->quota)};
    uint32_t line = (uint32_t)(f->in->symbols.lines.count + f->pseudos.count);
    uint32_t index = (uint32_t)f->locations.count;
    struct filter_pseudo *added = column_add(&f->pseudos, 1, f->quota);
    uint32_t *at = column_add(&f->lines, 1, f->quota);
    struct filter_location *location = column_add(&f->locations, 1, f->quota);
    if (pseudo.name == INTERN_NONE || pseudo.file == INTERN_NONE || !added || !at || !location)
        return SYMBOL_NONE;

    *added = pseudo;
    *at = line;
    *location = (struct filter_location){(uint32_t)f->lines.count - 1, 1, LOCATION_USED};
    return index;
}

/* The location of the list in r->labels, whose first label is the mark. */
static uint32_t location_of(struct rooting *r, struct slice key)
{
    const struct stack_label *labels = COLUMN_AT(r->labels, struct stack_label);
    uint32_t list = stacks_labels(&r->lists, labels, (uint32_t)r->labels.count);
    if (list == STACKS_NONE)
        return SYMBOL_NONE;

    while (r->known.count <= list) {
        uint32_t *slot = column_add(&r->known, 1, r->f->quota);
        if (!slot)
            return SYMBOL_NONE;
        *slot = SYMBOL_NONE;
    }
    uint32_t known = COLUMN_AT(r->known, uint32_t)[list];
    if (known != SYMBOL_NONE)
        return known;

    print_values(r, labels + 1, r->labels.count - 1);
    r->too_long |= r->name.full;
    known = r->too_long ? SYMBOL_NONE : add_pseudo(r, key);
    COLUMN_AT(r->known, uint32_t)[list] = known;
    return known;
}

/* False when the quota refuses, or when it is too long. */
static bool make_frame(struct rooting *r, uint32_t set, struct slice key, uint32_t *ret_location,
                       bool *matched)
{
    const struct filter *f = r->f;
    uint32_t wanted = intern_find(&f->in->symbols.strings, key);
    struct stack_labels of = COLUMN_AT(f->in->stacks.sets, struct stack_labels)[set];
    column_reset(&r->labels);
    struct stack_label *mark = column_add(&r->labels, of.count + 1, f->quota);
    if (!mark)
        return false;

    /* The key's place in the text of the option is mark enough: equal keys may have two frames. */
    mark[0] = (struct stack_label){.number = (int64_t)(uintptr_t)key.ptr};
    r->labels.count = 1;
    for (uint32_t i = 0; i < of.count; i++) {
        struct stack_label label = COLUMN_AT(f->in->stacks.labels, struct stack_label)[of.at + i];
        if (label.key == wanted)
            mark[r->labels.count++] = label;
    }
    *matched |= r->labels.count > 1;
    *ret_location = location_of(r, key);
    return *ret_location != SYMBOL_NONE;
}

/* Keys that are not empty; the last first, as frames stand in a stack. */
static uint32_t keys_of(struct slice list, struct slice keys[LIMIT_TAG_KEYS])
{
    struct slice rest = list, piece, found[LIMIT_TAG_KEYS];
    uint32_t count = 0;
    while (slice_split(&rest, ',', &piece))
        if (piece.len > 0 && count < LIMIT_TAG_KEYS)
            found[count++] = piece;
    for (uint32_t i = 0; i < count; i++)
        keys[i] = found[count - 1 - i];
    return count;
}

static bool make_frames(struct rooting *r, const struct slice *leaves, const struct slice *roots)
{
    struct filter *f = r->f;
    if (!column_fill(&f->set_frames, f->sets.count * (f->leaves + f->roots), 0, f->quota))
        return false;

    for (uint32_t set = 0; set < f->sets.count; set++) {
        uint32_t *frames = filter_set_frames(f, set);
        if (!(COLUMN_AT(f->sets, char)[set] & SET_USED))
            continue;
        for (uint32_t i = 0; i < f->leaves; i++)
            if (!make_frame(r, set, leaves[i], &frames[i], &r->leaves_matched))
                return false;
        for (uint32_t i = 0; i < f->roots; i++)
            if (!make_frame(r, set, roots[i], &frames[f->leaves + i], &r->roots_matched))
                return false;
    }
    return true;
}

enum status filter_roots(struct filter *f, struct error *err)
{
    const struct view_options *o = f->options;
    struct slice leaves[LIMIT_TAG_KEYS] = {SLICE_NULL}, roots[LIMIT_TAG_KEYS] = {SLICE_NULL};
    f->leaves = keys_of(o->tagleaf, leaves);
    f->roots = keys_of(o->tagroot, roots);
    struct rooting r CLEANUP(rooting_release) = {.f = f,
                                                 .known = COLUMN_OF(uint32_t),
                                                 .labels = COLUMN_OF(struct stack_label),
                                                 .name = BUF_INIT(LIMIT_REGEX_TEXT_BYTES)};
    stacks_init(&r.lists, 0, f->quota);
    bool made = f->leaves + f->roots == 0 || make_frames(&r, leaves, roots);
    if (r.too_long)
        return error_set(err, E_TOO_LARGE, "the values of a label for tagroot or tagleaf are over %lu bytes",
                         LIMIT_REGEX_TEXT_BYTES);
    if (!made)
        return quota_error(f->quota, err);

    if (o->tagroot.len > 0 && !r.roots_matched)
        filter_note(f, "TagRoot");
    if (o->tagleaf.len > 0 && !r.leaves_matched)
        filter_note(f, "TagLeaf");
    return OK;
}
