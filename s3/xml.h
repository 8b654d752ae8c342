/*
 * XML from a server that is not trusted: a push parser (libxml2, SAX2) that knows elements and their text and
 * nothing else. A document type stops it, so there are no entities but XML's five; nothing is ever fetched;
 * depth, size of a text and size of the document are bounded (base/limits.h). Namespaces and attributes are
 * ignored.
 */
#ifndef S3_XML_H
#define S3_XML_H

#include "base/error.h"
#include "base/slice.h"

struct xml_handler {
    /* An element begins. The root has depth 1. */
    void (*open)(void *user, unsigned depth, const char *name);
    /* It ends; `text` is what stood between its last tag and this one, so all of a leaf's. False, with *err
     * filled: the document makes no sense, stop. */
    bool (*close)(void *user, unsigned depth, const char *name, struct slice text, struct error *err);
};

struct xml_reader;

/* `handler` and `user` are borrowed. */
struct xml_reader *xml_reader_new(const struct xml_handler *handler, void *user, size_t max_bytes);
void xml_reader_free(struct xml_reader *r); /* takes NULL */

/* The next bytes of the document. False when it is known to be broken: xml_reader_finish() says why. */
bool xml_reader_feed(struct xml_reader *r, struct slice bytes);

/* The document is over. E_CORRUPT: not well-formed, cut short, over a bound, or refused by the handler. */
NODISCARD enum status xml_reader_finish(struct xml_reader *r, struct error *err);

#endif
