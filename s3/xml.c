/*
 * libxml2 calls back for each element and piece of text; the first fault is kept in `fault` and stops the
 * parser, and everything that it still calls is ignored from then on.
 *
 * libxml2 builds no tree here: with SAX handlers of our own it keeps the stack of names and one input buffer.
 */
#include "s3/xml.h"

#include "base/alloc.h"
#include "base/limits.h"

#include <libxml/parser.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct xml_reader {
    const struct xml_handler *handler;
    void *user;
    xmlParserCtxtPtr parser;
    unsigned depth;
    size_t fed;
    size_t max_bytes;
    struct error fault; /* code OK: none yet */
    size_t text_len;
    char text[LIMIT_XML_TEXT_BYTES];
};

static void stop(struct xml_reader *r)
{
    xmlStopParser(r->parser);
}

static void on_doctype(void *user, const xmlChar *name UNUSED, const xmlChar *external UNUSED,
                       const xmlChar *system UNUSED)
{
    struct xml_reader *r = user;
    if (r->fault.code == OK)
        (void)error_set(&r->fault, E_CORRUPT, "XML with a document type");
    stop(r);
}

/* lint: the library's signature */
static void on_open(void *user, const xmlChar *name, const xmlChar *prefix UNUSED, const xmlChar *uri UNUSED,
                    int namespaces UNUSED, const xmlChar **namespace_list UNUSED, int attributes UNUSED,
                    int defaulted UNUSED, const xmlChar **attribute_list UNUSED)
{
    struct xml_reader *r = user;
    if (r->fault.code != OK)
        return;

    r->text_len = 0;
    if (++r->depth > LIMIT_XML_DEPTH) {
        (void)error_set(&r->fault, E_CORRUPT, "XML deeper than %lu elements", LIMIT_XML_DEPTH);
        stop(r);
        return;
    }
    r->handler->open(r->user, r->depth, (const char *)name);
}

static void on_close(void *user, const xmlChar *name, const xmlChar *prefix UNUSED, const xmlChar *uri UNUSED)
{
    struct xml_reader *r = user;
    if (r->fault.code != OK)
        return;

    struct slice text = slice_make(r->text, r->text_len);
    if (!r->handler->close(r->user, r->depth, (const char *)name, text, &r->fault))
        stop(r);
    r->depth--;
    r->text_len = 0;
}

static void on_text(void *user, const xmlChar *text, int len)
{
    struct xml_reader *r = user;
    if (r->fault.code != OK || len <= 0)
        return;

    if ((size_t)len > sizeof r->text - r->text_len) {
        (void)error_set(&r->fault, E_CORRUPT, "XML with a text over %lu bytes", LIMIT_XML_TEXT_BYTES);
        stop(r);
        return;
    }
    memcpy(r->text + r->text_len, text, (size_t)len);
    r->text_len += (size_t)len;
}

struct xml_reader *xml_reader_new(const struct xml_handler *handler, void *user, size_t max_bytes)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, xmlInitParser);

    struct xml_reader *r = mem_alloc(sizeof *r);
    r->handler = handler;
    r->user = user;
    r->depth = 0;
    r->fed = 0;
    r->max_bytes = max_bytes;
    r->fault = (struct error){.code = OK};
    r->text_len = 0;

    xmlSAXHandler sax = {
        .initialized = XML_SAX2_MAGIC,
        .internalSubset = on_doctype,
        .startElementNs = on_open,
        .endElementNs = on_close,
        .characters = on_text,
        .ignorableWhitespace = on_text,
        .cdataBlock = on_text,
    };
    r->parser = xmlCreatePushParserCtxt(&sax, r, NULL, 0, NULL);
    if (r->parser)
        (void)xmlCtxtUseOptions(r->parser, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    else
        (void)error_set(&r->fault, E_CORRUPT, "no memory for an XML parser");
    return r;
}

void xml_reader_free(struct xml_reader *r)
{
    if (!r)
        return;

    if (r->parser)
        xmlFreeParserCtxt(r->parser);
    free(r);
}

bool xml_reader_feed(struct xml_reader *r, struct slice bytes)
{
    if (r->fault.code != OK)
        return false;

    if (bytes.len > r->max_bytes - r->fed) {
        (void)error_set(&r->fault, E_CORRUPT, "XML over %zu bytes", r->max_bytes);
        return false;
    }
    r->fed += bytes.len;
    while (bytes.len > 0) {
        int piece = bytes.len < INT_MAX ? (int)bytes.len : INT_MAX;
        int code = xmlParseChunk(r->parser, bytes.ptr, piece, 0);
        if (code != XML_ERR_OK && r->fault.code == OK)
            (void)error_set(&r->fault, E_CORRUPT, "broken XML (libxml2 error %d)", code);
        if (r->fault.code != OK)
            return false;
        bytes = slice_from(bytes, (size_t)piece);
    }
    return true;
}

enum status xml_reader_finish(struct xml_reader *r, struct error *err)
{
    if (r->fault.code == OK) {
        int code = xmlParseChunk(r->parser, NULL, 0, 1);
        if (r->fault.code == OK && (code != XML_ERR_OK || !r->parser->wellFormed))
            (void)error_set(&r->fault, E_CORRUPT, "broken or cut XML (libxml2 error %d)", code);
    }
    if (r->fault.code == OK)
        return OK;

    return error_set(err, r->fault.code, "%s", r->fault.text);
}
