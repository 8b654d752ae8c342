/*
 * The public functions, and what happens to the agent when the process forks or ends.
 *
 * fork(): the child has no agent, as it has no other threads; what the agent held is left alone there, for
 * its thread may have been in the middle of changing it. With follow_fork a new one starts in the child, with
 * the same settings from where they came. exit(): stops the agent before the libraries that it uses clear up
 * after themselves, which is why the handler is set when it starts, and by loader.h once more when one of
 * them was loaded: the last that was set is the first that is called. Children that were made past fork()
 * know nothing of all this; the process number tells.
 */
#include "agent/brazier.h"

#include "agent/agent.h"
#include "agent/loader.h"
#include "agent/profiler.h"
#include "agent/quiet.h"
#include "agent/sampler.h"
#include "agent/threads.h"
#include "agent/tick.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GRACE_MS = 4000 };

#define PUBLIC __attribute__((visibility("default")))

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct agent *agent;
static pid_t owner; /* whose the agent is */
static struct error failure;

static int failed(enum status code, const char *text)
{
    (void)error_set(&failure, code, "%s", text);
    return -1;
}

static void before_fork(void)
{
    (void)pthread_mutex_lock(&lock);
    loader_before_fork();
    threads_before_fork();
}

static void after_fork_in_parent(void)
{
    threads_after_fork(0);
    loader_after_fork(false);
    (void)pthread_mutex_unlock(&lock);
}

static void after_fork_in_child(void)
{
    struct settings settings = agent ? agent_forget(agent) : (struct settings){0};

    profilers_after_fork();
    threads_after_fork(1);
    loader_after_fork(true);
    tick_after_fork();
    sampler_forget();
    agent = NULL;
    owner = getpid();
    /* Nobody is there to hear of a failure; the child is then not profiled. */
    if (!settings.follows_fork || agent_start(&settings, &agent, &failure) != OK)
        settings_release(&settings);
    (void)pthread_mutex_unlock(&lock);
}

static void at_exit(void)
{
    (void)brazier_stop();
}

static void set_handlers(void)
{
    (void)pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
    loader_at_exit(at_exit);
}

static int start(const struct brazier_options *options)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct settings settings;

    if (agent && owner == getpid())
        return failed(E_INVALID, "profiling runs already");
    if (settings_read(options, &settings, &failure) != OK || agent_start(&settings, &agent, &failure) != OK)
        return -1;
    owner = getpid();
    (void)pthread_once(&once, set_handlers);
    return 0;
}

PUBLIC int brazier_start(const struct brazier_options *options)
{
    sigset_t mask;
    quiet_lock(&lock, &mask);
    int result = start(options);
    quiet_unlock(&lock, &mask);
    return result;
}

PUBLIC int brazier_stop(void)
{
    sigset_t mask;
    quiet_lock(&lock, &mask);
    struct agent *stopping = owner == getpid() ? agent : NULL;
    agent = NULL;
    if (!stopping)
        (void)failed(E_INVALID, "profiling does not run");
    quiet_unlock(&lock, &mask);
    if (!stopping)
        return -1;
    (void)agent_stop(stopping, GRACE_MS);
    return 0;
}

PUBLIC const char *brazier_error(void)
{
    return failure.text;
}
