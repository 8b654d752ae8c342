/*
 * A file of ui/ is a row of FILES: its name, its type, and the symbol that the Makefile makes of its path.
 * The page is some hundred KB, so all of it is packed when the first file is asked for, once, at a level that
 * is worth it for bytes that are sent often: a collector that nobody looks at spends nothing on it.
 */
#include "ui/page.h"

#include "base/attribute.h"
#include "base/buf.h"
#include "base/encode.h"
#include "base/gzip.h"
#include "base/hash.h"

#include <pthread.h>
#include <stdio.h>

#define HTML "text/html; charset=utf-8"
#define CSS  "text/css; charset=utf-8"
#define JS   "text/javascript; charset=utf-8"
#define SVG  "image/svg+xml"

/* One row a file. dygraph.js is taken from a package at build time (see the Makefile). */
#define FILES(ROW)                                                                                           \
    ROW("index.html", HTML, ui_index_html)                                                                   \
    ROW("adhoc.js", JS, ui_adhoc_js)                                                                         \
    ROW("api.js", JS, ui_api_js)                                                                             \
    ROW("app.js", JS, ui_app_js)                                                                             \
    ROW("chart.js", JS, ui_chart_js)                                                                         \
    ROW("combobox.js", JS, ui_combobox_js)                                                                   \
    ROW("compare.js", JS, ui_compare_js)                                                                     \
    ROW("compare_menu.js", JS, ui_compare_menu_js)                                                           \
    ROW("dom.js", JS, ui_dom_js)                                                                             \
    ROW("dygraph.js", JS, ui_dygraph_js)                                                                     \
    ROW("empty.js", JS, ui_empty_js)                                                                         \
    ROW("explore.js", JS, ui_explore_js)                                                                     \
    ROW("figure.js", JS, ui_figure_js)                                                                       \
    ROW("filters.js", JS, ui_filters_js)                                                                     \
    ROW("find.js", JS, ui_find_js)                                                                           \
    ROW("flame.js", JS, ui_flame_js)                                                                         \
    ROW("flame_caption.js", JS, ui_flame_caption_js)                                                         \
    ROW("flame_colour.js", JS, ui_flame_colour_js)                                                           \
    ROW("flame_crumbs.js", JS, ui_flame_crumbs_js)                                                           \
    ROW("flame_draw.js", JS, ui_flame_draw_js)                                                               \
    ROW("flame_input.js", JS, ui_flame_input_js)                                                             \
    ROW("flame_layout.js", JS, ui_flame_layout_js)                                                           \
    ROW("flame_legend.js", JS, ui_flame_legend_js)                                                           \
    ROW("flame_lens.js", JS, ui_flame_lens_js)                                                               \
    ROW("flame_minimap.js", JS, ui_flame_minimap_js)                                                         \
    ROW("flame_mirror.js", JS, ui_flame_mirror_js)                                                           \
    ROW("flame_model.js", JS, ui_flame_model_js)                                                             \
    ROW("flame_picture.js", JS, ui_flame_picture_js)                                                         \
    ROW("flame_search.js", JS, ui_flame_search_js)                                                           \
    ROW("flame_symbols.js", JS, ui_flame_symbols_js)                                                         \
    ROW("flame_tip.js", JS, ui_flame_tip_js)                                                                 \
    ROW("flame_tree.js", JS, ui_flame_tree_js)                                                               \
    ROW("frames.css", CSS, ui_frames_css)                                                                    \
    ROW("graph.js", JS, ui_graph_js)                                                                         \
    ROW("graph_layout.js", JS, ui_graph_layout_js)                                                           \
    ROW("graph_model.js", JS, ui_graph_model_js)                                                             \
    ROW("graph_pan.js", JS, ui_graph_pan_js)                                                                 \
    ROW("head.js", JS, ui_head_js)                                                                           \
    ROW("icon.svg", SVG, ui_icon_svg)                                                                        \
    ROW("keyboard.js", JS, ui_keyboard_js)                                                                   \
    ROW("layout.css", CSS, ui_layout_css)                                                                    \
    ROW("loader.js", JS, ui_loader_js)                                                                       \
    ROW("login.js", JS, ui_login_js)                                                                         \
    ROW("look.js", JS, ui_look_js)                                                                           \
    ROW("matchers.js", JS, ui_matchers_js)                                                                   \
    ROW("page.css", CSS, ui_page_css)                                                                        \
    ROW("path.js", JS, ui_path_js)                                                                           \
    ROW("popup.js", JS, ui_popup_js)                                                                         \
    ROW("profiles.js", JS, ui_profiles_js)                                                                   \
    ROW("question.js", JS, ui_question_js)                                                                   \
    ROW("range.js", JS, ui_range_js)                                                                         \
    ROW("rows.js", JS, ui_rows_js)                                                                           \
    ROW("sandwich.js", JS, ui_sandwich_js)                                                                   \
    ROW("search_worker.js", JS, ui_search_worker_js)                                                         \
    ROW("sizes.js", JS, ui_sizes_js)                                                                         \
    ROW("state.js", JS, ui_state_js)                                                                         \
    ROW("status.js", JS, ui_status_js)                                                                       \
    ROW("table.js", JS, ui_table_js)                                                                         \
    ROW("take.js", JS, ui_take_js)                                                                           \
    ROW("theme.js", JS, ui_theme_js)                                                                         \
    ROW("time.js", JS, ui_time_js)                                                                           \
    ROW("timeline.js", JS, ui_timeline_js)                                                                   \
    ROW("tools.js", JS, ui_tools_js)                                                                         \
    ROW("tree.js", JS, ui_tree_js)                                                                           \
    ROW("units.js", JS, ui_units_js)

