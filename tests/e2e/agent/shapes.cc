// C++ names, templates and what the compiler inlines.
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

namespace shop {
template <typename T> struct Basket {
    T items[8];
    __attribute__((noinline)) T total(int rounds) const;
};

static inline __attribute__((always_inline)) uint64_t mix(uint64_t x)
{
    x ^= x << 13;
    x ^= x >> 7;
    return x ^ x << 17;
}

template <typename T> T Basket<T>::total(int rounds) const
{
    T sum = 1;
    for (int i = 0; i < rounds; i++)
        for (const T &item : items)
            sum = mix(sum + item);
    return sum;
}
}

int main(int argc, char **argv)
{
    double seconds = argc > 1 ? strtod(argv[1], nullptr) : 1;
    shop::Basket<uint64_t> basket{{1, 2, 3, 4, 5, 6, 7, 8}};
    uint64_t sum = 0;
    while (double(clock()) / CLOCKS_PER_SEC < seconds)
        sum += basket.total(10000);
    return sum == 42;
}
