/* What is there: profiles, services, types, labels. Handlers of routes. */
#ifndef COLLECTOR_LIST_H
#define COLLECTOR_LIST_H

#include "http/http.h"

void list_handle(struct http_request *req);
void list_services_handle(struct http_request *req);
void list_types_handle(struct http_request *req);
void list_label_names_handle(struct http_request *req);
void list_label_values_handle(struct http_request *req);

#endif
