#include "tests/scrape/stand.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "tests/scrape/fixture.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_BYTES = 32 * 1024, PATIENCE_MS = 20000, ANSWER_MS = 20 };

struct talk {
    struct stand *stand;
    int socket;
};

static void pause_ms(int64_t ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static void answer(int socket, int status, struct slice body)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);

    buf_printf(&out, "HTTP/1.1 %d x\r\nContent-Length: %zu\r\n\r\n", status, body.len);
    buf_append(&out, body);
    for (size_t done = 0; done < out.len;) {
        ssize_t n = send(socket, out.ptr + done, out.len - done, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        done += (size_t)n;
    }
}

static void serve_profile(struct stand *s, int socket, const char *path)
{
    int now = atomic_fetch_add(&s->asking, 1) + 1, most = atomic_load(&s->most_asking);

    while (now > most && !atomic_compare_exchange_weak(&s->most_asking, &most, now))
        ;
    atomic_fetch_add(&s->asked, 1);
    if (strncmp(path, "/hang", 5) == 0)
        while (!atomic_load(&s->is_over))
            pause_ms(ANSWER_MS);
    pause_ms(ANSWER_MS);
    atomic_fetch_sub(&s->asking, 1);
    if (strncmp(path, "/500", 4) == 0 || strncmp(path, "/404", 4) == 0) {
        answer(socket, path[1] == '5' ? 500 : 404, SLICE("{\"error\":\"none today\"}"));
        return;
    }
    answer(socket, 200, strncmp(path, "/bad", 4) == 0 ? SLICE("this is no profile") : s->profile);
}

static void take_profile(struct stand *s, int socket, const char *path)
{
    int refuse = atomic_load(&s->refuse);

    if (refuse == 0) {
        pthread_mutex_lock(&s->lock);
        s->taken++;
        buf_printf(&s->paths, "%s\n", path);
        pthread_mutex_unlock(&s->lock);
    }
    answer(socket, refuse ? refuse : 200, refuse ? SLICE("refused") : SLICE("{}"));
}

/* One request; false: the connection is over. */
static bool serve_one(struct stand *s, int socket)
{
    char head[HEAD_BYTES], method[8], path[HEAD_BYTES];
    size_t len = 0, want = 0;
    char *end = NULL;

    while (!end || len < want) {
        if (len == sizeof head - 1)
            return false;
        ssize_t n = recv(socket, head + len, sizeof head - 1 - len, 0);
        if (n <= 0)
            return false;
        len += (size_t)n;
        head[len] = '\0';
        end = end ? end : strstr(head, "\r\n\r\n");
        if (end && want == 0) {
            const char *length = strcasestr(head, "content-length:");
            want = (size_t)(end + 4 - head) + (length ? strtoul(length + 15, NULL, 10) : 0);
        }
    }
    if (sscanf(head, "%7s %32000s", method, path) != 2)
        return false;
    if (strcmp(method, "POST") == 0)
        take_profile(s, socket, path);
    else
        serve_profile(s, socket, path);
    return true;
}

static void *serve(void *arg)
{
    struct talk *t = arg;

    while (serve_one(t->stand, t->socket))
        ;
    free(t);
    return NULL;
}

static void *accept_all(void *arg)
{
    struct stand *s = arg;

    for (;;) {
        int socket = accept(s->listener, NULL, NULL);
        if (socket < 0)
            return NULL;
        if (s->connection_count == STAND_CONNECTIONS_MAX)
            abort();
        struct talk *t = mem_zero(1, sizeof *t);
        *t = (struct talk){s, socket};
        s->sockets[s->connection_count] = socket;
        if (pthread_create(&s->connections[s->connection_count++], NULL, serve, t) != 0)
            abort();
    }
}

void stand_begin(struct stand *s, struct slice profile)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof address;

    *s = (struct stand){.profile = profile, .paths = BUF_INIT(ROOMY), .lock = PTHREAD_MUTEX_INITIALIZER};
    s->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(s->listener, (struct sockaddr *)&address, len) != 0 || listen(s->listener, 128) != 0 ||
        getsockname(s->listener, (struct sockaddr *)&address, &len) != 0 ||
        pthread_create(&s->thread, NULL, accept_all, s) != 0)
        abort();
    s->port = ntohs(address.sin_port);
}

void stand_end(struct stand *s)
{
    atomic_store(&s->is_over, true);
    (void)shutdown(s->listener, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    (void)close(s->listener);
    for (size_t i = 0; i < s->connection_count; i++) {
        (void)shutdown(s->sockets[i], SHUT_RDWR);
        pthread_join(s->connections[i], NULL);
        (void)close(s->sockets[i]);
    }
    pthread_mutex_destroy(&s->lock);
    buf_release(&s->paths);
}

size_t stand_taken(struct stand *s)
{
    pthread_mutex_lock(&s->lock);
    size_t taken = s->taken;
    pthread_mutex_unlock(&s->lock);
    return taken;
}

void stand_until(bool (*holds)(void *user), void *user)
{
    for (int64_t until_ms = clock_mono_ms() + PATIENCE_MS; !holds(user); pause_ms(ANSWER_MS))
        if (clock_mono_ms() > until_ms)
            fail_msg("it does not come to hold");
}

struct wanted {
    struct stand *stand;
    size_t taken;
    int asked;
};

static bool has_come(void *user)
{
    const struct wanted *w = user;

    return stand_taken(w->stand) >= w->taken && atomic_load(&w->stand->asked) >= w->asked;
}

void stand_wait_taken(struct stand *s, size_t taken)
{
    stand_until(has_come, &(struct wanted){s, taken, 0});
}

void stand_wait_asked(struct stand *s, int asked)
{
    stand_until(has_come, &(struct wanted){s, 0, asked});
}
