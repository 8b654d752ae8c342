/*
 * Servers disagree on everything but <Code>: Ceph leaves <Message> empty, MinIO adds <Key> and <Resource>,
 * Swift gives back what it would have signed. Those would repeat keys and signatures in logs, so only five
 * leaves are looked at.
 */
#include "s3/error_xml.h"

#include "base/limits.h"
#include "s3/xml.h"

#include <string.h>

void error_xml_copy(char *out, size_t cap, struct slice text)
{
    text = slice_trim(text);
    size_t len = text.len < cap - 1 ? text.len : cap - 1;
    for (size_t i = 0; i < len; i++)
        out[i] = text.ptr[i] >= ' ' && text.ptr[i] <= '~' ? text.ptr[i] : '?';
    out[len] = '\0';
}

void error_xml_leaf(struct error_xml *fault, const char *name, struct slice text)
{
    const struct {
        const char *name;
        char *out;
        size_t cap;
    } leaves[] = {
        {"Code", fault->code, sizeof fault->code},
        {"Message", fault->message, sizeof fault->message},
        {"RequestId", fault->request_id, sizeof fault->request_id},
        {"Region", fault->region, sizeof fault->region},
        {"Endpoint", fault->endpoint, sizeof fault->endpoint},
    };
    for (size_t i = 0; i < ARRAY_LEN(leaves); i++)
        if (strcmp(leaves[i].name, name) == 0)
            error_xml_copy(leaves[i].out, leaves[i].cap, text);
}

static void on_open(void *user, unsigned depth, const char *name)
{
    struct error_xml *fault = user;
    if (depth == 1)
        fault->found = strcmp(name, "Error") == 0;
}

static bool on_close(void *user, unsigned depth, const char *name, struct slice text,
                     struct error *err UNUSED)
{
    struct error_xml *fault = user;
    if (fault->found && depth == 2)
        error_xml_leaf(fault, name, text);
    return true;
}

void error_xml_parse(struct slice body, struct error_xml *ret_fault)
{
    static const struct xml_handler handler = {on_open, on_close};
    struct error_xml fault = {.found = false};
    struct xml_reader *reader = xml_reader_new(&handler, &fault, LIMIT_ERROR_BODY_BYTES);
    if (xml_reader_feed(reader, body)) {
        /* Half an error body is still one; the status has said more than the rest could. */
        (void)!xml_reader_finish(reader, NULL);
    }
    xml_reader_free(reader);
    *ret_fault = fault;
}
