/* Compiler attributes under names that say what they are for. */
#ifndef BASE_ATTRIBUTE_H
#define BASE_ATTRIBUTE_H

/* Runs fn(&variable) when the variable goes out of scope; stands on the line that declares it. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

/* The result must be looked at. */
#define NODISCARD __attribute__((warn_unused_result))

/* Arguments are checked like printf's: `fmt` and `first` are 1-based positions. */
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))

#define UNUSED __attribute__((unused))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
