/* Printed by model.py beside it: an implementation of its own. Labels are written as in a packed key. */
#ifndef VECTORS_MODEL_H
#define VECTORS_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* clang-format off */
struct vector_bytes { const char *ptr; size_t len; };

static const struct {
    struct vector_bytes service, type, labels, created_at, idempotency_key, body;
    const char *digest;
} DIGEST_VECTORS[] = {
    {{"api-backend", 11},
     {"cpu", 3},
     {"\002dc\003fra\007version\0031.0", 19},
     {"", 0},
     {NULL, 0},
     {"body", 4},
     "3b5hdnpzqtxxnnhh290wdnxk12"},
    {{"api-backend", 11},
     {"cpu", 3},
     {"", 0},
     {"", 0},
     {NULL, 0},
     {"", 0},
     "749t4ernte0mz13vdc6nbt436c"},
    {{"api-backend", 11},
     {"cpu", 3},
     {"\002dc\003fra", 7},
     {"2026-11-23T04:00:11", 19},
     {NULL, 0},
     {"body", 4},
     "cve9bkkc7f2pgedb70kzyqfmr2"},
    {{"api-backend", 11},
     {"cpu", 3},
     {"\002dc\003fra", 7},
     {"", 0},
     {"", 0},
     {"body", 4},
     "7s3a8mq3jswf3ct7mq625zjfs8"},
    {{"api-backend", 11},
     {"cpu", 3},
     {"\002dc\003fra", 7},
     {"", 0},
     {"job-17", 6},
     {"body", 4},
     "thtcg4bfcy94rw2m1xkkpvc4x3"},
    {{"a", 1},
     {"bcpu", 4},
     {"", 0},
     {"", 0},
     {NULL, 0},
     {"body", 4},
     "1hb96vvx103ms9s9rqysm187se"},
    {{"ab", 2},
     {"cpu", 3},
     {"", 0},
     {"", 0},
     {NULL, 0},
     {"body", 4},
     "xpm3hpsnrkyqc3n7h59y8a9tkc"},
    {{"b\303\274cher", 7},
     {"heap", 4},
     {"\001k\000\001k\005v,=%+", 11},
     {"", 0},
     {NULL, 0},
     {"\000\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017\020\021\022\023"
     "\024\025\026\027\030\031\032\033\034\035\036\037 !\042#$%&'()*+,-./0123456789:;<"
     "=>\077@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\134]^_`abcdefghijklmnopqrstuvwxyz{|}~\177\200"
     "\201\202\203\204\205\206\207\210\211\212\213\214\215\216\217\220\221\222\223\224"
     "\225\226\227\230\231\232\233\234\235\236\237\240\241\242\243\244\245\246\247\250"
     "\251\252\253\254\255\256\257\260\261\262\263\264\265\266\267\270\271\272\273\274"
     "\275\276\277\300\301\302\303\304\305\306\307\310\311\312\313\314\315\316\317\320"
     "\321\322\323\324\325\326\327\330\331\332\333\334\335\336\337\340\341\342\343\344"
     "\345\346\347\350\351\352\353\354\355\356\357\360\361\362\363\364\365\366\367\370"
     "\371\372\373\374\375\376\377", 256},
     "exnvegjwwr9tx236rezksfy661"},
};

