/* Walks real stacks from a signal handler, without frame pointers, over a signal and on another stack; and
 * what is no stack ends the walk. */
#include "agent/modules.h"
#include "agent/unwind.h"

#include <signal.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { FRAMES = 64 };

static struct modules modules;
static struct stack_window window;
static uintptr_t frames[FRAMES];
static struct walk walk;
static volatile int depth;

static void walk_from(const ucontext_t *context)
{
    walk =
        (struct walk){.map = atomic_load(&modules.map), .window = &window, .frames = frames, .max = FRAMES};
    registers_of(context, &walk.registers);
    unwind_walk(&walk);
}

static void on_signal(int number, siginfo_t *info, void *context)
{
    (void)info;
    if (number == SIGUSR1)
        (void)raise(SIGUSR2); /* walked from there, over both */
    else
        walk_from(context);
}

__attribute__((noinline)) static void inner(int number)
{
    (void)raise(number);
    depth++;
}

__attribute__((noinline)) static void outer(int number)
{
    inner(number);
    depth++;
}

static int set_up(void **state)
{
    (void)state;
    static char other_stack[64 * 1024];
    const stack_t stack = {.ss_sp = other_stack, .ss_size = sizeof other_stack};
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    modules_init(&modules);
    modules_refresh(&modules, true);
    for (struct module *m = modules.list; m; m = m->next)
        atomic_store(&m->wanted, true);
    modules_load_rules(&modules);
    return sigaltstack(&stack, NULL) != 0 || sigaction(SIGUSR1, &action, NULL) != 0 ||
           sigaction(SIGUSR2, &action, NULL) != 0;
}

/* Which frame lies in the first bytes of fn; walk.count: none. */
static size_t frame_in(void (*fn)(int))
{
    size_t i = 0;
    while (i < walk.count && (frames[i] < (uintptr_t)fn || frames[i] - (uintptr_t)fn > 200))
        i++;
    return i;
}

static void callers_are_found_in_order(void **state)
{
    (void)state;
    outer(SIGUSR2);
    size_t in = frame_in(inner), out = frame_in(outer);
    assert_true(in > 0 && in < out && out < walk.count);
    assert_int_equal(out, in + 1);
    assert_true(walk.count > out + 1);
    assert_false(walk.is_cut);
    assert_false(walk.is_strange);
}

static void a_handler_on_another_stack_is_walked_over(void **state)
{
    (void)state;
#ifdef __SANITIZE_THREAD__
    skip(); /* TSan delivers a signal when the handler before it has returned */
#endif
    outer(SIGUSR1);
    size_t out = frame_in(outer);
    assert_true(out < walk.count && frame_in(inner) + 1 == out);
    size_t deep = walk.count;
    outer(SIGUSR2);
    assert_true(deep > walk.count);
}

static void more_frames_than_there_is_room_for_are_cut(void **state)
{
    (void)state;
    uintptr_t few[2];
    ucontext_t context;
    assert_int_equal(getcontext(&context), 0);
    walk = (struct walk){.map = atomic_load(&modules.map), .window = &window, .frames = few, .max = 2};
    registers_of(&context, &walk.registers);
    unwind_walk(&walk);
    assert_int_equal(walk.count, 2);
    assert_true(walk.is_cut);
}

static void nonsense_ends_the_walk(void **state)
{
    (void)state;
    static uintptr_t nowhere[256];
    for (unsigned i = 0; i < 2000; i++) {
        uintptr_t noise = i * UINT64_C(0x9e3779b97f4a7c15);
        nowhere[i % 256] = i % 3 == 0   ? (uintptr_t)outer + i % 32
                           : i % 3 == 1 ? (uintptr_t)&nowhere[(i * 7) % 256]
                                        : noise;
        walk = (struct walk){.map = atomic_load(&modules.map),
                             .window = &window,
                             .frames = frames,
                             .max = FRAMES};
        walk.registers = (struct registers){.pc = i % 2 ? (uintptr_t)outer + i % 64 : noise,
                                            .sp = i % 5 ? (uintptr_t)&nowhere[i % 256] : noise,
                                            .fp = i % 7 ? (uintptr_t)&nowhere[(i * 3) % 256] : noise};
        unwind_walk(&walk);
        assert_in_range(walk.count, 1, FRAMES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(callers_are_found_in_order),
        cmocka_unit_test(a_handler_on_another_stack_is_walked_over),
        cmocka_unit_test(more_frames_than_there_is_room_for_are_cut),
        cmocka_unit_test(nonsense_ends_the_walk),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
