/*
 * How often to do what could be done for ever: sanitizers slow a test down ten times, so it does a tenth of
 * it.
 */
#ifndef TESTS_SUPPORT_EFFORT_H
#define TESTS_SUPPORT_EFFORT_H

#ifndef __has_feature /* clang's; gcc has macros */
#define __has_feature(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || __has_feature(address_sanitizer) ||     \
    __has_feature(thread_sanitizer)
#define EFFORT(times) (((times) + 9) / 10)
#else
#define EFFORT(times) (times)
#endif

#endif
