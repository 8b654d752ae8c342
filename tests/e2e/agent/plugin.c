/* A library that is loaded, works and is unloaded again. */
unsigned long in_the_library(unsigned long rounds);

unsigned long in_the_library(unsigned long rounds)
{
    unsigned long x = 88172645463325252U;
    for (unsigned long i = 0; i < rounds; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    return x;
}
