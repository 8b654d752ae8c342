/* The table. Names end in .txt where the plain name is the JSON of the same. */
#include "view/format.h"

#define JSON "application/json"
#define TEXT "text/plain; charset=utf-8"

const struct view_format VIEW_FORMATS[] = {
    {"pprof", "application/octet-stream", "pb.gz", "the profile itself, for pprof's tools", pprof_render,
     true},
    {"top", JSON, "json", "functions with their flat and cumulative values", top_render},
    {"top.txt", TEXT, "txt", "the same as a table, as `go tool pprof -top` prints it", top_text_render},
    {"peek", JSON, "json", "callers and callees of the functions that `function` matches", peek_render},
    {"peek.txt", TEXT, "txt", "the same as a table, as `go tool pprof -peek` prints it", peek_text_render},
    {"tree", TEXT, "txt", "callers and callees of every function, as `go tool pprof -tree`", calls_render},
    {"dot", "text/vnd.graphviz; charset=utf-8", "dot", "the call graph, for Graphviz", dot_render},
    {"flamegraph", JSON, "json", "the call tree, for pages that draw it", flamegraph_render},
    {"svg", "image/svg+xml", "svg", "a flame graph to look at, to zoom and to search", svg_render},
    {"folded", TEXT, "folded", "one line a stack, for flamegraph.pl and its kin", folded_render, true},
    {"speedscope", JSON, "speedscope.json", "for speedscope", speedscope_render, true},
    {"raw", TEXT, "txt", "everything, as `go tool pprof -raw` prints it", raw_render},
};

const size_t VIEW_FORMATS_COUNT = ARRAY_LEN(VIEW_FORMATS);

enum status view_format_find(struct slice name, const struct view_format **ret_format, struct error *err)
{
    struct buf names CLEANUP(buf_release) = BUF_INIT(ERROR_TEXT_MAX / 2);

    for (size_t i = 0; i < VIEW_FORMATS_COUNT; i++) {
        if (slice_eq_cstr(name, VIEW_FORMATS[i].name)) {
            *ret_format = &VIEW_FORMATS[i];
            return OK;
        }
        buf_printf(&names, "%s%s", i > 0 ? ", " : "", VIEW_FORMATS[i].name);
    }
    return error_set(err, E_INVALID, "unknown format \"%.*s\": one of %s",
                     (int)(name.len < 40 ? name.len : 40), name.ptr ? name.ptr : "", buf_cstr(&names));
}
