/* The first row that fits wins, so exact paths stand before those with a star. */
#include "collector/routes.h"

#include "base/attribute.h"
#include "collector/adhoc.h"
#include "collector/diff.h"
#include "collector/front.h"
#include "collector/health.h"
#include "collector/ingest.h"
#include "collector/list.h"
#include "collector/overview.h"
#include "collector/profile.h"
#include "collector/scraping.h"
#include "collector/select.h"
#include "collector/session.h"
#include "collector/timeline.h"
#include "collector/tokens.h"

const struct http_route ROUTES[] = {
    {.methods = HTTP_GET, .path = "/", .handle = front_index_handle, .scope = SCOPE_NONE},
    {.methods = HTTP_GET, .path = "/ui/*", .handle = front_file_handle, .scope = SCOPE_NONE},
    {.methods = HTTP_POST,
     .path = "/api/0/profiles",
     .handle = ingest_handle,
     .body = true,
     .scope = SCOPE_INGEST},
    {.methods = HTTP_GET, .path = "/api/0/profiles", .handle = list_handle, .scope = SCOPE_READ},
    {.methods = HTTP_GET,
     .path = "/api/0/profiles/merge",
     .handle = select_merge_handle,
     .scope = SCOPE_READ,
     .pprof = true},
    {.methods = HTTP_GET,
     .path = "/api/0/profiles/diff",
     .handle = diff_handle,
     .scope = SCOPE_READ,
     .pprof = true},
    {.methods = HTTP_POST,
     .path = "/api/0/profiles/symbolz",
     .handle = profile_symbolz_handle,
     .body = true,
     .scope = SCOPE_READ},
    {.methods = HTTP_GET,
     .path = "/api/0/profiles/*",
     .handle = profile_get_handle,
     .scope = SCOPE_READ,
     .pprof = true},
    {.methods = HTTP_DELETE,
     .path = "/api/0/profiles/*",
     .handle = profile_delete_handle,
     .scope = SCOPE_ADMIN},
    {.methods = HTTP_POST, .path = "/api/0/view", .handle = adhoc_handle, .body = true, .scope = SCOPE_READ},
    {.methods = HTTP_GET, .path = "/api/0/timeline", .handle = timeline_handle, .scope = SCOPE_READ},
    {.methods = HTTP_GET, .path = "/api/0/overview", .handle = overview_handle, .scope = SCOPE_READ},
    {.methods = HTTP_GET, .path = "/api/0/services", .handle = list_services_handle, .scope = SCOPE_READ},
    {.methods = HTTP_GET, .path = "/api/0/types", .handle = list_types_handle, .scope = SCOPE_READ},
    {.methods = HTTP_GET, .path = "/api/0/labels", .handle = list_label_names_handle, .scope = SCOPE_READ},
    {.methods = HTTP_GET, .path = "/api/0/labels/*", .handle = list_label_values_handle, .scope = SCOPE_READ},
    {.methods = HTTP_GET, .path = "/api/0/session", .handle = session_show_handle, .scope = SCOPE_NONE},
    {.methods = HTTP_POST,
     .path = "/api/0/session",
     .handle = session_begin_handle,
     .body = true,
     .body_max = TOKEN_CREDENTIALS_MAX, /* strangers may send it */
     .scope = SCOPE_NONE},
    {.methods = HTTP_DELETE, .path = "/api/0/session", .handle = session_end_handle, .scope = SCOPE_NONE},
    {.methods = HTTP_GET, .path = "/api/0/targets", .handle = scraping_targets_handle, .scope = SCOPE_READ},
    {.methods = HTTP_GET, .path = "/targets", .handle = scraping_page_handle, .scope = SCOPE_READ},
    {.methods = HTTP_GET, .path = "/api/0/status", .handle = health_status_handle, .scope = SCOPE_READ},
    {.methods = HTTP_GET, .path = "/api/0/version", .handle = health_version_handle, .scope = SCOPE_NONE},
    {.methods = HTTP_GET, .path = "/healthz", .handle = health_live_handle, .scope = SCOPE_NONE},
    {.methods = HTTP_GET, .path = "/readyz", .handle = health_ready_handle, .scope = SCOPE_NONE},
    {.methods = HTTP_GET, .path = "/metrics", .handle = health_metrics_handle, .scope = SCOPE_READ},
    {.methods = HTTP_GET, .path = "/debug/metrics", .handle = health_metrics_handle, .scope = SCOPE_READ},
};

const size_t ROUTE_COUNT = ARRAY_LEN(ROUTES);
