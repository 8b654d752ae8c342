/*
 * Sessions of the page: a person gives a token once and gets a cookie, which scripts cannot read and other
 * sites cannot use. Who is asking is found here too, for the door.
 */
#ifndef COLLECTOR_SESSION_H
#define COLLECTOR_SESSION_H

#include "collector/tokens.h"
#include "http/http.h"

struct caller {
    unsigned scopes;   /* 0: nobody that is known */
    bool by_session;   /* by the cookie, not by a token */
    int64_t expires_s; /* of a session */
    char name[TOKEN_NAME_BYTES];
};

/* With tokens on. A token counts before a session; a token that is unknown here may be a proxy's, not ours,
 * and does not end a session. */
void session_caller(const struct http_request *req, struct caller *ret_caller);

/* What a browser says about where a request comes from. */
enum session_origin {
    ORIGIN_UNKNOWN, /* no browser, or one that says nothing */
    ORIGIN_OURS,    /* a page of this very origin */
    ORIGIN_FOREIGN,
};
enum session_origin session_origin(const struct http_request *req);

/* GET, POST, DELETE /api/0/session */
void session_show_handle(struct http_request *req);
void session_begin_handle(struct http_request *req);
void session_end_handle(struct http_request *req);

#endif
