/* Secrets are read when a client is made, not when the configuration is: files of Kubernetes and of Vault are
 * renewed while we run. A target that does not accept a connection within seconds is down, however long its
 * profile would take. */
#include "scrape/access.h"

#include "client/token.h"

enum { CONNECT_MS = 5000 };

enum status access_open(const struct access *a, const char *origin, int64_t total_ms,
                        struct client **ret_client, struct error *err)
{
    struct secret token CLEANUP(secret_release) = SECRET_INIT, password CLEANUP(secret_release) = SECRET_INIT;
    if ((a->bearer_file && token_read(a->bearer_file, &token, err) != OK) ||
        (a->password_file && token_read_secret(a->password_file, &password, err) != OK))
        return err ? err->code : E_INVALID;

    *ret_client = client_new(&(struct client_settings){
        .token = &token,
        .token_for = origin,
        .user = a->user,
        .password = &password,
        .ca_file = a->ca_file,
        .cert_file = a->cert_file,
        .key_file = a->key_file,
        .server_name = a->server_name,
        .is_insecure = a->is_insecure,
        .connect_ms = total_ms < CONNECT_MS ? total_ms : CONNECT_MS,
        .total_ms = total_ms,
        .stall_ms = total_ms,
    });
    return OK;
}
