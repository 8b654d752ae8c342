/*
 * The I/O thread owns everything but the inbox: callers append to that under the lock and wake the thread
 * with an eventfd if it was empty. A call is in exactly one place: inbox, queue, running.
 *
 *     inbox --take_inbox()--> queue --start()--> running --reap(), expire()--> ended()
 *                               ^--------------- once more ------------------'
 *
 * The queue is ours and not libcurl's, which serves waiting transfers in no fair order. Handles are kept for
 * the next call (their upload buffer is 256 KB); connections belong to the multi handle and are shared by
 * all.
 *
 * TCP_QUICKACK is set again with each read: the kernel forgets it, and a server without TCP_NODELAY that
 * writes an answer in pieces waits up to 40 ms for our delayed ACK between them.
 */
#include "s3/transport.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/thread.h"
#include "s3/easy.h"
#include "s3/width.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { EVENTS_AT_ONCE = 64, HANDLES_KEPT = 16 };

struct call_list {
    struct transport_call *first, *last;
};

struct transport {
    pthread_t thread;
    int epoll_fd, wake_fd;
    char *ca_bundle;

    pthread_mutex_t lock; /* for the three below */
    struct call_list inbox;
    bool closing, closed;

    /* Of the I/O thread. */
    CURLM *multi;
    int64_t curl_due_ms; /* INT64_MAX: none */
    struct call_list queue;
    int64_t queue_due_ms; /* no deadline in the queue is before this */
    struct transport_call **running;
    size_t running_count;
    CURL *handles[HANDLES_KEPT];
    size_t handle_count;
    struct width width;

    atomic_size_t seen_queued, seen_width;
    _Atomic uint64_t requests, slow_down;
};

static void push_last(struct call_list *list, struct transport_call *call)
{
    call->next = NULL;
    if (list->last)
        list->last->next = call;
    else
        list->first = call;
    list->last = call;
}

static void push_first(struct call_list *list, struct transport_call *call)
{
    call->next = list->first;
    list->first = call;
    if (!list->last)
        list->last = call;
}

static struct transport_call *pop_first(struct call_list *list)
{
    struct transport_call *call = list->first;
    if (call) {
        list->first = call->next;
        if (!list->first)
            list->last = NULL;
        call->next = NULL;
    }
    return call;
}

/* --- libcurl's sockets and timer --- */

static int on_socket(CURL *easy UNUSED, curl_socket_t fd, int what, void *user, void *known)
{
    struct transport *t = user;
    if (what == CURL_POLL_REMOVE) {
        (void)epoll_ctl(t->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
        return 0;
    }

    struct epoll_event event = {.data.fd = fd};
    event.events |= what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0;
    event.events |= what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0;
    int verb = known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    /* The number may be a new socket's: closing took the old one out of the set. */
    if (epoll_ctl(t->epoll_fd, verb, fd, &event) != 0)
        (void)epoll_ctl(t->epoll_fd, errno == ENOENT ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
    (void)curl_multi_assign(t->multi, fd, t);
    return 0;
}

static int on_timer(CURLM *multi UNUSED, long timeout_ms, void *user)
{
    struct transport *t = user;
    /* One more than asked for, since our clock cuts to milliseconds: libcurl does not ask again if it is
     * called too early. */
    t->curl_due_ms = timeout_ms < 0 ? INT64_MAX : clock_mono_ms() + timeout_ms + (timeout_ms > 0);
    return 0;
}

/* --- calls: from the queue to their end --- */

static void show(struct transport *t, size_t queued_change)
{
    atomic_fetch_add(&t->seen_queued, queued_change);
    atomic_store(&t->seen_width, t->width.now);
}

static void end_call(struct transport *t, struct transport_call *call, enum transport_end end,
                     const char *failure)
{
    if (call->role->ended(call, end, failure))
        return;

    push_first(&t->queue, call);
    if (call->deadline_ms < t->queue_due_ms)
        t->queue_due_ms = call->deadline_ms;
    show(t, 1);
}

static void end_running(struct transport *t, size_t index, enum transport_end end, const char *failure)
{
    struct transport_call *call = t->running[index];
    t->running[index] = t->running[--t->running_count];
    show(t, 0);

    (void)curl_multi_remove_handle(t->multi, call->transfer.easy);
    CURL *easy = transfer_release(call);
    if (t->handle_count < HANDLES_KEPT)
        t->handles[t->handle_count++] = easy;
    else
        curl_easy_cleanup(easy);
    end_call(t, call, end, failure);
}

static void begin(struct transport *t, struct transport_call *call)
{
    CURL *easy = t->handle_count > 0 ? t->handles[--t->handle_count] : curl_easy_init();
    if (!easy)
        abort();

    transfer_begin(call, easy, t->ca_bundle, clock_mono_ms());
    t->running[t->running_count++] = call;
    atomic_fetch_add(&t->requests, 1);
    show(t, 0);
    (void)curl_multi_add_handle(t->multi, easy);
}

/* False: the first in the queue waits for something. */
static bool start_first(struct transport *t)
{
    struct transport_call *call = pop_first(&t->queue);
    enum transport_prepared prepared = call->role->prepare(call);
    if (prepared == TRANSPORT_WAIT) {
        push_first(&t->queue, call);
        return false;
    }

    show(t, (size_t)-1);
    if (prepared == TRANSPORT_GO)
        begin(t, call);
    return true;
}

static void start(struct transport *t)
{
    while (t->queue.first && t->running_count < t->width.now && start_first(t))
        continue;
}

static void reap(struct transport *t)
{
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(t->multi, &left))) {
        if (message->msg != CURLMSG_DONE)
            continue;

        CURLcode code = message->data.result;
        char *owner = NULL;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
        size_t index = 0;
        while ((char *)t->running[index] != owner)
            index++;

        struct transport_call *call = t->running[index];
        const char *failure = call->transfer.failure[0] ? call->transfer.failure : curl_easy_strerror(code);
        enum transport_end end = call->transfer.stopped ? TRANSPORT_STOPPED
                                 : code == CURLE_OK     ? TRANSPORT_ANSWERED
                                                        : TRANSPORT_FAILED;
        end_running(t, index, end, failure);
    }
}