/* NOLINTBEGIN(bugprone-macro-parentheses): names of declarations */
#define DECLARE(name, type, symbol)                                                                          \
    extern const char symbol[];                                                                              \
    extern const unsigned long symbol##_bytes;
FILES(DECLARE)
/* NOLINTEND(bugprone-macro-parentheses) */

static const struct row {
    struct page_file file; /* first: a page_file is its row */
    const char *bytes;
    const unsigned long *length;
} rows[] = {
#define DEFINE(name, type, symbol) {{name, type}, symbol, &symbol##_bytes},
    FILES(DEFINE)};

/* LEVEL: libdeflate's; the next ones take twice the time for a hundredth of the size. */
enum { HASH_SHOWN_BYTES = 16, LEVEL = 9 };

static struct packed {
    struct buf gzip; /* empty: it does not shrink */
    char hash[2 * HASH_SHOWN_BYTES + 1];
} packed[ARRAY_LEN(rows)];

static struct slice plain(size_t i)
{
    return slice_make(rows[i].bytes, *rows[i].length);
}

static void pack_all(void)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf hex CLEANUP(buf_release) = BUF_INIT(sizeof(packed[i].hash));
        struct sha256 hash = sha256_of(plain(i));
        struct buf *gzip = &packed[i].gzip;

        hex_encode(slice_make(hash.bytes, HASH_SHOWN_BYTES), &hex);
        snprintf(packed[i].hash, sizeof(packed[i].hash), "%.*s", SLICE_ARG(buf_slice(&hex)));
        *gzip = BUF_INIT(plain(i).len);
        if (gzip_deflate(plain(i), LEVEL, gzip, NULL) != OK || gzip->full)
            buf_release(gzip);
    }
}

const struct page_file *page_at(size_t i)
{
    return i < ARRAY_LEN(rows) ? &rows[i].file : NULL;
}

const struct page_file *page_find(struct slice name)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (slice_eq_cstr(name, rows[i].file.name))
            return &rows[i].file;
    return NULL;
}

void page_get(const struct page_file *file, bool gzip, struct page_form *ret_form)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    size_t i = (size_t)((const struct row *)file - rows);

    pthread_once(&once, pack_all);
    ret_form->is_gzip = gzip && packed[i].gzip.len > 0;
    ret_form->bytes = ret_form->is_gzip ? buf_slice(&packed[i].gzip) : plain(i);
    snprintf(ret_form->etag, sizeof(ret_form->etag), "\"%s%s\"", packed[i].hash,
             ret_form->is_gzip ? "-gzip" : "");
}
