#include "pprof/text.h"
enum status text_convert(enum pprof_format format, struct slice text, struct buf *out,
                         struct slice *ret_proto, struct error *err)
{
    (void)format;
    (void)text;
    (void)out;
    (void)ret_proto;
    return error_set(err, E_INVALID, "a text");
}