static const struct {
    const char *root;
    unsigned lane;
    int64_t mint_ms, created_at_ms;
    struct vector_bytes service, type, labels, facts;
    bool facts_kept;
    const char *digest, *key;
} KEY_VECTORS[] = {
    {"", 0, 1795406423517, 1795406411172,
     {"api-backend", 11}, {"cpu", 3},
     {"\002dc\003fra\007version\0031.0", 19},
     {"10000-1-samples.count.812-cpu.nanoseconds.8120000000", 52}, true,
     "vbf7b12wqd0nsbsybrgabxqyfs",
     "pf1/0/20261123/0400/001m838zsex-vbf7b12wqd0nsbsybrgabxqyfs.p.api-backend_.cpu_.0"
     "1m838zdd4_.10000-1-samples.count.812-cpu.nanoseconds.8120000000_.dc_-fra_.versio"
     "n_-1.0"},
    {"prof/eu-1", 10, 0, 0,
     {"s", 1}, {"t", 1},
     {"", 0},
     {"", 0}, false,
     "hktv1tg1hpfpk1a35k4xpfrzdw",
     "prof/eu-1/pf1/a/19700101/0000/a0000000000-hktv1tg1hpfpk1a35k4xpfrzdw.p.s_.t_.000"
     "0000000_."},
    {"", 15, 253402300799999, 253402300799999,
     {"my svc/x_y", 10}, {"other", 5},
     {"\001a\000\001a\006%,=+~/", 12},
     {"0-0", 3}, true,
     "3315ztzkh1g2xxg0dv6mc0zz32",
     "pf1/f/99991231/2359/f76ez91zpzz-3315ztzkh1g2xxg0dv6mc0zz32.p.my_20svc_2fx_5fy_.o"
     "ther_.76ez91zpzz_.0-0_.a_-_.a_-_25_2c_3d_2b_7e_2f"},
    {"r", 3, 951782400000, 951782399999,
     {"ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss"
     "ssssssssssssssssssssssssssssssssssssssssssssssss", 128}, {"cpu", 3},
     {"@kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\201,vvvvvvvvvv"
     "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv"
     "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv"
     "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv"
     "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv", 367},
     {"10000-1-samples.count.812-cpu.nanoseconds.8120000000", 52}, true,
     "jwb3550tnybnjp23e4tqeca1ng",
     "r/pf1/3/20000229/0000/300vpdadr00-jwb3550tnybnjp23e4tqeca1ng.p.sssssssssssssssss"
     "ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss"
     "sssssssssssssssssssssssssssssss_.cpu_.00vpdadqzz_.10000-1-samp/cles.count.812-cp"
     "u.nanoseconds.8120000000_.kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
     "kkkkkkkkkk_-vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv"
     "vvvvvvvvvvvvvvvvvvvvvvv/cvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv"
     "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv"
     "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv/cvvvvvvvvvv"},
    {"rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr", 3, 951782400000, 1,
     {"\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266"
     "\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266"
     "\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266"
     "\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266"
     "\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266"
     "\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266"
     "\320\266\320\266\320\266\320\266", 128}, {"tttttttttttttttttttttttttttttttt", 32},
     {"@kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\201\236\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266", 481},
     {"10000-1-samples.count.812-cpu.nanoseconds.8120000000", 52}, false,
     "20rg3bydbh61tv4t5t4pfeka2d",
     "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr/pf1/3/20000229/"
     "0000/300vpdadr00-20rg3bydbh61tv4t5t4pfeka2d.q.gIDQttC20LbQttC20LbQttC20LbQttC20L"
     "bQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20L"
     "bQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC/c20LbQttC20LbQtiB0dHR0dHR0dHR0dHR0"
     "dHR0dHR0dHR0dHR0dHR0dHR0dAAAAAAAAQBAa2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tr"
     "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra4Ge0LbQttC20LbQttC20LbQttC20LbQttC20LbQ"
     "ttC20L/cbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20L"
     "bQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20L"
     "bQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20/cLbQttC20LbQttC20LbQttC20LbQttC2"
     "0LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC2"
     "0LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC2"
     "0LbQttC2/c0LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQtt"
     "C20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC2"},
    {"", 3, 951782400000, 1,
     {"\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266"
     "\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266"
     "\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266"
     "\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266"
     "\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266"
     "\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266"
     "\320\266\320\266\320\266\320\266", 128}, {"\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266"
     "\320\266\320\266\320\266\320\266\320\266\320\266", 32},
     {"\004\320\26600\011\320\266\320\266\320\266\320\266v\004\320\26601\011\320\266"
     "\320\266\320\266\320\266v\004\320\26602\011\320\266\320\266\320\266\320\266v\004"
     "\320\26603\011\320\266\320\266\320\266\320\266v\004\320\26604\011\320\266\320\266"
     "\320\266\320\266v\004\320\26605\011\320\266\320\266\320\266\320\266v\004\320\26606"
     "\011\320\266\320\266\320\266\320\266v\004\320\26607\011\320\266\320\266\320\266"
     "\320\266v\004\320\26608\011\320\266\320\266\320\266\320\266v\004\320\26609\011"
     "\320\266\320\266\320\266\320\266v\004\320\26610\011\320\266\320\266\320\266\320\266"
     "v\004\320\26611\011\320\266\320\266\320\266\320\266v\004\320\26612\011\320\266"
     "\320\266\320\266\320\266v\004\320\26613\011\320\266\320\266\320\266\320\266v\004"
     "\320\26614\011\320\266\320\266\320\266\320\266v\004\320\26615\011\320\266\320\266"
     "\320\266\320\266v\004\320\26616\011\320\266\320\266\320\266\320\266v\004\320\2661"
     "7\011\320\266\320\266\320\266\320\266v\004\320\26618\011\320\266\320\266\320\266"
     "\320\266v\004\320\26619\011\320\266\320\266\320\266\320\266v\004\320\26620\011"
     "\320\266\320\266\320\266\320\266v\004\320\26621\011\320\266\320\266\320\266\320"
     "\266v\004\320\26622\011\320\266\320\266\320\266\320\266v\004\320\26623\011\320\266"
     "\320\266\320\266\320\266v\004\320\26624\011\320\266\320\266\320\266\320\266v\004"
     "\320\26625\011\320\266\320\266\320\266\320\266v\004\320\26626\011\320\266\320\266"
     "\320\266\320\266v\004\320\26627\011\320\266\320\266\320\266\320\266v\004\320\266"
     "28\011\320\266\320\266\320\266\320\266v\004\320\26629\011\320\266\320\266\320"
     "\266\320\266v\004\320\26630\011\320\266\320\266\320\266\320\266v\004\320\26631\011"
     "\320\266\320\266\320\266\320\266v", 480},
     {"10000-1-samples.count.812-cpu.nanoseconds.8120000000", 52}, false,
     "xbd5h2kbs75w0kpgcjjavfgk6g",
     "pf1/3/20000229/0000/300vpdadr00-xbd5h2kbs75w0kpgcjjavfgk6g.q.gIDQttC20LbQttC20Lb"
     "QttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20Lb"
     "QttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC/c20LbQttC20LbQtiDQt"
     "tC20LbQttC20LbQttC20LbQttC20LbQttC20LbQtgAAAAAAAQAE0LYwMAnQttC20LbQtnYE0LYwMQnQt"
     "tC20LbQtnYE0LYwMgnQttC20LbQtnYE0LYwMwnQttC20LbQtnYE0LYwNAnQttC20LbQtnYE0LYwNQnQt"
     "tC20LbQtnYE0LYwNgnQtt/cC20LbQtnYE0LYwNwnQttC20LbQtnYE0LYwOAnQttC20LbQtnYE0LYwOQn"
     "QttC20LbQtnYE0LYxMAnQttC20LbQtnYE0LYxMQnQttC20LbQtnYE0LYxMgnQttC20LbQtnYE0LYxMwn"
     "QttC20LbQtnYE0LYxNAnQttC20LbQtnYE0LYxNQnQttC20LbQtnYE0LYxNgnQt/ctC20LbQtnYE0LYxN"
     "wnQttC20LbQtnYE0LYxOAnQttC20LbQtnYE0LYxOQnQttC20LbQtnYE0LYyMAnQttC20LbQtnYE0LYyM"
     "QnQttC20LbQtnYE0LYyMgnQttC20LbQtnYE0LYyMwnQttC20LbQtnYE0LYyNAnQttC20LbQtnYE0LYyN"
     "QnQttC20LbQtnYE0LYyNgnQ/cttC20LbQtnYE0LYyNwnQttC20LbQtnYE0LYyOAnQttC20LbQtnYE0LY"
     "yOQnQttC20LbQtnYE0LYzMAnQttC20LbQtnYE0LYzMQnQttC20LbQtnY"},
    {"", 3, 951782400000, 1,
     {"svc", 3}, {"other", 5},
     {"\001k\001v", 4},
     {"5-7-nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
     "nnnnnnnnnnnnnn0.bytes.9223372036854775807-nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn1.bytes.9223372036854775807-"
     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
     "nnnnnnnnnn2.bytes.9223372036854775807-nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn3.bytes.9223372036854775807-nnnn"
     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
     "nnnnnn4.bytes.9223372036854775807-nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn5.bytes.9223372036854775807-nnnnnnnn"
     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
     "nn6.bytes.9223372036854775807-nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn7.bytes.9223372036854775807", 947}, false,
     "e9t7ardetykca9dvjs33k7taq0",
     "pf1/3/20000229/0000/300vpdadr00-e9t7ardetykca9dvjs33k7taq0.p.svc_.other_.0000000"
     "001_._.k_-v"},
    {"", 3, 951782400000, 1,
     {"\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266"
     "\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266"
     "\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266"
     "\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266"
     "\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266"
     "\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266"
     "\320\266\320\266\320\266\320\266", 128}, {"other", 5},
     {"@kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\201\236\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320\266\320"
     "\266\320\266\320\266\320\266\320\266\320\266\320\266", 481},
     {"5-7-nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
     "nnnnnnnnnnnnnn0.bytes.9223372036854775807-nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn1.bytes.9223372036854775807-"
     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
     "nnnnnnnnnn2.bytes.9223372036854775807-nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn3.bytes.9223372036854775807-nnnn"
     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
     "nnnnnn4.bytes.9223372036854775807-nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn5.bytes.9223372036854775807-nnnnnnnn"
     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
     "nn6.bytes.9223372036854775807-nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn7.bytes.9223372036854775807", 947}, false,
     "fxxccag27d96ncebjz5ws7z3j2",
     "pf1/3/20000229/0000/300vpdadr00-fxxccag27d96ncebjz5ws7z3j2.q.gIDQttC20LbQttC20Lb"
     "QttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20Lb"
     "QttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC/c20LbQttC20LbQtgVvd"
     "GhlcgAAAAAAAQBAa2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra"
     "2tra2tra2tra2tra2tra4Ge0LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20"
     "LbQttC20LbQttC20LbQtt/cC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC"
     "20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC"
     "20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQt/ctC20LbQttC20LbQt"
     "tC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQt"
     "tC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQt"
     "tC20LbQttC20LbQttC20LbQ/cttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20LbQttC20Lb"
     "QttC20LbQttC20LbQttC2"},
    {"", 3, 951782400000, 1,
     {"svc", 3}, {"other", 5},
     {"", 0},
     {"5-0-inuse_2dspace.by_2etes_5f.0", 31}, true,
     "0mr1ndvwevja6zqwwaqwzt10db",
     "pf1/3/20000229/0000/300vpdadr00-0mr1ndvwevja6zqwwaqwzt10db.p.svc_.other_.0000000"
     "001_.5-0-inuse_2dspace.by_2etes_5f.0"},
};
/* clang-format on */

#endif