/* --- time --- */

static void expire_running(struct transport *t, int64_t now_ms)
{
    size_t i = 0;
    while (i < t->running_count) {
        const char *late = transfer_late(t->running[i], now_ms);
        if (late)
            end_running(t, i, TRANSPORT_LATE, late);
        else
            i++;
    }
}

/* The queue may be long; it is walked only when a deadline in it may have passed. */
static void expire_queue(struct transport *t, int64_t now_ms)
{
    if (now_ms < t->queue_due_ms)
        return;

    struct call_list all = t->queue;
    t->queue = (struct call_list){NULL, NULL};
    t->queue_due_ms = INT64_MAX;
    struct transport_call *call;
    while ((call = pop_first(&all))) {
        if (call->deadline_ms > now_ms) {
            push_last(&t->queue, call);
            if (call->deadline_ms < t->queue_due_ms)
                t->queue_due_ms = call->deadline_ms;
            continue;
        }
        show(t, (size_t)-1);
        end_call(t, call, TRANSPORT_LATE, "its turn did not come before the deadline");
    }
}

static int wait_ms(const struct transport *t)
{
    int64_t due = t->curl_due_ms < t->queue_due_ms ? t->curl_due_ms : t->queue_due_ms;
    for (size_t i = 0; i < t->running_count; i++) {
        int64_t own = transfer_due_ms(t->running[i]);
        due = own < due ? own : due;
    }
    if (due == INT64_MAX)
        return -1;

    int64_t wait = due - clock_mono_ms();
    return wait <= 0 ? 0 : wait < INT_MAX ? (int)wait : INT_MAX;
}

/* --- the I/O thread --- */

static void take_inbox(struct transport *t)
{
    (void)pthread_mutex_lock(&t->lock);
    struct call_list taken = t->inbox;
    t->inbox = (struct call_list){NULL, NULL};
    (void)pthread_mutex_unlock(&t->lock);

    struct transport_call *call;
    while ((call = pop_first(&taken))) {
        push_last(&t->queue, call);
        if (call->deadline_ms < t->queue_due_ms)
            t->queue_due_ms = call->deadline_ms;
    }
}

