/*
 * What an S3 error body says. Everything in it came from the server and ends in texts for people, so each
 * field is cut, and what is not printable ASCII becomes '?'. Only the code decides anything; the message may
 * be empty.
 */
#ifndef S3_ERROR_XML_H
#define S3_ERROR_XML_H

#include "base/slice.h"

struct error_xml {
    bool found; /* the root was <Error>; else all fields are empty */
    char code[64];
    char message[160];
    char request_id[80];
    char region[40];
    char endpoint[160];
};

/* Never fails: what is no error body leaves `found` false, and a broken one keeps what stood before the
 * fault. */
void error_xml_parse(struct slice body, struct error_xml *ret_fault);

/* For a parser that finds an <Error> while it reads something else: the leaves below the root. */
void error_xml_leaf(struct error_xml *fault, const char *name, struct slice text);

/* Copies into a field: cut to cap - 1, printable ASCII or '?', NUL-terminated. */
void error_xml_copy(char *out, size_t cap, struct slice text);

#endif
