/*
 * JSON out: a small writer that appends to a buf and puts commas itself. Strings are written as UTF-8;
 * invalid bytes become U+FFFD; `<`, `>`, `&`, U+2028 and U+2029 are escaped (\u003c ...), as Go's encoder
 * does, so that a body is safe inside HTML. JSON in: fields of one small object.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"

/* Four of these names are jansson's too. Hidden, they stay inside the program; visible, the dynamic linker
 * would let jansson's own parser call them. */
#pragma GCC visibility push(hidden)

struct json {
    struct buf *out;
    bool comma; /* the next value needs one in front */
};

#define JSON_INIT(buf_ptr) ((struct json){(buf_ptr), false})

void json_object(struct json *j); /* { */
void json_object_end(struct json *j);
void json_array(struct json *j); /* [ */
void json_array_end(struct json *j);
void json_key(struct json *j, const char *key); /* then one value */
void json_string(struct json *j, struct slice s);
void json_cstr(struct json *j, const char *s);
void json_i64(struct json *j, int64_t n);
void json_u64(struct json *j, uint64_t n);
void json_f64(struct json *j, double n); /* 15 digits; null if it is not finite */
void json_bool(struct json *j, bool b);
void json_null(struct json *j);

/* Appends the string value of `name` in the object `doc` to out. E_INVALID if doc is no object or the value
 * is no string, E_NOT_FOUND if there is none; the text never quotes the document (it may hold secrets). */
NODISCARD enum status json_get_string(struct slice doc, const char *name, struct buf *out, struct error *err);

#pragma GCC visibility pop

#endif
