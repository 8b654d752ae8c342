/*
 * A page of ListObjectsV2, read while it arrives, in memory that is bounded by the page. A page is taken
 * whole or not at all: from one that makes no sense nothing may be concluded.
 *
 * Keys are asked for with encoding-type=url, although ours need none: a foreign key below our prefix may hold
 * bytes that XML cannot, and must not make the listing unreadable. They are decoded if the answer says that
 * they are encoded; MinIO writes a space as '+' and a plus as %2B. (Ceph 16 does not encode the token, which
 * is the last key there: a foreign key with a control character at the end of a page still breaks that page.)
 *
 * The token of a page is ours: the server's, with the last key in front, so that the order is checked from
 * page to page too.
 */
#ifndef S3_LIST_XML_H
#define S3_LIST_XML_H

#include "s3/error_xml.h"
#include "store/store.h"

/* What was asked for. */
struct list_request {
    struct slice prefix;
    struct slice after;        /* every key is beyond it; empty: no bound */
    struct slice server_token; /* continuation-token as sent; empty on the first page */
    size_t max_keys;           /* 1..LIMIT_LIST_KEYS */
};

/* Fills `after` and `server_token` from the token of the page before; false if it is none of ours. */
NODISCARD bool list_request_resume(struct list_request *request, struct slice token);

struct list_xml;

/* What the request's slices point to is borrowed until list_xml_free(). */
struct list_xml *list_xml_new(const struct list_request *request);
void list_xml_free(struct list_xml *l); /* takes NULL */

/* False when nothing can come of it any more. */
bool list_xml_feed(struct list_xml *l, struct slice bytes);

/* The answer is complete. *ret_page is the caller's then. E_CORRUPT: broken XML, over 4 MiB, no listing, more
 * keys than asked for, keys out of order, outside the prefix or not beyond `after`, truncated without a token
 * or with the token that was sent. If it was an <Error>, *ret_fault says so (found) and the code is E_CORRUPT
 * too. */
NODISCARD enum status list_xml_finish(struct list_xml *l, struct store_page *ret_page,
                                      struct error_xml *ret_fault, struct error *err);

#endif
