/*
 * A program that profiles itself all the time.
 *
 *     cc -O2 -g example.c -o example $(pkg-config --cflags --libs brazier) -lm
 *     BRAZIER_COLLECTOR=http://127.0.0.1:10100 ./example
 *
 * What the program says goes over the environment; what it leaves out comes from there.
 */
#include <brazier.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double total(const double *prices, int count)
{
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += sqrt(prices[i]);
    return sum;
}

int main(int argc, char **argv)
{
    enum { PRICES = 100000 };
    static double prices[PRICES];
    long seconds = argc > 1 ? strtol(argv[1], NULL, 10) : 60;
    double sum = 0;

    struct brazier_options options = BRAZIER_OPTIONS_INIT;
    options.service = "example";
    options.labels = "version=1.0";
    options.jitter_ms = -1;     /* the first profile at once */
    options.interval_ms = 1000; /* one after the other, for the show */
    options.cpu_duration_ms = 5000;
    if (brazier_start(&options) != 0)
        fprintf(stderr, "not profiled: %s\n", brazier_error());

    for (int i = 0; i < PRICES; i++)
        prices[i] = i;
    for (time_t end = time(NULL) + seconds; time(NULL) < end;)
        sum += total(prices, PRICES);
    printf("%g\n", sum);
    return brazier_stop() == 0 ? 0 : 1; /* sends the last one; exit() would do it too */
}