static void serve_socket(struct transport *t, const struct epoll_event *event)
{
    int fd = event->data.fd, flags = 0, running = 0;
    if (event->events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        flags |= CURL_CSELECT_IN;
    if (event->events & EPOLLOUT)
        flags |= CURL_CSELECT_OUT;
    if (event->events & EPOLLIN) {
        int on = 1;
        (void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
    }
    (void)curl_multi_socket_action(t->multi, fd, flags, &running);
}

static void serve_events(struct transport *t)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int count = epoll_wait(t->epoll_fd, events, EVENTS_AT_ONCE, wait_ms(t));
    for (int i = 0; i < count; i++) {
        if (events[i].data.fd == t->wake_fd) {
            uint64_t wakes;
            (void)!read(t->wake_fd, &wakes, sizeof wakes);
        } else {
            serve_socket(t, &events[i]);
        }
    }
    if (clock_mono_ms() >= t->curl_due_ms) {
        int running = 0;
        t->curl_due_ms = INT64_MAX;
        (void)curl_multi_socket_action(t->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
}

static bool is_closing(struct transport *t)
{
    (void)pthread_mutex_lock(&t->lock);
    bool closing = t->closing;
    (void)pthread_mutex_unlock(&t->lock);
    return closing;
}

/* What completions submit meanwhile is ended too; after the last look nothing can come any more. */
static void end_all(struct transport *t)
{
    while (t->running_count > 0)
        end_running(t, t->running_count - 1, TRANSPORT_CLOSED, "the store was closed");

    bool closed = false;
    while (!closed) {
        take_inbox(t);
        struct transport_call *call;
        while ((call = pop_first(&t->queue))) {
            show(t, (size_t)-1);
            end_call(t, call, TRANSPORT_CLOSED, "the store was closed");
        }
        (void)pthread_mutex_lock(&t->lock);
        closed = t->closed = !t->inbox.first;
        (void)pthread_mutex_unlock(&t->lock);
    }
}

static void *io_thread(void *arg)
{
    struct transport *t = arg;
    while (!is_closing(t)) {
        serve_events(t);
        reap(t);
        take_inbox(t);
        int64_t now_ms = clock_mono_ms();
        expire_running(t, now_ms);
        expire_queue(t, now_ms);
        start(t);
    }
    end_all(t);
    return NULL;
}

/* --- from outside --- */

struct transport *transport_new(const struct transport_options *options)
{
    easy_library_init();
    struct transport *t = mem_zero(1, sizeof *t);
    (void)pthread_mutex_init(&t->lock, NULL);
    t->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    t->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    t->multi = curl_multi_init();
    struct epoll_event event = {.events = EPOLLIN, .data.fd = t->wake_fd};
    if (t->epoll_fd < 0 || t->wake_fd < 0 || !t->multi ||
        epoll_ctl(t->epoll_fd, EPOLL_CTL_ADD, t->wake_fd, &event) != 0)
        abort();

    t->ca_bundle = options->ca_bundle ? mem_cstr(options->ca_bundle, slice_of(options->ca_bundle).len) : NULL;
    t->curl_due_ms = t->queue_due_ms = INT64_MAX;
    width_init(&t->width, options->width);
    t->running = mem_zero(options->width, sizeof *t->running);
    (void)curl_multi_setopt(t->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    (void)curl_multi_setopt(t->multi, CURLMOPT_SOCKETDATA, t);
    (void)curl_multi_setopt(t->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    (void)curl_multi_setopt(t->multi, CURLMOPT_TIMERDATA, t);
    (void)curl_multi_setopt(t->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    (void)curl_multi_setopt(t->multi, CURLMOPT_MAXCONNECTS, (long)options->width);
    show(t, 0);
    t->thread = thread_start(options->thread_name, io_thread, t);
    return t;
}

void transport_stop(struct transport *t)
{
    (void)pthread_mutex_lock(&t->lock);
    t->closing = true;
    (void)pthread_mutex_unlock(&t->lock);
    transport_wake(t);
    (void)pthread_join(t->thread, NULL);
}

void transport_free(struct transport *t)
{
    while (t->handle_count > 0)
        curl_easy_cleanup(t->handles[--t->handle_count]);
    (void)curl_multi_cleanup(t->multi);
    (void)close(t->epoll_fd);
    (void)close(t->wake_fd);
    (void)pthread_mutex_destroy(&t->lock);
    free(t->running);
    free(t->ca_bundle);
    free(t);
}

void transport_submit(struct transport *t, struct transport_call *call)
{
    (void)pthread_mutex_lock(&t->lock);
    bool closed = t->closed, first = !t->inbox.first;
    if (!closed) {
        push_last(&t->inbox, call);
        atomic_fetch_add(&t->seen_queued, 1);
    }
    (void)pthread_mutex_unlock(&t->lock);

    if (closed)
        (void)call->role->ended(call, TRANSPORT_CLOSED, "the store was closed");
    else if (first)
        transport_wake(t);
}

void transport_wake(struct transport *t)
{
    uint64_t one = 1;
    (void)!write(t->wake_fd, &one, sizeof one);
}

void transport_slow_down(struct transport *t)
{
    atomic_fetch_add(&t->slow_down, 1);
    width_slow_down(&t->width, clock_mono_ms());
}

void transport_good(struct transport *t)
{
    width_good(&t->width);
}

void transport_stats(struct transport *t, struct transport_stats *ret_stats)
{
    *ret_stats = (struct transport_stats){
        .queued = atomic_load(&t->seen_queued),
        .width = atomic_load(&t->seen_width),
        .requests = atomic_load(&t->requests),
        .slow_down = atomic_load(&t->slow_down),
    };
}
