/*
 * What all our requests have in common, whether for the bucket or for credentials: who we are, what is
 * trusted, http and https only, redirects are not followed. Any thread.
 */
#ifndef S3_EASY_H
#define S3_EASY_H

#include <curl/curl.h>

/* Makes libcurl ready; again is fine. */
void easy_library_init(void);
/* Begins afresh with a handle. ca_bundle: PEM file of trusted certificates; NULL: the system's. */
void easy_begin(CURL *easy, const char *ca_bundle);

#endif
