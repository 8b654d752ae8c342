/* Redirects are an answer to look at: followed blindly, a signed request would reach another host. */
#include "s3/easy.h"

#include "base/version.h"

#include <pthread.h>
#include <stdio.h>

static void global_init(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

void easy_library_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, global_init);
}

void easy_begin(CURL *easy, const char *ca_bundle)
{
    char agent[64];
    (void)snprintf(agent, sizeof agent, "brazier/%s", version_text());

    curl_easy_reset(easy);
    (void)curl_easy_setopt(easy, CURLOPT_USERAGENT, agent);
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
#if LIBCURL_VERSION_NUM >= 0x075500
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
    /* A request that is given up must not wait for its name server. */
    (void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
    if (ca_bundle)
        (void)curl_easy_setopt(easy, CURLOPT_CAINFO, ca_bundle);
}
